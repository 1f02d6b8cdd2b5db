// SPDX-License-Identifier: GPL-3.0-or-later

/// Protected hubs as people write them.
enum CryptoFixtures {
  static func tunnel(_ protection: String) -> String {
    """
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.1 255.255.255.0
     ip mtu 1400
     ip nhrp network-id 1
     ip nhrp redirect
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
     tunnel protection ipsec profile \(protection)
    """
  }

  static let ikev2 = """
    crypto ikev2 proposal P
     encryption aes-gcm-256 aes-cbc-256
     integrity sha256
     prf sha512 sha256
     group 19 14
    !
    crypto ikev2 policy POL
     match address local 192.0.2.1
     proposal P
    !
    crypto ikev2 keyring KR
     peer HUB2
      address 198.51.100.0 255.255.255.0
      pre-shared-key local onewaykey1
      pre-shared-key remote otherwaykey
     !
     peer ANY
      address 0.0.0.0 0.0.0.0
      pre-shared-key everybodyskey
     !
    crypto ikev2 profile V
     match identity remote address 0.0.0.0
     identity local fqdn hub.example.net
     authentication remote pre-share
     authentication local pre-share
     keyring local KR
     lifetime 7200
     dpd 30 5 periodic
    !
    crypto ipsec transform-set GCM esp-gcm 256
     mode transport
    crypto ipsec transform-set CBC esp-aes 256 esp-sha256-hmac
     mode transport
    !
    crypto ipsec profile VPN
     set security-association lifetime seconds 1800
     set transform-set GCM CBC
     set pfs group19
     set ikev2-profile V
    !
    \(tunnel("VPN"))
    """

  static let certificates = """
    crypto pki trustpoint CA
     certificate file /etc/dmvpn/node.pem
     private-key file /etc/dmvpn/node.key
     ca-certificate file /etc/dmvpn/ca.pem
     revocation-check none
    crypto ikev2 profile V
     match identity remote fqdn domain example.net
     identity local dn
     authentication remote rsa-sig
     authentication remote ecdsa-sig
     authentication local rsa-sig
     pki trustpoint CA
    crypto ipsec profile VPN
     set ikev2-profile V
    \(tunnel("VPN"))
    """

  static let ikev1 = """
    crypto isakmp policy 10
     encr aes 256
     hash sha256
     authentication pre-share
     group 14
     lifetime 28800
    crypto isakmp key longenoughkey address 0.0.0.0
    crypto isakmp key hubtohubkey address 198.51.100.9
    crypto isakmp keepalive 30 5
    crypto ipsec transform-set TS esp-aes 256 esp-sha256-hmac
     mode transport
    crypto ipsec profile VPN
     set transform-set TS
    \(tunnel("VPN"))
    """
}
