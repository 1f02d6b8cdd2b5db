// SPDX-License-Identifier: GPL-3.0-or-later

/// Walks the patterns of many commands through one line at the same time.
///
/// Every way to read the words so far is a `Reading`; none is given up before the line shows that it fails. So
/// `sh ip int br` needs no unique word on its way, and a value such as `<host>` is still there when the keyword
/// it looked like leads nowhere. Exact keywords are the exception: they end the longer ones at once, as in IOS.
struct Matcher {
  /// More readings than this of one line mean a pattern gone wrong; the rest is dropped.
  static let readingLimit = 4096

  let commands: [CompiledCommand]
  /// Which of `commands` are allowed here, in order of registration.
  let candidates: [Int]
  let words: LineWords
  let isNegated: Bool

  /// One token of a pattern with the words it took.
  struct Step {
    let position: Int
    let word: Int
    /// 0 exact keyword, 1 abbreviated keyword, then values from narrow to wide.
    let rank: Int
    let text: String
  }

  /// One way to read the line so far.
  struct Reading {
    let command: Int
    var position = -1
    var steps: [Step] = []
    /// Keywords spelled out, values as typed.
    var canonical = ""
    /// The kind of an interface was the last word, and its number is missing.
    var awaitsNumber = false
  }

  /// The readings after each word: element `i` holds those for which words `start..<i` are used up.
  func readings(from start: Int, to end: Int) -> [[Reading]] {
    var out = [[Reading]](repeating: [], count: end + 1)
    out[start] = candidates.map { Reading(command: $0) }
    for index in start..<max(start, end) where !out[index].isEmpty {
      advance(out[index], at: index, end: end, into: &out)
    }
    return out
  }

  private func advance(_ readings: [Reading], at index: Int, end: Int, into out: inout [[Reading]]) {
    var found: [(from: String, next: Reading, taken: Int)] = []
    var settled: Set<String> = []
    for reading in readings where !reading.awaitsNumber {
      for position in commands[reading.command].graph.next(after: reading.position) {
        for (next, taken) in successors(of: reading, position, at: index, end: end) {
          found.append((reading.canonical, next, taken))
          if next.steps.last?.rank == 0 { settled.insert(reading.canonical) }
        }
      }
    }
    for (from, next, taken) in found where next.steps.last?.rank != 1 || !settled.contains(from) {
      if out[index + taken].count < Matcher.readingLimit { out[index + taken].append(next) }
    }
  }

  private func successors(of reading: Reading, _ position: Int, at index: Int, end: Int) -> [(Reading, Int)] {
    let word = words.words[index]
    switch commands[reading.command].graph.tokens[position] {
    case .keyword(let spelled, let lowered, let isWhole):
      guard isWhole ? lowered == word.lowered : lowered.hasPrefix(word.lowered) else { return [] }
      return [(extend(reading, position, index, rank: lowered == word.lowered ? 0 : 1, spelled), 1)]
    case .value(_, .line):
      return [(extend(reading, position, index, rank: ValueKind.line.rank, words.rest(from: index)), end - index)]
    case .value(_, .interface):
      return interfaces(reading, position, at: index, end: end)
    case .value(_, let kind):
      return kind.accepts(word.text) ? [(extend(reading, position, index, rank: kind.rank, word.text), 1)] : []
    }
  }

  /// `Tunnel 0` takes two words; a kind at the end of the line waits for its number.
  private func interfaces(_ reading: Reading, _ position: Int, at index: Int, end: Int) -> [(Reading, Int)] {
    let word = words.words[index].text, rank = ValueKind.interface.rank
    var out: [(Reading, Int)] = []
    if InterfaceName.kind(word) != nil {
      if index + 1 < end, let name = InterfaceName.normalize(word + " " + words.words[index + 1].text) {
        out.append((extend(reading, position, index, rank: rank, name), 2))
      } else if index + 1 == end, word != "lo" {
        var waiting = extend(reading, position, index, rank: rank, word)
        waiting.awaitsNumber = true
        out.append((waiting, 1))
      }
    }
    if ValueKind.interface.accepts(word), let name = InterfaceName.normalize(word) {
      out.append((extend(reading, position, index, rank: rank, name), 1))
    }
    return out
  }

  private func extend(_ reading: Reading, _ position: Int, _ word: Int, rank: Int, _ text: String) -> Reading {
    var next = reading
    next.position = position
    next.steps.append(Step(position: position, word: word, rank: rank, text: text))
    next.canonical += next.canonical.isEmpty ? text : " " + text
    return next
  }

  /// Whether the line may end here.
  func isComplete(_ reading: Reading) -> Bool {
    let graph = commands[reading.command].graph
    guard reading.position >= 0, !reading.awaitsNumber else { return false }
    if graph.isFinal[reading.position] { return true }
    guard isNegated else { return false }
    if case .words(let least) = commands[reading.command].no { return reading.steps.count >= least }
    guard case .prefix = commands[reading.command].no else { return false }
    return reading.steps.contains { graph.tokens[$0.position].isValue }
      || graph.follow[reading.position].contains { graph.tokens[$0].isValue }
  }
}

/// What became of a line.
enum Reached {
  case complete(Matcher.Reading)
  case failed(CommandFailure)
}

extension Matcher {
  /// Reads the words from `start` on.
  func match(from start: Int) -> Reached {
    let end = words.words.count
    let all = readings(from: start, to: end)
    let furthest = all.lastIndex { !$0.isEmpty } ?? start
    let alive = all[furthest]
    let complete = furthest == end ? alive.filter(isComplete) : []
    let best = preferred(complete.isEmpty ? alive : complete)
    if let best, let failure = ambiguity(of: best, among: alive) { return .failed(failure) }
    if let best, !complete.isEmpty { return .complete(best) }
    return .failed(
      CommandFailure(
        reason: furthest == end ? .incomplete : .invalid, column: words.column(of: furthest), expected: expected(after: alive),
        word: furthest < end ? words.words[furthest].text : ""))
  }

  /// Keywords before values, narrow values before wide ones, earlier words first; then the first registered.
  private func preferred(_ readings: [Reading]) -> Reading? {
    readings.enumerated().min { a, b in
      for (x, y) in zip(a.element.steps, b.element.steps) where x.rank != y.rank { return x.rank < y.rank }
      return (a.element.command, a.offset) < (b.element.command, b.offset)
    }?.element
  }

  /// An abbreviated keyword of `best` for which another reading, the same up to there, took another keyword.
  private func ambiguity(of best: Reading, among alive: [Reading]) -> CommandFailure? {
    var same = alive
    for (index, step) in best.steps.enumerated() {
      same = same.filter { index < $0.steps.count }
      if step.rank == 1 {
        let keywords = Set(same.map { $0.steps[index] }.filter { $0.rank == 1 }.map(\.text)).sorted(by: shownOrder)
        if keywords.count > 1 {
          let word = words.words[step.word]
          return CommandFailure(reason: .ambiguous(word: word.text), column: word.column, expected: keywords, word: word.text)
        }
      }
      same = same.filter { $0.steps[index].text == step.text }
    }
    return nil
  }

  /// What could stand next, as `?` shows it.
  private func expected(after alive: [Reading]) -> [String] {
    let next = alive.flatMap { followers(of: $0).flatMap(\.shown) }
    return next.isEmpty && !alive.isEmpty ? ["<cr>"] : Set(next).sorted(by: shownOrder)
  }

  /// The tokens that may come after `reading`.
  func followers(of reading: Reading) -> [PatternToken] {
    if reading.awaitsNumber { return [.value(name: "number", kind: .int(0...Int(Int32.max)))] }
    let graph = commands[reading.command].graph
    return graph.next(after: reading.position).map { graph.tokens[$0] }
  }
}

/// IOS lists `<0-255>`, then upper case placeholders, then words: the order of their bytes.
func shownOrder(_ a: String, _ b: String) -> Bool {
  a.utf8.lexicographicallyPrecedes(b.utf8)
}
