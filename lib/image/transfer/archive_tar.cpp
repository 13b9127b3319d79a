// SPDX-License-Identifier: Apache-2.0
// Image archives that are tar streams.
#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "image/transfer/archive_content.hpp"
#include "image/transfer/layer_intake.hpp"
#include "storage/layer/inflate.hpp"
#include "storage/layer/tar_header.hpp"
#include "storage/layer/tar_reader.hpp"

namespace image {

namespace {

constexpr std::int64_t kAllTexts = std::int64_t{256} << 20;
constexpr std::size_t kMostMembers = 1'000'000;
constexpr int kMostLinks = 16;
constexpr std::size_t kLongestPadding = std::size_t{64} << 20;

/// The first bytes of a member, and the rest as it comes.
class Member {
 public:
  explicit Member(storage::TarReader& tar) : tar_(tar) {
    while (head_.size() < storage::kTarBlock) {
      const auto piece = tar_.data();
      if (piece.empty()) break;
      head_ += piece;
    }
    left_ = head_;
  }

  const std::string& head() const { return head_; }

  std::size_t read(void* buffer, std::size_t size) {
    if (left_.empty()) left_ = tar_.data();
    const std::size_t n = std::min(size, left_.size());
    if (n > 0) std::memcpy(buffer, left_.data(), n);  // at the end there is nowhere to copy from
    left_.remove_prefix(n);
    return n;
  }

  std::string read_all() {
    std::string text = head_;
    for (auto piece = tar_.data(); !piece.empty(); piece = tar_.data()) text += piece;
    return text;
  }

 private:
  storage::TarReader& tar_;
  std::string head_;
  std::string_view left_;
};

bool looks_like_json(std::string_view head) {
  const auto text = base::trim(head);
  return !text.empty() && (text.front() == '{' || text.front() == '[');
}

bool looks_like_layer(const std::string& head) {
  for (const std::string_view magic : {std::string_view("\x1f\x8b"),
                                       std::string_view("\x28\xb5\x2f\xfd"),
                                       std::string_view("\xfd"
                                                        "7zXZ"),
                                       std::string_view("BZh")}) {
    if (head.starts_with(magic)) return true;
  }
  if (head.size() < storage::kTarBlock) return false;
  if (storage::is_zero_block(head.data())) return true;  // an empty layer
  try {
    storage::TarHeader{head.data()};
    return true;
  } catch (const base::Error&) {
    return false;
  }
}

/// Layers lie in blobs/, or are called x.tar (HEX/layer.tar, HEX.tar), whoever wrote the archive.
bool may_be_layer(const std::string& path) {
  return path.starts_with("blobs/") || path.ends_with(".tar");
}

class TarContent : public ArchiveContent {
 public:
  TarContent(storage::Store& store, storage::ByteSource source) : intake_(store) {
    storage::TarReader tar(storage::inflate(std::move(source)));
    storage::TarEntry entry;
    for (std::size_t members = 0; tar.next(entry); ++members) {
      base::check_interrupt();
      if (members == kMostMembers)
        base::fail(base::Kind::corrupt, "the archive has more than {} files", kMostMembers);
      if (const auto path = member_path(entry.name)) take(*path, entry, tar);
    }
    // Whoever writes into the pipe must not be killed by padding that nobody reads.
    for (std::size_t rest = 0; rest < kLongestPadding;) {
      const auto piece = tar.rest();
      if (piece.empty()) break;
      rest += piece.size();
    }
  }

  std::optional<std::string> text(const std::string& path) override {
    const auto found = texts_.find(resolve(path));
    if (found == texts_.end()) return std::nullopt;
    return found->second;
  }

  ArchivedLayer& layer(const std::string& path) override {
    const std::string at = resolve(path);
    if (const auto found = layers_.find(at); found != layers_.end()) return found->second;
    if (const auto found = broken_.find(at); found != broken_.end()) throw found->second;
    base::fail(base::Kind::corrupt, "the archive has no layer {}", base::printable(path));
  }

 private:
  void take(const std::string& path, const storage::TarEntry& entry, storage::TarReader& tar) {
    if (entry.type == storage::TarType::symlink) {
      const auto slash = path.rfind('/');
      const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
      if (const auto target = member_path(directory + entry.link)) links_[path] = *target;
    } else if (entry.type == storage::TarType::hard_link) {
      if (const auto target = member_path(entry.link)) links_[path] = *target;
    } else if (entry.type == storage::TarType::file && !entry.sparse) {
      take_file(path, entry.size, tar);
    }
  }

  void take_file(const std::string& path, std::int64_t size, storage::TarReader& tar) {
    if (may_be_layer(path)) {
      if (auto known = intake_.find_known(path)) {
        layers_[path] = std::move(*known);
        return;
      }
    }
    Member member(tar);
    if (looks_like_json(member.head())) {
      keep_text(path, size, member);
    } else if (may_be_layer(path) && looks_like_layer(member.head())) {
      unpack(path, member);
    }
  }

  void keep_text(const std::string& path, std::int64_t size, Member& member) {
    texts_size_ += size;
    if (size > kLargestText || texts_size_ > kAllTexts) {
      base::fail(base::Kind::corrupt, "the archive's file {} is too large", base::printable(path));
    }
    texts_[path] = member.read_all();
  }

  /// A blob that cannot be unpacked is an error only when an image needs it.
  void unpack(const std::string& path, Member& member) {
    const auto source = [&](void* buffer, std::size_t size) { return member.read(buffer, size); };
    try {
      layers_[path] = intake_.unpack(source);
    } catch (const base::Error& e) {
      if (e.kind() != base::Kind::corrupt) throw;
      broken_.emplace(path, e.in("layer " + base::printable(path)));
    }
  }

  std::string resolve(std::string path) const {
    path = member_path(path).value_or("");
    for (int links = 0; links < kMostLinks; ++links) {
      const auto found = links_.find(path);
      if (found == links_.end()) break;
      path = found->second;
    }
    return path;
  }

  LayerIntake intake_;
  std::map<std::string, std::string> texts_, links_;
  std::map<std::string, ArchivedLayer> layers_;
  std::map<std::string, base::Error> broken_;
  std::int64_t texts_size_ = 0;
};

}  // namespace

std::unique_ptr<ArchiveContent> read_archive(storage::Store& store, storage::ByteSource source) {
  return std::make_unique<TarContent>(store, std::move(source));
}

}  // namespace image
