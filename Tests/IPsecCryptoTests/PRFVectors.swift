// SPDX-License-Identifier: GPL-3.0-or-later

extension KnownAnswer {
  /// HMAC with whole values.
  static let hmac: [KnownAnswer] = [
    KnownAnswer(
      "RFC 2202 §2, MD5 case 1",
      """
      prf: 0001
      key: 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b
      data: 4869205468657265
      value: 9294727a3638bb1c13f48ef8158bfc9d
      """),
    KnownAnswer(
      "RFC 2202 §2, MD5 case 2",
      """
      prf: 0001
      key: 4a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      value: 750c783e6ab0b503eaa86e310a5db738
      """),
    KnownAnswer(
      "RFC 2202 §2, MD5 case 3",
      """
      prf: 0001
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      value: 56be34521d144c88dbb8c733f0e8b3f6
      """),
    KnownAnswer(
      "RFC 2202 §2, MD5 case 4",
      """
      prf: 0001
      key: 0102030405060708090a0b0c0d0e0f10111213141516171819
      data: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      value: 697eaf0aca3a3aea3a75164746ffaa79
      """),
    KnownAnswer(
      "RFC 2202 §2, MD5 case 5",
      """
      prf: 0001
      key: 0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c
      data: 546573742057697468205472756e636174696f6e
      value: 56461ef2342edc00f9bab995690efd4c
      """),
    KnownAnswer(
      "RFC 2202 §2, MD5 case 6",
      """
      prf: 0001
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374
      value: 6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd
      """),
    KnownAnswer(
      "RFC 2202 §2, MD5 case 7",
      """
      prf: 0001
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b657920616e64204c6172676572205468616e204f6e
        6520426c6f636b2d53697a652044617461
      value: 6f630fad67cda0ee1fb1f562db3aa53e
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 1",
      """
      prf: 0002
      key: 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b
      data: 4869205468657265
      value: b617318655057264e28bc0b6fb378c8ef146be00
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 2",
      """
      prf: 0002
      key: 4a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      value: effcdf6ae5eb2fa2d27416d5f184df9c259a7c79
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 3",
      """
      prf: 0002
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      value: 125d7342b9ac11cd91a39af48aa17b4f63f175d3
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 4",
      """
      prf: 0002
      key: 0102030405060708090a0b0c0d0e0f10111213141516171819
      data: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      value: 4c9007f4026250c6bc8414f9bf50c86c2d7235da
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 5",
      """
      prf: 0002
      key: 0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c
      data: 546573742057697468205472756e636174696f6e
      value: 4c1a03424b55e07fe7f27be1d58bb9324a9a5a04
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 6",
      """
      prf: 0002
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374
      value: aa4ae5e15272d00e95705637ce8a3b55ed402112
      """),
    KnownAnswer(
      "RFC 2202 §3, SHA-1 case 7",
      """
      prf: 0002
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b657920616e64204c6172676572205468616e204f6e
        6520426c6f636b2d53697a652044617461
      value: e8e99d0f45237d786d6bbaa7965c7808bbff1a91
      """),
    KnownAnswer(
      "RFC 4231 §4.2, SHA-256",
      """
      prf: 0005
      key: 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b
      data: 4869205468657265
      value: b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7
      """),
    KnownAnswer(
      "RFC 4231 §4.3, SHA-256",
      """
      prf: 0005
      key: 4a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      value: 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843
      """),
    KnownAnswer(
      "RFC 4231 §4.4, SHA-256",
      """
      prf: 0005
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      value: 773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe
      """),
    KnownAnswer(
      "RFC 4231 §4.5, SHA-256",
      """
      prf: 0005
      key: 0102030405060708090a0b0c0d0e0f10111213141516171819
      data: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      value: 82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b
      """),
    KnownAnswer(
      "RFC 4231 §4.7, SHA-256",
      """
      prf: 0005
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374
      value: 60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54
      """),
    KnownAnswer(
      "RFC 4231 §4.8, SHA-256",
      """
      prf: 0005
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e64206120
        6c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f2062652068617368656420
        6265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e
      value: 9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2
      """),
    KnownAnswer(
      "RFC 4231 §4.2, SHA-384",
      """
      prf: 0006
      key: 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b
      data: 4869205468657265
      value: afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6
      """),
    KnownAnswer(
      "RFC 4231 §4.3, SHA-384",
      """
      prf: 0006
      key: 4a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      value: af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649
      """),
    KnownAnswer(
      "RFC 4231 §4.4, SHA-384",
      """
      prf: 0006
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      value: 88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27
      """),
    KnownAnswer(
      "RFC 4231 §4.5, SHA-384",
      """
      prf: 0006
      key: 0102030405060708090a0b0c0d0e0f10111213141516171819
      data: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      value: 3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e6801dd23c4a7d679ccf8a386c674cffb
      """),
    KnownAnswer(
      "RFC 4231 §4.7, SHA-384",
      """
      prf: 0006
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374
      value: 4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952
      """),
    KnownAnswer(
      "RFC 4231 §4.8, SHA-384",
      """
      prf: 0006
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e64206120
        6c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f2062652068617368656420
        6265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e
      value: 6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5a678cc31e799176d3860e6110c46523e
      """),
    KnownAnswer(
      "RFC 4231 §4.2, SHA-512",
      """
      prf: 0007
      key: 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b
      data: 4869205468657265
      value: 87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f170
        2e696c203a126854
      """),
    KnownAnswer(
      "RFC 4231 §4.3, SHA-512",
      """
      prf: 0007
      key: 4a656665
      data: 7768617420646f2079612077616e7420666f72206e6f7468696e673f
      value: 164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b
        636e070a38bce737
      """),
    KnownAnswer(
      "RFC 4231 §4.4, SHA-512",
      """
      prf: 0007
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd
      value: fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee89426
        74278859e13292fb
      """),
    KnownAnswer(
      "RFC 4231 §4.5, SHA-512",
      """
      prf: 0007
      key: 0102030405060708090a0b0c0d0e0f10111213141516171819
      data: cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
      value: b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2d
        e2adebeb10a298dd
      """),
    KnownAnswer(
      "RFC 4231 §4.7, SHA-512",
      """
      prf: 0007
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374
      value: 80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec
        8b915a985d786598
      """),
    KnownAnswer(
      "RFC 4231 §4.8, SHA-512",
      """
      prf: 0007
      key: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
      data: 5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e64206120
        6c6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f2062652068617368656420
        6265666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e
      value: e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de04460
        65c97440fa8c6a58
      """),
  ]

  /// AES-XCBC and AES-CMAC with whole values.
  static let blockMAC: [KnownAnswer] = [
    KnownAnswer(
      "RFC 3566 §4.6, case 1",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      data:
      value: 75f0251d528ac01c4573dfd584d79f29
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 2",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102
      value: 5b376580ae2f19afe7219ceef172756f
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 3",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f
      value: d2a246fa349b68a79998a4394ff7a263
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 4",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f10111213
      value: 47f51b4564966215b8985c63055ed308
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 5",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      value: f54f0ec8d2b9f3d36807734bd5283fd4
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 6",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021
      value: becbb3bccdb518a30677d5481fb6b4d8
      """),
    KnownAnswer(
      "RFC 3566 §4.6, case 7: 1000 zero bytes",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      zeroes: 03e8
      data:
      value: f0dafee895db30253761103b5d84528f
      """),
    KnownAnswer(
      "RFC 4434 §2.1, key of 16 bytes",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f10111213
      value: 47f51b4564966215b8985c63055ed308
      """),
    KnownAnswer(
      "RFC 4434 §2.1, key of 10 bytes",
      """
      prf: 0004
      key: 00010203040506070809
      data: 000102030405060708090a0b0c0d0e0f10111213
      value: 0fa087af7d866e7653434e602fdde835
      """),
    KnownAnswer(
      "RFC 4434 §2.1, key of 18 bytes",
      """
      prf: 0004
      key: 000102030405060708090a0b0c0d0e0fedcb
      data: 000102030405060708090a0b0c0d0e0f10111213
      value: 8cd3c93ae598a9803006ffb67c40e9e4
      """),
    KnownAnswer(
      "RFC 4493 §4, example 1",
      """
      prf: 0008
      key: 2b7e151628aed2a6abf7158809cf4f3c
      data:
      value: bb1d6929e95937287fa37d129b756746
      """),
    KnownAnswer(
      "RFC 4493 §4, example 2",
      """
      prf: 0008
      key: 2b7e151628aed2a6abf7158809cf4f3c
      data: 6bc1bee22e409f96e93d7e117393172a
      value: 070a16b46b4d4144f79bdd9dd04a287c
      """),
    KnownAnswer(
      "RFC 4493 §4, example 3",
      """
      prf: 0008
      key: 2b7e151628aed2a6abf7158809cf4f3c
      data: 6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411
      value: dfa66747de9ae63030ca32611497c827
      """),
    KnownAnswer(
      "RFC 4493 §4, example 4",
      """
      prf: 0008
      key: 2b7e151628aed2a6abf7158809cf4f3c
      data: 6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17
        ad2b417be66c3710
      value: 51f0bebf7e3b9d92fc49741779363cfe
      """),
    KnownAnswer(
      "RFC 4615 §4, key of 18 bytes",
      """
      prf: 0008
      key: 000102030405060708090a0b0c0d0e0fedcb
      data: 000102030405060708090a0b0c0d0e0f10111213
      value: 84a348a4a45d235babfffc0d2b4da09a
      """),
    KnownAnswer(
      "RFC 4615 §4, key of 16 bytes",
      """
      prf: 0008
      key: 000102030405060708090a0b0c0d0e0f
      data: 000102030405060708090a0b0c0d0e0f10111213
      value: 980ae87b5f4c9c5214f5b6a8455e4c2d
      """),
    KnownAnswer(
      "RFC 4615 §4, key of 10 bytes",
      """
      prf: 0008
      key: 00010203040506070809
      data: 000102030405060708090a0b0c0d0e0f10111213
      value: 290d9e112edb09ee141fcf64c0b72f3d
      """),
  ]
}
