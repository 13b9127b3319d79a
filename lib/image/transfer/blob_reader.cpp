// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "image/transfer/registry.hpp"

namespace image {

namespace {

using base::Kind;

/// So much without a failure, and earlier ones are forgotten: a large layer may meet more than three.
constexpr std::int64_t kEnoughProgress = 1 << 20;

/// The first byte of "bytes 100-199/200"; -1 when it says none.
std::int64_t range_start(const std::string& header) {
  const std::string_view text = base::trim(header);
  if (!text.starts_with("bytes ")) return -1;
  return base::parse_number<std::int64_t>(base::trim(text.substr(6, text.find('-') - 6)))
      .value_or(-1);
}

}  // namespace

BlobReader::BlobReader(std::vector<Registry*> registries, Descriptor descriptor)
    : registries_(std::move(registries)),
      descriptor_(std::move(descriptor)),
      patience_(registries_.front()->patience()) {}

/// Again and again, at one registry after the other, until it comes about or none is left.
template <typename Act>
auto BlobReader::with_patience(Act act) {
  for (;;) {
    try {
      return act();
    } catch (const base::Error& e) {
      response_.reset();
      since_failure_ = 0;
      if (e.kind() == Kind::corrupt) throw;
      try {
        patience_.wait_or_throw(e);
        base::debug("blob {}: {}; going on at byte {}", descriptor_.digest, e.message(), offset_);
      } catch (const base::Error&) {
        if (current_ + 1 == registries_.size()) throw;
        patience_ = registries_[++current_]->patience();
      }
    }
  }
}

void BlobReader::start() {
  with_patience([&] { open(); });
}

std::size_t BlobReader::read(void* buffer, std::size_t size) {
  return with_patience([&] { return try_read(buffer, size); });
}

std::size_t BlobReader::try_read(void* buffer, std::size_t size) {
  if (offset_ == descriptor_.size && offset_ > 0 && !response_) return 0;
  if (!response_) open();
  const std::size_t n = response_->read(buffer, size);
  offset_ += static_cast<std::int64_t>(n);
  since_failure_ += static_cast<std::int64_t>(n);
  if (since_failure_ >= kEnoughProgress) patience_.progressed();
  if (offset_ > descriptor_.size) {
    base::fail(Kind::corrupt,
               "blob {} is larger than the {} bytes its manifest says",
               descriptor_.digest,
               descriptor_.size);
  }
  if (n == 0 && offset_ < descriptor_.size) {
    base::fail(Kind::io,
               "blob {} ended after {} of {} bytes",
               descriptor_.digest,
               offset_,
               descriptor_.size);
  }
  return n;
}

void BlobReader::open() {
  response_ = registries_[current_]->open_blob(descriptor_.digest, offset_, patience_);
  if (offset_ == 0) return;
  if (response_->status() != 206) return skip_to_offset();
  if (range_start(response_->header("content-range")) != offset_) {
    base::fail(Kind::remote,
               "blob {}: the registry answered with another range than was asked for",
               descriptor_.digest);
  }
}

/// A server without ranges sends all of it again.
void BlobReader::skip_to_offset() {
  char buffer[65536];
  for (std::int64_t left = offset_; left > 0;) {
    const auto wanted = std::min<std::int64_t>(left, sizeof buffer);
    const std::size_t n = response_->read(buffer, static_cast<std::size_t>(wanted));
    if (n == 0) base::fail(Kind::io, "blob {} ended early", descriptor_.digest);
    left -= static_cast<std::int64_t>(n);
  }
}

std::string read_blob(const std::vector<Registry*>& registries,
                      const Descriptor& descriptor,
                      std::size_t most) {
  if (descriptor.size > static_cast<std::int64_t>(most)) {
    base::fail(Kind::corrupt, "blob {} is larger than {} bytes", descriptor.digest, most);
  }
  BlobReader reader(registries, descriptor);
  std::string bytes;
  char buffer[16384];
  while (const std::size_t n = reader.read(buffer, sizeof buffer)) bytes.append(buffer, n);
  if (base::sha256_digest(bytes) != descriptor.digest) {
    base::fail(Kind::corrupt,
               "blob {} has another digest: {}",
               descriptor.digest,
               base::sha256_digest(bytes));
  }
  return bytes;
}

}  // namespace image
