// SPDX-License-Identifier: GPL-3.0-or-later

/// The lifetime that attributes state: a unit, then a duration, and so on (RFC 2407 §4.5, RFC 2409 §A).
package struct ISAKMPLifetime: Sendable, Hashable {
  /// Nil where it is not limited in time.
  package var seconds: Int?
  /// Nil where it is not limited in volume.
  package var kilobytes: Int?

  package init(seconds: Int? = nil, kilobytes: Int? = nil) { (self.seconds, self.kilobytes) = (seconds, kilobytes) }

  /// Reads the pairs among `attributes`; a duration without a unit before it means nothing, 0 neither.
  package init(_ attributes: [ISAKMPAttribute], type: UInt16, duration: UInt16) {
    var unit: UInt64?
    for attribute in attributes {
      guard let number = attribute.number else { continue }
      if attribute.type == type { unit = number }
      guard attribute.type == duration, number > 0 else { continue }
      let value = Int(clamping: min(number, UInt64(UInt32.max)))
      if unit == UInt64(ISAKMPLifeType.seconds) { seconds = min(seconds ?? value, value) }
      if unit == UInt64(ISAKMPLifeType.kilobytes) { kilobytes = min(kilobytes ?? value, value) }
    }
  }

  /// As attributes of phase 2.
  package var attributes: [ISAKMPAttribute] {
    var attributes: [ISAKMPAttribute] = []
    if let seconds {
      attributes.append(ISAKMPAttribute(Phase2Attribute.lifeType, .short(ISAKMPLifeType.seconds)))
      attributes.append(ISAKMPAttribute(Phase2Attribute.lifeDuration, number: UInt32(clamping: seconds)))
    }
    if let kilobytes {
      attributes.append(ISAKMPAttribute(Phase2Attribute.lifeType, .short(ISAKMPLifeType.kilobytes)))
      attributes.append(ISAKMPAttribute(Phase2Attribute.lifeDuration, number: UInt32(clamping: kilobytes)))
    }
    return attributes
  }

  /// The shorter of each.
  package func shortened(by other: ISAKMPLifetime) -> ISAKMPLifetime {
    func shorter(_ a: Int?, _ b: Int?) -> Int? { [a, b].compactMap { $0 }.min() }
    return ISAKMPLifetime(seconds: shorter(seconds, other.seconds), kilobytes: shorter(kilobytes, other.kilobytes))
  }
}
