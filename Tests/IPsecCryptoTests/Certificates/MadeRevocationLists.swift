// SPDX-License-Identifier: GPL-3.0-or-later

/// Made with `openssl ca -gencrl -crldays 30`; DER in base64.
extension MadeCertificate {
  /// By `root`: revokes `codeSigning`.
  static let rootList = base64(
    """
    MIHTMHsCAQEwCgYIKoZIzj0EAwIwJjEQMA4GA1UECgwHRXhhbXBsZTESMBAGA1UEAwwJVGVzdCByb290Fw0yNjExMjYxMjAxNTZaFw0yNjEyMjYxMjAxNTZaMBQwEgIB
    cRcNMjYxMTI2MDAwMDAwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDSAAwRQIhALPRwMz50q+LUv9+DDTd7wcCW2t0Zxk2cKL3V+S3df03AiBXd6vj3temn19a
    b0ezS823/gPjvMlfq59newPSUjmy4w==
    """)

  /// By `intermediate`: revokes `node`.
  static let intermediateList = base64(
    """
    MIHcMIGDAgEBMAoGCCqGSM49BAMCMC4xEDAOBgNVBAoMB0V4YW1wbGUxGjAYBgNVBAMMEVRlc3QgaW50ZXJtZWRpYXRlFw0yNjExMjYxMjAxNTZaFw0yNjEyMjYxMjAx
    NTZaMBQwEgIBaBcNMjYxMTI2MDAwMDAwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDSAAwRQIhAKLIWUedOugnVDVmil1pYppxv0EFIny4I7V0FntjJZSZAiAr
    Fmy8S4NpgFCGjtwTVr3yqNmXid49MnwTAtLOyv5Itw==
    """)

  /// By `intermediate`: revokes nothing.
  static let emptyIntermediateList = base64(
    """
    MIHFMG0CAQEwCgYIKoZIzj0EAwIwLjEQMA4GA1UECgwHRXhhbXBsZTEaMBgGA1UEAwwRVGVzdCBpbnRlcm1lZGlhdGUXDTI2MTEyNjEyMDE1NloXDTI2MTIyNjEyMDE1
    NlqgDjAMMAoGA1UdFAQDAgEBMAoGCCqGSM49BAMCA0gAMEUCIHbsHU7YfvS3TQxR21il6b6OzVsTMq61ceEqGPbgEwd2AiEAlE03CjXhPePSCvwrDMnP+bnYD8SLGpi0
    XSlX0NjIzoM=
    """)

  /// By `twin`, which has the name of `root`: revokes `plain`.
  static let twinList = base64(
    """
    MIHUMHsCAQEwCgYIKoZIzj0EAwIwJjEQMA4GA1UECgwHRXhhbXBsZTESMBAGA1UEAwwJVGVzdCByb290Fw0yNjExMjYxMjAxNTZaFw0yNjEyMjYxMjAxNTZaMBQwEgIB
    eBcNMjYxMTI2MDAwMDAwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDSQAwRgIhAIxJ4jtbRrA2FFOSH56BTF0wdIDwB36H8QkUSO8fmGhzAiEA+kzucGleM+p8
    WKXDMEtddxkF0FSv0Tcf30ofiuhvlxg=
    """)
}
