// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Testing

@Suite("Pseudorandom functions and hashes")
struct PseudoRandomFunctionTests {
  private func function(_ answer: KnownAnswer) -> PseudoRandomFunction { PseudoRandomFunction(rawValue: UInt16(answer.number("prf"))) }

  @Test("HMAC as published, whole and in parts", arguments: KnownAnswer.hmac)
  func hmac(answer: KnownAnswer) { compare(answer, answer["data"]) }

  @Test("AES-XCBC and AES-CMAC as published, with keys of any length, whole and in parts", arguments: KnownAnswer.blockMAC)
  func blockMAC(answer: KnownAnswer) {
    compare(answer, answer["data"] + [UInt8](repeating: 0, count: Int(answer.number("zeroes"))))
  }

  private func compare(_ answer: KnownAnswer, _ data: [UInt8]) {
    let function = function(answer), key = SecretBytes(answer["key"])
    #expect(function.compute(key, data).bytes == answer["value"])
    for cut in stride(from: 0, through: data.count, by: max(1, data.count / 40)) {
      #expect(function.compute(key, Array(data[..<cut]), [], Array(data[cut...])).bytes == answer["value"])
    }
  }

  @Test("a key of HMAC is filled up with zeroes to a block, and hashed only beyond, RFC 2104 §2")
  func keyLengths() {
    for (hash, blockBytes) in [(HashAlgorithm.md5, 64), (.sha1, 64), (.sha256, 64), (.sha384, 128), (.sha512, 128)] {
      let key: [UInt8] = [1, 2, 3]
      let filled = key + [UInt8](repeating: 0, count: blockBytes - key.count)
      #expect(hash.hmac(SecretBytes(key), [7]) == hash.hmac(SecretBytes(filled), [7]))
      #expect(hash.hmac(SecretBytes(filled + [0]), [7]) == hash.hmac(SecretBytes(hash.digest(filled + [0])), [7]))
      #expect(hash.hmac(SecretBytes([]), [7]) == hash.hmac(SecretBytes([0]), [7]))
    }
  }

  @Test("prf+ as published, and cut to any length, RFC 7296 §2.13", arguments: KnownAnswer.prfPlus)
  func prfPlus(answer: KnownAnswer) {
    let function = function(answer), key = SecretBytes(answer["key"]), output = answer["output"]
    for count in [0, 1, 31, 32, 33, output.count] where count <= output.count {
      #expect(function.expand(key, seed: answer["seed"], count: count).bytes == Array(output[..<count]))
    }
  }

  @Test("prf+ ends after 255 outputs, RFC 7296 §2.13")
  func prfPlusLimit() {
    for function in [PseudoRandomFunction.hmacSHA256, .aesXCBC] {
      let most = function.expand(SecretBytes([1]), seed: [2], count: 1_000_000)
      #expect(most.count == 255 * function.outputBytes)
      let last = function.compute(SecretBytes([1]), most.part(253 * function.outputBytes, function.outputBytes).bytes, [2, 255])
      #expect(most.part(254 * function.outputBytes, function.outputBytes) == last)
      #expect(function.expand(SecretBytes([1]), seed: [2], count: -1).count == 0)
    }
  }

  @Test("the chain of IKEv1's keys of a session of strongSwan, RFC 2409 §5")
  func ikev1Keys() {
    let secret = SecretBytes(
      hex(
        """
        568e5942d225ae1068fa8e5b02732fb07f7edface3a550faed54e28698445e9ec019a274f1ee2444cdadf50a1d75e33fe3719f97b41d1ca55b45f25dbf80aee2
        5d496666b9340e4422c7141d7ca4bbebf9d852a43427c525601a6880c45380108c1ebfb5b2e0e7c9e7a19eaaf9cb7c5b23b97dcf74a5c8888e62b6b6a973d374
        """))
    let tail = secret.bytes + hex("c512d32fb42ae4e0268f334626059ea7")
    let skeyID = SecretBytes(hex("90f84716a87138157ee9d22ba225db147ae8371c"))
    let d = HashAlgorithm.sha1.hmac(skeyID, tail, [0])
    #expect(d.bytes == hex("40a644906ac0201a3136b10162f7d07d43f92084"))
    let a = HashAlgorithm.sha1.hmac(skeyID, d.bytes, tail, [1])
    #expect(a.bytes == hex("548ad22e08e035491aea674bf35c1fbccfd4bcc7"))
    #expect(HashAlgorithm.sha1.hmac(skeyID, a.bytes, tail, [2]).bytes == hex("de99cbe5c90e21ca96a11f33e8dbdbea0fc743a7"))
  }

  @Test("digests of nothing and of abc, RFC 1321 §A.5, FIPS 180-4")
  func digests() {
    let answers: [(HashAlgorithm, String, String)] = [
      (.md5, "d41d8cd98f00b204e9800998ecf8427e", "900150983cd24fb0d6963f7d28e17f72"),
      (.sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        .sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
      ),
      (
        .sha384, "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b",
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
      ),
      (
        .sha512,
        """
        cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e
        """,
        """
        ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
        """
      ),
    ]
    for (hash, nothing, abc) in answers {
      #expect(hash.digest() == hex(nothing) && hash.digest([]) == hex(nothing))
      #expect(hash.digest(Array("abc".utf8)) == hex(abc))
      #expect(hash.digest(Array("a".utf8), [], Array("bc".utf8)) == hex(abc))
      #expect(hash.digestBytes == hex(abc).count)
    }
  }

  @Test("HMAC of a hash is its pseudorandom function, and what is not there gives nothing")
  func names() {
    let key = SecretBytes([1, 2, 3])
    for hash in [HashAlgorithm.md5, .sha1, .sha256, .sha384, .sha512] {
      #expect(hash.hmacPRF?.compute(key, [4, 5]) == hash.hmac(key, [4, 5]))
      #expect(hash.hmac(key, [4, 5]).count == hash.digestBytes)
      #expect(hash.hmacPRF?.outputBytes == hash.digestBytes)
    }
    #expect(HashAlgorithm.identity.digest([1], [2]) == [1, 2])
    #expect(HashAlgorithm.identity.hmac(key, [1]).count == 0)
    let unknown = PseudoRandomFunction(rawValue: 99)
    #expect(HashAlgorithm(rawValue: 99).digest([1]).isEmpty && HashAlgorithm(rawValue: 99).hmac(key, [1]).count == 0)
    #expect(unknown.compute(key, [1]).count == 0 && unknown.expand(key, seed: [1], count: 9).count == 0)
  }
}
