// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

/// Everything that runs the program on a real kernel, one test after the other: namespaces, guests and clocks are shared.
/// Files of this target extend it: `extension SystemSuite { @Suite(.requires(.root, .tun)) struct … { … } }`.
@Suite("System tests", .serialized)
enum SystemSuite {}
