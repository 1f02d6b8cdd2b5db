// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// One of each kind of case of Wycheproof (C2SP/wycheproof, testvectors_v1, Apache-2.0) for ECDSA, DER.
extension SignatureVerdict {
  static let ecdsa: [SignatureVerdict] = [
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 1: pseudorandom signature",
      isValid: true,
      publicKey: key0,
      message: octets(""),
      signature: octets(
        """
        3045022100b292a619339f6e567a305c951c0dcbcc42d16e47f219f9e98e76e09d8770b34a02200177e60492c5a8242f76f07bfe3661bde59ec2a17c
        e5bd2dab2abebdf89a62e2
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 6: Legacy: ASN encoding of s misses leading 0",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        304402202ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e180220b329f479a2bbd0a5c384ee1493b1f5186a87139cac5d
        f4087c134b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 8: length of sequence [r, s] uses long form encoding",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        30814502202ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18022100b329f479a2bbd0a5c384ee1493b1f5186a87139c
        ac5df4087c134b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 10: length of sequence [r, s] uses 70 instead of 69",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        304602202ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18022100b329f479a2bbd0a5c384ee1493b1f5186a87139cac
        5df4087c134b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 23: appending 0's to sequence [r, s]",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        304702202ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18022100b329f479a2bbd0a5c384ee1493b1f5186a87139cac
        5df4087c134b49156847db0000
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 152: replaced r by r + n",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        30460221012ba3a8bd6b94d5ed80a6d9d1190a436ebccc0833490686deac8635bcb9bf5369022100b329f479a2bbd0a5c384ee1493b1f5186a87139c
        ac5df4087c134b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 155: replaced r by -r",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        30450220d45c5741946b2a137f59262ee6f5bc91001af27a5e1117a64733950642a3d1e8022100b329f479a2bbd0a5c384ee1493b1f5186a87139cac
        5df4087c134b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 158: replaced r by r + 2**256",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        30460221012ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18022100b329f479a2bbd0a5c384ee1493b1f5186a87139c
        ac5df4087c134b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 168: Signature with special case values r=0 and s=0",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets("3006020100020100")),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 232: Signature encoding contains incorrect types: r=0, s=0.25",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets("3008020100090380fe01")),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 295: Edge case for Shamir multiplication",
      isValid: true,
      publicKey: key1,
      message: octets("3639383139"),
      signature: octets(
        """
        3044022064a1aab5000d0e804f3e2fc02bdee9be8ff312334e2ba16d11547c97711c898e02206af015971cc30be6d1a206d4e013e0997772a2f91d73
        286ffd683b9bb2cf4f1b
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 296: special case hash",
      isValid: true,
      publicKey: key1,
      message: octets("343236343739373234"),
      signature: octets(
        """
        3044022016aea964a2f6506d6f78c81c91fc7e8bded7d397738448de1e19a0ec580bf2660220252cd762130c6667cfe8b7bc47d27d78391e8e80c578
        d1cd38c3ff033be928e9
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 350: k*G has a large x-coordinate",
      isValid: true,
      publicKey: key2,
      message: octets("313233343030"),
      signature: octets(
        """
        303502104319055358e8617b0c46353d039cdaab022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 351: r too large",
      isValid: false,
      publicKey: key2,
      message: octets("313233343030"),
      signature: octets(
        """
        3046022100ffffffff00000001000000000000000000000000fffffffffffffffffffffffc022100ffffffff00000000ffffffffffffffffbce6faad
        a7179e84f3b9cac2fc63254e
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 355: small r and s",
      isValid: true,
      publicKey: key3,
      message: octets("313233343030"),
      signature: octets("3006020105020101")),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 377: edge case modular inverse",
      isValid: true,
      publicKey: key4,
      message: octets("313233343030"),
      signature: octets(
        """
        30440220555555550000000055555555555555553ef7a8e48d07df81a693439654210c70022002f676969f451a8ccafa4c4f09791810e6d632dbd60b
        1d5540f3284fbe1889b0
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 392: point at infinity during verify",
      isValid: false,
      publicKey: key5,
      message: octets("313233343030"),
      signature: octets(
        """
        304402207fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a80220555555550000000055555555555555553ef7a8e48d07
        df81a693439654210c70
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 427: point duplication during verification",
      isValid: true,
      publicKey: key6,
      message: octets("313233343030"),
      signature: octets(
        """
        304502206f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569022100bb726660235793aa9957a61e76e00c2c435109cf9a
        15dd624d53f4301047856b
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 428: duplication bug",
      isValid: false,
      publicKey: key7,
      message: octets("313233343030"),
      signature: octets(
        """
        304502206f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569022100bb726660235793aa9957a61e76e00c2c435109cf9a
        15dd624d53f4301047856b
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: false), "ecdsa_secp256r1_sha256_test.json 448: x-coordinate of the public key has many trailing 0's",
      isValid: true,
      publicKey: key8,
      message: octets("4d657373616765"),
      signature: octets(
        """
        3046022100d434e262a49eab7781e353a3565e482550dd0fd5defa013c7f29745eff3569f10221009b0c0a93f267fb6052fd8077be769c2b98953195
        d7bc10de844218305c6ba17a
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: false), "ecdsa_secp384r1_sha384_test.json 1: pseudorandom signature",
      isValid: true,
      publicKey: key9,
      message: octets(""),
      signature: octets(
        """
        3064023032401249714e9091f05a5e109d5c1216fdc05e98614261aa0dbd9e9cd4415dee29238afbd3b103c1e40ee5c9144aee0f02304326756fb2c4
        fd726360dd6479b5849478c7a9d054a833a58c1631c33b63c3441336ddf2c7fe0ed129aae6d4ddfeb753
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: false), "ecdsa_secp384r1_sha384_test.json 6: Legacy: ASN encoding of s misses leading 0",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        3064023012b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd3394f1c548d70230e7bf25603e2d
        07076ff30b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f82
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: false), "ecdsa_secp384r1_sha384_test.json 8: length of sequence [r, s] uses long form encoding",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        308165023012b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd3394f1c548d7023100e7bf2560
        3e2d07076ff30b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f82
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: false), "ecdsa_secp384r1_sha384_test.json 10: length of sequence [r, s] uses 102 instead of 101",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        3066023012b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd3394f1c548d7023100e7bf25603e
        2d07076ff30b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f82
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: false), "ecdsa_secp384r1_sha384_test.json 23: appending 0's to sequence [r, s]",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        3067023012b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd3394f1c548d7023100e7bf25603e
        2d07076ff30b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f820000
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: false), "ecdsa_secp384r1_sha384_test.json 152: replaced r by r + n",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        306602310112b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19a25617aad7485e6312a8589714f647acf7a94cffbe8a724a023100e7bf2560
        3e2d07076ff30b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f82
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: false), "ecdsa_secp521r1_sha512_test.json 1: pseudorandom signature",
      isValid: true,
      publicKey: key11,
      message: octets(""),
      signature: octets(
        """
        308188024201625d6115092a8e2ee21b9f8a425aa73814dec8b2335e86150ab4229f5a3421d2e6256d632c7a4365a1ee01dd2a936921bbb4551a512d
        1d4b5a56c314e4a02534c5024201b792d23f2649862595451055777bda1b02dc6cc8fef23231e44b921b16155cd42257441d75a790371e91819f0a9b
        1fd0ebd02c90b5b774527746ed9bfe743dbe2f
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: false), "ecdsa_secp521r1_sha512_test.json 7: length of sequence [r, s] contains a leading 0",
      isValid: false,
      publicKey: key12,
      message: octets("313233343030"),
      signature: octets(
        """
        3082008602414e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a04f66fda48351de7bbfd515720
        b0ec5cd736f9b73bdf8645024128b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe74712270
        9a69ce69d5285e174a01a93022fea8318ac1
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: false), "ecdsa_secp521r1_sha512_test.json 8: length of sequence [r, s] uses 135 instead of 134",
      isValid: false,
      publicKey: key12,
      message: octets("313233343030"),
      signature: octets(
        """
        308702414e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a04f66fda48351de7bbfd515720b0ec
        5cd736f9b73bdf8645024128b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69
        ce69d5285e174a01a93022fea8318ac1
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: false), "ecdsa_secp521r1_sha512_test.json 21: appending 0's to sequence [r, s]",
      isValid: false,
      publicKey: key12,
      message: octets("313233343030"),
      signature: octets(
        """
        30818802414e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a04f66fda48351de7bbfd515720b0
        ec5cd736f9b73bdf8645024128b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a
        69ce69d5285e174a01a93022fea8318ac10000
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: false), "ecdsa_secp521r1_sha512_test.json 151: replaced r by r + n",
      isValid: false,
      publicKey: key12,
      message: octets("313233343030"),
      signature: octets(
        """
        3081870242024e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbe97b3367122fa4a20584c271233f3ec3b7f7b31b0faa
        4d340b92a6b0d5cd17ea4e024128b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe74712270
        9a69ce69d5285e174a01a93022fea8318ac1
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: false), "ecdsa_secp521r1_sha512_test.json 154: replaced r by -r",
      isValid: false,
      publicKey: key12,
      message: octets("313233343030"),
      signature: octets(
        """
        3081860241b1bddc11bc17347621c4ecc6003d861a7d07d3854f08e4421bc241c8b538a00410d65320718f8af465fb099025b7cae2184402aea8df4f
        13a328c90648c42079bb024128b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a
        69ce69d5285e174a01a93022fea8318ac1
        """)),
  ]

  private static let key0 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d0301070342000404aaec73635726f213fb8a9e64da3b8632e41495a944d0045b522eba7240fad587
    d9315798aaa3a5ba01775787ced05eaaf7b4e09fc81d6d1aa546e8365d525d
    """)
  private static let key1 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d030107034200042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7
    787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e
    """)
  private static let key2 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d030107034200040ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103c5
    011e6ef2c42dcd50d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e
    """)
  private static let key3 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d03010703420004a71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac9575d
    47723c8fbe580bb369fec9c2665d8e30a435b9932645482e7c9f11e872296b
    """)
  private static let key4 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d0301070342000461722eaba731c697c7a9ba4d0afdbb5713d8aa12b0eab601bb33dbaf792c5adc27
    2cd993b2b663aba5b3a26c101182ff178684945e83879e71598b95fe647dfc
    """)
  private static let key5 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d03010703420004b533d4695dd5b8c5e07757e55e6e516f7e2c88fa0239e23f60e8ec07dd70f2871b
    134ee58cc583278456863f33c3a85d881f7d4a39850143e29d4eaf009afe47
    """)
  private static let key6 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d030107034200045b812fd521aafa69835a849cce6fbdeb6983b442d2444fe70e134c027fc4696383
    8a40f2a36092e9004e92d8d940cf5638550ce672ce8b8d4e15eba5499249e9
    """)
  private static let key7 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d030107034200045b812fd521aafa69835a849cce6fbdeb6983b442d2444fe70e134c027fc469637c
    75bf0c5c9f6d17ffb16d2726bf30a9c7aaf31a8d317472b1ea145ab66db616
    """)
  private static let key8 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d030107034200044f337ccfd67726a805e4f1600ae2849df3807eca117380239fbd816900000000ed
    9dea124cc8c396416411e988c30f427eb504af43a3146cd5df7ea60666d685
    """)
  private static let key9 = octets(
    """
    3076301006072a8648ce3d020106052b810400220362000429bdb76d5fa741bfd70233cb3a66cc7d44beb3b0663d92a8136650478bcefb61ef182e15
    5a54345a5e8e5e88f064e5bc9a525ab7f764dad3dae1468c2b419f3b62b9ba917d5e8c4fb1ec47404a3fc76474b2713081be9db4c00e043ada9fc4a3
    """)
  private static let key10 = octets(
    """
    3076301006072a8648ce3d020106052b81040022036200042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff88
    8274389772d98cc5752138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0d6091f9e4d88f014274406174f
    """)
  private static let key11 = octets(
    """
    30819b301006072a8648ce3d020106052b810400230381860004012a908bfc5b70e17bdfae74294994808bf2a42dab59af8b0523a026d640a2a3d6d3
    44520b62177e2cfa339ca42fb0883ec425904fbda2833a3b5b0a9a00811365d8012333d532f8f8eb1a623c378a3694651192bbda833e3b8d7b8f90b2
    bfc9b045f8a55e1b6a5fe1512c400c4bc9c86fd7c699d642f5cee9bb827c8b0abc0da01cef1e
    """)
  private static let key12 = octets(
    """
    30819b301006072a8648ce3d020106052b810400230381860004005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a
    56a8a8a3cd77392ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63033c3db4e60d473259b3eb
    e079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d895942d7d101cb83f6
    """)
}
