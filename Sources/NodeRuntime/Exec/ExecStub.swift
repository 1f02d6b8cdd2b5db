// temporary, replaced by the exec branch
import CommandGrammar
import NHRP
import ProtocolKit
extension Node {
  func execute(_ line: String, _ request: UInt32, _ id: SessionID) { answer(id, request, "", failed: false) }
  func help(_ line: String, _ id: SessionID) -> [HelpEntry] { [] }
  func completions(_ line: String, _ id: SessionID) -> [String] { [] }
  func saveAnswered(_ session: SessionID, _ id: UInt32, _ failure: String?) {}
  func debug(_ r: JournalRecord) {}
  func clockText(_ at: Instant) -> String { "" }
  func load(startup text: String, file: String) -> [ConfigurationDiagnostic] {
    let (s, d) = ConfigurationLoader.load(text, file: file)
    if d.contains(where: { $0.level == .error }) { return d }
    record(JournalRecord(.nodeStarted)); apply(s); return d
  }
}
