// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/tar_sparse.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "storage/layer/tar_header.hpp"

namespace storage {
namespace {

using base::Kind;

constexpr std::size_t kGnuMap = 386, kGnuMapEntries = 4, kGnuExtended = 482, kGnuRealSize = 483;
constexpr std::size_t kBlockEntries = 21, kBlockExtended = 504;
constexpr std::size_t kNumber = 12;

[[noreturn]] void malformed(const TarEntry& entry) {
  base::fail(Kind::corrupt, "the map of the sparse file {} is malformed", entry.name);
}

std::int64_t number_at(const char* at, const TarEntry& entry) {
  std::int64_t value = 0;
  if (!parse_tar_number({at, kNumber}, value)) malformed(entry);
  return value;
}

/// Takes the pairs of one block; an empty one ends them.
void add_gnu_pairs(const char* at, std::size_t count, TarEntry& entry) {
  for (; count > 0 && *at != 0; --count, at += 2 * kNumber) {
    entry.ranges.push_back({number_at(at, entry), number_at(at + kNumber, entry)});
  }
}

/// Ranges must ascend without overlap within the file, and be as many bytes as the archive holds.
void check_map(const TarEntry& entry) {
  std::int64_t end = 0, sum = 0;
  for (const TarRange& range : entry.ranges) {
    if (range.offset < end || range.size < 0 || range.size > entry.size - range.offset)
      malformed(entry);
    end = range.offset + range.size;
    sum += range.size;
  }
  if (sum != entry.payload) malformed(entry);
}

std::int64_t decimal(std::string_view text, const TarEntry& entry) {
  const auto value = base::parse_number<std::int64_t>(text);
  if (!value || *value < 0) malformed(entry);
  return *value;
}

void set_name_and_size(const PaxSparse& pax, const std::string& size, TarEntry& entry) {
  if (!pax.name.empty()) entry.name = pax.name;
  entry.size = decimal(size, entry);
  entry.sparse = true;
  entry.ranges.clear();
}

/// Lines of numbers from blocks.
class Lines {
 public:
  Lines(const NextBlock& next, TarEntry& entry) : next_(next), entry_(entry) {}

  std::int64_t number() {
    std::string digits;
    for (char c = get(); c != '\n'; c = get()) {
      if (digits.size() == 20) malformed(entry_);
      digits += c;
    }
    return decimal(digits, entry_);
  }

 private:
  char get() {
    if (at_ == kTarBlock) {
      const auto size = static_cast<std::int64_t>(kTarBlock);
      if (entry_.payload < size || (read_ += size) > kTarSpecialLimit) malformed(entry_);
      block_ = next_();
      entry_.payload -= size;
      at_ = 0;
    }
    return block_[at_++];
  }

  const NextBlock& next_;
  TarEntry& entry_;
  const char* block_ = nullptr;
  std::size_t at_ = kTarBlock;
  std::int64_t read_ = 0;
};

}  // namespace

bool PaxSparse::take(std::string_view key, std::string_view value) {
  constexpr std::string_view kPrefix = "GNU.sparse.";
  if (!key.starts_with(kPrefix)) return false;
  key.remove_prefix(kPrefix.size());
  if (key == "major") major = value;
  if (key == "minor") minor = value;
  if (key == "name") name = value;
  if (key == "size") size = value;
  if (key == "realsize") real_size = value;
  if (key == "map") map = value;
  if (key == "offset" || key == "numbytes") {
    if (!map.empty()) map += ',';
    map += value;
  }
  has_map = has_map || key == "map" || key == "offset" || key == "numblocks";
  return true;
}

void read_gnu_sparse(const char* header, const NextBlock& next, TarEntry& entry) {
  entry.size = number_at(header + kGnuRealSize, entry);
  entry.sparse = true;
  entry.ranges.clear();
  add_gnu_pairs(header + kGnuMap, kGnuMapEntries, entry);
  bool more = header[kGnuExtended] != 0;
  for (std::int64_t read = 0; more; read += static_cast<std::int64_t>(kTarBlock)) {
    if (read >= kTarSpecialLimit) malformed(entry);
    const char* block = next();
    more = block[kBlockExtended] != 0;
    add_gnu_pairs(block, kBlockEntries, entry);
  }
  check_map(entry);
}

void read_pax_sparse_0(const PaxSparse& pax, TarEntry& entry) {
  set_name_and_size(pax, pax.size, entry);
  if (!pax.map.empty()) {
    const auto numbers = base::split(pax.map, ',');
    if (numbers.size() % 2 != 0) malformed(entry);
    for (std::size_t i = 0; i < numbers.size(); i += 2) {
      entry.ranges.push_back({decimal(numbers[i], entry), decimal(numbers[i + 1], entry)});
    }
  }
  check_map(entry);
}

void read_pax_sparse_1(const PaxSparse& pax, const NextBlock& next, TarEntry& entry) {
  set_name_and_size(pax, pax.real_size, entry);
  Lines lines(next, entry);
  for (std::int64_t count = lines.number(); count > 0; --count) {
    const std::int64_t offset = lines.number();
    entry.ranges.push_back({offset, lines.number()});
  }
  check_map(entry);
}

}  // namespace storage
