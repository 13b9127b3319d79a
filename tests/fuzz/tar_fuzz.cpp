// SPDX-License-Identifier: Apache-2.0
// Any bytes as a layer. Either they are refused as corrupt, or they are unpacked and come back byte for byte; what lies
// outside of the layer's directory never changes. Run it as root in a directory of its own, best a tmpfs:
//   fuzz-tar -max_len=65536 CORPUS
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer/tar_header.hpp"

namespace {

using base::Kind;

/// Fuzzed headers would all fail by their checksum: what looks like a header gets the right one.
std::string with_checksums(std::string tar) {
  for (std::size_t at = 0; at + storage::kTarBlock <= tar.size(); at += storage::kTarBlock) {
    char* block = tar.data() + at;
    if (std::memcmp(block + 257, "ustar", 5) != 0) continue;
    std::memset(block + 148, ' ', 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < storage::kTarBlock; ++i)
      sum += static_cast<unsigned char>(block[i]);
    std::snprintf(block + 148, 7, "%06o", sum);
  }
  return tar;
}

[[noreturn]] void found(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

void unpack(const std::string& tar, const std::string& directory) {
  storage::LayerLimits limits;
  limits.tar_size = 16 << 20;
  limits.entries = 1000;
  std::size_t at = 0;
  const auto source = [&](void* buffer, std::size_t size) {
    const std::size_t n = tar.copy(static_cast<char*>(buffer), size, at);
    at += n;
    return n;
  };
  const auto layer = storage::write_layer(source, directory, storage::Attributes::trusted, limits);
  std::string back;
  storage::read_layer_tar(directory, [&](const void* data, std::size_t size) {
    back.append(static_cast<const char*>(data), size);
  });
  if (layer.compression == "none" && back != tar) found("the tar does not come back as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::TempDir temp(".", "fuzz-tar");
  const std::string canary = temp.path() + "/canary", directory = temp.path() + "/layer";
  base::write_file(canary, "untouched");
  base::make_directory(directory, 0700);
  try {
    unpack(with_checksums({reinterpret_cast<const char*>(data), size}), directory);
  } catch (const base::Error& e) {
    // Files may be more than the disk takes, and names none that it knows; nothing else is an answer.
    if (e.kind() != Kind::corrupt && e.kind() != Kind::io) found("refused oddly: " + e.message());
  }
  if (base::read_file(canary) != "untouched" || base::list_directory(temp.path()).size() != 2) {
    found("the layer got out");
  }
  base::remove_tree(directory);
  return 0;
}
