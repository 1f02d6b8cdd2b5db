// SPDX-License-Identifier: GPL-3.0-or-later

/// What a cell means. A theme turns it into colours and attributes; nothing else in `Screens` knows a colour.
public enum Role: UInt8, Sendable, CaseIterable {
  case text, muted, title, border, focus, selected, key, prompt, status
  case ok, warn, crit, forming
  case phase1, phase2, phase3, ike, esp
  case seen, told, inferred
  case graphIn, graphOut, alarm, search

  /// The role's name in a theme file.
  public var name: String {
    switch self {
    case .graphIn: "graph-in"
    case .graphOut: "graph-out"
    default: "\(self)"
    }
  }

  /// The role called `name` in a theme file.
  public init?(name: String) {
    guard let role = Role.allCases.first(where: { $0.name == name }) else { return nil }
    self = role
  }

  /// One letter for the role layer of golden files.
  public var letter: Character {
    switch self {
    case .text: "."
    case .muted: "m"
    case .title: "T"
    case .border: "b"
    case .focus: "F"
    case .selected: "S"
    case .key: "k"
    case .prompt: "P"
    case .status: "H"
    case .ok: "o"
    case .warn: "w"
    case .crit: "C"
    case .forming: "f"
    case .phase1: "1"
    case .phase2: "2"
    case .phase3: "3"
    case .ike: "K"
    case .esp: "E"
    case .seen: "s"
    case .told: "t"
    case .inferred: "i"
    case .graphIn: "<"
    case .graphOut: ">"
    case .alarm: "A"
    case .search: "/"
    }
  }
}

/// One character cell of a frame.
public struct Cell: Sendable, Equatable {
  /// What stands there; a space in the second half of a wide character.
  public var scalar: Unicode.Scalar
  /// Columns it takes: 1, 2, or 0 for the second half of the wide character to its left.
  public var width: UInt8
  /// What it means.
  public var role: Role

  /// Makes a cell.
  public init(_ scalar: Unicode.Scalar, width: UInt8 = 1, role: Role = .text) {
    (self.scalar, self.width, self.role) = (scalar, width, role)
  }

  /// An empty cell.
  public static let blank = Cell(" ")
}

/// A place in a frame, counted from 0.
public struct Position: Sendable, Equatable {
  /// Row and column.
  public var row: Int, column: Int
  /// Names a place.
  public init(row: Int, column: Int) { (self.row, self.column) = (row, column) }
}

/// A rectangle of a frame.
public struct Region: Sendable, Equatable {
  /// The upper left corner and the extent.
  public var row: Int, column: Int, rows: Int, columns: Int

  /// Makes a rectangle; negative extents become 0.
  public init(row: Int, column: Int, rows: Int, columns: Int) {
    (self.row, self.column, self.rows, self.columns) = (row, column, max(0, rows), max(0, columns))
  }

  /// The region without its border.
  var inner: Region { Region(row: row + 1, column: column + 1, rows: rows - 2, columns: columns - 2) }

  /// The upper `count` rows and the rest.
  func splitRows(_ count: Int) -> (Region, Region) {
    let top = max(0, min(rows, count))
    return (
      Region(row: row, column: column, rows: top, columns: columns),
      Region(row: row + top, column: column, rows: rows - top, columns: columns)
    )
  }

  /// The left `count` columns and the rest.
  func splitColumns(_ count: Int) -> (Region, Region) {
    let left = max(0, min(columns, count))
    return (
      Region(row: row, column: column, rows: rows, columns: left),
      Region(row: row, column: column + left, rows: rows, columns: columns - left)
    )
  }
}
