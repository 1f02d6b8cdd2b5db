// SPDX-License-Identifier: GPL-3.0-or-later

extension KnownAnswer {
  /// Integrity algorithms with values as ESP cuts them.
  static let integrity: [KnownAnswer] = [
    KnownAnswer(
      "RFC 2202 §2, MD5 case 5, digest-96",
      """
      integrity: 0001
      key: 0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c
      data: 546573742057697468205472756e636174696f6e
      icv: 56461ef2342edc00f9bab995
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 5, digest-96",
      """
      integrity: 0002
      key: 0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c
      data: 546573742057697468205472756e636174696f6e
      icv: 4c1a03424b55e07fe7f27be1
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 4",
      """
      integrity: 0005
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f10111213
      icv: 47f51b4564966215b8985c63
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 5",
      """
      integrity: 0005
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      icv: f54f0ec8d2b9f3d36807734b
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 6",
      """
      integrity: 0005
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021
      icv: becbb3bccdb518a30677d548
      """),
    KnownAnswer(
      "RFC 4494 §4, case 3",
      """
      integrity: 0008
      key: 2b7e151628aed2a6abf7158809cf4f3c
      data: 6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411
      icv: dfa66747de9ae63030ca3261
      """),
    KnownAnswer(
      "RFC 4494 §4, case 4",
      """
      integrity: 0008
      key: 2b7e151628aed2a6abf7158809cf4f3c
      data: 6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17
        ad2b417be66c3710
      icv: 51f0bebf7e3b9d92fc497417
      """),
    KnownAnswer(
      "RFC 4868 §2.7.2, AUTH case 2, HMAC-SHA-256-128",
      """
      integrity: 000c
      key: 4a6566654a6566654a6566654a6566654a6566654a6566654a6566654a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      icv: 167f928588c5cc2eef8e3093caa0e87c
      """),
    KnownAnswer(
      "RFC 4868 §2.7.2, AUTH case 3, HMAC-SHA-256-128",
      """
      integrity: 000c
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      icv: cdcb1220d1ecccea91e53aba3092f962
      """),
    KnownAnswer(
      "RFC 4868 §2.7.2, AUTH case 2, HMAC-SHA-384-192",
      """
      integrity: 000d
      key: 4a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      icv: 2c7353974f1842fd66d53c452ca42122b28c0b594cfb184d
      """),
    KnownAnswer(
      "RFC 4868 §2.7.2, AUTH case 3, HMAC-SHA-384-192",
      """
      integrity: 000d
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      icv: 809f439be00274321d4a538652164b53554a508184a0c316
      """),
    KnownAnswer(
      "RFC 4868 §2.7.2, AUTH case 2, HMAC-SHA-512-256",
      """
      integrity: 000e
      key: 4a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a6566654a656665
        4a6566654a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      icv: cb370917ae8a7ce28cfd1d8f4705d6141c173b2a9362c15df235dfb251b15454
      """),
    KnownAnswer(
      "RFC 4868 §2.7.2, AUTH case 3, HMAC-SHA-512-256",
      """
      integrity: 000e
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      icv: 2ee7acd783624ca9398710f3ee05ae41b9f9b0510c87e49e586cc9bf961733d8
      """),
  ]
}
