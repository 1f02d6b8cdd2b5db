// SPDX-License-Identifier: GPL-3.0-or-later

extension PathExpression {
  /// Whether any part of `text` matches.
  public func matches(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { table?.matches($0) ?? run($0) }
  }

  /// The same without the table. For tests.
  package func matchesByItsSteps(_ text: String) -> Bool {
    var text = text
    return text.withUTF8(run)
  }

  /// Whether there is a table. For tests.
  package var hasTable: Bool { table != nil }

  /// At most one visit of each step for each character.
  private func run(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: steps.count) { marks in
      marks.initialize(repeating: .max)
      var machine = ExpressionMachine(steps: steps, marks: marks)
      return machine.run(bytes)
    }
  }
}

/// One run of an expression over a text.
private struct ExpressionMachine {
  let steps: [PathExpression.Step]
  /// The position in the text at which a step was last put on the list.
  let marks: UnsafeMutableBufferPointer<UInt32>
  /// Steps that take a character and have been reached.
  var waiting: [Int32] = []
  private var stack: [Int32] = []

  init(steps: [PathExpression.Step], marks: UnsafeMutableBufferPointer<UInt32>) { (self.steps, self.marks) = (steps, marks) }

  mutating func run(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    for position in 0...text.count {
      // A match may begin anywhere.
      if reach(0, position, text.count) { return true }
      guard position < text.count else { break }
      let reached = waiting
      waiting.removeAll(keepingCapacity: true)
      for step in reached {
        guard case .take(let set) = steps[Int(step)], set.contains(text[position]) else { continue }
        if reach(step + 1, position + 1, text.count) { return true }
      }
    }
    return false
  }

  /// Follows everything that takes no character; true when that ends in a match.
  private mutating func reach(_ step: Int32, _ position: Int, _ end: Int) -> Bool {
    stack.append(step)
    while let at = stack.popLast() {
      guard marks[Int(at)] != UInt32(truncatingIfNeeded: position) else { continue }
      marks[Int(at)] = UInt32(truncatingIfNeeded: position)
      switch steps[Int(at)] {
      case .match:
        stack.removeAll(keepingCapacity: true)
        return true
      case .take: waiting.append(at)
      case .begin: if position == 0 { stack.append(at + 1) }
      case .end: if position == end { stack.append(at + 1) }
      case .jump(let next): stack.append(next)
      case .split(let a, let b):
        stack.append(b)
        stack.append(a)
      }
    }
    return false
  }
}
