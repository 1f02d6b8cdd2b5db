// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// A public value of an IKE_SA_INIT between two strongSwan 5.9.8, captured in a lab of our own.
struct CapturedValue: Sendable {
  let method: KeyExchangeMethod
  /// How long the shared secret was that charon wrote in its log.
  let loggedSecretBytes: Int
  let publicValue: [UInt8]

  static let all = [
    CapturedValue(
      method: .curve25519, loggedSecretBytes: 32,
      publicValue: octets("2f54e29edee84a636270b83b5e09d5381878436a07412f1ff4238a1a7cf0176f")),
    CapturedValue(
      method: .curve25519, loggedSecretBytes: 32,
      publicValue: octets("a9689e90782eead479fc2f2c849b233002d836009597411ab87cd0d08ddb9109")),
    CapturedValue(
      method: .ecp256, loggedSecretBytes: 32,
      publicValue: octets(
        """
        75771a97e67d3aeee61eb04be530452cb5c60c769e84ee13a9a7071f4253eb416498f94ce17e818fce5405d6d89a3172733c095a00bf7abc4ead4d439b00b7d7
        """)),
    CapturedValue(
      method: .ecp256, loggedSecretBytes: 32,
      publicValue: octets(
        """
        eb09442d66782f2bdf6b0a10671af1765a1361543a073333b548dd568816801417e7cc02d3c03e63272501aaece0cfe6300b6036794a353287721f449f5a2966
        """)),
    CapturedValue(
      method: .modp2048, loggedSecretBytes: 256,
      publicValue: octets(
        """
        02abc1cb84b91a3a88b3352757c31a5ddc10debc7f8570dffe6084c3d6881a41735f13befb35677945eb8f17b237a688e499b441adca748f44b08be1a71f3472
        cfa01f1d50913227d305bbb47a5e0851e969e0658fd3660df3d769d6e76bee844b61c65c15e29962c3d24ccfcbf6391f5a5bba87f1f130e9aa9a01a29a2b13e1
        0b4290a06d526440f39121bdd8d7634e3e1624807544dc4fdda88c9f3a2f24a788416f1450960fe873aa32d1934414a910246d71a9cd2f119f33b964bb5b2502
        221d9f4d40408a677f77b218b2f72b6ca45b8eb0088dc1652122a2218e578f487a191838d2f7e2de7c4ad4ae139446fdc460295b2f15e5a3604acb6b9f9dd310
        """)),
    CapturedValue(
      method: .modp2048, loggedSecretBytes: 256,
      publicValue: octets(
        """
        45571ffe51601d9cf3ad4ea3e65136f00e4b8809ccd0a64bd043080caab959887db92d317e589845c803030a2caf53be739feba55f82bd9303a9eb1bfbca3b85
        155520349a07ba3f0ad525b9836f70ec513773e18f1838a6bcf15bb8327ce12f2421c0f141cb8110941bbeb9f2b74a616ebef2023aa6c37b62abf2706587a372
        d14cccbcb444306562cc26d08c6ce3d22983d9af0940c00eba071e6c6de7ca98542618ec20d6116249e7ecb25ce8a12fbed1bca36a4a473eb681a917f71ce108
        f5c04385978c875147dbf60dae57a86068e854ba8009292b60a9f4fb87dddb10623303116ea571eceda6077e6b88a0ebf73d2ea9e26ba1671ca74318a6d2b763
        """)),
  ]
}
