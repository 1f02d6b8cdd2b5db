// SPDX-License-Identifier: GPL-3.0-or-later

extension KnownAnswer {
  /// RFC 3686 §6: the key ends with the nonce.
  static let aesCTR: [KnownAnswer] = [
    KnownAnswer(
      "test vector #1",
      """
      key bits: 0080
      key: ae6852f8121067cc4bf7a5765577f39e00000030
      iv: 0000000000000000
      text: 53696e676c6520626c6f636b206d7367
      cipher: e4095d4fb7a7b3792d6175a3261311b8
      """),
    KnownAnswer(
      "test vector #2",
      """
      key bits: 0080
      key: 7e24067817fae0d743d6ce1f32539163006cb6db
      iv: c0543b59da48d90b
      text: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      cipher: 5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28
      """),
    KnownAnswer(
      "test vector #3",
      """
      key bits: 0080
      key: 7691be035e5020a8ac6e618529f9a0dc00e0017b
      iv: 27777f3f4a1786f0
      text: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223
      cipher: c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f
      """),
    KnownAnswer(
      "test vector #4",
      """
      key bits: 00c0
      key: 16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb7851500000048
      iv: 36733c147d6d93cb
      text: 53696e676c6520626c6f636b206d7367
      cipher: 4b55384fe259c9c84e7935a003cbe928
      """),
    KnownAnswer(
      "test vector #5",
      """
      key bits: 00c0
      key: 7c5cb2401b3dc33c19e7340819e0f69c678c3db8e6f6a91a0096b03b
      iv: 020c6eadc2cb500d
      text: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      cipher: 453243fc609b23327edfaafa7131cd9f8490701c5ad4a79cfc1fe0ff42f4fb00
      """),
    KnownAnswer(
      "test vector #6",
      """
      key bits: 00c0
      key: 02bf391ee8ecb159b959617b0965279bf59b60a786d3e0fe0007bdfd
      iv: 5cbd60278dcc0912
      text: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223
      cipher: 96893fc55e5c722f540b7dd1ddf7e758d288bc95c69165884536c811662f2188abee0935
      """),
    KnownAnswer(
      "test vector #7",
      """
      key bits: 0100
      key: 776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c10400000060
      iv: db5672c97aa8f0b2
      text: 53696e676c6520626c6f636b206d7367
      cipher: 145ad01dbf824ec7560863dc71e3e0c0
      """),
    KnownAnswer(
      "test vector #8",
      """
      key bits: 0100
      key: f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a2388400faac24
      iv: c1585ef15a43d875
      text: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      cipher: f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c
      """),
    KnownAnswer(
      "test vector #9",
      """
      key bits: 0100
      key: ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d001cc5b7
      iv: 51a51d70a1c11148
      text: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223
      cipher: eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8
      """),
  ]

  /// RFC 3602 §4, NIST SP 800-38A §F.2, NIST multi-block message tests of 3DES, IKEv1.
  static let blockChaining: [KnownAnswer] = [
    KnownAnswer(
      "RFC 3602 §4, case #1",
      """
      encryption: 000c
      key: 06a9214036b8a15b512e03d534120006
      iv: 3dafba429d9eb430b422da802c9fac41
      text: 53696e676c6520626c6f636b206d7367
      cipher: e353779c1079aeb82708942dbe77181a
      """),
    KnownAnswer(
      "RFC 3602 §4, case #2",
      """
      encryption: 000c
      key: c286696d887c9aa0611bbb3e2025a45a
      iv: 562e17996d093d28ddb3ba695a2e6f58
      text: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      cipher: d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1
      """),
    KnownAnswer(
      "RFC 3602 §4, case #4",
      """
      encryption: 000c
      key: 56e47a38c5598974bc46903dba290349
      iv: 8ce82eefbea0da3c44699ed7db51b7d9
      text: a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7
        d8d9dadbdcdddedf
      cipher: c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d
        49a53e87f4c3da55
      """),
    KnownAnswer(
      "NIST SP 800-38A §F.2.1",
      """
      encryption: 000c
      key: 2b7e151628aed2a6abf7158809cf4f3c
      iv: 000102030405060708090a0b0c0d0e0f
      text: 6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17
        ad2b417be66c3710
      cipher: 7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09
        120eca307586e1a7
      """),
    KnownAnswer(
      "NIST SP 800-38A §F.2.3",
      """
      encryption: 000c
      key: 8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b
      iv: 000102030405060708090a0b0c0d0e0f
      text: 6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17
        ad2b417be66c3710
      cipher: 4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df102e008b0e27988598881
        d920a9e64f5615cd
      """),
    KnownAnswer(
      "NIST SP 800-38A §F.2.5",
      """
      encryption: 000c
      key: 603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4
      iv: 000102030405060708090a0b0c0d0e0f
      text: 6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17
        ad2b417be66c3710
      cipher: f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fc
        da6c19078c6a9d1b
      """),
    KnownAnswer(
      "NIST 3DES multi-block message test 1",
      """
      encryption: 0003
      key: 627f460e08104a1043cd265d5840eaf1313edf97df2a8a8c
      iv: 8e29f75ea77e5475
      text: 326a494cd33fe756
      cipher: b22b8d66de970692
      """),
    KnownAnswer(
      "NIST 3DES multi-block message test 2",
      """
      encryption: 0003
      key: 37ae5ebf46dff2dc0754b94f31cbb3855e7fd36dc870bfae
      iv: 3d1de3cc132e3b65
      text: 84401f78fe6c10876d8ea23094ea5309
      cipher: 7b1f7c7e3b1c948ebd04a75ffba7d2f5
      """),
    KnownAnswer(
      "strongSwan 5.9.8, Main Mode message 5, with the IV that the message before left",
      """
      encryption: 000c
      key: de99cbe5c90e21ca96a11f33e8dbdbea
      iv: 504584554c8d8f0d499ca1d2dc891438
      text: 0800000c01000000c633640c000000180df06ddf4a73a08b119686c0f61258a3aefead12000000000000000000000000
      cipher: 0dfe191ade4cdad2d258a6892be050b05471d28256da8f58a1bf9bfd4e81c4c196f7c8712cea16ec004de3f1430af005
      """),
    KnownAnswer(
      "strongSwan 5.9.8, Main Mode message 6, with the IV that the message before left",
      """
      encryption: 000c
      key: de99cbe5c90e21ca96a11f33e8dbdbea
      iv: 96f7c8712cea16ec004de3f1430af005
      text: 0800000c01000000c63364010000001893e4dd4c923fd0cada7b40249c42782972fa4d3b000000000000000000000000
      cipher: 208091b56b06db00706a990068d1cf60f7871dc56e84f22813d57f22eb371bdd6d510c520ce678d85461d08a97c2df28
      """),
  ]
}
