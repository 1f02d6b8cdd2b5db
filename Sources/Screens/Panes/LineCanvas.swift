// SPDX-License-Identifier: GPL-3.0-or-later

/// Lines between cells: in braille dots where the terminal has them, else one glyph a cell.
struct LineCanvas {
  /// How a line looks; each differs without colour.
  enum Style { case solid, dashed, dotted, double }

  private let rows: Int, columns: Int
  private let tier: GlyphTier
  private var dots: [UInt8]
  private var glyphs: [Unicode.Scalar?]
  private var roles: [Role]

  init(rows: Int, columns: Int, tier: GlyphTier) {
    (self.rows, self.columns, self.tier) = (max(0, rows), max(0, columns), tier)
    let count = self.rows * self.columns
    dots = Array(repeating: 0, count: count)
    glyphs = Array(repeating: nil, count: count)
    roles = Array(repeating: .text, count: count)
  }

  /// Draws a line from the middle of one cell to the middle of another.
  mutating func line(from a: (row: Int, column: Int), to b: (row: Int, column: Int), _ style: Style, _ role: Role) {
    if tier == .braille {
      let start = (a.column * 2 + 1, a.row * 4 + 2)
      let end = (b.column * 2 + 1, b.row * 4 + 2)
      dotLine(start, end, style, role)
      if style == .double {
        let isFlat = abs(end.0 - start.0) >= abs(end.1 - start.1)
        let (dx, dy) = isFlat ? (0, 2) : (2, 0)
        dotLine((start.0 + dx, start.1 + dy), (end.0 + dx, end.1 + dy), style, role)
      }
    } else {
      let glyph = Self.glyph(style, b.column - a.column, b.row - a.row)
      walk((a.column, a.row), (b.column, b.row)) { canvas, step, x, y in
        guard style != .dotted || step % 2 == 0 else { return }
        canvas.mark(y, x, glyph, role)
      }
    }
  }

  /// Copies the lines into `region` of a frame.
  func copy(to frame: inout Frame, _ region: Region) {
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row * columns + column
        if dots[index] != 0, let scalar = Unicode.Scalar(0x2800 + UInt32(dots[index])) {
          frame.put(String(Character(scalar)), in: region, row, column, roles[index])
        } else if let glyph = glyphs[index] {
          frame.put(String(Character(glyph)), in: region, row, column, roles[index])
        }
      }
    }
  }

  private mutating func mark(_ row: Int, _ column: Int, _ glyph: Unicode.Scalar, _ role: Role) {
    guard row >= 0, row < rows, column >= 0, column < columns else { return }
    (glyphs[row * columns + column], roles[row * columns + column]) = (glyph, role)
  }

  private mutating func dotLine(_ a: (Int, Int), _ b: (Int, Int), _ style: Style, _ role: Role) {
    walk(a, b) { canvas, step, x, y in
      switch style {
      case .solid, .double: break
      case .dashed: if step % 6 >= 3 { return }
      case .dotted: if step % 5 != 0 { return }
      }
      canvas.dot(x, y, role)
    }
  }

  private mutating func dot(_ x: Int, _ y: Int, _ role: Role) {
    guard x >= 0, y >= 0, x < columns * 2, y < rows * 4 else { return }
    let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
    let index = y / 4 * columns + x / 2
    dots[index] |= bits[y % 4][x % 2]
    roles[index] = role
  }

  /// Bresenham.
  private mutating func walk(_ a: (Int, Int), _ b: (Int, Int), _ body: (inout LineCanvas, Int, Int, Int) -> Void) {
    var (x, y, step) = (a.0, a.1, 0)
    let (dx, dy) = (abs(b.0 - a.0), -abs(b.1 - a.1))
    let (sx, sy) = (a.0 < b.0 ? 1 : -1, a.1 < b.1 ? 1 : -1)
    var error = dx + dy
    while true {
      body(&self, step, x, y)
      if x == b.0, y == b.1 { return }
      let twice = 2 * error
      if twice >= dy {
        error += dy
        x += sx
      }
      if twice <= dx {
        error += dx
        y += sy
      }
      step += 1
    }
  }

  private static func glyph(_ style: Style, _ dx: Int, _ dy: Int) -> Unicode.Scalar {
    switch style {
    case .dotted, .dashed: return "·"
    case .double: return "═"
    case .solid:
      if abs(dy) * 3 <= abs(dx) { return "─" }
      if abs(dx) * 2 <= abs(dy) { return "│" }
      return (dx > 0) == (dy > 0) ? "╲" : "╱"
    }
  }
}
