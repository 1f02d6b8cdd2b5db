// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Foundation
import IPsecCrypto
import Wire

/// `dmvpn pki`: an authority and certificates of nodes, in files, for labs and small networks.
struct PKICommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pki", abstract: "Make an authority and the certificates of nodes, as files for `crypto pki trustpoint`.",
    discussion: """
      A node takes its certificate and key, the authority's certificate and its revocation list:

        crypto pki trustpoint CA
         certificate file /etc/dmvpn/spoke1.pem
         private-key file /etc/dmvpn/spoke1.key
         ca-certificate file /etc/dmvpn/ca.pem
         crl file /etc/dmvpn/crl.pem

      The authority's own key (ca.key) stays where it is.
      """,
    subcommands: [MakeAuthority.self, MakeNode.self, Revoke.self, RenewList.self])

  /// Options of everything that is signed.
  struct SigningOptions: ParsableArguments {
    @Option(help: "What kind of key: ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or ed25519.") var key = CertificateAuthority.KeyType
      .ecdsaP256
  }

  /// `dmvpn pki ca DIR`
  struct MakeAuthority: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ca", abstract: "Make an authority: ca.pem, ca.key and an empty crl.pem in a new directory.")

    @Argument(help: "Where to.", completion: .directory) var directory: String
    @Option(help: "The authority's name.") var name = "DMVPN CA"
    @OptionGroup var signing: SigningOptions
    @Option(help: "How many days it is valid.") var days = 3_650

    func validate() throws { guard (1...36_500).contains(days) else { throw ValidationError("--days must be 1 to 36500") } }

    func run() throws {
      try AuthorityDirectory(directory).create(name: name, keyType: signing.key, days: days)
      print("\(directory)/ca.pem, \(directory)/ca.key (keep it here), \(directory)/crl.pem")
    }
  }

  /// `dmvpn pki node DIR NAME`
  struct MakeNode: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "node", abstract: "Make a node's key and certificate: NAME.key and NAME.pem.",
      discussion: "With --tunnel-address and --prefix a hub refuses registrations and routes that are not in the certificate.")

    @Argument(help: "The authority's directory.", completion: .directory) var directory: String
    @Argument(help: "The node's name: the subject's CN, and a DNS name.") var name: String
    @Option(help: "A tunnel address the node may register; may stand several times.") var tunnelAddress: [String] = []
    @Option(help: "A prefix the node may announce (RFC 3779); may stand several times.") var prefix: [String] = []
    @Option(help: "A further DNS name; may stand several times.") var dns: [String] = []
    @OptionGroup var signing: SigningOptions
    @Option(help: "How many days it is valid.") var days = 825

    func validate() throws {
      guard AuthorityDirectory.isFit(name) else { throw ValidationError("'\(name)': a name has letters, digits, '.', '-' and '_'") }
      guard (1...36_500).contains(days) else { throw ValidationError("--days must be 1 to 36500") }
      if let bad = tunnelAddress.first(where: { IPAddress($0) == nil }) { throw ValidationError("'\(bad)' is no address") }
      if let bad = prefix.first(where: { IPPrefix($0) == nil }) { throw ValidationError("'\(bad)' is no prefix") }
    }

    func run() throws {
      let blocks = prefix.compactMap { IPPrefix($0) }
      let request = CertificateAuthority.Request(
        name: .init(commonName: name), dnsNames: [name] + dns, addresses: tunnelAddress.compactMap { IPAddress($0) },
        addressBlocks: blocks.isEmpty ? nil : blocks)
      try AuthorityDirectory(directory).issue(request, name: name, keyType: signing.key, days: days)
      print("\(directory)/\(name).pem, \(directory)/\(name).key")
    }
  }

  /// `dmvpn pki revoke DIR NAME`
  struct Revoke: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke", abstract: "Revoke every certificate of a node; crl.pem must then be given to the nodes.")

    @Argument(help: "The authority's directory.", completion: .directory) var directory: String
    @Argument(help: "The node's name, or a certificate's serial number in hexadecimal.") var name: String
    @Option(help: "How many days the list is valid.") var days = 365

    func run() throws {
      let count = try AuthorityDirectory(directory).revoke(name, days: days)
      print("\(count) revoked; give \(directory)/crl.pem to the nodes")
    }
  }

  /// `dmvpn pki crl DIR`
  struct RenewList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "crl", abstract: "Sign the revocation list again, before it ends.")

    @Argument(help: "The authority's directory.", completion: .directory) var directory: String
    @Option(help: "How many days the list is valid.") var days = 365

    func run() throws {
      try AuthorityDirectory(directory).renewList(days: days)
      print("\(directory)/crl.pem")
    }
  }
}

extension CertificateAuthority.KeyType: ExpressibleByArgument {}
