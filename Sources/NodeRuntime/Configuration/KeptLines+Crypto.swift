// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE

/// `crypto …` lines of IOS that IKE here does not act on. No pattern may take a line that holds one of our keys.
extension KeptLines {
  /// Heads of sections.
  static let cryptoSections = patterns(
    """
    crypto isakmp client configuration group <rest:line>
    crypto isakmp peer <rest:line>
    crypto ikev2 {name-mangler|authorization policy|client|cluster} <rest:line>
    crypto ipsec {proposal|client} <rest:line>
    crypto {gdoi|dynamic-map|identity|provisioning} <rest:line>
    crypto map <name:word> <sequence:int(1-65535)> [<rest:line>]
    crypto {pki|ca} {certificate chain|server|profile|authenticate|enroll|trustpool} <rest:line>
    """)

  /// Single lines of global mode.
  static let cryptoGlobal = patterns(
    """
    crypto {engine|logging|mib|eli|ace|xauth|vpn|ssl|tls-tunnel|wui|ctcp|fips|secure-webvpn} [<rest:line>]
    crypto key {generate|zeroize|export|import|pubkey-chain|decrypt|encrypt|lock|unlock|move|storage} <rest:line>
    crypto map <name:word> {local-address|client|isakmp|redundancy|gdoi} <rest:line>
    crypto call admission {load|limit {ipsec|all}} [<rest:line>]
    crypto call admission limit ike {sa|half-open} <rest:line>
    crypto isakmp {enable|default|client|xauth|diagnose|error|fragmentation|disconnect-revoked-peers|profile-limit|log} [<rest:line>]
    crypto isakmp nat {force-encaps|traversal} [<rest:line>]
    crypto ikev2 {certificate-cache|diagnose|http-url|redirect|window|reconnect|disconnect-revoked-peers|proposal-limit} [<rest:line>]
    crypto ikev2 limit {max-sa|queue} <rest:line>
    crypto ikev2 limit max-in-negotation-sa <number:int(1-99999)> {incoming|outgoing|left-half}
    crypto ikev2 nat force-encap
    crypto ipsec {fragmentation|nat-transparency|optional|security-policy|server|default|mtu} [<rest:line>]
    crypto ipsec security-association {idle-time|multi-sn|ecn|dummy} [<rest:line>]
    crypto {pki|ca} {import|export|crl|token|http|certificate storage|certificate query|server-limit} [<rest:line>]
    """)

  /// Lines of the sections that IKE acts on.
  static let cryptoModes: [(mode: CommandMode, patterns: [String])] = [
    (
      .isakmpProfile,
      patterns(
        """
        vrf <name:word>
        local-address <where:word> [<vrf:word>]
        isakmp authorization list <list:word>
        client {authentication|configuration|pki} <rest:line>
        accounting <list:word>
        virtual-template <number:int(1-4096)>
        qos-group <group:int(1-1023)>
        """)
    ),
    (
      .keyring,
      patterns(
        """
        local-address <where:word> [<vrf:word>]
        rsa-pubkey {address|name} <rest:line>
        """)
    ),
    (.ikev2Proposal, patterns("pqc <rest:line>")),
    (
      .ikev2Policy,
      patterns(
        """
        match fvrf {any|<vrf:word>}
        match address local interface <name:interface>
        """)
    ),
    (
      .ikev2KeyringPeer,
      patterns(
        """
        aaa authorization group <rest:line>
        dynamic
        ppk <rest:line>
        """)
    ),
    (
      .ikev2Profile,
      patterns(
        """
        aaa {accounting|authentication|authorization} <rest:line>
        anyconnect profile <rest:line>
        config-exchange {request|set {accept|send}}
        config-mode set
        initial-contact force
        ivrf <vrf:word>
        keyring aaa <rest:line>
        keyring ppk <rest:line>
        match fvrf {any|<vrf:word>}
        nat force-encap
        reconnect [<rest:line>]
        redirect gateway auth
        shutdown
        virtual-template <number:int(1-4096)> [mode auto]
        """)
    ),
    (.certificateMap, patterns("{unstructured-subject-name|serial-number|name|valid-start|expires-on} <rest:line>")),
    (.transformSet, patterns("esn")),
    (
      .ipsecProfile,
      patterns(
        """
        dialer <rest:line>
        match address <rest:line>
        redundancy <rest:line>
        responder-only
        reverse-route [<rest:line>]
        set {identity|group|mixed-mode|reverse-route|tlv|peer} [<rest:line>]
        set security-association {idle-time|dummy|ecn|level|dfbit} <rest:line>
        set security-policy limit <rest:line>
        """)
    ),
    (
      .trustpoint,
      patterns(
        """
        aaa-list <list:word>
        authorization {list|username|login} <rest:line>
        auto-enroll [<rest:line>]
        auto-trigger
        chain-validation [{stop|continue <parent:word>}]
        crl {query|optional|best-effort|cache} [<rest:line>]
        eckeypair <label:word>
        enrollment <rest:line>
        fingerprint <rest:line>
        fqdn <name:word>
        grant <rest:line>
        hash <name:word>
        ip-address {none|<address:address>}
        ip-address {Tunnel|GigabitEthernet|FastEthernet|Ethernet|Loopback} [<rest:line>]
        issuer-name <rest:line>
        match {certificate|key} <rest:line>
        ocsp <rest:line>
        on <rest:line>
        password [<rest:line>]
        primary
        query certificate
        regenerate
        root <rest:line>
        rsakeypair <label:word> [<rest:line>]
        serial-number [<rest:line>]
        source interface <name:interface>
        storage <rest:line>
        subject-alt-name <rest:line>
        subject-name <rest:line>
        usage <rest:line>
        vrf <vrf:word>
        """)
    ),
  ]
}
