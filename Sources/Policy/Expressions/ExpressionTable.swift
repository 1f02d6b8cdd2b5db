// SPDX-License-Identifier: GPL-3.0-or-later

/// An expression worked out in advance: for every set of steps that can be reached together, where each character leads. A match is then one
/// look at a table for each character. Expressions that would need too large a table have none, and their steps are run as they are.
struct ExpressionTable: Sendable {
  /// Which characters every step treats alike, by character; the last class is what no step takes.
  private var classes = [UInt8](repeating: 0, count: 256)
  private var classCount = 1
  /// The next state by state and class.
  private var next: [UInt16] = []
  /// Whether the text matches once a state is reached, and whether it does when it ends there.
  private var isMatch: [Bool] = []
  private var isMatchAtEnd: [Bool] = []

  /// Nil where the table would be too large.
  init?(_ steps: [PathExpression.Step]) {
    let samples = findClasses(steps)
    var builder = StateBuilder(steps: steps)
    var made = 0
    _ = builder.state(StateBuilder.Key(isBegin: true, seeds: [0]))
    while made < builder.keys.count {
      guard builder.keys.count <= Limits.expressionStates, builder.keys.count * steps.count <= Limits.expressionTableWork else {
        return nil
      }
      let (taking, matches) = builder.reach(builder.keys[made], atEnd: false)
      isMatch.append(matches)
      isMatchAtEnd.append(matches || builder.reach(builder.keys[made], atEnd: true).matches)
      for sample in samples {
        // A match may begin anywhere: step 0 is always among the seeds.
        let seeds = taking.filter { steps[Int($0)].takes(sample) }.map { $0 + 1 }
        next.append(builder.state(StateBuilder.Key(isBegin: false, seeds: [0] + seeds)))
      }
      made += 1
    }
  }

  /// Fills `classes`; one character of each class, and 255, which no step takes.
  private mutating func findClasses(_ steps: [PathExpression.Step]) -> [UInt8] {
    var numbers: [[Bool]: UInt8] = [:]
    var samples: [UInt8] = []
    for character in 0...UInt8.max {
      let taken = steps.map { $0.takes(character) }
      if numbers[taken] == nil {
        numbers[taken] = UInt8(samples.count)
        samples.append(character)
      }
      classes[Int(character)] = numbers[taken] ?? 0
    }
    classCount = samples.count
    return samples
  }

  /// Whether any part of `text` matches.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var state = 0
    for character in text {
      if isMatch[state] { return true }
      state = Int(next[state &* classCount &+ Int(classes[Int(character)])])
    }
    return isMatchAtEnd[state]
  }
}

/// Numbers the sets of steps that can be reached together.
private struct StateBuilder {
  struct Key: Hashable {
    /// Nothing of the text has been taken.
    var isBegin: Bool
    /// Where the walk goes on.
    var seeds: [Int32]
  }

  let steps: [PathExpression.Step]
  private(set) var keys: [Key] = []
  private var numbers: [Key: UInt16] = [:]

  init(steps: [PathExpression.Step]) { self.steps = steps }

  mutating func state(_ key: Key) -> UInt16 {
    var sorted = key
    sorted.seeds = Set(key.seeds).sorted()
    if let known = numbers[sorted] { return known }
    let number = UInt16(truncatingIfNeeded: keys.count)
    keys.append(sorted)
    numbers[sorted] = number
    return number
  }

  /// Follows everything that takes no character: the steps that take one, and whether it ends in a match.
  func reach(_ key: Key, atEnd: Bool) -> (taking: [Int32], matches: Bool) {
    var seen = [Bool](repeating: false, count: steps.count)
    var taking: [Int32] = [], matches = false
    var stack = key.seeds
    while let at = stack.popLast() {
      guard !seen[Int(at)] else { continue }
      seen[Int(at)] = true
      switch steps[Int(at)] {
      case .match: matches = true
      case .take: taking.append(at)
      case .begin: if key.isBegin { stack.append(at + 1) }
      case .end: if atEnd { stack.append(at + 1) }
      case .jump(let to): stack.append(to)
      case .split(let a, let b): stack += [a, b]
      }
    }
    return (taking, matches)
  }
}

extension PathExpression.Step {
  fileprivate func takes(_ character: UInt8) -> Bool {
    if case .take(let set) = self { set.contains(character) } else { false }
  }
}
