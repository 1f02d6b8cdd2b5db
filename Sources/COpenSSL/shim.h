// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
// The hash functions over a plain state are deprecated since 3.0, and the only ones that need no allocation for each packet
// (IPsecCrypto/Authenticators/DigestFunction.swift).
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/aes.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/md5.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* Switches padding off once, and not again with each vector; 1 for done. The key's string must outlive the call that reads it. */
static inline int EVP_CIPHER_CTX_switch_padding_off(EVP_CIPHER_CTX *context) {
  unsigned int padding = 0;
  OSSL_PARAM parameters[] = {OSSL_PARAM_uint(OSSL_CIPHER_PARAM_PADDING, &padding), OSSL_PARAM_END};
  return EVP_CIPHER_CTX_set_params(context, parameters);
}

// Keys: macros that Swift cannot import, and what needs strings that outlive a call.
static const unsigned long RFC2253_NAME_FLAGS = XN_FLAG_RFC2253;
static inline int PEM_ERROR_IS_NO_START_LINE(unsigned long error) {
  return error == 0 || (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE);
}
/* A key object of both values as they are given; NULL if that fails. */
static inline EVP_PKEY *EVP_PKEY_from_raw_pair(EVP_PKEY_CTX *context, const void *private_value, const void *public_value, size_t count) {
  OSSL_PARAM parameters[] = {
    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, (void *)private_value, count),
    OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)public_value, count),
    OSSL_PARAM_END,
  };
  EVP_PKEY *key = NULL;
  if (EVP_PKEY_fromdata_init(context) == 1) (void)EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters);
  return key;
}
// End of keys.
