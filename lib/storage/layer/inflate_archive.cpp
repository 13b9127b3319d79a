// SPDX-License-Identifier: Apache-2.0
// xz and bzip2, rare in layers, by libarchive's filters.
#include <exception>
#include <utility>
#include <vector>

#include <archive.h>

#include "base/error.hpp"
#include "storage/layer/inflate.hpp"

namespace storage {
namespace {

using base::Kind;

class ArchiveDecoder : public Decoder {
 public:
  ArchiveDecoder(ByteSource source, std::string compression)
      : source_(std::move(source)), compression_(std::move(compression)), input_(64 * 1024) {
    if (!archive_) throw std::bad_alloc();
    const int result = compression_ == "xz" ? ::archive_read_support_filter_xz(archive_.get())
                                            : ::archive_read_support_filter_bzip2(archive_.get());
    // ARCHIVE_WARN: this libarchive would run a program for it. We do not.
    if (result != ARCHIVE_OK) {
      base::fail(Kind::unsupported, "decompress {}: this libarchive lacks it", compression_);
    }
    ::archive_read_support_format_raw(archive_.get());
    ::archive_read_support_format_empty(archive_.get());
    check(::archive_read_open(archive_.get(), this, nullptr, &ArchiveDecoder::give, nullptr));
    archive_entry* entry = nullptr;
    empty_ = check(::archive_read_next_header(archive_.get(), &entry)) == ARCHIVE_EOF;
  }

  std::size_t read(void* buffer, std::size_t size) override {
    if (empty_) return 0;
    return static_cast<std::size_t>(check(::archive_read_data(archive_.get(), buffer, size)));
  }

 private:
  struct Free {
    void operator()(archive* a) const { ::archive_read_free(a); }
  };

  static la_ssize_t give(archive*, void* self, const void** buffer) {
    auto& decoder = *static_cast<ArchiveDecoder*>(self);
    try {
      *buffer = decoder.input_.data();
      return static_cast<la_ssize_t>(decoder.source_(decoder.input_.data(), decoder.input_.size()));
    } catch (...) {  // a C frame lies between: check() throws it on
      decoder.failure_ = std::current_exception();
      return -1;
    }
  }

  la_ssize_t check(la_ssize_t result) {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (result < 0) {
      const char* why = ::archive_error_string(archive_.get());
      base::fail(
          Kind::corrupt, "{} data is malformed: {}", compression_, why ? why : "no reason given");
    }
    return result;
  }

  ByteSource source_;
  std::string compression_;
  std::vector<char> input_;
  std::unique_ptr<archive, Free> archive_{::archive_read_new()};
  std::exception_ptr failure_;
  bool empty_ = false;
};

}  // namespace

std::unique_ptr<Decoder> make_archive_decoder(ByteSource source, const std::string& compression) {
  return std::make_unique<ArchiveDecoder>(std::move(source), compression);
}

}  // namespace storage
