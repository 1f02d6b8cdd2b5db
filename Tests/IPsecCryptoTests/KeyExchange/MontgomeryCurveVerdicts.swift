// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// One of each kind of case of Wycheproof (C2SP/wycheproof, testvectors_v1, Apache-2.0): file, number and comment as they are there.
extension AgreementVerdict {
  static let montgomeryCurves: [AgreementVerdict] = [
    AgreementVerdict(
      .curve25519, "x25519_test.json 1: normal case",
      privateValue: octets("c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475"),
      peerPublicValue: octets("504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829"),
      sharedSecret: octets("436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 2: public key on twist",
      privateValue: octets("d85d8c061a50804ac488ad774ac716c3f5ba714b2712e048491379a500211958"),
      peerPublicValue: octets("63aa40c6e38346c5caf23a6df0a5e6c80889a08647e551b3563449befcfc9733"),
      sharedSecret: octets("279df67a7c4611db4708a0e8282b195e5ac0ed6f4b2f292c6fbd0acac30d1332")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 7: public key on twist",
      privateValue: octets("d03edde9f3e7b799045f9ac3793d4a9277dadeadc41bec0290f81f744f73775f"),
      peerPublicValue: octets("0200000000000000000000000000000000000000000000000000000000000000"),
      sharedSecret: octets("b87a1722cc6c1e2feecb54e97abd5a22acc27616f78f6e315fd2b73d9f221e57")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 32: public key = 0",
      privateValue: octets("88227494038f2bb811d47805bcdf04a2ac585ada7f2f23389bfd4658f9ddd45e"),
      peerPublicValue: octets("0000000000000000000000000000000000000000000000000000000000000000"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 34: edge case public key",
      privateValue: octets("a8386f7f16c50731d64f82e6a170b142a4e34f31fd7768fcb8902925e7d1e25a"),
      peerPublicValue: octets("0400000000000000000000000000000000000000000000000000000000000000"),
      sharedSecret: octets("34b7e4fa53264420d9f943d15513902342b386b172a0b0b7c8b8f2dd3d669f59")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 63: public key with low order",
      privateValue: octets("e0f978dfcd3a8f1a5093418de54136a584c20b7b349afdf6c0520886f95b1272"),
      peerPublicValue: octets("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 65: public key with low order",
      privateValue: octets("c8fe0df92ae68a03023fc0c9adb9557d31be7feed0d3ab36c558143daf4dbb40"),
      peerPublicValue: octets("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 66: public key with low order",
      privateValue: octets("c8d74acde5934e64b9895d5ff7afbffd7f704f7dfccff7ac28fa62a1e6410347"),
      peerPublicValue: octets("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 68: public key with low order",
      privateValue: octets("2064b2f4c9dc97ec7cf58932fdfa3265ba6ea4d11f0259b8efc8afb35db88c48"),
      peerPublicValue: octets("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 69: public key with low order",
      privateValue: octets("786a33a4f7af297a20e7642925932bf509e7070fa1bc36986af1eb13f4f50b55"),
      peerPublicValue: octets("0000000000000000000000000000000000000000000000000000000000000000"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 71: public key with low order",
      privateValue: octets("786a33a4f7af297a20e7642925932bf509e7070fa1bc36986af1eb13f4f50b55"),
      peerPublicValue: octets("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 84: public key == 0",
      privateValue: octets("7887889bac4c629a101d3724f2ed8b98d936fde79e1a1f77d86779626bf8f263"),
      peerPublicValue: octets("0000000000000000000000000000000000000000000000000000000000000080"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 87: non-canonical public key",
      privateValue: octets("0016b62af5cabde8c40938ebf2108e05d27fa0533ed85d70015ad4ad39762d54"),
      peerPublicValue: octets("efffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      sharedSecret: octets("b4d10e832714972f96bd3382e4d082a21a8333a16315b3ffb536061d2482360d")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 89: non-canonical public key",
      privateValue: octets("88dd14e2711ebd0b0026c651264ca965e7e3da5082789fbab7e24425e7b4377e"),
      peerPublicValue: octets("f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      sharedSecret: octets("6919992d6a591e77b3f2bacbd74caf3aea4be4802b18b2bc07eb09ade3ad6662")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 95: non-canonical public key",
      privateValue: octets("c8e0330ae9dceeff887fba761225879a4bd2e0db08799244136e4721b2c88970"),
      peerPublicValue: octets("dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
      sharedSecret: octets("dfe60831c9f4f96c816e51048804dbdc27795d760eced75ef575cbe3b464054b")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 100: RFC 7748",
      privateValue: octets("a046e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449a44"),
      peerPublicValue: octets("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
      sharedSecret: octets("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 101: RFC 7748",
      privateValue: octets("4866e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba4d"),
      peerPublicValue: octets("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a413"),
      sharedSecret: octets("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 103: edge case for shared secret",
      privateValue: octets("60a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a9767f"),
      peerPublicValue: octets("b7b6d39c765cb60c0c8542f4f3952ffb51d3002d4aeb9f8ff988b192043e6d0a"),
      sharedSecret: octets("0200000000000000000000000000000000000000000000000000000000000000")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 104: edge case for shared secret",
      privateValue: octets("60a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a9767f"),
      peerPublicValue: octets("3b18df1e50b899ebd588c3161cbd3bf98ebcc2c1f7df53b811bd0e91b4d5153d"),
      sharedSecret: octets("0900000000000000000000000000000000000000000000000000000000000000")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 117: special case public key",
      privateValue: octets("c8d07c46bbfb827753b92c70e49583ce8bfa44641a7382258ea903d6a832c96b"),
      peerPublicValue: octets("0000000000000000000000000000000000000000000000000000000000000000"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 119: special case public key",
      privateValue: octets("e0a8be63315c4f0f0a3fee607f44d30a55be63f09561d9af93e0a1c9cf0ed751"),
      peerPublicValue: octets("0200000000000000000000000000000000000000000000000000000000000000"),
      sharedSecret: octets("0c50ac2bfb6815b47d0734c5981379882a24a2de6166853c735329d978baee4d")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 120: special case public key",
      privateValue: octets("0840a8af5bc4c48da8850e973d7e14220f45c192cea4020d377eecd25c7c3643"),
      peerPublicValue: octets("1200000000000000000000000000000000000000000000000000000000000000"),
      sharedSecret: octets("77557137a2a2a651c49627a9b239ac1f2bf78b8a3e72168ccecc10a51fc5ae66")),
    AgreementVerdict(
      .curve25519, "x25519_test.json 154: special case public key",
      privateValue: octets("18630f93598637c35da623a74559cf944374a559114c7937811041fc8605564a"),
      peerPublicValue: octets("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 165: D = 0 in multiplication by 2",
      privateValue: octets("5891c9272cf9a197735b701e5715268d36d7436b7e351a3e997a0862e4807d4d"),
      peerPublicValue: octets("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
      sharedSecret: nil),
    AgreementVerdict(
      .curve25519, "x25519_test.json 511: private key == -1 (mod order)",
      privateValue: octets("a023cdd083ef5bb82f10d62e59e15a6800000000000000000000000000000050"),
      peerPublicValue: octets("6c05871352a451dbe182ed5e6ba554f2034456ffe041a054ff9cc56b8e946376"),
      sharedSecret: octets("6c05871352a451dbe182ed5e6ba554f2034456ffe041a054ff9cc56b8e946376")),
    AgreementVerdict(
      .curve448, "x448_test.json 1: normal case",
      privateValue: octets(
        """
        e41c63d5159c89de12163fde9d04cf1f430f346b8b2c1f2a4b1f5aee63d17aec29d4b1debf8b6457e7809d2b15ff9779c97becb04b824efa
        """),
      peerPublicValue: octets(
        """
        f8073fc01c8358362c08740c914b419847ef1e409f4e40d9440febc26f00551adb1c37c6c2a87d8283b8cb453e928a0d42793f72894e0f81
        """),
      sharedSecret: octets(
        """
        acd496ceb5f68bf9c267196b405f59701a40ec88744b7e5e60bf8f81e8b13df448efe402001750edb0b695a0512f08c572a2e356493d170b
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 2: public key on twist",
      privateValue: octets(
        """
        fcb4ed3afa64c84b7844965c848ad88819241911cd65d35a2bc26a073c08d8e191bcfa04b2dbd94e219f746df929d3298e03afeb73b4fbdb
        """),
      peerPublicValue: octets(
        """
        f8d9144304bd8c4d1fa68957026fc5c1b75020365b0991d2eb1541a4dfa3f15e7a70285cd3828b529bece021d3e03a415e4f8c02eb89ef19
        """),
      sharedSecret: octets(
        """
        3f97c3f87b967daac4e5d12eae05a80c751c3b3e1070886b083e90bb8f63cf76aea0cd4bf5032187e52b1d0513c96f1ac830debcd37887ab
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 7: public key on twist",
      privateValue: octets(
        """
        4c29118cd3fce51c7fd082c8880d592a9c2a9389aa371ca6e6ed78e6ee02f08bec1c15d66fbbe5b83ffc37ea14e1512cc1bd4b2ea6d806ef
        """),
      peerPublicValue: octets(
        """
        ff00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: octets(
        """
        f2d3c02056564795c59abba5b60b84f6349ddbe6ff380b9673f4d09e28ba2372e2e8dcf269cec48770618663c932284483f4ee5a5718fd37
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 32: public key = 0",
      privateValue: octets(
        """
        04f04638d565bea83ac37703510d647568dbac58218813748a227494038f2bb811d47805bcdf04a2ac585ada7f2f23389bfd4658f9ddd4de
        """),
      peerPublicValue: octets(
        """
        0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 33: public key = 1",
      privateValue: octets(
        """
        281f41a8a853441f1d5014bc6c616e564fce4372ac2216814f232e8972b61c7e61930eb9450b5070eae1c670475685541f0476217e4818cf
        """),
      peerPublicValue: octets(
        """
        0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 34: edge case public key",
      privateValue: octets(
        """
        28110debb1242a869407f21a1a07616326e2bba0ae3ddca3d43edde9f3e7b799045f9ac3793d4a9277dadeadc41bec0290f81f744f7377df
        """),
      peerPublicValue: octets(
        """
        0200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: octets(
        """
        021ea3e58bb9ff27a1109079a8c5a05bb09760864bca1650ed3d825640c5134d0631f529d79510f062883b1217beda88f52801fd5bfae91e
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 63: public key with low order",
      privateValue: octets(
        """
        ac23f2c29dd7910ebdb47efc5ccb345dc9392bb5def5018dc8cb410635f56e63ab92bcdac4177c6bd3450b098493b68bb54ea47b769334c4
        """),
      peerPublicValue: octets(
        """
        fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffff
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 64: public key with low order",
      privateValue: octets(
        """
        c05bd19c61d1c2c0e79414345cfb9c138eed88054fac8f74b2c4b5e1e817aaad629d159903bef40c10c85a8b90b8433c7f35248d72bea2d1
        """),
      peerPublicValue: octets(
        """
        0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 65: public key with low order",
      privateValue: octets(
        """
        c05bd19c61d1c2c0e79414345cfb9c138eed88054fac8f74b2c4b5e1e817aaad629d159903bef40c10c85a8b90b8433c7f35248d72bea2d1
        """),
      peerPublicValue: octets(
        """
        0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 67: public key with low order",
      privateValue: octets(
        """
        c05bd19c61d1c2c0e79414345cfb9c138eed88054fac8f74b2c4b5e1e817aaad629d159903bef40c10c85a8b90b8433c7f35248d72bea2d1
        """),
      peerPublicValue: octets(
        """
        0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000080
        """),
      sharedSecret: octets(
        """
        7ad5210b70f2a7f4f2fe306ce098e3ad3065cafd6f5a8d3e04df33da7189d449bacc8564ed5b9f1532e87374eae9d951f45c383ba9d80585
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 71: public key == 1",
      privateValue: octets(
        """
        e0b32cd5d602cb78e54c87fe29eb6075884463334b251de203f4c46cb68ac2478391f0a3f19ccde5f8ec640cc7b58877b43e5b8b578b40d7
        """),
      peerPublicValue: octets(
        """
        00000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 72: non-canonical public key",
      privateValue: octets(
        """
        640b7820d3c9bc49d685fb8074fe9842522f9c5ad334da17a647c6bdae72454ccd25ca3372b610ebf89c0a336b4fd59a82f6875f37dc86e4
        """),
      peerPublicValue: octets(
        """
        01000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        """),
      sharedSecret: octets(
        """
        486806126fa8fd7b255915560d4d54ada9acc05b1b5464cf7b5f11671ff0076b2a3888652855c2818bc28ba3c7b344cb1006143bfe1a971e
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 76: public key too large:449 bits",
      privateValue: octets(
        """
        14215fc790be3239cfc8c3f45fed602bcab4e1853a5d0397bd45bfd0a546de7555a60b4d684d9c54f822bc168f1cb8c4c03dae2f7e34b8e0
        """),
      peerPublicValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 88: RFC 8037, Section A.7",
      privateValue: octets(
        """
        9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b
        """),
      peerPublicValue: octets(
        """
        3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609
        """),
      sharedSecret: octets(
        """
        07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 89: edge case for shared secret",
      privateValue: octets(
        """
        70ef97865bee47cf00de84606408e2701ad8bf6ed311039764a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a976bf
        """),
      peerPublicValue: octets(
        """
        b91a0c5ad497d95f15df62e4231edaaaab21d82953fcde09eab164209745aab6fe9d353a0da328fa8147939e63ad56d1c0d2c0bddd95da50
        """),
      sharedSecret: octets(
        """
        0500000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 91: edge case for shared secret",
      privateValue: octets(
        """
        70ef97865bee47cf00de84606408e2701ad8bf6ed311039764a3a4f130b98a5be4b1cedb7cb85584a3520e142d474dc9ccb909a073a976bf
        """),
      peerPublicValue: octets(
        """
        c551027288f77364659079b5db7368b4cf8fd6f1d70dc1f145a33e85d371e07a3afead484a0eadf0ba5d043bc27ea195f2005310beea24a0
        """),
      sharedSecret: octets(
        """
        f1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 97: special case public key",
      privateValue: octets(
        """
        c817e3c08e0017a5a4422c70095edf062d71f452139715edccd07c46bbfb827753b92c70e49583ce8bfa44641a7382258ea903d6a832c9eb
        """),
      peerPublicValue: octets(
        """
        0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 98: special case public key",
      privateValue: octets(
        """
        dc05e8c9decef9d3e350ee83aee2502cedd76f07d2364de993b7ef237a055f348dcb4c4364a59d7d31edc7ab78f2ca254e2c810975c3f583
        """),
      peerPublicValue: octets(
        """
        0100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 99: special case public key",
      privateValue: octets(
        """
        803f68ff9812676ab809582f0b93e80461598c987bc7b2e4e0a8be63315c4f0f0a3fee607f44d30a55be63f09561d9af93e0a1c9cf0ed791
        """),
      peerPublicValue: octets(
        """
        0200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: octets(
        """
        2754aa144ac700ad183b9c20cd2627db3c51e7644055f71f46e2b999d3e13e346454560fa72a16488561e60d6b6423ed50d1e75a4899a8bd
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 100: special case public key",
      privateValue: octets(
        """
        04dff901e6907ef63c0590c6090065ef5c3c0ed03d1a9949bbda2bd2d7cf25a3e54e5f87ee15911effb9ff86baec4076d56c8e953670bf9b
        """),
      peerPublicValue: octets(
        """
        0000000000000000000000000080000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: octets(
        """
        007a850b8e863783cb6c175c9babbbd35abe37d413a888d976acc68b70f6e6669c7c5095c2cfccc528284687f253ddb1ddc3ea0910bd14e3
        """)),
    AgreementVerdict(
      .curve448, "x448_test.json 131: special case public key",
      privateValue: octets(
        """
        582bf63ee54d47ae5517cf74fdfed1d4bcd544c95e61c8c95605ea323a4d1820fdc40fafb1a5cbe4f4ce1f89a99f99a3361961e5b30bd896
        """),
      peerPublicValue: octets(
        """
        fefffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffffffffffffffffffffffffffffffffffffffffffffffffff
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .curve448, "x448_test.json 503: private key == -1 (mod order)",
      privateValue: octets(
        """
        be58b958ddcc5bb1a9ccdbc43ccc1fa7d0102f6a70488ad590b3f26ffdffffffffffffffffffffffffffffffffffffffffffffffffffff3f
        """),
      peerPublicValue: octets(
        """
        a71742c472d8eee636a974dd98f554ad2f89911f80abdb3d8fa03bbb981917b19d925581bcce7193c8839f6b2e0ff6c1da7c202970b3da46
        """),
      sharedSecret: octets(
        """
        caba0271ea05eabf9d92314311cedf54df44739623a60004dd62d5ccac1f4302644b2f0b75e35b11a1831a87548238b9c36e71e5f7c57d10
        """)),
  ]
}
