// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// Both ends of exchanges on curves, from RFCs.
extension AgreementVector {
  static let curves = [x25519, x25519ForIKE, x448, p256, p384, p521]

  static let x25519 = AgreementVector(
    .curve25519, "RFC 7748 §6.1",
    privateValue: octets("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"),
    publicValue: octets("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"),
    peerPrivateValue: octets("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"),
    peerPublicValue: octets("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"),
    sharedSecret: octets("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"))

  static let x25519ForIKE = AgreementVector(
    .curve25519, "RFC 8031 §A",
    privateValue: octets("751fb4308655b476b6789b7325f9ea8cddd16a58533ff6d9e60009464a5f9d94"),
    publicValue: octets("48d5ddd4061257ba166fa3f9bbdb74f1a4e81c089384fa77f790709f0dfbc766"),
    peerPrivateValue: octets("0a54645253290d60ddadd0e030bacd9e5501efdc220755a1e978f1b839a05688"),
    peerPublicValue: octets("0be7c1f5aad87d7e448662673298a443478b859745179eaf564c79c0ef6eee25"),
    sharedSecret: octets("c74950607a12327f3204d94b6825bfb068b7f8319a9e3708ed3d43ce8130c950"))

  static let x448 = AgreementVector(
    .curve448, "RFC 7748 §6.2",
    privateValue: octets(
      """
      9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b
      """),
    publicValue: octets(
      """
      9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0
      """),
    peerPrivateValue: octets(
      """
      1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d
      """),
    peerPublicValue: octets(
      """
      3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609
      """),
    sharedSecret: octets(
      """
      07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d
      """))

  static let p256 = AgreementVector(
    .ecp256, "RFC 5903 §8.1",
    privateValue: octets("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433"),
    publicValue: octets(
      """
      dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3
      """),
    peerPrivateValue: octets("c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53"),
    peerPublicValue: octets(
      """
      d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab
      """),
    sharedSecret: octets("d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de"))

  static let p384 = AgreementVector(
    .ecp384, "RFC 5903 §8.2",
    privateValue: octets("099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194"),
    publicValue: octets(
      """
      667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa9482ed1fc0eeb9cafc4984625ccfc23f
      65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c
      """),
    peerPrivateValue: octets("41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc"),
    peerPublicValue: octets(
      """
      e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571dcfbec7aacf3196472169e838430367f
      66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c
      """),
    sharedSecret: octets("11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746"))

  static let p521 = AgreementVector(
    .ecp521, "RFC 5903 §8.3",
    privateValue: octets(
      """
      0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d
      4a52
      """),
    publicValue: octets(
      """
      0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176c
      ed3e017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3
      926f9582
      """),
    peerPrivateValue: octets(
      """
      0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb15168
      5eb9
      """),
    peerPublicValue: octets(
      """
      00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9
      460f015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd1
      7f0fc56a
      """),
    sharedSecret: octets(
      """
      01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3
      ddea
      """))
}
