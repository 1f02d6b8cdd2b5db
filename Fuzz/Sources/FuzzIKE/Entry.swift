// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import IKEStages

/// Lets an engine that speaks version 2 hear what the bytes make of the message it would hear next. The first byte chooses the moment of
/// the conversation, the second and what follows say how the message is changed (`Stage.variant`).
private func fuzzIKE(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let stage = stages[Int(first) % stages.count]
  stage.hear(stage.variant(bytes.dropFirst()))
  return 0
}

private let stages = Conversation.stages { _ in } + Conversation.stages { policy in
  policy.ikeProposals.removeFirst()
  policy.perfectForwardSecrecy = .curve25519
  policy.fragmentationBytes = 256
}

@main enum Entry {
  static func main() { fuzz { fuzzIKE($0, $1) } }
}
