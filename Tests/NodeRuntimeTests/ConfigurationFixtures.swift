// SPDX-License-Identifier: GPL-3.0-or-later

/// Hubs and spokes of the three phases as people write them.
enum ConfigurationFixtures {
  static let all = [hub1, spoke1, hub2, spoke2, hub3, spoke3]

  static let hub1 = """
    hostname hub1
    ip host spoke1 10.0.0.11
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.1 255.255.255.0
     no ip redirects
     ip mtu 1400
     ip nhrp authentication DMVPN
     ip nhrp map multicast dynamic
     ip nhrp network-id 1
     no ip nhrp shortcut
     ip tcp adjust-mss 1360
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
     tunnel key 1
    !
    interface GigabitEthernet1
     ip address 192.0.2.1 255.255.255.0
     no shutdown
    ip route 192.168.11.0 255.255.255.0 10.0.0.11
    end
    """

  static let spoke1 = """
    hostname spoke1
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     description to the hub only
     ip address 10.0.0.11 255.255.255.0
     ip mtu 1400
     ip nhrp authentication DMVPN
     ip nhrp network-id 1
     ip nhrp nhs 10.0.0.1
     tunnel source GigabitEthernet1
     tunnel destination 192.0.2.1
     tunnel key 1
    ip route 192.168.0.0 255.255.0.0 10.0.0.1
    """

  static let hub2 = """
    hostname hub2
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.1 255.255.255.0
     ip nhrp network-id 1
     ip nhrp holdtime 300
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
    """

  static let spoke2 = """
    hostname spoke2
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.12 255.255.255.0
     ip nhrp network-id 1
     ip nhrp map 10.0.0.1 192.0.2.1
     ip nhrp map multicast 192.0.2.1
     ip nhrp nhs 10.0.0.1
     ip nhrp registration no-unique
     ip nhrp registration timeout 60
     no ip nhrp shortcut
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
    ip route 192.168.11.0 255.255.255.0 10.0.0.11
    """

  static let hub3 = """
    hostname hub3
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.1 255.255.255.0
     ip nhrp network-id 1
     ip nhrp redirect
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
     tunnel key 0
    ip route 192.168.11.0 255.255.255.0 10.0.0.11
    ip route 0.0.0.0 0.0.0.0 Null0 254
    """

  static let spoke3 = """
    hostname spoke3
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.13 255.255.255.0
     ip nhrp network-id 1
     ip nhrp nhs 10.0.0.1 nbma 192.0.2.1 multicast priority 1 cluster 1
     ip nhrp nhs 10.0.0.2 nbma hub-b.example.net multicast priority 2 cluster 1
     ip nhrp nhs cluster 1 max-connections 1
     ip nhrp nhs fallback 30
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
     tunnel key 0
     tunnel route-via GigabitEthernet1 mandatory
    ip route 0.0.0.0 0.0.0.0 10.0.0.1
    """

  /// A dump of IOS: every feature of a lab router.
  static let dump = """
    Building configuration...

    Current configuration : 4242 bytes
    !
    ! Last configuration change at 07:02:15 UTC Sun Sep 21 2025
    version 17.3
    service timestamps debug datetime msec
    no service password-encryption
    !
    hostname R1
    !
    boot-start-marker
    boot-end-marker
    !
    vrf definition FVRF
     rd 1:1
     !
     address-family ipv4
     exit-address-family
    !
    enable secret 9 $9$abc
    aaa new-model
    no aaa accounting
    ip cef
    no ip domain lookup
    ip domain name example.net
    crypto pki certificate chain TP
     certificate ca 01
      3082024A 308201B3
      quit
    username admin privilege 15 secret 9 x
    crypto ikev2 keyring KR
     peer ANY
      address 0.0.0.0 0.0.0.0
      pre-shared-key cisco
     !
    crypto ikev2 profile P
     match identity remote any
     authentication local pre-share
     aaa authorization group psk list L
    crypto isakmp policy 10
     encr aes 256
     group 14
    crypto isakmp key cisco address 0.0.0.0
    crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
     mode transport
    crypto ipsec profile VPN
     set transform-set TS
    interface Loopback0
     ip address 1.1.1.1 255.255.255.255
     ip ospf 1 area 0
    interface Tunnel0
     bandwidth 1000
     ip address 10.0.0.1 255.255.255.0
     no ip redirects
     no ip split-horizon eigrp 1
     ip nhrp network-id 1
     ip nhrp redirect
     ip ospf network point-to-multipoint
     keepalive 5 3
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
     tunnel protection ipsec profile VPN
    interface GigabitEthernet1
     vrf forwarding FVRF
     ip address dhcp
     negotiation auto
     service-policy output WAN
    router eigrp NAME
     !
     address-family ipv4 unicast autonomous-system 1
      !
      af-interface Tunnel0
       no split-horizon
      exit-af-interface
      network 10.0.0.0
     exit-address-family
    router bgp 65000
     neighbor 10.0.0.2 remote-as 65001
    ip forward-protocol nd
    no ip http server
    ip nat inside source list 1 interface GigabitEthernet1 overload
    ip route vrf FVRF 0.0.0.0 0.0.0.0 203.0.113.1
    ip route 10.9.0.0 255.255.0.0 10.0.0.9 track 1
    ip access-list extended A
     permit ip any any
     20 deny ip any any log
    access-list 1 permit any
    route-map RM permit 10
     match ip address 1
    snmp-server community public RO
    control-plane
    banner motd ^C
      hello # world
    interface Tunnel99
    ^C
    line con 0
     logging synchronous
    line vty 0 4
     login local
     transport input ssh
    ntp server 1.2.3.4
    end
    """
}
