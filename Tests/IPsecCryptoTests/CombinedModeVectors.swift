// SPDX-License-Identifier: GPL-3.0-or-later

extension KnownAnswer {
  /// AES-CCM with nonces of 11 bytes: of NIST validation files, by way of Linux (crypto/testmgr.h) and strongSwan (test_vectors/aes_ccm.c).
  static let aesCCM: [KnownAnswer] = [
    KnownAnswer(
      "number 1, 128 bits",
      """
      encryption: 0010
      key bits: 0080
      key: 83ac5466c2ebe5052e01d1fc5d82662e96ac59
      iv: 3007a1e2a2c75524
      associated:
      text: 19c881f6e986ff930b7867e5bbb7fc6e8377b3a60c8c9f9c352eade062f991a1
      protected: ab6fe1691d1999a892a0c46f7ee28bb170bb8ca64c6e978a572bbe5d98a6b132da24ead9a13998fda4bed9f21a6d22a8
      """),
    KnownAnswer(
      "number 2, 128 bits",
      """
      encryption: 0010
      key bits: 0080
      key: 1e2c7e01419aefc00d58966e5ca24bd34fa319
      iv: d3015ad830601556
      associated: dae6289c452dfd635eda4cb6e6fcf9b70c56cbe4e0057ae10a630978bc2c55de
      text: 87a336fd96b39378a92863ba12a31485571e06c97b21ef767f387e8e29a43e7e
      protected: 8a1e11f0026be219fc70c46d8eb799abc54ba2acd3f348ff3bb5ce53efdebb02a986156c13feda0a22b8293dd8399a23
      """),
    KnownAnswer(
      "number 4, 192 bits",
      """
      encryption: 0010
      key bits: 00c0
      key: 56df5c8f263f0e42ef7ad3cefc846062cab440af5fc9c901d63c8c
      iv: 8684b6cdef092e94
      associated: 0265783ce9213091b1b9da769a786d95f28832a3f250cb4ce300736984698779
      text: 9fd2024b5249313c43693a2d8e70ad7ee0e54609808913b28c8bd93f86fbb56b
      protected: 39df7c3c5a29b9625d51c216d8bd069f9b6a0970c15183c266881d4f9adae01ec7791158e56b20407aea46428be46fe1
      """),
    KnownAnswer(
      "number 5, 256 bits",
      """
      encryption: 000e
      key bits: 0100
      key: e08d997160d7971abd0199d58adf713ad3df244b5e3d4b4e307ab9d8530a5e2b1e2991
      iv: ad8ec1530acf2dbe
      associated: 19b61f57c4f3f08b782b9402290f42276b75cb9834087e79e43e490d848b2287
      text: e1d9d813eb3a753f9dbd5f66bedcbb66bf1799624a39271f1ddc24ae192f984c
      protected: 19b86133452b43966f51d020307d9bc6263df8c96516a89ff0621734f21e8d754e13ccc0c32a542d
      """),
    KnownAnswer(
      "number 6, 256 bits",
      """
      encryption: 000f
      key bits: 0100
      key: 7cc8183b8d99e07c4541b8bd5ca7c2328ab80259a4fea92c09759a9b3c9b2739f9d94e
      iv: 63b53d9d43f61e50
      associated: 57f56b8b575c3d3b1302010c834c96358ed639cf7d149b94b03936e68f57e013
      text: 3b6c2936b6ef07a68372074fcffa66895fcab1bad58f2c2730db750993d465e4
      protected: b0885a33aae5c71d8523c7c62ff41e3dcc63442507784f9e96b888ebbc481f0639af39acd84a80397b728af7
      """),
    KnownAnswer(
      "number 7, 256 bits",
      """
      encryption: 0010
      key bits: 0100
      key: abd0e9330726e5838c7695d4b6dcf346f98fade3021383773fb0f1a1a1220f2b24a78b
      iv: 07cbcc0ee633bff5
      associated: d4db301d03fefd5f87d48cb6b6f17a5dab90658d8eca4d4f160c40904bc73673
      text: f5c67d48c1b7e692975acac4a96df93d6cdebcf190ea6ab2358636af5cfe4b3a
      protected: 836f408772cfc113efbb8021046c5809071bfcdfc03f5bc7e079a86e717c3fcf5cdab233e513e20d74d1efb50f3ab5f8
      """),
    KnownAnswer(
      "number 11, 192 bits",
      """
      encryption: 000e
      key bits: 00c0
      key: 585da096651a04d796e5c568aa9535e029a0ba9e4878d1baee4983
      iv: e9a9ffe957bafd9e
      associated: 44a62c05e9e143b1587cf25c6d390a64a4f01305d177996711c4c6db00563661
      text: 85346642c8920f3658e06b913c985cbb0a85cc02ad7a96e96543a4c30fdc5581
      protected: fbe55d34bee5e8e75aef2fbf1f7fd4b266ca611e967a61b31c164552ba049c9fb1d240bc527c6fb1
      """),
  ]

  /// Of Project Wycheproof (C2SP/wycheproof, testvectors_v1): arithmetic at its edges, and tags that are wrong in a bit.
  static let wycheproof: [KnownAnswer] = [
    KnownAnswer(
      "aes_gcm_test.json 1: Ktv",
      """
      encryption: 0014
      key bits: 0080
      key: 5b9604fe14eadba931b0ccf34843dab9028318ab
      iv: c1824029138141a2
      associated:
      text: 001d0c231287c1182784554ca3a21908
      protected: 26073cc1d851beff176384dc9896d5ff0a3ea7a5487cb5f7d70fb6c58d038554
      """),
    KnownAnswer(
      "aes_gcm_test.json 2: Ktv",
      """
      encryption: 0014
      key bits: 0080
      key: 5b9604fe14eadba931b0ccf34843dab9921d2507
      iv: fa8007b7bd067d34
      associated: 00112233445566778899aabbccddeeff
      text: 001d0c231287c1182784554ca3a21908
      protected: 49d8b9783e911913d87094d1f63cc7651e348ba07cca2cf04c618cb4d43a5b92
      """),
    KnownAnswer(
      "aes_gcm_test.json 5: Pseudorandom",
      """
      encryption: 0014
      key bits: 0080
      key: 384ea416ac3c2f51a76e7d8226346d4eb30c0847
      iv: 27ad1c592ac21d12
      associated:
      text: 35
      protected: 547c1e4ae88bb27e5638343cb9fd3f6337
      """),
    KnownAnswer(
      "aes_gcm_test.json 39: SpecialCase",
      """
      encryption: 0014
      key bits: 0080
      key: 00112233445566778899aabbccddeeff00000000
      iv: 0000000000000000
      associated:
      text: ebd4a3e10cf6d41c50aeae007563b072
      protected: f62d84d649e56bc8cfedc5d74a51e2f7ffffffffffffffffffffffffffffffff
      """),
    KnownAnswer(
      "aes_gcm_test.json 40: SpecialCase",
      """
      encryption: 0014
      key bits: 0080
      key: 00112233445566778899aabbccddeeffffffffff
      iv: ffffffffffffffff
      associated:
      text: d593c4d8224f1b100c35e4f6c4006543
      protected: 431f31e6840931fd95f94bf88296ff6900000000000000000000000000000000
      """),
    KnownAnswer(
      "aes_gcm_test.json 41: ModifiedTag",
      """
      encryption: 0014
      key bits: 0080
      key: 000102030405060708090a0b0c0d0e0f50515253
      iv: 5455565758595a5b
      associated:
      text: 202122232425262728292a2b2c2d2e2f
      protected: eb156d081ed6b6b55f4612f021d87b39d9847dbc326a06e988c77ad3863e6083
      forged: 01
      """),
    KnownAnswer(
      "aes_gcm_test.json 42: ModifiedTag",
      """
      encryption: 0014
      key bits: 0080
      key: 000102030405060708090a0b0c0d0e0f50515253
      iv: 5455565758595a5b
      associated:
      text: 202122232425262728292a2b2c2d2e2f
      protected: eb156d081ed6b6b55f4612f021d87b39da847dbc326a06e988c77ad3863e6083
      forged: 01
      """),
    KnownAnswer(
      "aes_gcm_test.json 43: ModifiedTag",
      """
      encryption: 0014
      key bits: 0080
      key: 000102030405060708090a0b0c0d0e0f50515253
      iv: 5455565758595a5b
      associated:
      text: 202122232425262728292a2b2c2d2e2f
      protected: eb156d081ed6b6b55f4612f021d87b3958847dbc326a06e988c77ad3863e6083
      forged: 01
      """),
    KnownAnswer(
      "aes_gcm_test.json 44: ModifiedTag",
      """
      encryption: 0014
      key bits: 0080
      key: 000102030405060708090a0b0c0d0e0f50515253
      iv: 5455565758595a5b
      associated:
      text: 202122232425262728292a2b2c2d2e2f
      protected: eb156d081ed6b6b55f4612f021d87b39d8857dbc326a06e988c77ad3863e6083
      forged: 01
      """),
    KnownAnswer(
      "aes_gcm_test.json 94: Pseudorandom",
      """
      encryption: 0014
      key bits: 0100
      key: cc56b680552eb75008f5484b4cb803fa5063ebd6eab91f6ab6aef4916a76627399e23ec4
      iv: 8985bccdeeab60f1
      associated:
      text: 2a
      protected: 06633c1e9703ef744ffffb40edf9d14355
      """),
    KnownAnswer(
      "aes_gcm_test.json 128: SpecialCase",
      """
      encryption: 0014
      key bits: 0100
      key: 00112233445566778899aabbccddeeff102132435465768798a9bacbdcedfe0f00000000
      iv: 0000000000000000
      associated:
      text: 561008fa07a68f5c61285cd013464eaf
      protected: 23293e9b07ca7d1b0cae7cc489a973b3ffffffffffffffffffffffffffffffff
      """),
    KnownAnswer(
      "aes_gcm_test.json 179: Pseudorandom",
      """
      encryption: 0014
      key bits: 00c0
      key: 21218af790428f8024d3e7e1428c9fcf578c216636d60e7334047bc3
      iv: 9b9c608384dff5b8
      associated:
      text: e3
      protected: fe2e982e24b81cd120d35a70fe6935e665
      """),
    KnownAnswer(
      "aes_ccm_test.json 261: Pseudorandom",
      """
      encryption: 0010
      key bits: 0080
      key: acab31483d9de4ad77f4e63fe41b57ae5c0939
      iv: e71bae1a9de167d4
      associated:
      text: e4d72b2f7cb69bc54a49f4d5cea4f23a
      protected: 0c506843ba7bd2dc4578e6bb83fd0c8dc275373037635bae294f99c8e46964b3
      """),
    KnownAnswer(
      "aes_ccm_test.json 297: Pseudorandom",
      """
      encryption: 0010
      key bits: 00c0
      key: 2c2f7e8bb75ba931a711eca4d319e19ad89767248fee536021a104
      iv: 56470d083ca7bd7c
      associated:
      text: 1e9f467441e487bf68d10be853b24479
      protected: 186b50f0edf7b523021384f5d8c090498db01236b715a76432fcb02cff2f6ba6
      """),
    KnownAnswer(
      "aes_ccm_test.json 333: Pseudorandom",
      """
      encryption: 0010
      key bits: 0100
      key: aacb1336d6ee4d96a9a12e5b8f25f04800d4aaba55f379218d64edb3460fe215994c19
      iv: 1e7a29c0efc1eb4d
      associated:
      text: 7bead5abccc876efb0109e412f06c751
      protected: 5aa31aa5eb103655b78c4f7bcf08c91764e41d31eb0df80adcee328f081c4aeb
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 1: Ktv",
      """
      encryption: 001c
      key bits: 0000
      key: 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f07000000
      iv: 4041424344454647
      associated: 50515253c0c1c2c3c4c5c6c7
      text: 4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a204966204920636f756c64206f6666
        657220796f75206f6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73637265656e20776f756c642062652069
        742e
      protected: d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b1a71de0a9e060b29
        05d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b
        61161ae10b594f09e26a7e902ecbd0600691
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 4: Pseudorandom",
      """
      encryption: 001c
      key bits: 0000
      key: cc56b680552eb75008f5484b4cb803fa5063ebd6eab91f6ab6aef4916a76627399e23ec4
      iv: 8985bccdeeab60f1
      associated:
      text: 2a
      protected: 3acac27dec0968801e9f6eded69d807522
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 122: EdgeCaseCiphertext",
      """
      encryption: 001c
      key bits: 0000
      key: 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f00010203
      iv: 0405060708090a0b
      associated: 00000000000000000000000000000000
      text: 65b63bf074b7283992e24b1ac0df0d22b555dbe2254d94a43f1de748d3cc6f0d
      protected: 000000000000000000000000000000000000000000000000000000000000000039f4fce3026d83789ffd1ee6f2cd7c4f
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 123: EdgeCaseCiphertext",
      """
      encryption: 001c
      key bits: 0000
      key: 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f00010203
      iv: 0405060708090a0b
      associated: 00000000000000000000000000000000
      text: 65b63bf074b7283992e24b1ac0df0d22b555dbe2254d94a43f1de748d3cc6f0d20c142fe898fbbe668d4324394434c1b18b58ead710aed9c
        31db1f2a8a1f1bb2
      protected: 0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        0000000000000000f5eaa804605c3a4785f9d7f13b6f67d6
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 166: ModifiedTag",
      """
      encryption: 001c
      key bits: 0000
      key: 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f00010203
      iv: 0405060708090a0b
      associated: 000102
      text: 000102030405060708090a0b0c0d0e0f
      protected: d03bcb3ca52d48d1d203b1e7b1a5995a28914007a6119dd3f109bba21ce9a7d6
      forged: 01
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 167: ModifiedTag",
      """
      encryption: 001c
      key bits: 0000
      key: 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f00010203
      iv: 0405060708090a0b
      associated: 000102
      text: 000102030405060708090a0b0c0d0e0f
      protected: d03bcb3ca52d48d1d203b1e7b1a5995a2b914007a6119dd3f109bba21ce9a7d6
      forged: 01
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 168: ModifiedTag",
      """
      encryption: 001c
      key bits: 0000
      key: 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f00010203
      iv: 0405060708090a0b
      associated: 000102
      text: 000102030405060708090a0b0c0d0e0f
      protected: d03bcb3ca52d48d1d203b1e7b1a5995aa9914007a6119dd3f109bba21ce9a7d6
      forged: 01
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 169: ModifiedTag",
      """
      encryption: 001c
      key bits: 0000
      key: 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f00010203
      iv: 0405060708090a0b
      associated: 000102
      text: 000102030405060708090a0b0c0d0e0f
      protected: d03bcb3ca52d48d1d203b1e7b1a5995a29904007a6119dd3f109bba21ce9a7d6
      forged: 01
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 206: EdgeCasePolyKey",
      """
      encryption: 001c
      key bits: 0000
      key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00010203
      iv: 0405060710abb165
      associated: ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffff
      text: dc8ce708bf26aab862d97e1b42f31ef38c382cf07174142ea564920612997b1c2e38aca2438b588d5459493e97e7fa330ff9bc3b9458297b
        a0967d86ed090b435103478f2869b93ee29c837e95fb6b9903f3b735b7345428eb93b3db1d9b5187cebb889aa177d83e4f63fc9a5c0596ee
        d939883d06aacdfdea44fdecdf5cb7fc
      protected: ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffffffffffffffffffffc296436246c3a7c4b3ba09ab2a6a0889
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 207: EdgeCasePolyKey",
      """
      encryption: 001c
      key bits: 0000
      key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00010203
      iv: 04050607051e9373
      associated: ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffff
      text: 931227274a89d0b3aade7fac62c96262c1e77b8dafd248f10ad37c6ccb69cb7131b041593c8bb8c3db38f39dd8a124c424fce4389dede1d3
        cb9d46cf95970aea9856b6e313d756197baf4fcb58df275bca8a2188f9e8a1ad04354ede542ddc30e8b735b2f5905f5811799282be94ae84
        2ec126c55d2e667235e9acf1d48798f0
      protected: ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffffffffffffffffffff99a3b0fff6fdcbcce9dc5820f2a64861
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 226: EdgeCaseTag",
      """
      encryption: 001c
      key bits: 0000
      key: 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f00010203
      iv: 0405060708090a0b
      associated: ffffffffffffffffffffffffffffffff415771fda4fbcc55c377f73203e60226
      text: e48caf8a76183327c9561a4651c07c822ccd1642c06607d0d4bc0afb4de15915dbfa3b0b422e77e15c64bf6247031f15fdb6431178098218
        70000adf83834da5
      protected: ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffff000102030405060708090a0b0c0d0e0f
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 227: EdgeCaseTag",
      """
      encryption: 001c
      key bits: 0000
      key: 404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f00010203
      iv: 0405060708090a0b
      associated: f1ffffffffffffffffffffffffffffff615af39eddb5fcd2519190d5507d3b06
      text: e48caf8a76183327c9561a4651c07c822ccd1642c06607d0d4bc0afb4de15915dbfa3b0b422e77e15c64bf6247031f15fdb6431178098218
        70000adf83834da5
      protected: ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
        ffffffffffffffff00000000000000000000000000000000
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 233: EdgeCasePoly1305",
      """
      encryption: 001c
      key bits: 0000
      key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00010203
      iv: 0405060710abb165
      associated: ffffffff
      text: c68ce708bf26aab862d97e1b42f31ef37bb66f8090c149e452ec7f20327eb2ea2e38aca2438b588d5459493e97e7fa330ff9bc23c897df6b
        00af86931d6c81555103478f2869b93ee29c837e95fb6b9903f3b72debfba2384baa48ceedfedb91
      protected: e5ffffffffffffffffffffffffffffff0871bc8f1e4aa235087712d9df183609ffffffffffffffffffffffffffffffffffffffe7a33009ef
        5fc604ea0f9a75e9ffffffffffffffffffffffffffffffffffffffe7a33009ef5fc604ea0f9a75e93572162777262c518eef573b720e8e64
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 234: EdgeCasePoly1305",
      """
      encryption: 001c
      key bits: 0000
      key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00010203
      iv: 040506072dd4cd40
      associated: ffffffff
      text: 40115e67ecd3d4178c4c60e713ab4e5e390ef93aeb61aa307f141323c38e0685fa47139a5f4e3f8e92d7a3b71eb4ff0e259445f4ffc31bce
        540190edd6ad207876a0085c32ddfcbeb01a8be4c34d5331eda1a5b6139750f973f0d4841baa2cb8
      protected: d9ffffffffffffffffffffffffffffffa009d73c6544428cfac0b2d8c7bbef0bedffffffffffffffffffffffffffffff8a5ef60715bc4b07
        c92b9707376da105edffffffffffffffffffffffffffffff8a5ef60715bc4b07c92b9707376da10519532d9fa0b5fbd582aaeda830602f1d
      """),
    KnownAnswer(
      "chacha20_poly1305_test.json 235: EdgeCasePoly1305",
      """
      encryption: 001c
      key bits: 0000
      key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00010203
      iv: 0405060703e76f6f
      associated: ffffffff
      text: 19de9b9ec8b247d42bbee2016d6715babc286fd979807951b183a188930ad15edcf0b056a2eecc51d30838e640615e14890e659fd3028c90
        4e65018fdfd6038333d14da7b4f76f9f68fa8903138d563c33b7fb50c3e7ebca970f6f89a88a82d6
      protected: f9ffffffffffffffffffffffffffffff015d1565924f6c7418de9babf8be4407edffffffffffffffffffffffffffffff2e110e5e1c0468cb
        aad99c8abeffff07edffffffffffffffffffffffffffffff2e110e5e1c0468cbaad99c8abeffff0747e5d4294239db73b836c04070ff5b2d
      """),
  ]
}
