// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <openssl/aes.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// Keys: macros that Swift cannot import.
static const int EVP_PKEY_PRIVATE_AND_PUBLIC = EVP_PKEY_KEYPAIR;
static const unsigned long RFC2253_NAME_FLAGS = XN_FLAG_RFC2253;
static inline int PEM_ERROR_IS_NO_START_LINE(unsigned long error) {
  return error == 0 || (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE);
}
// End of keys.
