# SPDX-License-Identifier: GPL-3.0-or-later
#
# ike.bash: what the IKE peers in guests share. Sourced by bash.

# The pre-shared key of tests is no secret.
bench_secret=bench-throwaway-secret

# Has the kernel load what it wants for ESP with the algorithms of the profiles, two seconds' work that would otherwise fall
# between an IKE request and its answer.
ike_warm_up() {
  ip -batch - <<END
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode transport aead rfc4106(gcm(aes)) 0x$(printf %072d 0) 128
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x101 mode transport enc cbc(aes) 0x$(printf %064d 0) auth-trunc hmac(sha256) 0x$(printf %064d 0) 128
xfrm state flush
END
}
