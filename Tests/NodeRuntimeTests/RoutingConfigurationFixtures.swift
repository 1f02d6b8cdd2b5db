// SPDX-License-Identifier: GPL-3.0-or-later

/// A hub with every routing protocol and list that this node acts on, as it is written back.
enum RoutingConfigurationFixtures {
  static let hub = """
    !
    hostname hub1
    !
    platform interface GigabitEthernet1 eth0
    !
    key chain RIPKEYS
     description of the tunnels
     key 1
      key-string verysecretkey
      accept-lifetime 00:00:00 Jan 1 2026 infinite
      send-lifetime 00:00:00 Jan 1 2026 23:59:59 Dec 31 2030
      cryptographic-algorithm hmac-sha-256
     !
     key 2
      key-string file /etc/dmvpn/key2
     !
    !
    track 1 interface Tunnel0 line-protocol
     delay up 10 down 5
    !
    track 2 ip route 10.60.0.0 255.255.0.0 reachability
    !
    interface Tunnel0
     ip address 10.0.0.1 255.255.255.0
     ip nhrp network-id 1
     ip nhrp redirect
     ip rip authentication mode md5
     ip rip authentication key-chain RIPKEYS
     no ip split-horizon
     ip summary-address rip 192.168.0.0 255.255.0.0
     cdp enable
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
    !
    cdp timer 30
    !
    router odr
     timers basic 30 90 0 120
     distribute-list prefix LANS in
    !
    router rip
     version 2
     no validate-update-source
     timers basic 10 30 30 60
     redistribute static metric 2 route-map TAGGED
     passive-interface default
     no passive-interface Tunnel0
     offset-list 10 in 2 Tunnel0
     network 10.0.0.0
     neighbor 10.0.0.11
     default-information originate
     distribute-list prefix LANS out Tunnel0
     distance 115
     no auto-summary
     output-delay 20
     redistribute ospf 1 metric 3
    !
    router bgp 65000
     bgp router-id 10.0.0.1
     bgp log-neighbor-changes
     bgp listen range 10.0.0.0/24 peer-group SPOKES
     bgp listen limit 500
     no bgp default ipv4-unicast
     timers bgp 10 30
     neighbor SPOKES peer-group
     neighbor SPOKES remote-as 65000
     neighbor SPOKES password topsecretword
     neighbor SPOKES fall-over
     neighbor 192.0.2.2 remote-as 65001
     neighbor 192.0.2.2 description the provider
     neighbor 192.0.2.2 ebgp-multihop 2
     bgp scan-time 30
     neighbor 192.0.2.2 local-as 65100 no-prepend
     no synchronization
     !
     address-family ipv4
      network 10.0.0.0 mask 255.255.255.0
      aggregate-address 192.168.0.0 255.255.0.0 summary-only
      redistribute static route-map TAGGED
      neighbor SPOKES activate
      neighbor SPOKES route-reflector-client
      neighbor SPOKES next-hop-self all
      neighbor 192.0.2.2 activate
      neighbor 192.0.2.2 prefix-list LANS out
      neighbor 192.0.2.2 route-map IN in
      maximum-paths ibgp 2
      no auto-summary
      aggregate-address 172.16.0.0 255.240.0.0 as-set suppress-map IN
     exit-address-family
     !
     address-family ipv6
      network 2001:db8::/32
     exit-address-family
     !
     address-family ipv4 vrf red
      redistribute connected
      neighbor 198.51.100.9 remote-as 65009
      neighbor 198.51.100.9 activate
     exit-address-family
    !
    ip route 0.0.0.0 0.0.0.0 192.0.2.2 track 2
    ip route 0.0.0.0 0.0.0.0 192.0.2.3 250 name spare
    ip route 10.70.0.0 255.255.0.0 Null0 tag 70
    !
    ip bgp-community new-format
    !
    ip as-path access-list 1 permit ^65001_
    !
    ip community-list standard GOOD permit 65000:1
    !
    ip access-list standard 10
     10 permit 192.168.0.0 0.0.255.255
     20 deny any
    !
    ip access-list extended PATHS
     10 permit ip 192.168.0.0 0.0.255.255 any
     evaluate MIRROR
    !
    ip prefix-list LANS seq 5 permit 192.168.0.0/16 le 24
    ip prefix-list LANS seq 10 deny 0.0.0.0/0 le 32
    !
    route-map IN permit 10
     match as-path 1
     match community GOOD
     set local-preference 200
     set extcommunity rt 65000:1
     set distance 30
    !
    route-map IN deny 20
    !
    route-map TAGGED permit 10
     match ip address prefix-list LANS
     match tag 70
     set metric 5
    !
    ipv6 access-list SIX
     sequence 10 permit ipv6 2001:db8::/32 any
    !
    end

    """

  /// Its kept lines, in order.
  static let notActedOn = [
    "output-delay 20", "redistribute ospf 1 metric 3", "bgp scan-time 30", "neighbor 192.0.2.2 local-as 65100 no-prepend",
    "no synchronization", "no auto-summary", "aggregate-address 172.16.0.0 255.240.0.0 as-set suppress-map IN",
    "address-family ipv4 vrf red",
    "redistribute connected", "neighbor 198.51.100.9 remote-as 65009", "neighbor 198.51.100.9 activate", "evaluate MIRROR",
    "set extcommunity rt 65000:1", "set distance 30",
  ]
}
