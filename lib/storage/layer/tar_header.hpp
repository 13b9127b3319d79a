// SPDX-License-Identifier: Apache-2.0
// The fields of a tar header block and the records of a pax header.
#pragma once

#include <cstdint>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>

#include "storage/layer/tar_entry.hpp"

namespace storage {

inline constexpr std::size_t kTarBlock = 512;

/// Headers' own payloads (pax records, long names, sparse maps) are held in memory: no more than
/// this.
inline constexpr std::int64_t kTarSpecialLimit = std::int64_t{1} << 20;

/// What one 512-byte block says. Views point into the block.
class TarHeader {
 public:
  /// Kind corrupt for a wrong checksum.
  explicit TarHeader(const char* block);

  char type() const { return block_[156]; }

  /// Written by GNU tar: long names of its own, old sparse maps, no prefix.
  bool is_gnu() const { return gnu_; }

  std::int64_t size() const;

  /// Everything but size and type.
  void read_into(TarEntry& entry) const;

 private:
  std::string name() const;
  std::string_view text(std::size_t offset, std::size_t size) const;
  std::int64_t number(std::size_t offset, std::size_t size, const char* what) const;
  bool is_number(std::size_t offset, std::size_t size) const;

  const char* block_;
  bool gnu_ = false, ustar_ = false, star_ = false;
};

bool is_zero_block(const char* block);

/// A number as headers have it: octal text, or base-256 when the first byte's top bit is set. False
/// when neither.
bool parse_tar_number(std::string_view field, std::int64_t& value);

/// Calls `act` for each record of a pax header, in order. Kind corrupt for malformed records.
void for_each_pax_record(
    std::string_view records,
    const std::function<void(std::string_view key, std::string_view value)>& act);

/// "1700000000.5" as pax writes times. Kind corrupt.
timespec parse_pax_time(std::string_view text);

/// A decimal number. Kind corrupt, naming `what`.
std::int64_t parse_pax_number(std::string_view text, std::string_view what);

}  // namespace storage
