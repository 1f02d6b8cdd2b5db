// SPDX-License-Identifier: GPL-3.0-or-later

/// Every bound of the public-key half, with its reason. What a standard fixes is not here but beside its use.
public enum KeyLimits {
  /// Random bytes of one job: a nonce has at most 256 (RFC 7296 §3.9), a cookie's secret and a batch of SPIs a few hundred.
  public static let randomBytes = 4096
}
