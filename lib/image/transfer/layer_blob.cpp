// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/layer_blob.hpp"

#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "base/error.hpp"
#include "base/id.hpp"
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

namespace {

/// A file that hashes and counts what it is given.
class BlobFile {
 public:
  explicit BlobFile(const std::string& directory) {
    const std::string path = directory + "/" + base::random_hex(12);
    file_ = base::open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600);
    base::remove_file(path);  // it lives as long as its descriptor
  }

  void write(const void* data, std::size_t size) {
    hash_.update(data, size);
    size_ += static_cast<std::int64_t>(size);
    base::in_context("write a layer's blob", [&] { base::write_full(file_.get(), data, size); });
  }

  LayerBlob finish(const std::string& media_type) {
    LayerBlob blob;
    blob.file = std::move(file_);
    blob.descriptor.media_type = media_type;
    blob.descriptor.digest = hash_.digest();
    blob.descriptor.size = size_;
    return blob;
  }

 private:
  base::UniqueFd file_;
  storage::Sha256 hash_;
  std::int64_t size_ = 0;
};

}  // namespace

LayerBlob gzip_layer(const std::string& directory, const storage::Layer& layer, int level) {
  BlobFile file(directory);
  storage::GzipWriter gzip([&](const void* data, std::size_t n) { file.write(data, n); }, level);
  write_layer_tar(layer, [&](const void* data, std::size_t n) { gzip.write(data, n); });
  gzip.finish();
  return file.finish(std::string(kOciLayer) + "+gzip");
}

LayerBlob plain_layer(const std::string& directory, const storage::Layer& layer) {
  BlobFile file(directory);
  write_layer_tar(layer, [&](const void* data, std::size_t n) { file.write(data, n); });
  return file.finish(kOciLayer);
}

void copy_file(int fd, const storage::ByteSink& sink) {
  constexpr std::size_t kBuffer = std::size_t{1} << 20;
  const auto buffer = std::make_unique<char[]>(kBuffer);
  if (::lseek(fd, 0, SEEK_SET) < 0) base::sys_fail("rewind a compressed layer");
  while (const std::size_t n = base::read_full(fd, buffer.get(), kBuffer)) sink(buffer.get(), n);
}

}  // namespace image
