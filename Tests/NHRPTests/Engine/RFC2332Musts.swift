// SPDX-License-Identifier: GPL-3.0-or-later

/// One MUST, MUST NOT, SHALL or SHALL NOT of RFC 2332, in our own words.
struct Must {
  enum Outcome {
    /// The test that shows it, `Suite.function`.
    case shown(String)
    /// It speaks of something an IP NBMA client or server does not have.
    case notApplicable(String)
    /// We do otherwise on purpose.
    case deviates(String)
  }

  var section: String
  var sentence: String
  var outcome: Outcome

  init(_ section: String, _ sentence: String, _ test: String) { (self.section, self.sentence, outcome) = (section, sentence, .shown(test)) }
  init(_ section: String, _ sentence: String, unless outcome: Outcome) { (self.section, self.sentence, self.outcome) = (section, sentence, outcome) }

  /// The table, in the order of the RFC.
  static let all: [Must] = header + mandatory + resolution + registration + purging + errors + extensions + caching

  private static let header = [
    Must("3", "a question that cannot be passed on, or for which nobody has an answer, is answered in the negative", "ResolutionResponderTests.noBinding"),
    Must("3", "a server on the way of a reply passes it on to the client it serves", "ResolutionResponderTests.replyRelayed"),
    Must("5.1", "ar$pro.snap is zero when sent unless the long form is used, and ignored when received", "RegistrationClientTests.content"),
    Must("5.1", "a protocol with an ethertype is sent under it, in the short form", "RegistrationClientTests.content"),
    Must("5.1", "every server that passes a packet on takes one off the hop count", "ResolutionResponderTests.relayed"),
    Must("5.1", "a packet with hop count 0 is not passed on: error 15 goes to its source", "ResolutionResponderTests.hopCount"),
    Must("5.1", "a reply starts with a hop count of its own", "ResolutionResponderTests.replyRelayed"),
    Must("5.1", "the checksum covers the whole packet; an odd one counts as padded with zero", "NHRPPacketTests.oddLength"),
    Must("5.1", "ar$extoff is 0 without extensions and points at the first otherwise", "NHRPDecodeErrorTests.wrongPackets"),
    Must("5.1", "packets of another version are not processed", "NHRPDecodeErrorTests.wrongPackets"),
    Must("5.1", "packets in SNAP form for protocols without a number", unless: .notApplicable("IPv4 and IPv6 have ethertypes")),
  ]

  private static let mandatory = [
    Must("5.2.0.1", "a repeated request keeps its request id (registration)", "RegistrationClientTests.retriesKeepTheirID"),
    Must("5.2.0.1", "a repeated request keeps its request id (resolution)", "ResolutionRequesterTests.retries"),
    Must("5.2.0.1", "a repeated request keeps its request id (purge)", "PurgeTests.clientMoves"),
    Must("5.2.0.1", "a new request takes the next number of a counter", "RegistrationClientTests.refreshes"),
    Must("5.2.0.1", "the request id is copied into the reply", "ResolutionResponderTests.answered"),
    Must("5.2.0.1", "a reply is matched with an open request by id and source address", "ResolutionRequesterTests.strangeReplies"),
    Must("5.2.0.1", "replies travel towards the source protocol address", "ResolutionResponderTests.replyRelayed"),
    Must("5.2.0.1", "requests and indications travel towards the destination protocol address", "ResolutionResponderTests.relayed"),
    Must("5.2.0.1", "prefix length 0 says nothing and equals 0xff", "RegistrationServerTests.prefixLengths"),
    Must("5.2.0.1", "what is cached is discarded when its hold time is over", "RegistrationServerTests.expires"),
    Must("5.2.0.1", "the hold time is 0 in a refusal", "RegistrationServerTests.uniqueConflict"),
    Must("5.2.0.1", "the entry with the highest preference is used", "ResolutionRequesterTests.preference"),
    Must("5.2.0.1", "subaddresses have length 0 where the NBMA has none", "RegistrationClientTests.content"),
    Must("5.2.0.1", "E.164 with NSAP subaddresses", unless: .notApplicable("the NBMA network is IP")),
    Must("5.2.0.1", "addresses are used for signalling a switched circuit", unless: .notApplicable("the NBMA network is IP: nothing is signalled")),
  ]

  private static let resolution = [
    Must("5.2.1", "the D bit is clear in a request", "ResolutionRequesterTests.question"),
    Must("5.2.1", "at most one entry is in a request, that of its source", "ResolutionRequesterTests.question"),
    Must("5.2.1", "with the U bit set the prefix length is 0xff", unless: .notApplicable("our questions never set U: the answer is a network")),
    Must("5.2.1", "a hold time above 0 stands in a request only with the S bit", "ResolutionRequesterTests.question"),
    Must("5.2.1", "unused fields of the request's entry are zero", "ResolutionRequesterTests.question"),
    Must("5.2.1", "the request's prefix length is the widest answer it accepts", "ResolutionResponderTests.widest"),
    Must("5.2.1", "with the U bit only the unique binding is returned, code 13 where there is none", unless: .notApplicable("a node answers for itself and its networks only: that binding is unique")),
    Must("5.2.2", "the authoritative server answers with all and only its authoritative entries", unless: .deviates("DMVPN servers pass questions on to the spoke that owns the address and do not answer for registered clients (IOS, FRR)")),
    Must("5.2.2", "Q and S are copied from the request", "ResolutionResponderTests.natBit"),
    Must("5.2.2", "A is set only when the answer is authoritative", "ResolutionResponderTests.answered"),
    Must("5.2.2", "D is set only when the way to the destination is stable for the hold time; if it ends, a purge follows", "PurgeTests.routeChanges"),
    Must("5.2.2", "the prefix length of a reply counts bits of the destination protocol address", "ResolutionRequesterTests.clipped"),
    Must("5.2.2", "the hold time of a cached answer is what is left of it", unless: .notApplicable("nothing is answered from what others said")),
    Must("5.2.2", "code 12: no binding exists", "ResolutionResponderTests.noBinding"),
    Must("5.2.2", "a reply with a code other than 0 gives no mapping", "ResolutionRequesterTests.negative"),
    Must("5.2.2", "every extension of the request is in the reply, compulsory or not", "ResolutionResponderTests.extensionsCopied"),
    Must("5.2.2", "a reply nobody asked for is not used", "ResolutionRequesterTests.strangeReplies"),
    Must("5.2.2", "a reply nobody asked for is answered with error 10 (SHOULD)", unless: .deviates("a question asked twice is answered twice: it is counted, not complained about")),
  ]

  private static let registration = [
    Must("5.2.3", "the unique bit is stored with the entry", "RegistrationServerTests.accepted"),
    Must("5.2.3", "a unique registration is refused with 14 where a unique entry stands", "RegistrationServerTests.uniqueConflict"),
    Must("5.2.3", "with the unique bit the prefix length is 0xff", "RegistrationClientTests.content"),
    Must("5.2.3", "with the unique bit there is one entry only", "RegistrationClientTests.content"),
    Must("5.2.3", "the code is 0 in a request", "RegistrationClientTests.content"),
    Must("5.2.3", "the request id survives a crash in non-volatile memory", unless: .deviates("the engine starts where its owner says (firstRequestID): the owner keeps or draws the number")),
    Must("5.2.3", "who does not know its server's address puts its own as destination", "RegistrationClientTests.dynamicServer"),
    Must("5.2.3", "a server takes registrations addressed to itself", "RegistrationServerTests.accepted"),
    Must("5.2.3", "a server takes registrations addressed to their own source", "RegistrationServerTests.destinationIsOwn"),
    Must("5.2.3", "a registration for another server is passed on towards it", "RegistrationServerTests.forOtherServer"),
    Must("5.2.3", "a client that cannot be served here is refused", "RegistrationServerTests.unacceptable"),
    Must("5.2.3", "a registration is repeated often enough to outlive lost packets: at a third of the hold time", "RegistrationClientTests.refreshes"),
    Must("5.2.4", "the reply is the request with type 4, codes and extensions filled in", "RegistrationServerTests.replyIsTheRequest"),
    Must("5.2.4", "the reply goes straight to the client", "RegistrationServerTests.replyIsTheRequest"),
    Must("5.2.4", "a direct circuit is made for the reply where there is none", unless: .notApplicable("GRE needs none")),
    Must("5.2.4", "each entry that failed carries its own code", "RegistrationServerTests.codesPerEntry"),
    Must("5.2.4", "code 4 for administrative reasons", "RegistrationServerTests.staticEntry"),
    Must("5.2.4", "code 5 for lack of resources", "RegistrationServerTests.cacheFull"),
    Must("5.2.4", "any code other than 0 makes the reply a refusal", "RegistrationClientTests.anyRefusal"),
  ]

  private static let purging = [
    Must("5.2.5", "the code is 0 and the hold time 0 in a purge", "PurgeTests.clientPurges"),
    Must("5.2.5", "all cached information that matches the entries is discarded", "PurgeTests.prefix"),
    Must("5.2.5", "an NBMA address in an entry narrows what matches", "PurgeTests.narrowed"),
    Must("5.2.5", "a reply is sent even when nothing matched, unless N is set", "PurgeTests.replyUnlessN"),
    Must("5.2.5", "a purge of anybody is obeyed and answered", unless: .deviates("strangers and peers that purge what is not theirs are not believed (PurgeTests.notFromStrangers)")),
    Must("5.2.5", "a client that does not know its server's address purges under its own", "PurgeTests.stoppingUnknownServer"),
    Must("5.2.5", "a server takes purges addressed to their own source", "PurgeTests.unknownServer"),
    Must("5.2.5", "a server that is purged by a client sends purges of its own to those it answered or relayed to", "PurgeTests.clientPurges"),
    Must("5.2.5", "a purge reply nobody waits for is ignored", "PurgeTests.replyEnds"),
    Must("5.2.5", "a purge may be repeated until it is answered", "PurgeTests.lostPurge"),
    Must("5.2.5", "a purge for another station is passed on", "PurgeTests.transit"),
    Must("5.2.6", "the reply is the request with type 6 and extensions filled in", "PurgeTests.reply"),
  ]

  private static let errors = [
    Must("5.2.7", "an error indication is never answered with one", "HostileInputTests.errorsUnanswered"),
    Must("5.2.7", "the packet in error is discarded", "RegistrationServerTests.unknownCompulsory"),
    Must("5.2.7", "one packet causes one error indication at most", "AuthenticationTests.refused"),
    Must("5.2.7", "its source is who saw the error, its destination who sent the packet", "AuthenticationTests.refused"),
    Must("5.2.7", "it holds the packet in error", "AuthenticationTests.hopByHop"),
    Must("5.2.7", "the offset counts from the fixed header", "ResolutionResponderTests.unknownAsResponder"),
    Must("5.2.7", "it travels on towards the station that sent the packet", "ResolutionResponderTests.complaintsPassOn"),
    Must("5.2.7", "a server that sees itself as source of a passing error drops it silently", "ResolutionResponderTests.complaintsPassOn"),
    Must("5.2.7", "no extension is added to it", unless: .deviates("with a password set it carries the authentication extension: FRR and OpenNHRP drop it otherwise")),
    Must("5.2.7", "error 6 where the address cannot be reached", "ResolutionResponderTests.nowhere"),
    Must("5.2.7", "error 8 for a packet larger than the NBMA network's MTU", unless: .notApplicable("the underlay fragments; messages stay under 1,500 bytes")),
    Must("5.2.7", "error 9 for an extension that does not fit the packet type", unless: .deviates("it is copied or ignored: vendors put extensions where the RFC has none")),
    Must("5.2.7", "error 7 for wrong checksums and versions", unless: .deviates("what does not decode is counted and dropped: its source address cannot be believed")),
  ]

  private static let extensions = [
    Must("5.3", "the list ends with End, compulsory and empty", "NHRPDecodeErrorTests.wrongPackets"),
    Must("5.3", "an extension type stands once in a packet, vendor-private excepted", "FieldBugTests.duplicateAuthentication"),
    Must("5.3", "the unused bit is zero in what we send", "ResolutionRequesterTests.question"),
    Must("5.3", "a responder that does not know a compulsory extension sends error 1 (registration)", "RegistrationServerTests.unknownCompulsory"),
    Must("5.3", "a responder that does not know a compulsory extension sends error 1 (resolution)", "ResolutionResponderTests.unknownAsResponder"),
    Must("5.3", "a responder that does not know a compulsory extension sends error 1 (purge)", "PurgeTests.unknownCompulsory"),
    Must("5.3", "an unknown extension that is not compulsory comes back unchanged", "ResolutionResponderTests.extensionsCopied"),
    Must("5.3", "a transit server ignores unknown extensions", "ResolutionResponderTests.unknownInTransit"),
    Must("5.3", "with an unknown compulsory one it caches nothing and does not enter itself in the records", "ResolutionResponderTests.unknownInTransit"),
    Must("5.3.1", "a request carries the extension empty", "ResolutionRequesterTests.question"),
    Must("5.3.1", "the responder puts its own address there, prefix length 0", "ResolutionResponderTests.answered"),
    Must("5.3.1", "one protocol address is used in all three extensions", "ResolutionResponderTests.replyRelayed"),
    Must("5.3.1", "our own address as responder of a passing reply: error 3, dropped", "ResolutionResponderTests.responderLoop"),
    Must("5.3.2", "each transit server appends itself to a request", "ResolutionResponderTests.relayed"),
    Must("5.3.2", "the responder does not", "ResolutionResponderTests.replyRelayed"),
    Must("5.3.2", "lengths and checksum are adjusted", "FieldMutationTests.growingEntry"),
    Must("5.3.2", "our own address in the record of a request: error 3, dropped", "ResolutionResponderTests.loops"),
    Must("5.3.3", "each transit server appends itself to a reply", "ResolutionResponderTests.replyRelayed"),
    Must("5.3.3", "our own address in the record of a reply: error 3, dropped", "ResolutionResponderTests.loops"),
    Must("5.3.4", "a packet that fails authentication is dropped and answered with error 11", "AuthenticationTests.refused"),
    Must("5.3.4", "authentication is made anew for each hop", "AuthenticationTests.hopByHop"),
    Must("5.3.4", "keyed MD5 is supported", unless: .deviates("DMVPN uses Cisco's plain form only; IPsec authenticates")),
    Must("5.3.5", "vendor-private extensions of unknown vendors are passed and returned unchanged", "ResolutionResponderTests.extensionsCopied"),
  ]

  private static let caching = [
    Must("6.2", "the source of a request is cached only with the S bit and a hold time above 0", "ResolutionResponderTests.implicit"),
    Must("6.2", "nothing learned by listening replaces a registration", "ResolutionResponderTests.implicitRefused"),
    Must("6.2.1", "a requester drops what it learned when its hold time is over", "ResolutionRequesterTests.renewal"),
    Must("6.2.1", "a requester drops what is purged", "PurgeTests.clientPurges"),
    Must("6.2.1", "a server keeps registrations for their hold time", "RegistrationServerTests.expires"),
    Must("6.2.2", "an egress whose route changed purges what it answered", "PurgeTests.routeChanges"),
    Must("6.2.2", "after a purge the question is asked authoritatively", "ResolutionRequesterTests.question"),
    Must("6.3", "an answer does not cover addresses with another next hop", "ResolutionResponderTests.noHoles"),
    Must("7", "servers synchronised by SCSP", unless: .notApplicable("no server synchronises; clients register with each")),
  ]
}
