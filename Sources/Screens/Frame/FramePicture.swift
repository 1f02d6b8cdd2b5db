// SPDX-License-Identifier: GPL-3.0-or-later

/// Pictures of frames for documentation, made by the program itself.
public enum FramePicture {
  /// An SVG of `frame` in the colours of `theme`: one text element for each run of equal roles, placed by cell.
  public static func svg(_ frame: Frame, _ theme: Theme) -> String {
    let (width, height) = (frame.columns * cellWidth + 16, frame.rows * cellHeight + 16)
    var result = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" font-family="\(fonts)" font-size="14">
      <rect width="\(width)" height="\(height)" rx="6" fill="\(theme.backgroundHex)"/>

      """
    for row in 0..<frame.rows {
      for run in runs(frame, row) { result += element(run, row, theme) }
    }
    return result + "</svg>\n"
  }

  private static let cellWidth = 9
  private static let cellHeight = 18
  private static let fonts = "DejaVu Sans Mono, Menlo, Consolas, monospace"

  private struct Run {
    var column: Int, width: Int, role: Role, text: String
  }

  /// Runs of equal role; box and braille cells stay together, so that a viewer's other font cannot shift what follows.
  private static func runs(_ frame: Frame, _ row: Int) -> [Run] {
    var result: [Run] = []
    for column in 0..<frame.columns {
      let cell = frame[row, column]
      if cell.width == 0 { continue }
      let width = Int(cell.width)
      if let last = result.last, last.role == cell.role, cell.scalar.isASCII == last.text.unicodeScalars.last?.isASCII {
        result[result.count - 1].text.unicodeScalars.append(cell.scalar)
        result[result.count - 1].width += width
      } else {
        result.append(Run(column: column, width: width, role: cell.role, text: String(Character(cell.scalar))))
      }
    }
    return result
  }

  private static func element(_ run: Run, _ row: Int, _ theme: Theme) -> String {
    let style = theme.picture(of: run.role)
    let (x, y) = (8 + run.column * cellWidth, 8 + row * cellHeight)
    var result = ""
    if let background = style.background {
      result += "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(run.width * cellWidth)\" height=\"\(cellHeight)\" fill=\"\(background)\"/>\n"
    }
    if run.text.allSatisfy({ $0 == " " }) { return result }
    let weight = style.isBold ? " font-weight=\"bold\"" : ""
    result += "<text x=\"\(x)\" y=\"\(y + 14)\" textLength=\"\(run.width * cellWidth)\" lengthAdjust=\"spacingAndGlyphs\" "
    return result + "fill=\"\(style.foreground)\"\(weight) xml:space=\"preserve\">\(escaped(run.text))</text>\n"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.append(character)
      }
    }
    return result
  }
}
