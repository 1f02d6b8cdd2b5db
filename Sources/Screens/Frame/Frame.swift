// SPDX-License-Identifier: GPL-3.0-or-later

/// A picture of a whole terminal: cells with roles. It holds no control character, whatever was put in.
public struct Frame: Sendable, Equatable {
  /// Its extent.
  public let rows: Int, columns: Int
  /// The glyphs it is limited to.
  public let tier: GlyphTier
  /// All cells, row by row.
  public private(set) var cells: [Cell]
  /// Where the cursor stands; nil to hide it.
  public var cursor: Position?

  /// An empty frame.
  public init(rows: Int, columns: Int, tier: GlyphTier = .braille) {
    (self.rows, self.columns, self.tier) = (max(0, rows), max(0, columns), tier)
    cells = Array(repeating: .blank, count: self.rows * self.columns)
  }

  /// The whole of it.
  public var region: Region { Region(row: 0, column: 0, rows: rows, columns: columns) }

  /// The cell at a place inside the frame.
  public subscript(row: Int, column: Int) -> Cell { cells[row * columns + column] }

  /// The cells of one row.
  public func row(_ row: Int) -> ArraySlice<Cell> { cells[row * columns..<(row + 1) * columns] }

  /// Draws `text` from `position` to the right, at most `limit` columns and never past the frame. Returns the columns used.
  ///
  /// Control, bidirectional, invisible and private-use characters become `?`; glyphs are folded to the frame's tier.
  @discardableResult
  public mutating func put(_ text: String, at position: Position, _ role: Role = .text, limit: Int = .max) -> Int {
    guard position.row >= 0, position.row < rows, position.column < columns, limit > 0 else { return 0 }
    let end = limit == .max ? columns : min(columns, position.column + min(limit, columns * 2))
    var column = position.column
    for raw in text.unicodeScalars {
      if column >= end { break }
      guard let shown = DisplayText.drawable(raw) else { continue }
      let scalar = tier.folded(shown)
      let width = DisplayText.width(of: scalar)
      if column < 0 {
        column += width
        continue
      }
      if column + width > end {
        set(Cell(" ", role: role), position.row, column)
        column += 1
        break
      }
      set(Cell(scalar, width: UInt8(width), role: role), position.row, column)
      if width == 2 { cells[position.row * columns + column + 1] = Cell(" ", width: 0, role: role) }
      column += width
    }
    return column - position.column
  }

  /// Draws `text` so that it ends before `column`, cut to `width` columns. Returns the columns used.
  @discardableResult
  public mutating func putRight(_ text: String, row: Int, before column: Int, _ role: Role = .text, limit: Int = .max) -> Int {
    let width = min(DisplayText.width(of: text), limit)
    return put(text, at: Position(row: row, column: column - width), role, limit: width)
  }

  /// Empties a rectangle.
  public mutating func clear(_ region: Region, _ role: Role = .text) {
    for row in max(0, region.row)..<max(0, region.row, min(rows, region.row + region.rows)) {
      for column in max(0, region.column)..<max(0, region.column, min(columns, region.column + region.columns)) {
        set(Cell(" ", role: role), row, column)
      }
    }
  }

  /// Gives the cells of a rectangle another role and leaves what stands there.
  public mutating func paint(_ region: Region, _ role: Role) {
    for row in max(0, region.row)..<max(0, region.row, min(rows, region.row + region.rows)) {
      for column in max(0, region.column)..<max(0, region.column, min(columns, region.column + region.columns)) {
        cells[row * columns + column].role = role
      }
    }
  }

  /// Draws a box around `region` with a title in its upper edge and `note` at the edge's right end. Returns the inside.
  @discardableResult
  public mutating func box(_ region: Region, title: String, note: String = "", isFocused: Bool = false) -> Region {
    guard region.rows >= 2, region.columns >= 2 else { return region.inner }
    clear(region)
    let glyphs = Array(isFocused ? "┏━┓┃┗┛" : "┌─┐│└┘").map(String.init)
    let role: Role = isFocused ? .focus : .border
    let (top, left) = (region.row, region.column)
    let (bottom, right) = (top + region.rows - 1, left + region.columns - 1)
    let bar = String(repeating: glyphs[1], count: region.columns - 2)
    put(glyphs[0] + bar + glyphs[2], at: Position(row: top, column: left), role)
    put(glyphs[4] + bar + glyphs[5], at: Position(row: bottom, column: left), role)
    for row in top + 1..<max(top + 1, bottom) {
      put(glyphs[3], at: Position(row: row, column: left), role)
      put(glyphs[3], at: Position(row: row, column: right), role)
    }
    putTitle(title, note: note, region, isFocused ? .focus : .title)
    return region.inner
  }

  private mutating func putTitle(_ title: String, note: String, _ region: Region, _ role: Role) {
    let room = region.columns - 6
    guard room > 0, !title.isEmpty else { return }
    let used = put(" \(title) ", at: Position(row: region.row, column: region.column + 2), role, limit: room + 2)
    let width = DisplayText.width(of: note, limit: room + 1)
    if width > 0, width + used + 1 <= room {
      putRight(" \(note) ", row: region.row, before: region.column + region.columns - 2, .muted)
    }
  }

  /// Writes one cell and blanks the other half of a wide character that is cut by it.
  private mutating func set(_ cell: Cell, _ row: Int, _ column: Int) {
    let index = row * columns + column
    if cells[index].width == 0, column > 0 { cells[index - 1] = Cell(" ", role: cells[index - 1].role) }
    if column + 1 < columns, cells[index].width == 2 || cell.width == 2 {
      cutRight(of: index, column, isWide: cell.width == 2)
    }
    cells[index] = cell
  }

  private mutating func cutRight(of index: Int, _ column: Int, isWide: Bool) {
    if isWide, cells[index + 1].width == 2, column + 2 < columns { cells[index + 2] = Cell(" ", role: cells[index + 2].role) }
    cells[index + 1] = Cell(" ", role: cells[index + 1].role)
  }
}

extension Frame {
  /// Short form for panes: row and column relative to `region`, cut at its right edge. Returns the columns used.
  @discardableResult
  mutating func put(_ text: String, in region: Region, _ row: Int, _ column: Int, _ role: Role = .text, limit: Int = .max) -> Int {
    guard row >= 0, row < region.rows, column < region.columns else { return 0 }
    let room = min(limit, region.columns - column)
    return put(text, at: Position(row: region.row + row, column: region.column + column), role, limit: room)
  }
}
