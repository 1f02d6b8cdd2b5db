// SPDX-License-Identifier: GPL-3.0-or-later

/// The table itself: a pattern a line.
extension KeptLines {
  /// Heads of sections of the file.
  static let sections = patterns(
    """
    ip access-list {role-based|resequence|fqdn} <rest:line>
    mac access-list <rest:line>
    line <rest:line>
    vrf definition <rest:line>
    ip vrf <name:word>
    vlan <rest:line>
    key chain <name:word> {macsec|tcp}
    class-map <rest:line>
    policy-map <rest:line>
    ip sla <number:int(1-2147483647)>
    track <number:int(1-1000)> {ip sla|ipv6 sla|stub-object|rtr|application} [<rest:line>]
    track <number:int(1-1000)> ip route {<network:ipv4> <mask:mask>|<prefix:prefix>} metric threshold
    event manager applet <rest:line>
    archive
    redundancy
    control-plane [<rest:line>]
    ip dhcp pool <rest:line>
    aaa group server <rest:line>
    object-group <rest:line>
    bfd-template <rest:line>
    controller <rest:line>
    flow {exporter|monitor|record} <rest:line>
    interface range <rest:line>
    call-home
    zone security <rest:line>
    zone-pair security <rest:line>
    parameter-map <rest:line>
    template <rest:line>
    l2vpn <rest:line>
    voice <rest:line>
    dial-peer <rest:line>
    telephony-service
    domain <rest:line>
    netconf-yang <rest:line>
    security-policy <rest:line>
    performance <rest:line>
    """)

  /// Heads of routing protocols.
  static let routers = patterns(
    """
    router {eigrp|ospf|ospfv3|isis|lisp|mobile|nhrp} [<rest:line>]
    ipv6 router {eigrp|ospf|rip|isis} <rest:line>
    """)

  /// Single lines of global mode.
  static let global = patterns(
    """
    access-list {<number:int(200-299)>|<number:int(700-799)>|<number:int(1100-1199)>|compiled|rate-limit} [<rest:line>]
    access-list <number:int(100-199)> dynamic <rest:line>
    aaa <rest:line>
    username <rest:line>
    enable {secret|password|algorithm-type|view} <rest:line>
    service <rest:line>
    version <rest:line>
    boot-start-marker
    boot-end-marker
    boot <rest:line>
    snmp-server <rest:line>
    logging <rest:line>
    ntp <rest:line>
    banner <rest:line>
    license <rest:line>
    spanning-tree <rest:line>
    key config-key <rest:line>
    track {timer|resolution} <rest:line>
    event <rest:line>
    alias <rest:line>
    clock <rest:line>
    multilink <rest:line>
    memory <rest:line>
    card <rest:line>
    diagnostic <rest:line>
    subscriber <rest:line>
    transceiver <rest:line>
    login <rest:line>
    cdp {log|source-interface|tlv|tlv-list|filter-tlv-list|table-map} [<rest:line>]
    lldp <rest:line>
    mpls <rest:line>
    ipv6 {unicast-routing|cef|nd|dhcp|domain|multicast|multicast-routing|mld|pim|inspect|nat|local|neighbor|hop-limit|icmp|source-route|\
    flowset|general-prefix|mfib|mfib-cef|mfib-mode|mobile|mobility|port-map|snooping|spd|tacacs|verify|http|radius|ssh|sla|accounting|\
    address-validate|flow|flow-export|flow-aggregate|tftp|telnet|vrf|ospf|eigrp|rip|policy|nhrp|virtual-reassembly|destination-guard|\
    source-guard|mtu|traffic-export|admission|ftp|host|hsrp|ips|lisp|rsvp|mld-snooping|name-server} [<rest:line>]
    ipv6 access-list log-update <rest:line>
    ipv6 route {vrf|static} <rest:line>
    ipv6 route <network:prefix> {<next:ipv6>|<interface:interface> [<next:ipv6>]} [<distance:int(1-254)>] [name <name:word>] \
    [tag <tag:int(0-4294967295)>] {permanent|multicast|unicast|nexthop-vrf} [<rest:line>]
    mac <rest:line>
    mac-address-table <rest:line>
    hw-module <rest:line>
    platform {punt-keepalive|qfp|sslvpn|shell|hardware|resource|ipsec|memory|trace|console|usb|acl|loadbalance|software} <rest:line>
    scheduler <rest:line>
    exception <rest:line>
    tftp-server <rest:line>
    file <rest:line>
    mmi <rest:line>
    process <rest:line>
    privilege <rest:line>
    security <rest:line>
    setup <rest:line>
    tacacs-server <rest:line>
    tacacs <rest:line>
    radius-server <rest:line>
    radius <rest:line>
    resource <rest:line>
    errdisable <rest:line>
    vtp <rest:line>
    parser <rest:line>
    upgrade <rest:line>
    nhrp <rest:line>
    kron <rest:line>
    monitor <rest:line>
    power <rest:line>
    stack-mac <rest:line>
    switch <rest:line>
    system <rest:line>
    udld <rest:line>
    virtual-template <rest:line>
    vpdn <rest:line>
    vpdn-group <rest:line>
    vrrp <rest:line>
    wsma <rest:line>
    chat-script <rest:line>
    dot11 <rest:line>
    dot1x <rest:line>
    frame-relay <rest:line>
    isdn <rest:line>
    cns <rest:line>
    restconf
    netconf <rest:line>
    arp <rest:line>
    bfd <rest:line>
    fhrp <rest:line>
    iox
    ethernet <rest:line>
    lacp <rest:line>
    port-channel <rest:line>
    qos <rest:line>
    sdm <rest:line>
    table-map <rest:line>
    virtual-service <rest:line>
    x25 <rest:line>
    buffers <rest:line>
    ppp <rest:line>
    """)

  /// Single lines of global mode that begin with `ip`.
  static let globalIP = patterns(
    """
    ip route vrf <rest:line>
    ip host vrf <rest:line>
    ip host <name:name> <port:int(0-65535)> <rest:line>
    ip route <network:ipv4> <mask:mask> {<next:ipv4>|<interface:interface> [<next:ipv4>]} {dhcp|global} [<rest:line>]
    ip route <network:ipv4> <mask:mask> {<next:ipv4>|<interface:interface> [<next:ipv4>]} [<distance:int(1-255)>] [name \
    <name:word>] [tag <tag:int(0-4294967295)>] [name <name:word>] permanent [<rest:line>]
    ip tcp {synwait-time|window-size|path-mtu-discovery|selective-ack|mss|queuemax|timestamp|ecn|chunk-size|intercept|keepalive} \
    [<rest:line>]
    ip {routing|subnet-zero|classless|finger}
    ip {cef|source-route|gratuitous-arps|multicast-routing} [<rest:line>]
    ip {nat|domain|domain-name|domain-list|domain-lookup|name-server|ssh|http|forward-protocol|sla|dhcp|multicast|pim|\
    igmp|extcommunity-list|local|ftp|tftp|scp|telnet|audit|admission|inspect|ips|flow-export|\
    flow-cache|flow-top-talkers|accounting|accounting-threshold|radius|tacacs|rcmd|arp|bootp|default-gateway|default-network|icmp|\
    identd|msdp|nbar|options|portbundle|reflexive-list|rsvp|security|sdr|source|spd|tos|urlfilter|wccp|verify|explicit-path|rtcp|\
    rtp|vrf|host-routing|cdp|cgmp|device|dns|dvmrp|mobile|mroute|mrm|port-map|sap|slb|ospf} [<rest:line>]
    ip access-list {log-update|logging|persistent|hardware|match-local-traffic} [<rest:line>]
    """)

  /// Lines of an interface.
  static let interface = patterns(
    """
    bandwidth [<rest:line>]
    delay <rest:line>
    load-interval <rest:line>
    if-state <rest:line>
    bfd <rest:line>
    zone-member <rest:line>
    service-policy {input|output|type|history} <rest:line>
    mpls {ip|mtu|bgp|label|traffic-eng|ldp|nhrp} [<rest:line>]
    duplex <rest:line>
    speed <rest:line>
    negotiation <rest:line>
    media-type <rest:line>
    switchport [<rest:line>]
    standby <rest:line>
    vrrp <rest:line>
    glbp <rest:line>
    cdp {tlv|tlv-list|log|filter-tlv-list} [<rest:line>]
    lldp {transmit|receive|enable|med-tlv-select} [<rest:line>]
    encapsulation <rest:line>
    channel-group <rest:line>
    channel-protocol <rest:line>
    crypto map <name:word> [redundancy <rest:line>]
    crypto ipsec fragmentation <rest:line>
    vrf forwarding <rest:line>
    tunnel {vrf|bandwidth|entropy|raw|flow|udlr|mpls|endpoint|csn|rbscp|destination dynamic} [<rest:line>]
    arp {timeout|probe|log|snap|arpa|frame-relay} [<rest:line>]
    carrier-delay <rest:line>
    mtu <rest:line>
    hold-queue <rest:line>
    snmp {trap|ifindex} <rest:line>
    ntp {disable|broadcast|multicast} [<rest:line>]
    qos {pre-classify|<rest:line>}
    load-balancing <rest:line>
    isis <rest:line>
    tx-ring-limit <rest:line>
    spanning-tree {portfast|bpduguard|bpdufilter|guard|cost|port-priority|link-type|vlan} [<rest:line>]
    logging event <rest:line>
    clock rate <rest:line>
    clockrate <rest:line>
    serial <rest:line>
    ppp <rest:line>
    pppoe <rest:line>
    pppoe-client <rest:line>
    dialer <rest:line>
    dialer-group <rest:line>
    peer <rest:line>
    fair-queue [<rest:line>]
    random-detect [<rest:line>]
    priority-queue [<rest:line>]
    max-reserved-bandwidth <rest:line>
    dampening [<rest:line>]
    mac-address <rest:line>
    macsec <rest:line>
    storm-control <rest:line>
    transceiver <rest:line>
    backup <rest:line>
    flowcontrol <rest:line>
    power <rest:line>
    mop <rest:line>
    nat64 <rest:line>
    dot1q <rest:line>
    dot1x <rest:line>
    authentication {port-control|event|host-mode|order|priority|periodic|timer|violation} [<rest:line>]
    cts <rest:line>
    ethernet <rest:line>
    l2protocol-tunnel [<rest:line>]
    lacp <rest:line>
    udld <rest:line>
    virtual-reassembly [<rest:line>]
    routing <rest:line>
    domain <rest:line>
    ospfv3 <rest:line>
    eigrp <rest:line>
    bridge-group <rest:line>
    ipsec <rest:line>
    """)

  /// Lines of an interface that begin with `ip` or `ipv6`.
  static let interfaceIP = patterns(
    """
    ip address {dhcp|negotiated|pool} [<rest:line>]
    ip address <address:ipv4> <mask:mask> secondary [<rest:line>]
    ip nat {inside|outside|enable|allow-static-host} [<rest:line>]
    ip ospf <rest:line>
    ip rip {advertise|initial-delay|bfd} <rest:line>
    ip rip triggered
    ip bgp fast-external-fallover [{permit|deny}]
    ip eigrp <rest:line>
    ip pim [{sparse-mode|dense-mode|sparse-dense-mode|nbma-mode|passive|bsr-border|dr-priority|query-interval|version|\
    state-refresh|neighbor-filter|border|bidir-neighbor-filter|redundancy} [<rest:line>]]
    ip bfd <rest:line>
    ip split-horizon eigrp <rest:line>
    ip next-hop-self eigrp <rest:line>
    ip summary-address eigrp <rest:line>
    ip hello-interval <rest:line>
    ip hold-time <rest:line>
    ip bandwidth-percent <rest:line>
    ip authentication <rest:line>
    ip access-group <rest:line>
    ip virtual-reassembly [<rest:line>]
    ip nbar {protocol-discovery|attribute} [<rest:line>]
    ip flow {ingress|egress|monitor} [<rest:line>]
    ip verify <rest:line>
    ip policy route-map <rest:line>
    ip unreachables
    ip proxy-arp
    ip local-proxy-arp
    ip unnumbered <rest:line>
    ip helper-address <rest:line>
    ip directed-broadcast [<rest:line>]
    ip mask-reply
    ip information-reply
    ip route-cache [{cef|flow|same-interface|policy|distributed}]
    ip load-sharing <rest:line>
    ip inspect <name:word> {in|out}
    ip ips <name:word> {in|out}
    ip wccp <rest:line>
    ip tcp {header-compression|compression-connections} [<rest:line>]
    ip rtp {header-compression|compression-connections|priority} [<rest:line>]
    ip rsvp <rest:line>
    ip dhcp {relay|client|snooping|server} <rest:line>
    ip igmp <rest:line>
    ip router {isis|eigrp|ospf} [<rest:line>]
    ip multicast {boundary|ttl-threshold|rate-limit} [<rest:line>]
    ip accounting [<rest:line>]
    ip arp {inspection|proxy|timeout} <rest:line>
    ip vrf forwarding <rest:line>
    ip broadcast-address [<rest:line>]
    ip irdp [<rest:line>]
    ip mrm <rest:line>
    ip mroute-cache
    ip admission <rest:line>
    ip cgmp
    ip security <rest:line>
    ip sticky-arp
    ip mobile <rest:line>
    ipv6 {address|enable|mtu|ospf|nhrp|eigrp|nd|traffic-filter|rip|tcp|redirects|unreachables|policy|pim|mld|summary-address|\
    hello-interval|hold-time|split-horizon|next-hop-self|authentication|bandwidth-percent|dhcp|unnumbered|verify|\
    virtual-reassembly|flow|inspect|nat} [<rest:line>]
    """)

  /// NHRP lines that NHRP here does not act on.
  static let interfaceNHRP = patterns(
    """
    ip nhrp {attribute|bfd|cache|connect|event-publisher|group|interest|multicast|path|record|responder|route-watch|send-routed|\
    summary-map|trigger-svc|use|cluster|mtu} [<rest:line>]
    ip nhrp map group <rest:line>
    ip nhrp server-only non-caching
    nhrp {map|group|attribute|event-publisher|route-watch|send-routed} [<rest:line>]
    """)

  static func patterns(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
}
