// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/copy_tree.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"
#include "image/transfer/tar_pipe.hpp"
#include "storage/layer/extract.hpp"
#include "storage/layer/inflate.hpp"
#include "storage/layer/tree_tar.hpp"

namespace image {

namespace {

storage::ByteSource counted(int fd, std::int64_t& bytes) {
  return [fd, &bytes](void* buffer, std::size_t size) {
    base::check_interrupt();
    const ssize_t n = base::retry([&] { return ::read(fd, buffer, size); });
    if (n < 0) base::sys_fail("read the archive");
    bytes += n;
    return static_cast<std::size_t>(n);
  };
}

void extract(const CopyRequest& request, const storage::ByteSource& source, int root) {
  storage::Extract how;
  how.directory = request.directory;
  how.keep_owner = request.keep_owner;
  how.overwrite = request.overwrite;
  how.devices = request.devices;
  how.mapping = request.target_mapping;
  if (request.uid && request.gid) how.owner = {*request.uid, *request.gid};
  storage::TarReader tar(source);
  storage::extract_tar(tar, root, how);
}

}  // namespace

CopyResult copy_tree(const CopyRequest& request, CopyEnds ends) {
  ::umask(0);  // modes are the archive's
  if (request.from_archive) {
    std::int64_t bytes = 0;
    extract(request, storage::inflate(counted(ends.source, bytes)), ends.target);
    return {bytes};
  }
  const ProduceTar produce = [&](storage::TarWriter& tar) {
    storage::TreeTar how;
    how.name = request.entry;
    how.with_top = request.with_top;
    how.mapping = request.mapping;
    storage::write_tree(tar, ends.source, request.name, how);
  };
  if (request.to_archive) return {write_tar(produce, ends.target)};
  return {pipe_tar(
      produce, [&](const storage::ByteSource& source) { extract(request, source, ends.target); })};
}

}  // namespace image
