// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

extension SystemSuite {
  /// Files that hold keys, and files that hold certificates.
  @Suite("Files of keys", .requires(.executable))
  struct KeyFileTests {
    private static let canary = "KanarienVogel7"
    private static let text = "hostname x\ncrypto isakmp key \(canary) address 0.0.0.0\ninterface Tunnel0\n ip nhrp authentication public\n"

    @Test("run refuses a file that holds a key and that others can read, check warns of it; neither repeats the key")
    func exposed() async throws {
      try await Bench.with { bench in
        let program = Shell.quote(try Program.required()), file = await bench.directory.appending(path: "keys.conf").path
        try Data(Self.text.utf8).write(to: URL(filePath: file))
        for mode in ["644", "640", "604"] {
          try await Shell.run("chmod \(mode) \(file)")
          let start = try await Shell.attempt("\(program) run \(file) --headless --socket \(file).sock")
          let expected = "\(file):1:1: error: the file holds keys and others can read it (mode 0\(mode)): chmod 600 \(file)"
          #expect(start.status == 1 && start.output.contains(expected), "\(start.output)")
          let check = try await Shell.attempt("\(program) check \(file)")
          #expect(check.status == 0 && check.output.contains("\(file):1:1: warning: the file holds keys"), "\(check.output)")
          #expect(!(start.output + check.output).contains(Self.canary))
        }
        try await Shell.run("chmod 600 \(file)")
        #expect(try await !Shell.run("\(program) check \(file)").contains("others can read it"))
        // So it is with the keys of routing protocols.
        let neighbor = "router bgp 65000\n neighbor 10.0.0.2 remote-as 65000\n neighbor 10.0.0.2 password \(Self.canary)\n"
        for lines in [neighbor, "key chain K\n key 1\n  key-string \(Self.canary)\n"] {
          try Data(("hostname x\n" + lines).utf8).write(to: URL(filePath: file))
          try await Shell.run("chmod 644 \(file)")
          let start = try await Shell.attempt("\(program) run \(file) --headless --socket \(file).sock")
          #expect(start.status == 1 && start.output.contains("the file holds keys") && !start.output.contains(Self.canary))
        }
        // The NHRP string travels in clear: it is no key. A key in a file of its own is not in this one.
        try Data(Self.text.replacing("key \(Self.canary)", with: "key file /etc/dmvpn/psk").utf8).write(to: URL(filePath: file))
        try await Shell.run("chmod 644 \(file)")
        #expect(try await !Shell.run("\(program) check \(file)").contains("others can read it"))
      }
    }

    @Test("dmvpn pki makes an authority, certificates with addresses and prefixes, and a revocation list that OpenSSL believes", .requires(.openssl))
    func authority() async throws {
      try await Bench.with { bench in
        let program = Shell.quote(try Program.required()), directory = await bench.directory.appending(path: "pki").path
        try await Shell.run("\(program) pki ca \(directory)")
        try await Shell.run("\(program) pki node \(directory) spoke1 --tunnel-address 10.0.0.11 --prefix 192.168.11.0/24 --dns s1.example.net")
        try await Shell.run("\(program) pki node \(directory) spoke2 --key rsa-2048")
        #expect(try await Shell.run("stat -c %a \(directory) \(directory)/ca.key \(directory)/spoke1.key \(directory)/ca.pem") == "700\n600\n600\n644\n")
        let said = try await Shell.run("openssl x509 -in \(directory)/spoke1.pem -noout -text")
        for part in ["CN = spoke1", "DNS:spoke1, DNS:s1.example.net, IP Address:10.0.0.11", "192.168.11.0/24", "Digital Signature"] {
          #expect(said.contains(part), "\(part) is missing in \(said)")
        }
        let verify = "cat \(directory)/ca.pem \(directory)/crl.pem >\(directory)/all.pem; openssl verify -crl_check -CAfile \(directory)/all.pem"
        try await Shell.run("\(verify) \(directory)/spoke1.pem \(directory)/spoke2.pem")
        #expect(try await Shell.run("\(program) pki revoke \(directory) spoke2").hasPrefix("1 revoked"))
        let refused = try await Shell.attempt("\(verify) \(directory)/spoke2.pem")
        #expect(refused.status != 0 && refused.output.contains("certificate revoked"), "\(refused.output)")
        try await Shell.run("\(verify) \(directory)/spoke1.pem")
        try await Shell.run("\(program) pki crl \(directory)")
        #expect(try await Shell.run("openssl crl -in \(directory)/crl.pem -noout -crlnumber").lowercased().contains("=0x03") == true)
        try await refusals(program, directory)
      }
    }

    private func refusals(_ program: String, _ directory: String) async throws {
      let lines = ["ca D", "node D spoke1", "node D ../x", "node D ca", "revoke D spoke2", "node D y --prefix 1"]
      for line in lines.map({ $0.replacing(" D", with: " " + directory) }) {
        #expect(try await Shell.attempt("\(program) pki \(line)").status != 0, "\(line)")
      }
    }
  }
}
