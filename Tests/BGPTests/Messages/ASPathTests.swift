// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing

struct ASPathTests {
  @Test("a set counts one, confederations nothing, RFC 4271 §9.1.2.2, RFC 5065 §5.3")
  func length() {
    let path = ASPath([.init(.confederationSequence, [65010, 65011]), .init(.sequence, [1, 2, 3]), .init(.set, [4, 5])])
    #expect(path.length == 4)
    #expect(path.neighborAS == 1)
    #expect(path.text == "(65010 65011) 1 2 3 {4,5}")
    #expect(path.withoutConfederations.text == "1 2 3 {4,5}")
  }

  @Test("prepending joins the first sequence, or begins one before a set and where there is no room, RFC 4271 §5.1.2")
  func prepending() {
    #expect(ASPath(sequence: [2]).prepending(1, times: 2).segments == [.init(.sequence, [1, 1, 2])])
    #expect(ASPath([.init(.set, [2])]).prepending(1).segments == [.init(.sequence, [1]), .init(.set, [2])])
    let full = ASPath(sequence: Array(repeating: 7, count: 255)).prepending(1)
    #expect(full.segments.map(\.numbers.count) == [1, 255])
    #expect(ASPath().prepending(1).segments == [.init(.sequence, [1])])
  }

  @Test("numbers are replaced and left out without a trace of their segment")
  func mapping() {
    let path = ASPath([.init(.sequence, [65001, 10, 65001]), .init(.set, [64512])])
    #expect(path.mapping { $0 == 65001 ? 1 : $0 }.text == "1 10 1 {64512}")
    #expect(path.mapping { $0 >= 64512 ? nil : $0 }.text == "10")
    #expect(path.count(of: 65001) == 2)
  }
}
