// SPDX-License-Identifier: Apache-2.0
// SHA-256 of a stream, as digests are written: "sha256:" and 64 digits.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

extern "C" struct evp_md_ctx_st;

namespace storage {

class Sha256 {
 public:
  Sha256();

  void update(const void* data, std::size_t size);

  void update(std::string_view text) { update(text.data(), text.size()); }

  /// "sha256:HEX" of all that came. Called once.
  std::string digest();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The digest of a text at hand.
std::string sha256_of(std::string_view text);

}  // namespace storage
