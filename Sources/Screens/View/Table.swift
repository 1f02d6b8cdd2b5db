// SPDX-License-Identifier: GPL-3.0-or-later

/// A table of rows that may be longer than its place: headings, one selected row, and a window of rows around it.
struct Table {
  /// One column. `width` 0 takes what the others leave.
  struct Column {
    var title: String
    var width: Int
    var isRight = false
    /// Columns with a higher number go first when the place is too narrow; 0 stays.
    var drop = 0
    /// What a column without a width of its own needs at least.
    var least = 8
  }

  /// One cell.
  struct Field {
    var text: String
    var role: Role
    init(_ text: String, _ role: Role = .text) { (self.text, self.role) = (text, role) }
  }

  var columns: [Column]
  var hasHeading = true

  /// Columns in front of each row, for the selection's mark.
  private static let margin = 2

  /// The first of `count` rows to show in `room` rows so that `selected` is inside.
  static func firstRow(count: Int, room: Int, selected: Int?) -> Int {
    guard count > room, let selected else { return 0 }
    return max(0, min(count - room, selected - room / 2))
  }

  /// Draws the table. `field` makes a row's cells, asked for visible rows only.
  func draw(_ frame: inout Frame, _ region: Region, count: Int, selected: Int?, row: (Int) -> [Field]) {
    let shown = fitting(region.columns - Self.margin)
    var top = region
    if hasHeading, region.rows > 1 {
      drawHeading(&frame, region, shown)
      top = region.splitRows(1).1
    }
    guard top.rows > 0 else { return }
    let first = Self.firstRow(count: count, room: top.rows, selected: selected)
    for offset in 0..<min(top.rows, count - first) {
      let isSelected = first + offset == selected
      if isSelected { frame.paint(Region(row: top.row + offset, column: top.column, rows: 1, columns: top.columns), .selected) }
      drawRow(&frame, top, offset, shown, row(first + offset), isSelected)
    }
    if count == 0 { frame.put("none", in: top, 0, Self.margin, .muted) }
  }

  /// The columns that fit, and their widths.
  private func fitting(_ room: Int) -> [(index: Int, width: Int)] {
    var kept = Array(columns.indices)
    func fixed(_ indices: [Int]) -> Int { indices.reduce(0) { $0 + (columns[$1].width == 0 ? columns[$1].least : columns[$1].width) + 1 } }
    while fixed(kept) > room, let last = kept.max(by: { (columns[$0].drop, $0) < (columns[$1].drop, $1) }), columns[last].drop > 0 {
      kept.removeAll { $0 == last }
    }
    let used = kept.reduce(0) { $0 + columns[$1].width + 1 }
    let flexible = kept.filter { columns[$0].width == 0 }.count
    let share = flexible > 0 ? max(1, (room - used) / flexible) : 0
    return kept.map { ($0, columns[$0].width == 0 ? share : columns[$0].width) }
  }

  private func drawHeading(_ frame: inout Frame, _ region: Region, _ shown: [(index: Int, width: Int)]) {
    var at = Self.margin
    for (index, width) in shown {
      putField(&frame, region, 0, at, width, columns[index], Field(columns[index].title, .muted))
      at += width + 1
    }
  }

  private func drawRow(
    _ frame: inout Frame, _ region: Region, _ offset: Int, _ shown: [(index: Int, width: Int)], _ fields: [Field], _ isSelected: Bool
  ) {
    if isSelected { frame.put("▶", in: region, offset, 0, .selected) }
    var at = Self.margin
    for (index, width) in shown {
      var field = fields.indices.contains(index) ? fields[index] : Field("")
      if isSelected { field.role = .selected }
      putField(&frame, region, offset, at, width, columns[index], field)
      at += width + 1
    }
  }

  private func putField(_ frame: inout Frame, _ region: Region, _ row: Int, _ at: Int, _ width: Int, _ column: Column, _ field: Field) {
    guard width > 0 else { return }
    let length = DisplayText.width(of: field.text, limit: width + 1)
    let start = column.isRight ? at + max(0, width - length) : at
    frame.put(field.text, in: region, row, start, field.role, limit: width)
    if length > width, width > 1 { frame.put("…", in: region, row, at + width - 1, field.role) }
  }
}
