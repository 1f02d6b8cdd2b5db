// SPDX-License-Identifier: GPL-3.0-or-later

/// Made with `openssl ca -gencrl -crldays 30`; DER in base64.
extension MadeCertificate {
  /// By `root`: revokes `codeSigning`.
  static let rootList = base64(
    """
    MIHSMHsCAQEwCgYIKoZIzj0EAwIwJjEQMA4GA1UECgwHRXhhbXBsZTESMBAGA1UEAwwJVGVzdCByb290Fw0yNjExMjYxMjM4MjhaFw0yNjEyMjYxMjM4MjhaMBQwEgIB
    cRcNMjYxMTI2MDAwMDAwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDRwAwRAIgdje5ASpGlGdl3GVb3XLjEj50nrduoEoU48hdgeLsVSACIH0X4oaHigaV5YTG
    wNHbosCoHS6n/0TpY6u9XUXJtlFl
    """)

  /// By `root`: revokes `intermediate`.
  static let stricterRootList = base64(
    """
    MIHTMHsCAQEwCgYIKoZIzj0EAwIwJjEQMA4GA1UECgwHRXhhbXBsZTESMBAGA1UEAwwJVGVzdCByb290Fw0yNjExMjYxMjM4MjhaFw0yNjEyMjYxMjM4MjhaMBQwEgIB
    ZxcNMjYxMTI2MDAwMDAwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDSAAwRQIhAPp1UybG9EUILuOazL6yyQO8FX+2HCs38YQWNWAdLEYtAiBfITsAmCjgQCAJ
    lSvLZCm5sCBOx1OETfQjmjxn8ZS0Gg==
    """)

  /// By `intermediate`: revokes `node`.
  static let intermediateList = base64(
    """
    MIHcMIGDAgEBMAoGCCqGSM49BAMCMC4xEDAOBgNVBAoMB0V4YW1wbGUxGjAYBgNVBAMMEVRlc3QgaW50ZXJtZWRpYXRlFw0yNjExMjYxMjM4MjhaFw0yNjEyMjYxMjM4
    MjhaMBQwEgIBaBcNMjYxMTI2MDAwMDAwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDSAAwRQIhAITEjthnFEyrEMHNjaSOEtculHihY2jk8npbsqYolNsaAiAT
    3WQR3Y0PB2bDnADmR/SkPnMUG74qLGwC6jBvsqDmnA==
    """)

  /// By `intermediate`: revokes nothing.
  static let emptyIntermediateList = base64(
    """
    MIHEMG0CAQEwCgYIKoZIzj0EAwIwLjEQMA4GA1UECgwHRXhhbXBsZTEaMBgGA1UEAwwRVGVzdCBpbnRlcm1lZGlhdGUXDTI2MTEyNjEyMzgyOFoXDTI2MTIyNjEyMzgy
    OFqgDjAMMAoGA1UdFAQDAgEBMAoGCCqGSM49BAMCA0cAMEQCIESi4t8+OKoYnvGgea2sm1eoHqOpdX1i+IW5dAOXvygiAiBXg7VnUj3UgbqnkCHTgCGpV+uc3/XXbz2S
    iuBBsH8Whg==
    """)

  /// By `twin`, which has the name of `root`: revokes `plain`.
  static let twinList = base64(
    """
    MIHSMHsCAQEwCgYIKoZIzj0EAwIwJjEQMA4GA1UECgwHRXhhbXBsZTESMBAGA1UEAwwJVGVzdCByb290Fw0yNjExMjYxMjM4MjhaFw0yNjEyMjYxMjM4MjhaMBQwEgIB
    eBcNMjYxMTI2MDAwMDAwWqAOMAwwCgYDVR0UBAMCAQEwCgYIKoZIzj0EAwIDRwAwRAIgSVQd6ExB5GqxH3Fn5/8U18EewxA6LjayxoD3JrnFjBwCIHVqJzi4DdVNj+7m
    qKqc1rjhMcBjXgM3Aj4M3of2ZxoM
    """)
}
