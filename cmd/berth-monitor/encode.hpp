// SPDX-License-Identifier: Apache-2.0
// One log line in its file's format.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "container/monitor_protocol.hpp"
#include "sys.hpp"

namespace monitor {

namespace protocol = container::protocol;

struct Entry {
  const char* stream;
  const char* bytes;
  size_t size;
  uint64_t time;                ///< nanoseconds since 1970
  bool complete;                ///< the line ended here
  const char* attributes = "";  ///< JSON, with its comma
};

/// How much room an entry with `size` bytes may need: each may become \uXXXX.
constexpr size_t longest_entry(size_t size) {
  return 6 * size + 128 + protocol::kMaxLogAttributes;
}

void encode_json(const Entry& entry, Text& out);
/// The time is as conmon writes it: local, `utc_offset` minutes ahead of UTC.
void encode_k8s(const Entry& entry, int utc_offset, Text& out);

/// How many of the bytes are whole UTF-8 characters, when the last may be cut off. Never less than
/// size - 3.
size_t whole_characters(const char* bytes, size_t size);

}  // namespace monitor
