// SPDX-License-Identifier: GPL-3.0-or-later

import CommandGrammar
import Testing

@Suite struct NamesAndAgesTests {
  @Test("interface names get their full spelling, Linux names stay, nonsense is none", arguments: [
    ("Tunnel0", "Tunnel0"), ("tu0", "Tunnel0"), ("Tunnel 0", "Tunnel0"), ("TUN 007", "Tunnel7"), ("tun0", "Tunnel0"), ("Gi0/0", "GigabitEthernet0/0"),
    ("g0/0/1.100", "GigabitEthernet0/0/1.100"), ("gigabitethernet1", "GigabitEthernet1"), ("e0/0", "Ethernet0/0"), ("Fa 0/0", "FastEthernet0/0"),
    ("f0", "FastEthernet0"), ("Lo0", "Loopback0"), ("te1/1", "TenGigabitEthernet1/1"), ("po1", "Port-channel1"), ("vl10", "Vlan10"), ("di1", "Dialer1"),
    ("eth0", "eth0"), ("eth0.100", "eth0.100"), ("eth0/0", "Ethernet0/0"), ("Eth0", "Ethernet0"), ("ppp0", "ppp0"), ("wan.100", "wan.100"), ("lo", "lo"),
    ("ens3", "ens3"), ("br-lan", "br-lan"), ("p1", "p1"), ("h1", "h1"), ("wwan0", "wwan0"),
    ("Tunnel", nil), ("tu", nil), ("", nil), ("0", nil), ("Gi0/x", nil), ("Gi0//1", nil), ("10.0.0.1", nil), ("a b", nil), ("eth0 x", nil),
    ("averyverylongname", nil), ("é0", nil), ("Tunnel99999999999", nil), ("-1", nil),
  ] as [(String, String?)])
  func interfaceNames(text: String, name: String?) {
    #expect(InterfaceName.normalize(text) == name, "\(text)")
  }

  @Test("ages are written as IOS writes them", arguments: [
    (0, "00:00:00"), (199, "00:03:19"), (86_399, "23:59:59"), (86_400, "1d00h"), (208_800, "2d10h"), (604_799, "6d23h"), (604_800, "1w0d"), (2_246_400, "3w5d"),
    (29_030_400, "48w0d"), (31_535_999, "52w0d"), (31_536_000, "1y0w"), (31_536_000 + 50 * 604_800, "1y50w"), (-5, "00:00:00"),
  ])
  func ages(seconds: Int, text: String) {
    #expect(AgeText.format(.seconds(seconds)) == text)
  }
}
