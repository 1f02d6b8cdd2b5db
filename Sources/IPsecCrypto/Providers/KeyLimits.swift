// SPDX-License-Identifier: GPL-3.0-or-later

/// Every bound of the public-key half, with its reason. What a standard fixes is not here but beside its use.
public enum KeyLimits {
  /// Random bytes of one job: a nonce has at most 256 (RFC 7296 §3.9), a cookie's secret and a batch of SPIs a few hundred.
  public static let randomBytes = 4096

  // Certificates of a peer
  /// Certificates in a peer's chain; four are much in a company, and each costs a verification.
  public static let chainCertificates = 8
  /// Bytes of one certificate: what an IKE message of 64 KiB (RFC 7383) carries a few of. Real ones have 1 to 2 KiB.
  public static let certificateBytes = 16 << 10
  /// Names in a subjectAltName: a node has a few.
  public static let alternativeNames = 256
  /// Prefixes of a certificate's address blocks; one range of IPv6 may need 254.
  public static let addressPrefixes = 1024
  /// Bytes of a serial number; RFC 5280 §4.1.2.2 allows 20.
  public static let serialNumberBytes = 64
  /// Characters of a name that are shown: more than fits a screen's line; RFC 5280 §A.1 allows 64 for each of its parts.
  public static let subjectTextBytes = 512
  /// Modulus of an RSA key: below it a key is broken, above it a verification takes milliseconds.
  public static let rsaBits = 1024...8192

  // Files of the operator
  /// Certificates, or revocation lists, in one file, and roots in all: the public web has some 150 roots.
  public static let certificatesInFile = 256
  /// Bytes of a file of certificates: 256 certificates of 2 KiB, in PEM.
  public static let certificateFileBytes = 1 << 20
  /// Bytes of a file of revocation lists: a million revoked certificates.
  public static let revocationFileBytes = 64 << 20
  /// Bytes of a file with a private key: RSA with 8192 bits has 6.5 KiB in PEM.
  public static let privateKeyFileBytes = 64 << 10

  // Kept in memory
  /// Private keys that are kept parsed: a node has one per trustpoint.
  public static let parsedKeys = 8
  /// Certificates of peers that are kept parsed: the authorities between them and the root, which many send, and the peers seen last.
  public static let parsedCertificates = 64
  /// Sets of trust anchors that are kept parsed: one per trustpoint.
  public static let trustStores = 8
}
