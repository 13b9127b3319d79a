// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/tar_header.hpp"

#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"

namespace storage {
namespace {

using base::Kind;

// Where the fields lie in a header (POSIX ustar, with what GNU and star put in its place).
struct Field {
  std::size_t offset, size;
};

constexpr Field kName{0, 100}, kMode{100, 8}, kUid{108, 8}, kGid{116, 8}, kSize{124, 12},
    kMtime{136, 12}, kChecksum{148, 8}, kLink{157, 100}, kMagic{257, 8}, kMajor{329, 8},
    kMinor{337, 8}, kPrefix{345, 155}, kStarPrefix{345, 131}, kGnuAtime{345, 12},
    kGnuCtime{357, 12}, kStarTrailer{508, 4};

std::string_view until_nul(std::string_view text) {
  return text.substr(0, text.find('\0'));
}

/// Base-256: two's complement, the top bit of the first byte set apart.
bool parse_binary(std::string_view field, std::int64_t& value) {
  const auto first = static_cast<unsigned char>(field[0]);
  const bool negative = first & 0x40;
  const unsigned char filler = negative ? 0xff : 0;
  std::uint64_t sum = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(field[i]);
    if (i == 0) byte = static_cast<unsigned char>((byte & 0x7f) | (negative ? 0x80 : 0));
    const bool beyond = field.size() - i > sizeof sum;
    if (beyond && byte != filler) return false;
    sum = sum << 8 | byte;
  }
  value = static_cast<std::int64_t>(sum);
  return (value < 0) == negative;
}

bool parse_octal(std::string_view field, std::int64_t& value) {
  // Leading blanks and any mix of NULs and blanks behind the digits occur in real archives.
  constexpr std::string_view kBlanks(" \0", 2);
  const auto digits = until_nul(base::trim(field, kBlanks));
  value = 0;
  if (digits.empty()) return true;
  const auto number = base::parse_number<std::int64_t>(digits, 8);
  if (!number || digits[0] == '-') return false;
  value = *number;
  return true;
}

bool checksum_matches(const char* block) {
  std::int64_t wanted = 0;
  if (!parse_octal({block + kChecksum.offset, kChecksum.size}, wanted)) return false;
  // Old programs summed signed chars.
  std::int64_t plain = 0, with_sign = 0;
  for (std::size_t i = 0; i < kTarBlock; ++i) {
    const bool inside = i >= kChecksum.offset && i < kChecksum.offset + kChecksum.size;
    const char c = inside ? ' ' : block[i];
    plain += static_cast<unsigned char>(c);
    with_sign += static_cast<signed char>(c);
  }
  return wanted == plain || wanted == with_sign;
}

}  // namespace

bool is_zero_block(const char* block) {
  return block[0] == 0 && std::memcmp(block, block + 1, kTarBlock - 1) == 0;
}

bool parse_tar_number(std::string_view field, std::int64_t& value) {
  if (static_cast<unsigned char>(field[0]) & 0x80) return parse_binary(field, value);
  return parse_octal(field, value);
}

TarHeader::TarHeader(const char* block) : block_(block) {
  if (!checksum_matches(block)) base::fail(Kind::corrupt, "a header has a wrong checksum");
  const std::string_view magic(block + kMagic.offset, kMagic.size);
  gnu_ = magic == std::string_view("ustar  \0", 8);
  ustar_ = magic.starts_with(std::string_view("ustar\0", 6));
  star_ = ustar_ && std::string_view(block + kStarTrailer.offset, kStarTrailer.size) ==
                        std::string_view("tar\0", 4);
}

std::string_view TarHeader::text(std::size_t offset, std::size_t size) const {
  return until_nul({block_ + offset, size});
}

bool TarHeader::is_number(std::size_t offset, std::size_t size) const {
  std::int64_t value = 0;
  return parse_tar_number({block_ + offset, size}, value);
}

std::int64_t TarHeader::number(std::size_t offset, std::size_t size, const char* what) const {
  std::int64_t value = 0;
  if (!parse_tar_number({block_ + offset, size}, value)) {
    base::fail(Kind::corrupt, "a header has no number for its {}", what);
  }
  return value;
}

std::int64_t TarHeader::size() const {
  const std::int64_t value = number(kSize.offset, kSize.size, "size");
  if (value < 0) base::fail(Kind::corrupt, "a header has a negative size");
  return value;
}

std::string TarHeader::name() const {
  std::string result(text(kName.offset, kName.size));
  std::string_view prefix;
  if (star_) {
    prefix = text(kStarPrefix.offset, kStarPrefix.size);
  } else if (ustar_) {
    prefix = text(kPrefix.offset, kPrefix.size);
  } else if (gnu_ && (!is_number(kGnuAtime.offset, kGnuAtime.size) ||
                      !is_number(kGnuCtime.offset, kGnuCtime.size))) {
    // Go before 1.8 wrote GNU's magic with a prefix; no time there tells it apart.
    prefix = text(kPrefix.offset, kPrefix.size);
  }
  return prefix.empty() ? result : std::string(prefix) + "/" + result;
}

void TarHeader::read_into(TarEntry& entry) const {
  entry.name = name();
  entry.link = text(kLink.offset, kLink.size);
  entry.mode = static_cast<mode_t>(number(kMode.offset, kMode.size, "mode") & 07777);
  entry.uid = number(kUid.offset, kUid.size, "user id");
  entry.gid = number(kGid.offset, kGid.size, "group id");
  entry.mtime = {number(kMtime.offset, kMtime.size, "time"), 0};
  entry.major = entry.minor = 0;
  if ((gnu_ || ustar_) && (type() == '3' || type() == '4')) {
    entry.major = number(kMajor.offset, kMajor.size, "device");
    entry.minor = number(kMinor.offset, kMinor.size, "device");
  }
}

void for_each_pax_record(std::string_view records,
                         const std::function<void(std::string_view, std::string_view)>& act) {
  // "LENGTH KEY=VALUE\n", LENGTH counting itself.
  while (!records.empty()) {
    const auto blank = records.find(' ');
    const auto length = base::parse_number<std::size_t>(records.substr(0, blank));
    if (blank == std::string_view::npos || !length || *length < blank + 3 ||
        *length > records.size() || records[*length - 1] != '\n') {
      base::fail(Kind::corrupt, "a pax header is malformed");
    }
    const auto record = records.substr(blank + 1, *length - blank - 2);
    const auto equals = record.find('=');
    if (equals == 0 || equals == std::string_view::npos)
      base::fail(Kind::corrupt, "a pax header is malformed");
    act(record.substr(0, equals), record.substr(equals + 1));
    records.remove_prefix(*length);
  }
}

std::int64_t parse_pax_number(std::string_view text, std::string_view what) {
  const auto value = base::parse_number<std::int64_t>(text);
  if (!value) base::fail(Kind::corrupt, "a pax header has no number for its {}", what);
  return *value;
}

timespec parse_pax_time(std::string_view text) {
  const auto dot = text.find('.');
  const bool negative = text.starts_with("-");
  timespec time{parse_pax_number(text.substr(0, dot), "time"), 0};
  if (dot == std::string_view::npos) return time;
  std::string digits(text.substr(dot + 1, 9));
  digits.resize(9, '0');
  const auto nanoseconds = base::parse_number<std::int64_t>(digits);
  if (!nanoseconds || digits[0] == '-')
    base::fail(Kind::corrupt, "a pax header has no number for its time");
  time.tv_nsec = *nanoseconds;
  if (negative && time.tv_nsec > 0) {  // -1.25 is -2 s and 0.75
    time.tv_sec -= 1;
    time.tv_nsec = 1'000'000'000 - time.tv_nsec;
  }
  return time;
}

}  // namespace storage
