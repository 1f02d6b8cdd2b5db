// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import Policy
import Testing

/// Keys in lines that nobody acts on.
struct KeptKeyTests {
  @Test(
    "a key in a kept line makes the configuration one that holds keys, and shows hide it, wherever it stands",
    arguments: ["password x", "pass x", "password 7 0822455D0A16", "neighbor 10.0.0.2 password x", "nei 10.0.0.2 pas x"])
  func keptKeys(line: String) {
    var part = KeptPart(name: "template peer-policy P")
    part.kept = ["weight 5", line]
    var family = BGPFamilySettings(.ipv4)
    family.kept = part.kept
    let places: [(inout BGPSettings) -> Void] = [
      { $0.kept = part.kept }, { $0.families = [family] }, { $0.otherFamilies = [part] }, { $0.policyTemplates = [part] },
      { $0.sessionTemplates = [part] },
    ]
    for place in places {
      var root = BGPConfiguration()
      root.routers = [BGPSettings(name: "65001")]
      #expect(!root.holdsKeys)
      place(&root.routers[0])
      #expect(root.holdsKeys)
      let shown = root.withoutKeys { $0.hasPrefix("weight") ? $0 : "password \(KeySecret.placeholder)" }
      #expect(shown != root && !shown.holdsKeys)
    }
  }
}
