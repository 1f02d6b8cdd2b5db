// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Policy
import Testing

@Suite("Expressions over AS paths") struct PathExpressionTests {
  static let paths = [
    "", "65001", "65001 65002", "65001 65002 65003", "165001", "650011", "65002 65001", "65001 {65002,65003}", "(65010 65011) 65001",
    "[65012,65013] 65001", "1", "100", "100 200", "100 100 100", "7018 1239 3356", "65001 65001",
  ]
  static let expressions = [
    "^$", ".*", "^65001$", "_65001_", "^65001_", "_65001$", "^65001_65002_", "65001", "^[0-9]+$", "^[0-9]+_[0-9]+$", "_(65001|65002)_",
    "^(65001_)+$", "^65001(_65001)*$", "1?00", "[^ ]+ [^ ]+", "^.$", "_{65002", "\\(65010", "[12]00", "_100_100_", "a|", "()", "^^65001",
    "65001$$", "(_)", "(^|_)1($|_)", "^100( 100)*$", "[0-9]?65", "x*", "65.01", "__100", "{", "^[^0-9]",
  ]

  @Test("match like Foundation's, with `_` written out", arguments: expressions)
  func oracle(expression: String) throws {
    let mine = try PathExpression(expression)
    // Of what we support only `_` and a bare brace differ.
    let theirs = try NSRegularExpression(
      pattern: expression.replacingOccurrences(of: "{", with: "\\{").replacingOccurrences(of: "_", with: "(?:[ ,{}()\\[\\]]|^|$)"))
    for path in Self.paths {
      let expected = theirs.firstMatch(in: path, range: NSRange(path.startIndex..., in: path)) != nil
      #expect(mine.matches(path) == expected, "\(expression) on '\(path)'")
    }
  }

  @Test("random expressions match like Foundation's", arguments: [11, 12, 13] as [UInt64])
  func randomOracle(seed: UInt64) throws {
    var dice = Dice(state: seed)
    let pieces = ["1", "2", " ", ".", "_", "^", "$", "[12]", "[^1]", "(1|2)", "(12)", "(_2)", "1*", "2+", "(1|)", "(2_)?", "(1_)*"]
    for _ in 0..<400 {
      let expression = (0..<Int.random(in: 1...5, using: &dice)).map { _ in pieces.randomElement(using: &dice) ?? "" }.joined()
      let mine = try PathExpression(expression)
      let theirs = try NSRegularExpression(pattern: expression.replacingOccurrences(of: "_", with: "(?:[ ,{}()\\[\\]]|^|$)"))
      for _ in 0..<20 {
        let text = String((0..<Int.random(in: 0...8, using: &dice)).map { _ in "12 ".randomElement(using: &dice) ?? " " })
        let expected = theirs.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        #expect(mine.matches(text) == expected, "\(expression) on '\(text)'")
        #expect(mine.matchesByItsSteps(text) == expected, "\(expression) on '\(text)'")
      }
    }
  }

  @Test("the time is linear in the text, also where backtracking explodes")
  func linear() throws {
    let expression = try PathExpression("^(1|1|1)*(1*)*(1+)+2$")
    let text = String(repeating: "1", count: 4_000)
    let taken = ContinuousClock().measure { #expect(!expression.matches(text)) }
    #expect(taken < .seconds(5))
  }

  @Test("an expression whose table would be too large is matched by its steps: one that remembers what came ten characters ago")
  func withoutTable() throws {
    #expect(try PathExpression("^65001_").hasTable)
    let expression = try PathExpression("1[12][12][12][12][12][12][12][12][12][12]3")
    #expect(!expression.hasTable)
    #expect(expression.matches("2212222222222231222222222232") == "2212222222222231222222222232".contains(/1[12]{10}3/))
    #expect(expression.matches("12222222222223") == "12222222222223".contains(/1[12]{10}3/))
  }

  @Test("paths are written with the marks of their segments, numbers of every length")
  func texts() {
    let path: [ASPathSegment] = [
      .confederationSequence([1, 20]), .sequence([300, 4_294_967_295]), .set([5, 10]), .confederationSet([65_000]), .sequence([]),
    ]
    #expect(ASPathSegment.text(path) == "(1 20) 300 4294967295 {5,10} [65000]")
    #expect(ASPathSegment.text([]) == "" && ASPathSegment.text([.sequence([0])]) == "0")
  }

  @Test("what is too long, too deep or not ASCII is refused")
  func limits() {
    #expect(throws: PathExpression.Failure.limit) { try PathExpression(String(repeating: "1", count: 255)) }
    #expect(throws: PathExpression.Failure.limit) { try PathExpression(String(repeating: "(", count: 100)) }
    #expect(throws: PathExpression.Failure.limit) { try PathExpression("ä") }
    #expect(throws: PathExpression.Failure.unbalanced) { try PathExpression("[12") }
    #expect(throws: PathExpression.Failure.unbalanced) { try PathExpression("1)") }
    #expect(throws: PathExpression.Failure.unbalanced) { try PathExpression("[2-1]") }
    #expect(throws: PathExpression.Failure.unbalanced) { try PathExpression("1\\") }
  }
}
