// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/tar_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "base/error.hpp"
#include "storage/layer/tar_header.hpp"

namespace storage {
namespace {

using base::Kind;

constexpr auto kBlock = static_cast<std::int64_t>(kTarBlock);
constexpr std::int64_t kMostOctal7 = 07777777, kMostOctal11 = 077777777777;

using Block = std::array<char, kTarBlock>;
using Records = std::map<std::string, std::string>;

bool is_ascii(std::string_view text) {
  return std::all_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
}

std::string pax_record(const std::string& key, const std::string& value) {
  // The length counts its own digits.
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size())
    length = rest + std::to_string(length).size();
  return std::to_string(length) + " " + key + "=" + value + "\n";
}

std::string pax_time(const timespec& time) {
  const bool negative = time.tv_sec < 0 && time.tv_nsec > 0;
  const std::int64_t seconds = negative ? -(time.tv_sec + 1) : time.tv_sec;
  const std::int64_t nanoseconds = negative ? 1'000'000'000 - time.tv_nsec : time.tv_nsec;
  if (nanoseconds == 0) return std::to_string(seconds);
  std::string text = fmt::format("{}{}.{:09}", negative ? "-" : "", seconds, nanoseconds);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

char flag_of(TarType type) {
  switch (type) {
    case TarType::file:
      return '0';
    case TarType::hard_link:
      return '1';
    case TarType::symlink:
      return '2';
    case TarType::char_device:
      return '3';
    case TarType::block_device:
      return '4';
    case TarType::directory:
      return '5';
    case TarType::fifo:
      return '6';
    case TarType::other:
      break;
  }
  base::fail(Kind::bug, "an entry of no type cannot be written");
}

void put_text(Block& block, std::size_t offset, std::size_t size, std::string_view text) {
  text.copy(block.data() + offset, size);
}

void put_octal(Block& block, std::size_t offset, std::size_t digits, std::int64_t value) {
  put_text(block, offset, digits, fmt::format("{:0{}o}", value, digits));
}

/// The records that an entry needs because the ustar fields cannot hold them.
Records needed_records(const TarEntry& entry) {
  Records records;
  const auto number = [&](const char* key, std::int64_t value, std::int64_t most) {
    if (value < 0 || value > most) records[key] = std::to_string(value);
  };
  if (entry.name.size() > 100 || !is_ascii(entry.name)) records["path"] = entry.name;
  if (entry.link.size() > 100 || !is_ascii(entry.link)) records["linkpath"] = entry.link;
  number("size", entry.size, kMostOctal11);
  number("uid", entry.uid, kMostOctal7);
  number("gid", entry.gid, kMostOctal7);
  if (entry.mtime.tv_nsec != 0 || entry.mtime.tv_sec < 0 || entry.mtime.tv_sec > kMostOctal11) {
    records["mtime"] = pax_time(entry.mtime);
  }
  for (const auto& [name, value] : entry.xattrs) records["SCHILY.xattr." + name] = value;
  return records;
}

Block make_header(const TarEntry& entry, char flag) {
  const auto fitting = [](std::int64_t value, std::int64_t most) {
    return value < 0 || value > most ? 0 : value;
  };
  Block block{};
  put_text(block, 0, 100, entry.name);
  put_octal(block, 100, 7, entry.mode & 07777);
  put_octal(block, 108, 7, fitting(entry.uid, kMostOctal7));
  put_octal(block, 116, 7, fitting(entry.gid, kMostOctal7));
  put_octal(block, 124, 11, fitting(entry.size, kMostOctal11));
  put_octal(block, 136, 11, fitting(entry.mtime.tv_sec, kMostOctal11));
  put_text(block, 148, 8, "        ");
  block[156] = flag;
  put_text(block, 157, 100, entry.link);
  put_text(block, 257, 8, std::string_view("ustar\00000", 8));
  put_octal(block, 329, 7, fitting(entry.major, kMostOctal7));
  put_octal(block, 337, 7, fitting(entry.minor, kMostOctal7));
  std::int64_t sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  put_octal(block, 148, 6, sum);
  block[154] = '\0';
  return block;
}

std::string_view view(const Block& block) {
  return {block.data(), block.size()};
}

}  // namespace

void TarWriter::begin(const TarEntry& entry) {
  end_entry();
  TarEntry plain = entry;
  if (entry.type != TarType::file) plain.size = 0;
  if (const Records records = needed_records(plain); !records.empty()) {
    std::string body;
    for (const auto& [key, value] : records) body += pax_record(key, value);
    TarEntry extended;
    extended.name = "PaxHeaders.0/" +
                    entry.name.substr(entry.name.find_last_of('/', entry.name.size() - 2) + 1);
    extended.name.resize(std::min<std::size_t>(extended.name.size(), 100));
    extended.size = static_cast<std::int64_t>(body.size());
    put(view(make_header(extended, 'x')));
    put(body);
    put_padding(extended.size);
  }
  put(view(make_header(plain, flag_of(entry.type))));
  left_ = padding_ = plain.size;
}

void TarWriter::write(const void* data, std::size_t size) {
  if (static_cast<std::int64_t>(size) > left_)
    base::fail(Kind::bug, "more data than the tar entry has room for");
  left_ -= static_cast<std::int64_t>(size);
  sink_(data, size);
}

void TarWriter::add_file(const std::string& name,
                         std::string_view content,
                         mode_t mode,
                         std::time_t mtime) {
  TarEntry entry;
  entry.name = name;
  entry.mode = mode;
  entry.mtime = {mtime, 0};
  entry.size = static_cast<std::int64_t>(content.size());
  begin(entry);
  write(content.data(), content.size());
}

void TarWriter::add_directory(const std::string& name, mode_t mode, std::time_t mtime) {
  TarEntry entry;
  entry.type = TarType::directory;
  entry.name = name.ends_with('/') ? name : name + "/";
  entry.mode = mode;
  entry.mtime = {mtime, 0};
  begin(entry);
}

void TarWriter::add_symlink(const std::string& name, const std::string& target, std::time_t mtime) {
  TarEntry entry;
  entry.type = TarType::symlink;
  entry.name = name;
  entry.link = target;
  entry.mode = 0777;
  entry.mtime = {mtime, 0};
  begin(entry);
}

void TarWriter::finish() {
  end_entry();
  put(std::string(2 * kTarBlock, '\0'));
}

void TarWriter::end_entry() {
  if (left_ != 0) base::fail(Kind::bug, "a tar entry is short of {} bytes", left_);
  put_padding(padding_);
  padding_ = 0;
}

void TarWriter::put(std::string_view bytes) {
  sink_(bytes.data(), bytes.size());
}

void TarWriter::put_padding(std::int64_t size) {
  static constexpr Block kZeros{};
  const std::int64_t padding = (kBlock - size % kBlock) % kBlock;
  put({kZeros.data(), static_cast<std::size_t>(padding)});
}

}  // namespace storage
