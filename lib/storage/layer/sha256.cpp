// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/sha256.hpp"

#include <openssl/evp.h>

#include "base/error.hpp"

namespace storage {

Sha256::Sha256() : context_(::EVP_MD_CTX_new()) {
  if (!context_ || ::EVP_DigestInit_ex(context_.get(), ::EVP_sha256(), nullptr) != 1) {
    base::fail(base::Kind::unsupported, "start SHA-256: OpenSSL refuses it");
  }
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  ::EVP_MD_CTX_free(context);
}

void Sha256::update(const void* data, std::size_t size) {
  if (::EVP_DigestUpdate(context_.get(), data, size) != 1) {
    base::fail(base::Kind::bug, "SHA-256 failed");
  }
}

std::string Sha256::digest() {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (::EVP_DigestFinal_ex(context_.get(), bytes, &size) != 1) {
    base::fail(base::Kind::bug, "SHA-256 failed");
  }
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "sha256:";
  for (unsigned int i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string sha256_of(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.digest();
}

}  // namespace storage
