// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/layer_blob.hpp"

#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "storage/layer/deflate.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer/sha256.hpp"

namespace image {

void write_layer_tar(const storage::Layer& layer, const storage::ByteSink& sink) {
  storage::Sha256 hash;
  storage::read_layer_tar(layer.path, [&](const void* data, std::size_t size) {
    hash.update(data, size);
    sink(data, size);
  });
  const std::string digest = hash.digest();
  if (digest != layer.id) {
    base::fail(base::Kind::corrupt,
               "layer {} was changed in the store: its content is {}",
               layer.id,
               digest);
  }
}

GzipBlob gzip_layer(storage::Store& store, const storage::Layer& layer) {
  GzipBlob blob;
  const auto staging = store.make_staging("gzip");
  // Without its name when the directory goes, it lives as long as its descriptor.
  blob.file = base::open_file(staging.path() + "/blob", O_RDWR | O_CREAT | O_EXCL, 0600);
  storage::Sha256 hash;
  std::int64_t size = 0;
  storage::GzipWriter gzip([&](const void* data, std::size_t n) {
    hash.update(data, n);
    size += static_cast<std::int64_t>(n);
    base::in_context("write a compressed layer",
                     [&] { base::write_full(blob.file.get(), data, n); });
  });
  write_layer_tar(layer, [&](const void* data, std::size_t n) { gzip.write(data, n); });
  gzip.finish();
  blob.descriptor.media_type = std::string(kOciLayer) + "+gzip";
  blob.descriptor.digest = hash.digest();
  blob.descriptor.size = size;
  return blob;
}

void copy_file(int fd, const storage::ByteSink& sink) {
  constexpr std::size_t kBuffer = std::size_t{1} << 20;
  const auto buffer = std::make_unique<char[]>(kBuffer);
  if (::lseek(fd, 0, SEEK_SET) < 0) base::sys_fail("rewind a compressed layer");
  while (const std::size_t n = base::read_full(fd, buffer.get(), kBuffer)) sink(buffer.get(), n);
}

}  // namespace image
