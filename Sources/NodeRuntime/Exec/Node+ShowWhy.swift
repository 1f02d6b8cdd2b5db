// SPDX-License-Identifier: GPL-3.0-or-later
import Wire
extension Node {
  func showWhy(_ call: ExecCall) -> ExecResult { .text("") }
}
