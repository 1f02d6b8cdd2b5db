// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import ODR
import Policy
import RIP
import Routing

/// Lines of routing protocols and route policy that IOS has and nobody acts on here. A first word alone hides misspellings of our own
/// lines: where we have the word too, the words behind it are named.
extension KeptLines {
  /// By the section they stand in.
  static let routingModes: [(mode: CommandMode, patterns: [String])] =
    [
      (.routerBGP, patterns(bgpRouter) + patterns(bgpFamily)), (.routerBGPFamily, patterns(bgpFamily)),
      (.routerBGPOtherFamily, patterns(bgpOther)), (.routerBGPPolicyTemplate, patterns(bgpTemplate)),
      (.routerBGPSessionTemplate, patterns(bgpTemplate)),
      (RIPCommands.mode, patterns(rip)), (RIPCommands.otherTableMode, patterns(ripOther)), (ODRCommands.mode, patterns(odr)),
    ] + policyModes

  private static let bgpRouter = """
    bgp {advertise-best-external|aggregate-timer|asnotation|bmp|confederation|consistency-checker|dampening|dmzlink-bw|\
    inject-map|lisp|maxas-limit|maxcommunity-limit|nexthop|nopeerup-delay|recursion|redistribute-internal|regexp|route-map|rpki|\
    rr-group|scan-time|slow-peer|soft-reconfig-backup|sourced-paths|sso|suppress-inactive|transport|update-delay|update-group|upgrade-cli|\
    refresh|notify} [<rest:line>]
    bgp bestpath {aigp|cost-community|igp-metric|prefix-validate|tie-break-on-age|as-path ignore|med confed} [<rest:line>]
    bgp default {route-target|import-map} <rest:line>
    bgp graceful-restart {all|extended}
    bgp listen range <network:prefix> peer-group <group:word> {route-map|vrf} <rest:line>
    bmp <rest:line>
    neighbor <peer:word> {bmp-activate|cluster-id|dmzlink-bw|ha-mode|inherit|local-as|log-neighbor-changes|path-attribute|\
    slow-peer|update-type|version|dont-capability-negotiate|ao} [<rest:line>]
    neighbor <peer:word> fall-over {bfd|route-map} [<rest:line>]
    neighbor <peer:word> shutdown graceful <rest:line>
    neighbor <peer:word> transport {connection-mode active|path-mtu-discovery|multi-session|single-session} [<rest:line>]
    scope <rest:line>
    """

  private static let bgpFamily = """
    aggregate-address {<network:ipv4> <mask:mask>|<prefix:prefix>} {advertise-map|attribute-map|suppress-map|as-confed-set} <rest:line>
    aggregate-address {<network:ipv4> <mask:mask>|<prefix:prefix>} \
    {as-set|summary-only|as-set summary-only|summary-only as-set} {advertise-map|attribute-map|suppress-map|as-confed-set} <rest:line>
    {auto-summary|synchronization}
    bgp additional-paths {select|install} [<rest:line>]
    bgp {dampening|nexthop|redistribute-internal|scan-time|suppress-inactive|advertise-best-external|\
    recursion|slow-peer|dmzlink-bw} [<rest:line>]
    {default-information|distribute-list|import|export|inherit|maximum-secondary-paths|snmp|table-map} [<rest:line>]
    distance <distance:int(1-255)> [<rest:line>]
    distance mbgp <rest:line>
    maximum-paths eibgp <rest:line>
    neighbor <peer:word> {accept-route-legacy-rt|accept-route-policy-rt|additional-paths advertise|advertise|advertise-map|aigp|\
    allow-policy|announce|capability|dampening|inter-as-hybrid|internal-vpn-client|next-hop-unchanged allpaths|route-server-client|\
    send-label|slow-peer|soo|translate-update|unsuppress-map|validation} [<rest:line>]
    network {<network:ipv4> [mask <mask:mask>]|<prefix:prefix>} backdoor
    redistribute {eigrp|ospf|ospfv3|isis|iso-igrp|lisp|mobile|bgp|omp|application} [<rest:line>]
    """

  /// Lines of families that BGP here does not speak: all that any family has.
  private static let bgpOther = """
    {aggregate-address|auto-summary|bgp|default-information|default-metric|distance|distribute-list|export|import|inherit|\
    maximum-paths|maximum-secondary-paths|neighbor|network|redistribute|retain|rewrite-evpn-rt-asn|snmp|synchronization|table-map|timers|\
    advertise|mpls|advertisement-interval} [<rest:line>]
    """

  private static let bgpTemplate = """
    {additional-paths|advertise|advertise-map|advertisement-interval|allow-policy|allowas-in|as-override|bmp-activate|capability|\
    cluster-id|default-originate|description|disable-connected-check|distribute-list|dmzlink-bw|ebgp-multihop|fall-over|filter-list|\
    ha-mode|inherit|local-as|log-neighbor-changes|maximum-prefix|next-hop-self|next-hop-unchanged|password|path-attribute|prefix-list|remote-as|\
    remove-private-as|route-map|route-reflector-client|send-community|send-label|shutdown|slow-peer|soft-reconfiguration|soo|timers|\
    translate-update|transport|ttl-security|unsuppress-map|update-source|validation|version|weight} [<rest:line>]
    """

  private static let rip = """
    {bfd|input-queue|maximum-prefix|nsf|output-delay|traffic-share} [<rest:line>]
    redistribute {eigrp|ospf|ospfv3|isis|iso-igrp|lisp|mobile|rip} [<rest:line>]
    """

  private static let ripOther = """
    {auto-summary|bfd|default-information|default-metric|distance|distribute-list|flash-update-threshold|input-queue|maximum-paths|\
    neighbor|network|offset-list|output-delay|passive-interface|redistribute|timers|traffic-share|validate-update-source|\
    version} [<rest:line>]
    """

  private static let odr = """
    {auto-summary|default-information|default-metric|input-queue|neighbor|network|offset-list|passive-interface|redistribute|\
    traffic-share|validate-update-source|version} [<rest:line>]
    """

  private static let policyModes: [(mode: CommandMode, patterns: [String])] = [
    (
      .routeMap,
      patterns(
        """
        match {additional-paths|clns|extcommunity|length|mac|mpls-label|policy-list|rpki|security-group|track|vlan|ppp} \
        [<rest:line>]
        match {ip|ipv6} {flowspec|multicast|route-source|redistribution-source} <rest:line>
        match tag list <rest:line>
        match metric external <rest:line>
        match {evpn|source-protocol lisp} [<rest:line>]
        set {aigp-metric|as-path tag|as-path replace|attribute-set|automatic-tag|clns|cos|dampening|default|extcomm-list|extcommunity|\
        global|interface|level|lisp|metric-type|mpls-label|nlri|path-selection|qos-group|traffic-index|traffic-engineering|vrf|wan|distance} \
        [<rest:line>]
        set ip {address|default|df|global|precedence|qos-group|tos|vrf} <rest:line>
        set ip next-hop {dynamic|encapsulate|recursive|verify-availability} [<rest:line>]
        set ipv6 {address|default|global|precedence|vrf} <rest:line>
        set ipv6 next-hop {encapsulate|recursive|verify-availability} [<rest:line>]
        """)
    ),
    (.extendedAccessList, patterns("{dynamic|evaluate} <rest:line>")),
    (.ipv6AccessList, patterns("evaluate <rest:line>")),
    (.keyChainKey, patterns("{send-id|recv-id|include-tcp-options|accept-ao-mismatch} [<rest:line>]")),
    (
      .track,
      patterns(
        """
        carrier-delay
        {ip|ipv6} vrf <rest:line>
        default-state {up|down}
        threshold <rest:line>
        """)
    ),
  ]
}
