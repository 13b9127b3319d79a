// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/inflate.hpp"

#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace storage {
namespace {

constexpr std::size_t kMagicSize = 10;

bool is_bzip2(std::string_view head) {
  // Four letters alone could be the name of a tar's first entry: the mark of the first block (or of
  // the end) must follow.
  if (head.size() < 10 || !head.starts_with("BZh") || head[3] < '1' || head[3] > '9') return false;
  const auto mark = head.substr(4, 6);
  return mark == "1AY&SY" || mark == std::string_view("\x17\x72\x45\x38\x50\x90", 6);
}

bool is_zstd(std::string_view head) {
  if (head.starts_with("\x28\xb5\x2f\xfd")) return true;
  // A skippable frame may come first.
  return head.size() >= 4 && (static_cast<unsigned char>(head[0]) & 0xf0) == 0x50 &&
         head.substr(1, 3) == "\x2a\x4d\x18";
}

const char* form_of(std::string_view head) {
  if (head.starts_with("\x1f\x8b\x08")) return "gzip";
  if (is_zstd(head)) return "zstd";
  if (head.starts_with(std::string_view("\xfd\x37\x7a\x58\x5a\x00", 6))) return "xz";
  if (is_bzip2(head)) return "bzip2";
  return "none";
}

/// A source that gives `head` first.
ByteSource with_head(std::string head, ByteSource source) {
  return [head = std::move(head), at = std::size_t{0}, source = std::move(source)](
             void* buffer, std::size_t size) mutable {
    if (at == head.size()) return source(buffer, size);
    const std::size_t n = head.copy(static_cast<char*>(buffer), size, at);
    at += n;
    return n;
  };
}

class PlainDecoder : public Decoder {
 public:
  explicit PlainDecoder(ByteSource source) : source_(std::move(source)) {}

  std::size_t read(void* buffer, std::size_t size) override { return source_(buffer, size); }

 private:
  ByteSource source_;
};

}  // namespace

Inflater::Inflater(ByteSource source) {
  std::string head(kMagicSize, '\0');
  std::size_t got = 0;
  while (got < head.size()) {
    const std::size_t n = source(head.data() + got, head.size() - got);
    if (n == 0) break;
    got += n;
  }
  head.resize(got);
  compression_ = form_of(head);
  source = with_head(std::move(head), std::move(source));
  if (compression_ == "gzip") {
    decoder_ = make_gzip_decoder(std::move(source));
  } else if (compression_ == "zstd") {
    decoder_ = make_zstd_decoder(std::move(source));
  } else if (compression_ == "none") {
    decoder_ = std::make_unique<PlainDecoder>(std::move(source));
  } else {
    decoder_ = make_archive_decoder(std::move(source), compression_);
  }
}

ByteSource inflate(ByteSource source) {
  auto inflater = std::make_shared<Inflater>(std::move(source));
  return [inflater](void* buffer, std::size_t size) { return inflater->read(buffer, size); };
}

}  // namespace storage
