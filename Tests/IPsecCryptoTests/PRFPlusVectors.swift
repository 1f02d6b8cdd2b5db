// SPDX-License-Identifier: GPL-3.0-or-later

extension KnownAnswer {
  /// prf+: of NIST validation files by way of strongSwan (test_vectors/kdf_prf_plus.c).
  static let prfPlus: [KnownAnswer] = [
    KnownAnswer(
      "NIST SP 800-135 validation, sha256",
      """
      prf: 0005
      key: 37fde90b81d63692620f67367b62092e3efdc6a03509137d731004767ff35010
      seed: ed80dc79912c32a935fb6d1a3feac07847c1858efc932ea4606fd05609624002
      output: 63d018a08f7a29daa7d1f92cb63f45fa39bbaf5e5f1a78139613bb891e3e6bf9d0448f7c74e05b4c1a25c0b61e62c875e852f287e192d4ae
        536112db5197216400bd5e123470efc15f53161865fe8b19a1416518a157d651ecd2caddab6a9eae6a27a55af088218d5156edaa9789f934
        d9836ed43edffda553822202ff9f7d4860ca72e0
      """),
    KnownAnswer(
      "NIST SP 800-135 validation, sha384",
      """
      prf: 0006
      key: 54436a9ea95d6ff79b967f4b07f6de976a376e8ea26aa9574709afc60243c9c141da4ca0e158e627a75ea87f6feb07ef
      seed: d672b0bc852829b93509f3b7247063640f9a016d7b22223c85f710daf8b982d8
      output: 10b00a654643b3b985764f86e23ef62431122fcc96de16e338a372bee49391db1f83a7358c080380abbf4af47cdb83b9530343168f7dbc92
        21260e1546c6b383e2235d2705a727f0b41aebf6a1b4c61cb460660152a17ba74c20d5191ba6841794945270d829587b7f3294639ea7b771
        49e1d07230ac16e0cd5ab236fa3212bd569ee70f
      """),
    KnownAnswer(
      "NIST SP 800-135 validation, sha512",
      """
      prf: 0007
      key: daf9bd6f2f912da553867966af386e67909a8df0ca7e84b83b355cb7d7f1026f17d8ea34b5d57fd0d1ba389528fca1e81d1c8ce511b28a24
        58241143fee30ccc
      seed: df7931db9b429e10b8aa8e4d460423939ba40af9157f47925383c7cd3d1046e6
      output: 919a75deaeccbd393bebc89615f8a215edb7073b2319d86740221eee7a2deb92509044d7e61fcb1bf9676b3881c7ced49e6bba1549da3113
        601677a2445d91ac13a597335782dd3a9cf496d9e19b932f27dd35e36f8070d232d0a3b3f4c4a0b4ba4470778dc090f31f52ab1b6d81e4c7
        dfb35063ad96c327adcdbde714cc9a6b5ef049b8
      """),
    KnownAnswer(
      "strongSwan 5.9.8: keys of a child, RFC 7296 §2.17",
      """
      prf: 0005
      key: 258bda9f3bc2e05abc8409b7bab58b722ed7067c628e00607f28b3f98b7fa24c
      seed: 7a65d09ccc5eea2ffe0338210b8d0630a2f18c24e4a611162dbb386e8d0a85c2766c4380649bccf65d613efb92448273f3419108e7ad9474
        8b977447ddddbd3c
      output: 9b5313d772ea047e40edf09b2b94c52aee5b4f6e9e77e43c6aa6641092f3d266906bfa46e0334817
      """),
  ]
}
