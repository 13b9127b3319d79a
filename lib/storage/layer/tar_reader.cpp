// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/tar_reader.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "storage/layer/tar_header.hpp"
#include "storage/layer/tar_sparse.hpp"

namespace storage {
namespace {

using base::Kind;

constexpr auto kBlock = static_cast<std::int64_t>(kTarBlock);

[[noreturn]] void truncated() {
  base::fail(Kind::corrupt, "the tar ends in the middle of an entry");
}

TarType type_of(char flag, const std::string& name) {
  switch (flag) {
    case '\0':  // V7 has no type for directories
      return name.ends_with('/') ? TarType::directory : TarType::file;
    case '0':
    case '7':  // contiguous: a file wherever that means nothing
    case 'S':  // GNU sparse
      return TarType::file;
    case '1':
      return TarType::hard_link;
    case '2':
      return TarType::symlink;
    case '3':
      return TarType::char_device;
    case '4':
      return TarType::block_device;
    case '5':
      return TarType::directory;
    case '6':
      return TarType::fifo;
    case 'D':  // GNU: contents of a dumped directory
    case 'M':  // GNU: continued from another volume
    case 'N':  // old GNU long names
    case 'V':  // GNU: label of the volume
    case 's':  // a socket, by some programs
      return TarType::other;
    default:
      base::fail(Kind::corrupt,
                 "the entry {} has the unknown type {:#04x}",
                 name,
                 static_cast<unsigned>(static_cast<unsigned char>(flag)));
  }
}

/// Extended headers that came before an entry.
struct Extended {
  std::optional<std::string> path, link;
  std::optional<std::int64_t> size, uid, gid;
  std::optional<timespec> mtime;
  std::map<std::string, std::string> xattrs;
  PaxSparse sparse;
  std::string long_name, long_link;
  bool any = false;

  void take(std::string_view key, std::string_view value);
  void apply(TarEntry& entry) const;
};

/// An empty value takes a record back.
template <typename T, typename Parse>
void set(std::optional<T>& field, std::string_view value, Parse parse) {
  if (value.empty()) {
    field.reset();
  } else {
    field = parse(value);
  }
}

void Extended::take(std::string_view key, std::string_view value) {
  constexpr std::string_view kXattr = "SCHILY.xattr.";
  const auto text = [](std::string_view v) { return std::string(v); };
  const auto number = [key](std::string_view v) { return parse_pax_number(v, key); };
  if (key == "path") set(path, value, text);
  if (key == "linkpath") set(link, value, text);
  if (key == "size") set(size, value, number);
  if (key == "uid") set(uid, value, number);
  if (key == "gid") set(gid, value, number);
  if (key == "mtime") set(mtime, value, parse_pax_time);
  if (key.starts_with(kXattr)) xattrs[std::string(key.substr(kXattr.size()))] = value;
  sparse.take(key, value);
}

void Extended::apply(TarEntry& entry) const {
  if (path) entry.name = *path;
  if (link) entry.link = *link;
  if (uid) entry.uid = *uid;
  if (gid) entry.gid = *gid;
  if (mtime) entry.mtime = *mtime;
  if (!long_name.empty()) entry.name = long_name;
  if (!long_link.empty()) entry.link = long_link;
  entry.xattrs = xattrs;
}

}  // namespace

/// Reads one entry with the extended headers before it.
class TarEntryReader {
 public:
  TarEntryReader(TarReader& reader, TarEntry& entry) : reader_(reader), entry_(entry) {}

  bool read() {
    for (;;) {
      const char* block = reader_.take_block();
      if (!block || is_zero_block(block)) return end(block);
      const TarHeader header(block);
      if (read_extended(header)) continue;
      read_entry(header, block);
      return true;
    }
  }

 private:
  /// Two blocks of zeros end an archive; some programs write one or none.
  bool end(const char* block) {
    if (extended_.any) truncated();
    if (!block) return false;
    block = reader_.take_block();
    if (block && !is_zero_block(block))
      base::fail(Kind::corrupt, "the tar has a block of zeros among its entries");
    return false;
  }

  bool read_extended(const TarHeader& header) {
    const char type = header.type();
    if (type != 'x' && type != 'g' && type != 'L' && type != 'K') return false;
    const std::string body = reader_.take_special(header.size());
    if (type == 'g') return true;  // docker, too, ignores what is said of all entries
    extended_.any = true;
    if (type == 'x') {
      extended_.xattrs.clear();
      for_each_pax_record(body, [&](auto key, auto value) { extended_.take(key, value); });
    } else {
      (type == 'L' ? extended_.long_name : extended_.long_link) = body.c_str();
    }
    return true;
  }

  void read_entry(const TarHeader& header, const char* block) {
    header.read_into(entry_);
    extended_.apply(entry_);
    entry_.type = type_of(header.type(), entry_.name);
    entry_.sparse = false;
    entry_.ranges.clear();
    const bool has_payload = entry_.type == TarType::file || entry_.type == TarType::other;
    entry_.payload = has_payload ? extended_.size.value_or(header.size()) : 0;
    if (entry_.payload < 0)
      base::fail(Kind::corrupt, "the entry {} has a negative size", entry_.name);
    entry_.size = entry_.payload;
    reader_.padding_ = (kBlock - entry_.payload % kBlock) % kBlock;
    if (entry_.type == TarType::file) read_sparse(header, block);
    reader_.left_ = entry_.payload;
    check_text(entry_.name);
    check_text(entry_.link);
  }

  void read_sparse(const TarHeader& header, const char* block) {
    const NextBlock next = [this] {
      const char* more = reader_.take_block();
      if (!more) truncated();
      return more;
    };
    if (header.type() == 'S') {
      if (!header.is_gnu())
        base::fail(Kind::corrupt, "the sparse file {} is not in GNU's format", entry_.name);
      const std::string copy(block, kTarBlock);  // the block's place is used again for the next
      read_gnu_sparse(copy.data(), next, entry_);
    } else if (extended_.sparse.is_1_0()) {
      read_pax_sparse_1(extended_.sparse, next, entry_);
    } else if (extended_.sparse.is_0_x()) {
      read_pax_sparse_0(extended_.sparse, entry_);
    }
  }

  static void check_text(const std::string& text) {
    if (text.find('\0') != std::string::npos)
      base::fail(Kind::corrupt, "a name in the tar contains a NUL");
  }

  TarReader& reader_;
  TarEntry& entry_;
  Extended extended_;
};

TarReader::TarReader(ByteSource source) {
  constexpr std::size_t kBuffer = 128 * 1024;
  auto buffer = std::make_shared<std::vector<char>>(kBuffer);
  chunks_ = [buffer, source = std::move(source)] {
    return std::string_view(buffer->data(), source(buffer->data(), buffer->size()));
  };
}

std::string_view TarReader::take(std::int64_t most) {
  if (chunk_.empty()) chunk_ = chunks_();
  const auto piece =
      chunk_.substr(0, static_cast<std::size_t>(std::min<std::int64_t>(most, 1 << 30)));
  chunk_.remove_prefix(piece.size());
  position_ += static_cast<std::int64_t>(piece.size());
  return piece;
}

const char* TarReader::take_block() {
  std::size_t got = 0;
  while (got < kTarBlock) {
    const auto piece = take(kBlock - static_cast<std::int64_t>(got));
    if (piece.empty()) break;
    std::memcpy(block_ + got, piece.data(), piece.size());
    got += piece.size();
  }
  if (keep_raw_) raw_.append(block_, got);
  if (got != 0 && got != kTarBlock) truncated();
  return got == 0 ? nullptr : block_;
}

std::string TarReader::take_special(std::int64_t size) {
  if (size > kTarSpecialLimit)
    base::fail(Kind::corrupt, "an extended header of {} bytes is too large", size);
  std::string body;
  while (static_cast<std::int64_t>(body.size()) < size) {
    const auto piece = take(size - static_cast<std::int64_t>(body.size()));
    if (piece.empty()) truncated();
    body += piece;
  }
  if (keep_raw_) raw_ += body;
  padding_ = (kBlock - size % kBlock) % kBlock;
  skip_padding();
  return body;
}

void TarReader::skip_padding() {
  while (padding_ > 0) {
    const auto piece = take(padding_);
    // Some programs leave the last entry unpadded.
    if (piece.empty()) break;
    if (keep_raw_) raw_ += piece;
    padding_ -= static_cast<std::int64_t>(piece.size());
  }
  padding_ = 0;
}

bool TarReader::next(TarEntry& entry) {
  while (left_ > 0) data();
  skip_padding();
  const std::int64_t start = position_;
  try {
    return TarEntryReader(*this, entry).read();
  } catch (const base::Error& e) {
    if (e.kind() != Kind::corrupt) throw;
    throw base::Error(Kind::corrupt, fmt::format("{} (at byte {})", e.message(), start));
  }
}

std::string_view TarReader::data() {
  if (left_ == 0) return {};
  const auto piece = take(left_);
  if (piece.empty()) truncated();
  left_ -= static_cast<std::int64_t>(piece.size());
  return piece;
}

std::string_view TarReader::rest() {
  return take(INT64_MAX);
}

std::string TarReader::take_raw() {
  return std::exchange(raw_, {});
}

}  // namespace storage
