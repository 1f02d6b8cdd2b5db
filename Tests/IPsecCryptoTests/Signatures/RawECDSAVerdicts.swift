// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// One of each kind of case of Wycheproof (C2SP/wycheproof, testvectors_v1, Apache-2.0) for ECDSA, raw.
extension SignatureVerdict {
  static let rawECDSA: [SignatureVerdict] = [
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 1: signature malleability",
      isValid: true,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e184cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79
        e6fadd76
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 2: replaced r by r + n",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        012ba3a8bd6b94d5ed80a6d9d1190a436ebccc0833490686deac8635bcb9bf536900b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c13
        4b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 4: replaced r by n - r",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        d45c5740946b2a147f59262ee6f5bc90bd01ed280528b62b3aed5fc93f06f739b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c134b49
        156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 5: replaced r by r + 2**256",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        012ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e1800b329f479a2bbd0a5c384ee1493b1f5186a87139cac5df4087c13
        4b49156847db
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 11: Signature with special case values r=0 and s=0",
      isValid: false,
      publicKey: key0,
      message: octets("313233343030"),
      signature: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        00000000
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 60: Edge case for Shamir multiplication",
      isValid: true,
      publicKey: key0,
      message: octets("3639383139"),
      signature: octets(
        """
        64a1aab5000d0e804f3e2fc02bdee9be8ff312334e2ba16d11547c97711c898e6af015971cc30be6d1a206d4e013e0997772a2f91d73286ffd683b9b
        b2cf4f1b
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 61: special case hash",
      isValid: true,
      publicKey: key0,
      message: octets("343236343739373234"),
      signature: octets(
        """
        16aea964a2f6506d6f78c81c91fc7e8bded7d397738448de1e19a0ec580bf266252cd762130c6667cfe8b7bc47d27d78391e8e80c578d1cd38c3ff03
        3be928e9
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 115: k*G has a large x-coordinate",
      isValid: true,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        000000000000000000000000000000004319055358e8617b0c46353d039cdaabffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2
        fc63254e
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 116: r too large",
      isValid: false,
      publicKey: key1,
      message: octets("313233343030"),
      signature: octets(
        """
        ffffffff00000001000000000000000000000000fffffffffffffffffffffffcffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2
        fc63254e
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 120: small r and s",
      isValid: true,
      publicKey: key2,
      message: octets("313233343030"),
      signature: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000500000000000000000000000000000000000000000000000000000000
        00000001
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 121: incorrect size of signature",
      isValid: false,
      publicKey: key2,
      message: octets("313233343030"),
      signature: octets("0501")),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 145: incorrect size of signature",
      isValid: false,
      publicKey: key3,
      message: octets("313233343030"),
      signature: octets("9c44febf31c3594f839ed28247c2b06b")),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 154: edge case modular inverse",
      isValid: true,
      publicKey: key4,
      message: octets("313233343030"),
      signature: octets(
        """
        555555550000000055555555555555553ef7a8e48d07df81a693439654210c7002f676969f451a8ccafa4c4f09791810e6d632dbd60b1d5540f3284f
        be1889b0
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 169: point at infinity during verify",
      isValid: false,
      publicKey: key5,
      message: octets("313233343030"),
      signature: octets(
        """
        7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8555555550000000055555555555555553ef7a8e48d07df81a6934396
        54210c70
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 204: point duplication during verification",
      isValid: true,
      publicKey: key6,
      message: octets("313233343030"),
      signature: octets(
        """
        6f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569bb726660235793aa9957a61e76e00c2c435109cf9a15dd624d53f430
        1047856b
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 205: duplication bug",
      isValid: false,
      publicKey: key7,
      message: octets("313233343030"),
      signature: octets(
        """
        6f2347cab7dd76858fe0555ac3bc99048c4aacafdfb6bcbe05ea6c42c4934569bb726660235793aa9957a61e76e00c2c435109cf9a15dd624d53f430
        1047856b
        """)),
    SignatureVerdict(
      .ecdsa(hash: 2, isRaw: true), "ecdsa_secp256r1_sha256_p1363_test.json 229: x-coordinate of the public key has many trailing 0's",
      isValid: true,
      publicKey: key8,
      message: octets("4d657373616765"),
      signature: octets(
        """
        d434e262a49eab7781e353a3565e482550dd0fd5defa013c7f29745eff3569f19b0c0a93f267fb6052fd8077be769c2b98953195d7bc10de84421830
        5c6ba17a
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: true), "ecdsa_secp384r1_sha384_p1363_test.json 1: signature malleability",
      isValid: true,
      publicKey: key9,
      message: octets("313233343030"),
      signature: octets(
        """
        12b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd3394f1c548d71840da9fc1d2f8f8900cf485
        d5413b8c2574ee3a8d4ca03995ca30240e09513805bf6209b58ac7aa9cff54eecd82b9f1
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: true), "ecdsa_secp384r1_sha384_p1363_test.json 2: replaced r by r + n",
      isValid: false,
      publicKey: key9,
      message: octets("313233343030"),
      signature: octets(
        """
        0112b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19a25617aad7485e6312a8589714f647acf7a94cffbe8a724a00e7bf25603e2d07076ff3
        0b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f82
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: true), "ecdsa_secp384r1_sha384_p1363_test.json 4: replaced r by n - r",
      isValid: false,
      publicKey: key9,
      message: octets("313233343030"),
      signature: octets(
        """
        ed4cf541094ab8901949ed51aa83fbda99e1d94bb4e401e5ec7083591125fd5b9d8bc2cd7c6b0748e22ee5d5daffe09ce7bf25603e2d07076ff30b7a
        2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f82
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: true), "ecdsa_secp384r1_sha384_p1363_test.json 5: replaced r by r + 2**384",
      isValid: false,
      publicKey: key9,
      message: octets("313233343030"),
      signature: octets(
        """
        0112b30abef6b5476fe6b612ae557c0425661e26b44b1bfe19daf2ca28e3113083ba8e4ae4cc45a0320abd3394f1c548d700e7bf25603e2d07076ff3
        0b7a2abec473da8b11c572b35fc631991d5de62ddca7525aaba89325dfd04fecc47bff426f82
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: true), "ecdsa_secp384r1_sha384_p1363_test.json 11: Signature with special case values r=0 and s=0",
      isValid: false,
      publicKey: key9,
      message: octets("313233343030"),
      signature: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000000000000000000000000000000000000000000000000000
        """)),
    SignatureVerdict(
      .ecdsa(hash: 3, isRaw: true), "ecdsa_secp384r1_sha384_p1363_test.json 60: Edge case for Shamir multiplication",
      isValid: true,
      publicKey: key9,
      message: octets("3133323237"),
      signature: octets(
        """
        ac042e13ab83394692019170707bc21dd3d7b8d233d11b651757085bdd5767eabbb85322984f14437335de0cdf565684bd770d3ee4beadbabe7ca46e
        8c4702783435228d46e2dd360e322fe61c86926fa49c8116ec940f72ac8c30d9beb3e12f
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: true), "ecdsa_secp521r1_sha512_p1363_test.json 1: signature malleability",
      isValid: true,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        004e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a04f66fda48351de7bbfd515720b0ec5cd736
        f9b73bdf864501d74a2f6d95be8d4cb64f02d16d6b785a1246b4ebd206dc596818bb953253245f5a27a24a1aae1e218fdccd8cd7d4990b666d4bf490
        2b84fdad123f941fe906d948
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: true), "ecdsa_secp521r1_sha512_p1363_test.json 2: replaced r by r + n",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        024e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbe97b3367122fa4a20584c271233f3ec3b7f7b31b0faa4d340b92a6
        b0d5cd17ea4e0028b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69ce69d528
        5e174a01a93022fea8318ac1
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: true), "ecdsa_secp521r1_sha512_p1363_test.json 4: replaced r by n - r",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        01b1bddc11bc17347621c4ecc6003d861a7d07d3854f08e4421bc241c8b538a0040b27d9a7f54eba8ad17ad5916eaed487e87fb8786168eb5b51e438
        bd675558ddc40028b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69ce69d528
        5e174a01a93022fea8318ac1
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: true), "ecdsa_secp521r1_sha512_p1363_test.json 5: replaced r by r + 2**521",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        024e4223ee43e8cb89de3b1339ffc279e582f82c7ab0f71bbde43dbe374ac75ffbef29acdf8e70750b9a04f66fda48351de7bbfd515720b0ec5cd736
        f9b73bdf86450028b5d0926a4172b349b0fd2e929487a5edb94b142df923a697e7446acdacdba0a029e43d69111174dba2fe747122709a69ce69d528
        5e174a01a93022fea8318ac1
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: true), "ecdsa_secp521r1_sha512_p1363_test.json 11: Signature with special case values r=0 and s=0",
      isValid: false,
      publicKey: key10,
      message: octets("313233343030"),
      signature: octets(
        """
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000
        000000000000000000000000
        """)),
    SignatureVerdict(
      .ecdsa(hash: 4, isRaw: true), "ecdsa_secp521r1_sha512_p1363_test.json 60: Edge case for Shamir multiplication",
      isValid: true,
      publicKey: key10,
      message: octets("39353032"),
      signature: octets(
        """
        00b4b10646a668c385e1c4da613eb6592c0976fc4df843fc446f20673be5ac18c7d8608a943f019d96216254b09de5f20f3159402ced88ef805a4154
        f780e093e0440065cd4e7f2d8b752c35a62fc11a4ab745a91ca80698a226b41f156fb764b79f4d76548140eb94d2c477c0a9be3e1d4d1acbf9cf4497
        01c10bd47c2e3698b3287934
        """)),
  ]

  private static let key0 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d030107034200042927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838c7
    787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e
    """)
  private static let key1 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d030107034200040ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103c5
    011e6ef2c42dcd50d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e
    """)
  private static let key2 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d03010703420004a71af64de5126a4a4e02b7922d66ce9415ce88a4c9d25514d91082c8725ac9575d
    47723c8fbe580bb369fec9c2665d8e30a435b9932645482e7c9f11e872296b
    """)
  private static let key3 = octets(
    """
    3059301306072a8648ce3d020106082a8648ce3d03010703420004e075effd9607d08d5f34e3652f64cfa3bd6d20c58d0a232f058491260ab212a4cc
    61760ac8b0680c1b644c03cc628ba9dc4a3c0561368489c692bd40f43aa3ca
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
    3076301006072a8648ce3d020106052b81040022036200042da57dda1089276a543f9ffdac0bff0d976cad71eb7280e7d9bfd9fee4bdb2f20f47ff88
    8274389772d98cc5752138aa4b6d054d69dcf3e25ec49df870715e34883b1836197d76f8ad962e78f6571bbc7407b0d6091f9e4d88f014274406174f
    """)
  private static let key10 = octets(
    """
    30819b301006072a8648ce3d020106052b810400230381860004005c6457ec088d532f482093965ae53ccd07e556ed59e2af945cd8c7a95c1c644f8a
    56a8a8a3cd77392ddd861e8a924dac99c69069093bd52a52fa6c56004a074508007878d6d42e4b4dd1e9c0696cb3e19f63033c3db4e60d473259b3eb
    e079aaf0a986ee6177f8217a78c68b813f7e149a4e56fd9562c07fed3d895942d7d101cb83f6
    """)
}
