// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit

extension NodeHost {
  /// Looks at the host beside the running node: reading a firewall may take seconds.
  func runPreflight() {
    let (settings, findings) = (node.settings, findings)
    do throws(SystemError) {
      _ = try WorkerThread.start(name: "preflight") { findings.post(Preflight.check(settings: settings)) }
    } catch {
      log.write(.warning, "\(error)")
    }
  }

  func logFindings(_ findings: [PreflightFinding]) {
    for finding in findings { log.write(finding.level == .error ? .error : .warning, "check: \(finding.text)") }
  }
}
