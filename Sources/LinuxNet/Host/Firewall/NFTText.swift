// SPDX-License-Identifier: GPL-3.0-or-later

/// A word of a rule, or a set between braces: its elements, each as its words.
enum NFTToken: Sendable, Hashable {
  case word(String)
  case set([[String]])

  var word: String? {
    guard case .word(let word) = self else { return nil }
    return word
  }

  /// The tokens of a line or of lines. What stands between quotation marks is one word.
  static func tokens(of text: String) -> [NFTToken] {
    var (tokens, set) = ([NFTToken](), [[String]]?.none)
    for piece in pieces(of: text) {
      switch (piece, set) {
      case ("{", nil): set = [[]]
      case ("}", let elements?):
        tokens.append(.set(elements.filter { !$0.isEmpty }))
        set = nil
      case (_, nil): tokens.append(.word(piece))
      case (",", let elements?): set = elements + [[]]
      case (_, let elements?): set = elements.dropLast() + [(elements.last ?? []) + [piece]]
      }
    }
    return tokens
  }

  /// Words, braces, and the commas of sets; those without a space behind them belong to a word (`established,related`).
  private static func pieces(of text: String) -> [String] {
    var (pieces, word, isQuoted) = ([String](), "", false)
    func end() {
      let isLast = word.last == ","
      let bare = isLast ? String(word.dropLast()) : word
      pieces += (bare.isEmpty ? [] : [bare]) + (isLast ? [","] : [])
      word = ""
    }
    for character in text {
      switch character {
      case "\"":
        isQuoted.toggle()
        // A string stays a word though nothing is in it.
        if !isQuoted, word.isEmpty { pieces.append("") }
      case _ where isQuoted: word.append(character)
      case " ", "\t", "\n": end()
      case "{", "}":
        end()
        pieces.append(String(character))
      default: word.append(character)
      }
    }
    end()
    return pieces
  }
}

/// The chains of one table in what `nft list ruleset` prints.
struct NFTTable {
  var family: String
  var name: String
  /// Every chain's lines: what it is hooked to first, where it is, then its rules.
  var chains: [(name: String, lines: [String])] = []

  /// All tables.
  static func tables(in text: String) -> [NFTTable] {
    var (tables, depth, chain, pending) = ([NFTTable](), 0, String?.none, "")
    for line in text.split(separator: "\n").map({ $0.drop { " \t".contains($0) } }) where !line.hasPrefix("#") {
      let before = depth
      depth += balance(of: line)
      let words = line.split(separator: " ").map(String.init)
      if before == 0, words.count >= 3, words[0] == "table" {
        tables.append(NFTTable(family: words[1], name: words[2]))
      } else if before == 1, depth == 2, words.count >= 2, words[0] == "chain", let last = tables.indices.last {
        chain = words[1]
        tables[last].chains.append((words[1], []))
      } else if before == 2, depth == 1 {
        chain = nil
      } else if chain != nil, let table = tables.indices.last, let index = tables[table].chains.indices.last {
        // A long set goes on in the next line.
        pending += pending.isEmpty ? String(line) : " " + line
        guard depth == 2 else { continue }
        tables[table].chains[index].lines.append(pending)
        pending = ""
      }
    }
    return tables
  }

  /// How many braces open in a line that it does not close.
  private static func balance(of line: Substring) -> Int {
    var (balance, isQuoted) = (0, false)
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "{" where !isQuoted: balance += 1
      case "}" where !isQuoted: balance -= 1
      default: break
      }
    }
    return balance
  }
}
