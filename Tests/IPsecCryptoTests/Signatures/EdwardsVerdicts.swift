// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// One of each kind of case of Wycheproof (C2SP/wycheproof, testvectors_v1, Apache-2.0) for the Edwards curves.
extension SignatureVerdict {
  static let edwards: [SignatureVerdict] = [
    SignatureVerdict(
      .ed25519, "ed25519_test.json 1: ",
      isValid: true,
      publicKey: key0,
      message: octets(""),
      signature: octets(
        """
        d4fbdb52bfa726b44d1786a8c0d171c3e62ca83c9e5bbe63de0bb2483f8fd6cc1429ab72cafc41ab56af02ff8fcc43b99bfe4c7ae940f60f38ebaa9d
        311c4007
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 10: special values for r and s",
      isValid: false,
      publicKey: key0,
      message: octets("3f"),
      signature: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        00000000
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 30: empty signature",
      isValid: false,
      publicKey: key0,
      message: octets("54657374"),
      signature: octets("")),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 33: signature too long",
      isValid: false,
      publicKey: key0,
      message: octets("54657374"),
      signature: octets(
        """
        7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab07a9155711ecfaf7f99f277bad0c6ae7e39d4eef676573336a5c51eb6
        f946b30d2020
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 38: removing 0 byte from signature",
      isValid: false,
      publicKey: key0,
      message: octets("546573743137"),
      signature: octets(
        """
        93de3ca252426c95f735cb9edd92e83321ac62372d5aa5b379786bae111ab6b17251330e8f9a7c30d6993137c596007d7b001409287535ac4804e662
        bc58a3
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 42: modified bit 0 in R. Accepted only by verifiers that ignor",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        647c1492402ab5ce03e2c3a7f0384d051b9cf3570f1207fc78c1bcc98c281c2b1d125e5538f38afbcc1c84e489521083041d24bc6240767029da0632
        71a1ff0c
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 63: the encoded s was replaced by s + L. The scalar is unchang",
      isValid: false,
      publicKey: key0,
      message: octets("54657374"),
      signature: octets(
        """
        7c38e026f29e14aabd059a0f2db8b0cd783040609a8be684db12f82a27774ab067654bce3832c2d76f8f6f5dafc08d9339d4eef676573336a5c51eb6
        f946b31d
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 80: draft-josefsson-eddsa-ed25519-02: Test 1",
      isValid: true,
      publicKey: key1,
      message: octets(""),
      signature: octets(
        """
        e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465514143
        8e7a100b
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 85: Signature with S just above the bound. [David Benjamin]",
      isValid: false,
      publicKey: key2,
      message: octets("6a0bc2b0057cedfc0fa2e3f7f7d39279b30f454a69dfd1117c758d86b19d85e0"),
      signature: octets(
        """
        0971f86d2c9c78582524a103cb9cf949522ae528f8054dc20107d999be673ff4e25ebf2f2928766b1248bec6e91697775f8446639ede46ad4df40530
        00000010
        """)),
    SignatureVerdict(
      .ed25519, "ed25519_test.json 119: regression test for arithmetic error",
      isValid: true,
      publicKey: key3,
      message: octets("321b5f663c19e30ee7bbb85e48ecf44db9d3f512"),
      signature: octets(
        """
        f296715e855d8aecccba782b670163dedc4458fe4eb509a856bcac450920fd2e95a3a3eb212d2d9ccaf948c39ae46a2548af125f8e2ad9b77bd18f92
        d59f9200
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 1: ",
      isValid: true,
      publicKey: key4,
      message: octets(""),
      signature: octets(
        """
        cf7953007666e12f73af9ec92e3e018da5ee5a8d5b17f5100a354c58f1d5f4bb37ab835c52f72374c72d612689149cf6d36a70db6dc5a6c400b59734
        8e0e31e51e65bb144e63c892a367b4c055c036aa6cd7e728cdd2a098963bda863903e6dd025b5a5d891209f4e28537694804e50b0800
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 10: special values for r and s",
      isValid: false,
      publicKey: key4,
      message: octets("3f"),
      signature: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 30: empty signature",
      isValid: false,
      publicKey: key4,
      message: octets("54657374"),
      signature: octets("")),
    SignatureVerdict(
      .ed448, "ed448_test.json 33: signature too long",
      isValid: false,
      publicKey: key4,
      message: octets("54657374"),
      signature: octets(
        """
        5d053ff5b71f6ec3284525d35d77933178c8e19879886d08eccc6c7d27e9e5b5e02537dbc4d4723506e8d171fc1733857573dd02d18f48f28031d67d
        699a188a9ca46b4eabe2107aef237ca609cb462e24c91d25d286402b6ef7862b78a386950246ff38d6d2f458136d12e3c97fdd9826002020
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 38: removing 0 byte from signature",
      isValid: false,
      publicKey: key4,
      message: octets("5465737430"),
      signature: octets(
        """
        dbd6384516ab6b0eb2d609414564ec217383b66040dfb0676128251ae24c1d7c179c21a9ee307dc13f8fe6550bc40187f093da85617bcf5d009d3ee8
        b798ad978b6e683bc4e911940ea82ea0b7e95dc24fe0b29e44663211892c2aaa3451379d22c289b94378f11fb700f1689d4a00d73e
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 42: modified bit 0 in R. Accepted only by verifiers that ignor",
      isValid: false,
      publicKey: key4,
      message: octets("313233343030"),
      signature: octets(
        """
        5cb94c53101f521f6c1f43b60ea4d7e06fbd49c2e8afaf4fcc289e645e0880a87b8e55858df4cf2291a7303ffda446b82a117b4dd408cff280afc33a
        525116cc12e0d1c3a1fde6de518a6544f360d0fe18d5be7770b057a2bf792db4b7648fa84a6eaecae909e33fa59c5dfe4804ba262300
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 70: the encoded s was replaced by s + L. The scalar is unchang",
      isValid: false,
      publicKey: key4,
      message: octets("54657374"),
      signature: octets(
        """
        5d053ff5b71f6ec3284525d35d77933178c8e19879886d08eccc6c7d27e9e5b5e02537dbc4d4723506e8d171fc1733857573dd02d18f48f280241bd6
        142ddb02c0f9fa133955d3e610b4b27cb814227de8b241ef4e86402b6ef7862b78a386950246ff38d6d2f458136d12e3c97fdd986600
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 78: RFC 8032",
      isValid: true,
      publicKey: key5,
      message: octets(""),
      signature: octets(
        """
        533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0a21bfd3980ff0d20
        28d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e652600
        """)),
    SignatureVerdict(
      .ed448, "ed448_test.json 80: RFC 8032: 1 octet with context",
      isValid: false,
      publicKey: key6,
      message: octets("03"),
      signature: octets(
        """
        d4f8f6131770dd46f40867d6fd5d5055de43541f8c5e35abbcd001b32a89f7d2151f7647f11d8ca2ae279fb842d607217fce6e042f6815ea000c8574
        1de5c8da1144a6a1aba7f96de42505d7a7298524fda538fccbbb754f578c1cad10d54d0d5428407e85dcbc98a49155c13764e66c3c00
        """)),
  ]

  private static let key0 = octets("302a300506032b65700321007d4d0e7f6153a69b6242b522abbee685fda4420f8834b108c3bdae369ef549fa")
  private static let key1 = octets("302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
  private static let key2 = octets("302a300506032b6570032100100fdf47fb94f1536a4f7c3fda27383fa03375a8f527c537e6f1703c47f94f86")
  private static let key3 = octets("302a300506032b65700321004abfb535313705a6570018440cdec1a3ae33e51f352112fa6acbd0c6bc3ea859")
  private static let key4 = octets(
    """
    3043300506032b6571033a00419610a534af127f583b04818cdb7f0ff300b025f2e01682bcae33fd691cee039511df0cddc690ee978426e8b38e50ce
    5af7dcfba50f704c00
    """)
  private static let key5 = octets(
    """
    3043300506032b6571033a005fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6c
    d1fa1abeafe8256180
    """)
  private static let key6 = octets(
    """
    3043300506032b6571033a0043ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c
    235160627b4c3a9480
    """)
}
