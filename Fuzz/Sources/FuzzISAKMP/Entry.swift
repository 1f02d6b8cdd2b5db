// SPDX-License-Identifier: GPL-3.0-or-later
import FuzzDriver
import IKEStages

/// Lets an engine that speaks version 1 hear what the bytes make of the message it would hear next. The first byte chooses the moment of
/// the conversation, the second and what follows say how the message is changed (`Stage.variant`).
private func fuzzISAKMP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let stage = stages[Int(first) % stages.count]
  stage.hear(stage.variant(bytes.dropFirst()))
  return 0
}

private let stages = [false, true].flatMap { isAggressive in
  Conversation.stages { policy in
    policy.version = .ikev1
    policy.usesAggressiveMode = isAggressive
    policy.perfectForwardSecrecy = isAggressive ? .modp1024 : nil
  }
}

@main enum Entry {
  static func main() { fuzz { fuzzISAKMP($0, $1) } }
}
