// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/unpack.hpp"

#include <fcntl.h>
#include <limits>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "storage/layer/layer_path.hpp"
#include "storage/layer/layer_tree.hpp"
#include "storage/layer/record.hpp"

namespace storage {
namespace {

using base::Kind;

/// Frees this thread alone from the umask, so that files need no chmod. Some sandboxes refuse that.
bool drop_umask() {
  if (::unshare(CLONE_FS) < 0) return false;
  ::umask(0);
  return true;
}

class Unpacker {
 public:
  Unpacker(TarReader::Chunks chunks,
           const std::string& directory,
           Attributes attributes,
           const LayerLimits& limits)
      : reader_(std::move(chunks)),
        tree_(
            directory,
            {.attributes = attributes, .most_implicit = limits.entries, .no_umask = drop_umask()}),
        record_(directory + "/record.zst"),
        limits_(limits) {
    reader_.keep_raw();
  }

  Unpacked run() {
    TarEntry entry;
    for (std::int64_t count = 0; reader_.next(entry); ++count) {
      if (count == limits_.entries)
        base::fail(Kind::corrupt, "the layer has more than {} entries", limits_.entries);
      record_.raw(reader_.take_raw());
      check_ids(entry);
      take(entry);
      keep_payload();
    }
    record_.raw(reader_.take_raw());
    for (auto piece = reader_.rest(); !piece.empty(); piece = reader_.rest()) record_.raw(piece);
    tree_.finish();
    record_.finish();
    return {size_ - tree_.replaced_bytes(), {tree_.implicit().begin(), tree_.implicit().end()}};
  }

 private:
  static void check_ids(const TarEntry& entry) {
    // The highest one means "leave it" to chown.
    constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max() - 1;
    if (entry.uid < 0 || entry.gid < 0 || entry.uid > kMost || entry.gid > kMost) {
      base::fail(Kind::corrupt,
                 "the entry {} has an impossible owner, {}:{}",
                 shown_name(entry.name),
                 entry.uid,
                 entry.gid);
    }
  }

  void take(const TarEntry& entry) {
    if (entry.type == TarType::other) return;
    const std::string path = clean_layer_path(entry.name);
    switch (mark_of(path)) {
      case LayerMark::none:
        return make(entry, path);
      case LayerMark::opaque:
        return tree_.make_opaque(tree_.place(path));
      case LayerMark::whiteout: {
        LayerTree::Place place = tree_.place(path);
        place.name = hidden_name(place.name);
        return tree_.make_whiteout(place);
      }
      case LayerMark::ignored:
        return;
    }
  }

  void make(const TarEntry& entry, const std::string& path) {
    const LayerTree::Place place = tree_.place(path);
    switch (entry.type) {
      case TarType::file:
        return make_file(entry, place);
      case TarType::directory:
        return tree_.make_directory(place, entry);
      case TarType::symlink:
        return tree_.make_symlink(place, entry);
      case TarType::hard_link:
        return tree_.make_hard_link(place, clean_layer_path(entry.link));
      case TarType::char_device:
      case TarType::block_device:
      case TarType::fifo:
        return tree_.make_node(place, entry);
      case TarType::other:
        return;
    }
  }

  void make_file(const TarEntry& entry, const LayerTree::Place& place) {
    const base::UniqueFd fd = tree_.create_file(place, entry);
    std::uint64_t crc = 0;
    if (entry.sparse) {
      crc = write_sparse(fd.get(), entry);
    } else {
      for (auto piece = reader_.data(); !piece.empty(); piece = reader_.data()) {
        crc = record_crc(crc, piece.data(), piece.size());
        base::in_context(entry.name, [&] { base::write_full(fd.get(), piece); });
      }
    }
    const std::uint64_t inode = tree_.finish_file(fd.get(), place, entry);
    if (entry.payload == 0) return;
    size_ += entry.payload;
    whole_[0].size = entry.payload;
    record_.file({place.path(), inode, entry.sparse ? entry.ranges : whole_, crc});
  }

  std::uint64_t write_sparse(int fd, const TarEntry& entry) {
    std::uint64_t crc = 0;
    std::string_view piece;
    for (TarRange range : entry.ranges) {
      while (range.size > 0) {
        if (piece.empty()) piece = reader_.data();
        const auto part = piece.substr(0, static_cast<std::size_t>(range.size));
        const ssize_t n =
            base::retry([&] { return ::pwrite(fd, part.data(), part.size(), range.offset); });
        if (n <= 0) fail_sparse(entry);
        crc = record_crc(crc, part.data(), static_cast<std::size_t>(n));
        piece.remove_prefix(static_cast<std::size_t>(n));
        range.offset += n;
        range.size -= n;
      }
    }
    if (::ftruncate(fd, entry.size) < 0) fail_sparse(entry);
    return crc;
  }

  [[noreturn]] static void fail_sparse(const TarEntry& entry) {
    if (errno == EFBIG || errno == EINVAL) {
      base::fail(Kind::corrupt,
                 "the sparse file {} of {} bytes is too large",
                 shown_name(entry.name),
                 entry.size);
    }
    base::sys_fail("write {}", shown_name(entry.name));
  }

  /// What did not become a file belongs to the record.
  void keep_payload() {
    for (auto piece = reader_.data(); !piece.empty(); piece = reader_.data()) record_.raw(piece);
  }

  TarReader reader_;
  LayerTree tree_;
  RecordWriter record_;
  LayerLimits limits_;
  std::int64_t size_ = 0;
  std::vector<TarRange> whole_{1};  ///< the one range of a file that is not sparse
};

}  // namespace

Unpacked unpack_layer(TarReader::Chunks chunks,
                      const std::string& directory,
                      Attributes attributes,
                      const LayerLimits& limits) {
  return Unpacker(std::move(chunks), directory, attributes, limits).run();
}

}  // namespace storage
