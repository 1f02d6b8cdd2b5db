// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import LinuxHost

/// Where the node's socket is.
struct SocketOptions: ParsableArguments {
  @Option(name: .customLong("socket"), help: "The node's control socket.") var path: String = HostOptions.defaultSocketPath
}
