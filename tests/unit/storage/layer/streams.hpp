// SPDX-License-Identifier: Apache-2.0
// Texts as sources and sinks, and programs as filters, for the tests of this folder.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "base/process.hpp"
#include "storage/layer/bytes.hpp"

namespace test {

/// Gives `text` in pieces of at most `piece` bytes.
inline storage::ByteSource source_of(std::string text, std::size_t piece = 1 << 20) {
  return
      [text = std::move(text), at = std::size_t{0}, piece](void* buffer, std::size_t size) mutable {
        const std::size_t n = text.copy(static_cast<char*>(buffer), std::min(size, piece), at);
        at += n;
        return n;
      };
}

inline storage::ByteSink sink_to(std::string& out) {
  return [&out](const void* data, std::size_t size) {
    out.append(static_cast<const char*>(data), size);
  };
}

inline std::string read_all(const storage::ByteSource& source, std::size_t piece = 70000) {
  std::string all, buffer(piece, '\0');
  while (const std::size_t n = source(buffer.data(), buffer.size())) all.append(buffer, 0, n);
  return all;
}

/// What a program makes of `input`; nothing when there is no such program.
inline std::optional<std::string> filter(std::vector<std::string> argv, const std::string& input) {
  if (!base::find_program(argv[0])) return std::nullopt;
  const auto result = base::run_captured({.argv = std::move(argv)}, input);
  EXPECT_TRUE(result.status.ok()) << result.err;
  return result.out;
}

}  // namespace test
