// SPDX-License-Identifier: Apache-2.0
// From diff/ and record.zst back to the tar.
#include <algorithm>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include <climits>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "storage/layer/inflate.hpp"
#include "storage/layer/layer_path.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer/record.hpp"

namespace storage {
namespace {

using base::Kind;

constexpr std::size_t kPiece = 256 * 1024;

ByteSource source_of_file(base::UniqueFd fd) {
  auto owned = std::make_shared<base::UniqueFd>(std::move(fd));
  return [owned](void* buffer, std::size_t size) {
    return base::read_full(owned->get(), buffer, size);
  };
}

class RecordReader {
 public:
  RecordReader(const std::string& directory, const ByteSink& sink)
      : directory_(directory),
        sink_(sink),
        diff_(base::open_file(directory + "/diff", O_RDONLY | O_DIRECTORY)),
        record_(inflate(source_of_file(base::open_file(directory + "/record.zst", O_RDONLY)))),
        input_(kPiece),
        piece_(kPiece) {
    if (auto replaced = base::find_file(directory + "/replaced", O_RDONLY | O_DIRECTORY)) {
      replaced_ = std::move(*replaced);
    }
  }

  void run() {
    if (text(kRecordMagic.size()) != kRecordMagic) malformed();
    for (;;) {
      base::check_interrupt();
      switch (byte()) {
        case 'r':
          raw(number());
          break;
        case 'f':
          file();
          break;
        case 'e':
          return;
        default:
          malformed();
      }
    }
  }

 private:
  [[noreturn]] void malformed() const {
    base::fail(Kind::corrupt, "{}/record.zst is malformed", directory_);
  }

  /// At least one more byte lies at at_.
  void need() {
    if (at_ < end_) return;
    at_ = 0;
    end_ = record_(input_.data(), input_.size());
    if (end_ == 0) malformed();
  }

  char byte() {
    need();
    return input_[at_++];
  }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto group = static_cast<unsigned char>(byte());
      value |= static_cast<std::uint64_t>(group & 0x7f) << shift;
      if (!(group & 0x80)) return value;
    }
    malformed();
  }

  std::string text(std::uint64_t size) {
    if (size >= PATH_MAX) malformed();
    std::string result;
    while (result.size() < size) result += byte();
    return result;
  }

  void raw(std::uint64_t size) {
    while (size > 0) {
      need();
      const auto piece = std::min<std::uint64_t>(size, end_ - at_);
      sink_(input_.data() + at_, piece);
      at_ += piece;
      size -= piece;
    }
  }

  void file() {
    const std::string path = text(number());
    const std::uint64_t inode = number();
    const base::UniqueFd fd = open(path, inode);
    std::uint64_t crc = 0;
    for (std::uint64_t count = number(); count > 0; --count) {
      const std::uint64_t offset = number();
      const std::uint64_t size = number();
      if (offset > INT64_MAX || size > INT64_MAX - offset) malformed();
      crc = copy(fd.get(),
                 path,
                 {static_cast<std::int64_t>(offset), static_cast<std::int64_t>(size)},
                 crc);
    }
    if (number() != crc) changed(path);
  }

  base::UniqueFd open(const std::string& path, std::uint64_t inode) const {
    if (replaced_) {
      base::UniqueFd fd =
          base::try_open_beneath(replaced_.get(), std::to_string(inode).c_str(), O_RDONLY);
      if (fd) return fd;
    }
    // O_NONBLOCK: a FIFO put in the file's place must not hold us up.
    base::UniqueFd fd =
        base::try_open_beneath(diff_.get(), path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!fd && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR || errno == ENXIO))
      changed(path);
    if (!fd) base::sys_fail("open {}", shown_name(path));
    return fd;
  }

  std::uint64_t copy(int fd, const std::string& path, TarRange range, std::uint64_t crc) {
    while (range.size > 0) {
      const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(range.size, kPiece));
      const ssize_t got =
          base::retry([&] { return ::pread(fd, piece_.data(), wanted, range.offset); });
      if (got < 0) base::sys_fail("read {}", shown_name(path));
      if (got == 0) changed(path);
      crc = record_crc(crc, piece_.data(), static_cast<std::size_t>(got));
      sink_(piece_.data(), static_cast<std::size_t>(got));
      range.offset += got;
      range.size -= got;
    }
    return crc;
  }

  [[noreturn]] void changed(const std::string& path) const {
    base::fail(
        Kind::corrupt, "{}/diff/{} is no longer as the image had it", directory_, shown_name(path));
  }

  std::string directory_;
  const ByteSink& sink_;
  base::UniqueFd diff_, replaced_;
  ByteSource record_;
  std::vector<char> input_, piece_;
  std::size_t at_ = 0, end_ = 0;
};

}  // namespace

void read_layer_tar(const std::string& directory, const ByteSink& sink) {
  RecordReader(directory, sink).run();
}

}  // namespace storage
