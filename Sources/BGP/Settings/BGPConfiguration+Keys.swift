// SPDX-License-Identifier: GPL-3.0-or-later
import Policy

extension BGPConfiguration {
  /// The same settings with a placeholder for each key: what shows are made of. Kept lines go through `hiding`.
  public func withoutKeys(_ hiding: (String) -> String) -> BGPConfiguration {
    var copy = self
    for r in copy.routers.indices {
      for n in copy.routers[r].neighbors.indices {
        copy.routers[r].neighbors[n].password = copy.routers[r].neighbors[n].password?.withoutKey
      }
      copy.routers[r].kept = copy.routers[r].kept.map(hiding)
      for t in copy.routers[r].sessionTemplates.indices {
        copy.routers[r].sessionTemplates[t].kept = copy.routers[r].sessionTemplates[t].kept.map(hiding)
      }
      for f in copy.routers[r].otherFamilies.indices {
        copy.routers[r].otherFamilies[f].kept = copy.routers[r].otherFamilies[f].kept.map(hiding)
      }
    }
    return copy
  }

  /// Whether a key itself stands in the configuration: then its file must be its owner's alone.
  public var holdsKeys: Bool {
    routers.contains { $0.neighbors.contains { if case .text? = $0.password { true } else { false } } }
  }
}
