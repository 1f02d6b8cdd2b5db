// SPDX-License-Identifier: GPL-3.0-or-later

extension KnownAnswer {
  /// Encrypted payloads of documents: `text` has the pad length in it.
  static let documentMessages: [KnownAnswer] = [
    KnownAnswer(
      "RFC 7634, appendix B: ChaCha20-Poly1305",
      """
      encryption: 001c
      key bits: 0000
      key: 808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3
      iv: 1011121314151617
      associated: c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029
      text: 0000000c000040010000000a00
      protected: 610394701f8d017f7c129248896b71bfe25236efd7cdc67066906315b2
      """),
    KnownAnswer(
      "AES-GCM-16 between two Android devices (AOSP, IkeCombinedModeCipherTest)",
      """
      encryption: 0014
      key bits: 0100
      key: 7c04513660dec572d896105254ef92608054f8e6ee19e79ce52ab8697b2b5f2c2aa90c29
      iv: fbd69d9de2dafc5e
      associated: 77c708b4523e39a471dc683c1d4f21362e202508000000060000004129000025
      text: 000000080000400f00
      protected: f4109834e9f3559758c05edf119917521b885f67f0d14ced43
      """),
  ]

  /// Messages that strongSwan 5.9.8 sent, with its keys, which served nothing else. Its padding is random.
  static let strongSwanMessages: [KnownAnswer] = [
    KnownAnswer(
      "ikev2-psk-aes128gcm16, frame 112",
      """
      encryption: 0014
      key bits: 0080
      integrity: 0000
      key: 0f11d7d1e4afd7f82ec8090e6c82f3f52b14fe8a
      integrity key:
      message: 576f2794a409f6409f8c68c241945cd32e20250800000003000000452a0000295489aa9c94c0c2b77e9561bcc1fe730a9d8dfbd1825e77d3
        6e9a37a02e403ba560bfa6d96d
      text: 0000000c03040001c2c74cd000
      """),
    KnownAnswer(
      "ikev2-psk-aes128gcm16, frame 119",
      """
      encryption: 0014
      key bits: 0080
      integrity: 0000
      key: 0f11d7d1e4afd7f82ec8090e6c82f3f52b14fe8a
      integrity key:
      message: 576f2794a409f6409f8c68c241945cd32e20250800000005000000412a0000255489aa9a94c0c2b7645efbb0eaded74a80e3379ab8cdd7ee
        525e2cba150aa04ecc
      text: 000000080100000000
      """),
    KnownAnswer(
      "ikev2-psk-aes128gcm16, frame 120",
      """
      encryption: 0014
      key bits: 0080
      integrity: 0000
      key: 05add51685d355c272a0313628c0914b16f8a52b
      integrity key:
      message: 576f2794a409f6409f8c68c241945cd32e20252000000005000000390000001da0cbb8b850a084a864651edc1052305b51c5962ab8f50a0d
        02
      text: 00
      """),
    KnownAnswer(
      "ikev2-psk-aes256-sha256, frame 108",
      """
      encryption: 000c
      key bits: 0100
      integrity: 000c
      key: d3cddab58c8a82e46589b045d7c67ee4bf06133fb79c4e0281ed3cabf75982d5
      integrity key: 30150f1be3de96d03772e7d408500889b87e58d986f6bb2410cd3949661d71b5
      message: de9f7ef06db4bf125b3418d59ca202062e20250800000003000000502a000034ea691f40773d0d60e3577d80c92d8a0fd37b1f62be312574
        b1b8b8e6880d22f983e6c3ad72a6c696b5fe561c763f1f19
      text: 0000000c03040001c2f872c0bb840c03
      """),
    KnownAnswer(
      "ikev2-psk-aes256-sha256, frame 121",
      """
      encryption: 000c
      key bits: 0100
      integrity: 000c
      key: d63b06673995ff7dda57035a486fe185a60c0b9ccde2ed474b61c5365a243128
      integrity key: 28c70e7712c154384be099d8d2d87de4ca42fa66a4dfb2f06b4ead4a6af5b05c
      message: 8953517678972820476dc5f866d6da6f2e20252000000005000000500000003483e29d439e35571d523df0333e14105d30ce173dd133962d
        83188b5af7602184ec9d15d3bced8b675c35f4fbd7528dfb
      text: fcd11c4f0e31f7afe5d15445f086a30f
      """),
  ]

  /// Messages of Wireshark's test captures (test/captures), with the keys that are published beside them.
  static let wiresharkMessages: [KnownAnswer] = [
    KnownAnswer(
      "ikev2-decrypt-aes256cbc.pcapng, frame 4",
      """
      encryption: 000c
      key bits: 0100
      integrity: 000c
      key: 6718c6b2bbef2f234eac4c13832f885d87b574afd2af0111161e99b5dc61b4d4
      integrity key: 30c4ead18c93024b58a86c1e3db60f550221801026853170b4cb0248d3a95329
      message: 191ccd371a7a1f7bbc123d15e4af593f2e20232000000001000000e0240000c4a66bf0f53df58fe327ba14a45cc6769c66fa59f99123cd95
        88eae853fd616cd830f4c8af0f300f8c841bb9316a82deaa238acefb964566a7b8d8778e899b1d292730e9f253d35a80580e935f28efaf5e
        285228a12da4940ee0f5e075bd7d9bea796db358fa24407a294f7342cdd22dcd676bf2edeed26f1e6b6ae51d6225bf0c81a67d51653aa074
        15058bfcd79bc69c047e40fcef158102cedce8c59d3275352452df9e39b997dd4286ddb1f2cd8b61c42734ed55097cd7a7f8d42eaaae8cf9
      text: 2700000c01000000c0a8010e2100002802000000ebbc48efe986d5058f0d52a71f34986d1ab78f63c0fdde69164cd57638b1b0482c00002c
        0000002801030403c9f1d8700300000c01000015800e0100030000080200000500000008050000002d00001801000000070000100000ffff
        c0a80102c0a801022900001801000000070000100000ffffc0a8010ec0a8010e0000000c000040130000271b4a4d6403
      """),
    KnownAnswer(
      "ikev2-decrypt-aes256gcm16.pcap, frame 5",
      """
      encryption: 0014
      key bits: 0100
      integrity: 0000
      key: 15c9eae6f94631d63068bf44bb69999abc07b3d15e915fd8f0ed99ad481efd75deb02a5e
      integrity key:
      message: 0158b8fb90b7623d13514610cea161602e20250000000000000000412a00002584d4f502cfb09a1a60d7c8efe7d5f46ac22c24c6aa94249b
        bd0f90b9ed1a9c9b09
      text: 000000080100000000
      """),
    KnownAnswer(
      "ikev2-decrypt-aes256gcm16.pcap, frame 6",
      """
      encryption: 0014
      key bits: 0100
      integrity: 0000
      key: 647075bf167447a1c8683e8dbe4794b4cfe73799cc6bec34905441159ce13705c8dfb3a9
      integrity key:
      message: 0158b8fb90b7623d13514610cea161602e20252800000000000000390000001d393999e954851745468af5d42d07629756e4c8e8a33739a7
        d1
      text: 00
      """),
  ]
}
