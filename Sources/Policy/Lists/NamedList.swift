// SPDX-License-Identifier: GPL-3.0-or-later

/// Something the configuration calls by a name or a number.
public protocol NamedElement: Sendable, Equatable {
  /// What it is called; a number in decimal digits.
  var name: String { get }
}

/// Elements by name, in the order in which they are printed: numbers ascending, then names.
public struct NamedList<Element: NamedElement>: Sendable, Equatable {
  private var elements: [Element] = []
  /// Places by name: for questions only, nothing iterates it.
  private var places: [String: Int] = [:]

  /// An empty list.
  public init() {}

  public static func == (a: NamedList, b: NamedList) -> Bool { a.elements == b.elements }

  /// The element called `name`; setting nil removes it.
  public subscript(name: String) -> Element? {
    get { places[name].map { elements[$0] } }
    set {
      switch (places[name], newValue) {
      case (nil, nil): return
      case (let place?, let new?): elements[place] = new
      case (nil, let new?): insert(new)
      case (let place?, nil):
        elements.remove(at: place)
        reindex()
      }
    }
  }

  /// Changes the element called `name` in place, made by `new` where there is none.
  public mutating func change<R, E: Error>(
    _ name: String, orMake new: @autoclosure () -> Element, _ body: (inout Element) throws(E) -> R
  ) throws(E) -> R {
    if places[name] == nil { insert(new()) }
    guard let place = places[name] else { preconditionFailure("an element must have the name it is asked for by") }
    return try body(&elements[place])
  }

  private mutating func insert(_ new: Element) {
    let place = elements.firstIndex { NameOrder.precedes(new.name, $0.name) } ?? elements.count
    elements.insert(new, at: place)
    reindex()
  }

  private mutating func reindex() {
    places.removeAll(keepingCapacity: true)
    for (place, element) in elements.enumerated() { places[element.name] = place }
  }
}

extension NamedList: RandomAccessCollection {
  /// The first place.
  public var startIndex: Int { elements.startIndex }
  /// The place behind the last.
  public var endIndex: Int { elements.endIndex }
  /// The element at a place.
  public subscript(position: Int) -> Element { elements[position] }
}

/// How lists are ordered: numbers ascending, then names.
enum NameOrder {
  static func precedes(_ a: String, _ b: String) -> Bool {
    switch (DecimalNumber.read(a), DecimalNumber.read(b)) {
    case (let x?, let y?): x < y
    case (nil, nil): a < b
    case (let x, _): x != nil
    }
  }
}
