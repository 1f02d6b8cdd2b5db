// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// One of each kind of case of Wycheproof (C2SP/wycheproof, testvectors_v1, Apache-2.0): file, number and comment as they are there.
extension AgreementVerdict {
  static let primeCurves: [AgreementVerdict] = [
    AgreementVerdict(
      .ecp256, "ecdh_secp256r1_ecpoint_test.json 1: normal case",
      privateValue: octets("0612465c89a023ab17855b0a6bcebfd3febb53aef84138647b5352e02c10c346"),
      peerPublicValue: octets(
        """
        62d5bd3372af75fe85a040715d0f502428e07046868b0bfdfa61d731afe44f26ac333a93a9e70a81cd5a95b5bf8d13990eb741c8c38872b4a07d275a
        014e30cf
        """),
      sharedSecret: octets("53020d908b0219328b658b525f26780e3ae12bcd952bb25a93bc0895e1714285")),
    AgreementVerdict(
      .ecp256, "ecdh_secp256r1_ecpoint_test.json 3: shared secret has x-coordinate that satisfies x**2 = 0",
      privateValue: octets("0a0d622a47e48f6bc1038ace438c6f528aa00ad2bd1da5f13ee46bf5f633d71a"),
      peerPublicValue: octets(
        """
        58fd4168a87795603e2b04390285bdca6e57de6027fe211dd9d25e2212d29e62080d36bd224d7405509295eed02a17150e03b314f96da37445b0d1d2
        9377d12c
        """),
      sharedSecret: octets("0000000000000000000000000000000000000000000000000000000000000000")),
    AgreementVerdict(
      .ecp256, "ecdh_secp256r1_ecpoint_test.json 48: y-coordinate of the public key is small",
      privateValue: octets("55d55f11bb8da1ea318bca7266f0376662441ea87270aa2077f1b770c4854a48"),
      peerPublicValue: octets(
        """
        7fffffffffffffffffffffffeecf2230ffffffffffffffffffffffffffffffff00000001c7c30643abed0af0a49fe352cb483ff9b97dccdf427c658e
        8793240d
        """),
      sharedSecret: octets("6fd26661851a8de3c6d06f834ef3acb8f2a5f9c136a985ffe10d5eeb51edcfa3")),
    AgreementVerdict(
      .ecp256, "ecdh_secp256r1_ecpoint_test.json 111: edge case for computation of x with projective coordinates",
      privateValue: octets("e461c5b5e63d75b4c8c123bf8b9cd45e712af08f7e2e494a8f255ac9d80e058b"),
      peerPublicValue: octets(
        """
        851eb1b8699d1cc01c6b6048139797dab3981c924f9ef81bd1f464c3182c870901285b2ae7cbcabfd5bccb9441eb3376b491595f60a1ec21dbe9f972
        bc32abbe
        """),
      sharedSecret: octets("6d03fef6b354840f4642fba1c8fce9f7d1cda8ae27b6ca01510fb44573fdaffb")),
    AgreementVerdict(
      .ecp256, "ecdh_secp256r1_ecpoint_test.json 315: edge case private key",
      privateValue: octets("0000000000000000000000000000000000000000000000000000000000000003"),
      peerPublicValue: octets(
        """
        31028f3377fc8f2b1967edaab90213acad0da9f50897f08f57537f78f116744743a1930189363bbde2ac4cbd1649cdc6f451add71dd2f16a8a867f2b
        17caa16b
        """),
      sharedSecret: octets("85a0b58519b28e70a694ec5198f72c4bfdabaa30a70f7143b5b1cd7536f716ca")),
    AgreementVerdict(
      .ecp256, "ecdh_secp256r1_ecpoint_test.json 330: CVE-2017-8932",
      privateValue: octets("2a265f8bcbdcaf94d58519141e578124cb40d64a501fba9c11847b28965bc737"),
      peerPublicValue: octets(
        """
        023819813ac969847059028ea88a1f30dfbcde03fc791d3a252c6b41211882eaf93e4ae433cc12cf2a43fc0ef26400c0e125508224cdb649380f2547
        9148a4ad
        """),
      sharedSecret: octets("4d4de80f1534850d261075997e3049321a0864082d24a917863366c0724f5ae3")),
    AgreementVerdict(
      .ecp256, "ecdh_secp256r1_ecpoint_test.json 332: point is not on curve",
      privateValue: octets("7e4aa54f714bf01df85c50269bea3a86721f84afe74f7b41ea58abcf3474e88d"),
      peerPublicValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        00000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .ecp384, "ecdh_secp384r1_ecpoint_test.json 1: normal case",
      privateValue: octets(
        """
        766e61425b2da9f846c09fc3564b93a6f8603b7392c785165bf20da948c49fd1fb1dee4edd64356b9f21c588b75dfd81
        """),
      peerPublicValue: octets(
        """
        790a6e059ef9a5940163183d4a7809135d29791643fc43a2f17ee8bf677ab84f791b64a6be15969ffa012dd9185d8796d9b954baa8a75e82df711b3b
        56eadff6b0f668c3b26b4b1aeb308a1fcc1c680d329a6705025f1c98a0b5e5bfcb163caa
        """),
      sharedSecret: octets(
        """
        6461defb95d996b24296f5a1832b34db05ed031114fbe7d98d098f93859866e4de1e229da71fef0c77fe49b249190135
        """)),
    AgreementVerdict(
      .ecp384, "ecdh_secp384r1_ecpoint_test.json 3: shared secret has x-coordinate that satisfies x**2 = 0",
      privateValue: octets(
        """
        a2b6442a37f8a3759d2cb91df5eca75b14f5a6766da8035cc1943b15a8e4ebb6025f373be334080f22ab821a3535a6a7
        """),
      peerPublicValue: octets(
        """
        490e96d17f4c6ceccd45def408cea33e9704a5f1b01a3de2eaaa3409fd160d78d395d6b3b003d71fd1f590fad95bf1c9d8665efc2070d059aa847125
        c2f707435955535c7c5df6d6c079ec806dce6b6849d337140db7ca50616f9456de1323c4
        """),
      sharedSecret: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        """)),
    AgreementVerdict(
      .ecp384, "ecdh_secp384r1_ecpoint_test.json 46: y-coordinate of the public key has many trailing 0's",
      privateValue: octets(
        """
        2bc15cf3981eab6102c39f9a925aa1309db59c2c02a54411928d73c3945d157848dc36959efef7495c8528ea284c1c97
        """),
      peerPublicValue: octets(
        """
        000000000000000000000000000000000000000000000000000000001f03123b0000000000000000000000000000000071bd1e700c34075c3cade8ce
        29d33724af68a7672b265a4e157055360440ab7c461b8e9ac8024e63a8b9c17c00000000
        """),
      sharedSecret: octets(
        """
        ea817dff44f1944a38444498f1b6c1a70a8b913aa326bc2acc5068805d8ddd7a5e41b8ee5b8371a1cf3f7a094258e3a6
        """)),
    AgreementVerdict(
      .ecp384, "ecdh_secp384r1_ecpoint_test.json 95: edge case for Jacobian and projective coordinates",
      privateValue: octets(
        """
        938f3dbe37135cd8c8c04182952f6e6f9bfe7a4cff4eacf90612a48865dc43e9b5d230f761d1fc4dfb69be20e84ccc8f
        """),
      peerPublicValue: octets(
        """
        87221e1bb91d5b6f6852b8026b4f07fa3feed095f9173896854132a1ef7740205f57a5a8f157ea59837b27677e465bc86385be41e0220ccb27e61d15
        39ac35c0230c1a7085fa1b35a4fccbee2f31c91ec56ad0e20d718c66e2329e09f96f2ceb
        """),
      sharedSecret: octets(
        """
        f722b9e9bc9ae1658fe88be2b585cc97ca6e3ceb0be0b7cf6a948726686d9182045fa7291cb185164f8e777649242dc4
        """)),
    AgreementVerdict(
      .ecp384, "ecdh_secp384r1_ecpoint_test.json 760: edge case private key",
      privateValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000003
        """),
      peerPublicValue: octets(
        """
        e9dfaaab808b3aac1ccca7cc6242a7ee583249afe8ee8f66b904cc8eec34ad334456e00f33a94de8b5169cf0199550c020156e9651734ff999c5f3ea
        62b83d0083a6093f234457251ecf72c41e4df7cea2420b5454a7f690034380bac981e92e
        """),
      sharedSecret: octets(
        """
        455aea9924330bd6d2d6403478327900e172e93598e254cf6d8eb13f0a3d21be51a46107333844e61dfa3d80df6928e9
        """)),
    AgreementVerdict(
      .ecp384, "ecdh_secp384r1_ecpoint_test.json 773: point is not on curve",
      privateValue: octets(
        """
        c6cafb74e2a50c82c7a63d13294bfea13d0bc504ba2b08a392c9081bf3815d9e44d969ed7f05ffd1d8594355053c6147
        """),
      peerPublicValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000000000000000000000000000000000000000000000000000
        """),
      sharedSecret: nil),
    AgreementVerdict(
      .ecp521, "ecdh_secp521r1_ecpoint_test.json 1: normal case",
      privateValue: octets(
        """
        01939982b529596ce77a94bc6efd03e92c21a849eb4f87b8f619d506efc9bb22e7c61640c90d598f795b64566dc6df43992ae34a1341d458574440a7
        371f611c7dcd
        """),
      peerPublicValue: octets(
        """
        0064da3e94733db536a74a0d8a5cb2265a31c54a1da6529a198377fbd38575d9d79769ca2bdf2d4c972642926d444891a652e7f492337251adf1613c
        f3077999b5ce00e04ad19cf9fd4722b0c824c069f70c3c0e7ebc5288940dfa92422152ae4a4f79183ced375afb54db1409ddf338b85bb6dbfc595016
        3346bb63a90a70c5aba098f7
        """),
      sharedSecret: octets(
        """
        01f1e410f2c6262bce6879a3f46dfb7dd11d30eeee9ab49852102e1892201dd10f27266c2cf7cbccc7f6885099043dad80ff57f0df96acf283fb090d
        e53df95f7d87
        """)),
    AgreementVerdict(
      .ecp521, "ecdh_secp521r1_ecpoint_test.json 3: shared secret has x-coordinate that satisfies x**2 = 0",
      privateValue: octets(
        """
        00a2b6442a37f8a3759d2cb91df5eca75af6b89e27baf2f6cbf971dee5058ffa9d8dac805c7bc72f3718489d6a9cb2787af8c93a17ddeb1a19211ab2
        3604d47b7646
        """),
      peerPublicValue: octets(
        """
        014c643329691ba27459a40dfe7c4ce17b3ea14d0cd7aa47b01f1315404db51436fbbfe6de0842e0f7e1265f6ff3aca28750677d3370b2fb2a6ef497
        356f4b95811201051b14178639a09a41465c72d3743436ee1c191ff7388a40140b34d5317de5911ea03cdbb0329fdeb446695a3b92d437271a9f3c31
        8b02dec4d473908158140e97
        """),
      sharedSecret: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000
        """)),
    AgreementVerdict(
      .ecp521, "ecdh_secp521r1_ecpoint_test.json 45: ephemeral key has x-coordinate that satisfies x**2 = 0",
      privateValue: octets(
        """
        012bc15cf3981eab6102c39f9a925aa130763d01ed6edaf14306eb0a14dd75dff504070def7b88d8b165082f69992de0ffa5ee922cb3ab39917da852
        4cac73f0a09c
        """),
      peerPublicValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        00000000000000d20ec9fea6b577c10d26ca1bb446f40b299e648b1ad508aad068896fee3f8e614bc63054d5772bf01a65d412e0bcaa8e965d2f5d33
        2d7f39f846d440ae001f4f87
        """),
      sharedSecret: octets(
        """
        0053bf137fee8922769f8d0fe279caa4dac9c6054ad0460995588a845d0a959e24bc0fc2391a2b92f7bd400f50a11a9db37f07bef7fa8dad2a903fcf
        534abc8736f7
        """)),
    AgreementVerdict(
      .ecp521, "ecdh_secp521r1_ecpoint_test.json 87: edge case for Jacobian and projective coordinates",
      privateValue: octets(
        """
        018f3dbe37135cd8c8c04182952f6e6f9bfdbb6af4c98f31ba30abc68d88e1ea980d4edcdb5b19f0610082194137ebb019e7a664b522189a186cbe5a
        03376c0713fb
        """),
      peerPublicValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        0000000000010010e59be93c4f269c0269c79e2afd65d6aeaa9b701eacc194fb3ee03df47849bf550ec636ebee0ddd4a16f1cd9406605af38f584567
        770e3f272d688c832e843564
        """),
      sharedSecret: octets(
        """
        008f61e15e8c8545dcdab188f10ba9111b6345d529d9c5470677342df7ef54c56a1fb9fbe8dea76afbe8f2dd4c3cfb4d5b749d743944c96d74fb47bc
        4bf601e5dc7e
        """)),
    AgreementVerdict(
      .ecp521, "ecdh_secp521r1_ecpoint_test.json 617: edge case private key",
      privateValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000003
        """),
      peerPublicValue: octets(
        """
        01ad5043591dbe81657fe3d1c3d7a516606ad9d320a35fce8aaec8a950fb53f95388f3fc48be998e99334ad9e9234cded14471fe86caccaa07d058ee
        8771733ac3b900854de36366590b9ee4d0370ea6b00f7ebd8156ccf14e99f1a5344a9b4964fbb8348b081a8840c6b64be77997ad8bebfea5e7d9f7a6
        a7fa6d7655c50b2b7835f314
        """),
      sharedSecret: octets(
        """
        00f2246431b597930f2eae61e9aabbd39f8f6ae97c3cf2521a6aeecedda10b5ef5f3b2eb3a8906d02f51d244710aa9e19cc0be21db920132be1c91de
        b85e466c28df
        """)),
    AgreementVerdict(
      .ecp521, "ecdh_secp521r1_ecpoint_test.json 633: CVE-2017-10176: Issue with elliptic curve addition",
      privateValue: octets(
        """
        01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6f
        b71e913863f7
        """),
      peerPublicValue: octets(
        """
        00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e
        7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086
        a272c24088be94769fd16650
        """),
      sharedSecret: octets(
        """
        01bc33425e72a12779eacb2edcc5b63d1281f7e86dbc7bf99a7abd0cfe367de4666d6edbb8525bffe5222f0702c3096dec0884ce572f5a15c423fdf4
        4d01dd99c61d
        """)),
    AgreementVerdict(
      .ecp521, "ecdh_secp521r1_ecpoint_test.json 634: point is not on curve",
      privateValue: octets(
        """
        01c6cafb74e2a50c82c7a63d13294bfea113f271e01ae305f79af43203cd32115ecdf2fee5fedba2ad3126783db0c3c4d3029a14369e8f80dbd15d51
        2f13e51c503c
        """),
      peerPublicValue: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000
        """),
      sharedSecret: nil),
  ]
}
