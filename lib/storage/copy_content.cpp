// SPDX-License-Identifier: Apache-2.0
#include "storage/copy_content.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

constexpr off_t kMostAtOnce = 16 << 20;  // a signal is heard between two of them
constexpr std::size_t kBuffer = 256 * 1024;

/// What a call says that cannot do it between these files.
bool is_refusal(int error) {
  return error == EOPNOTSUPP || error == EXDEV || error == ENOTTY || error == EINVAL ||
         error == ENOSYS || error == EPERM || error == EBADF;
}

}  // namespace

bool ContentCopier::clone(int from, int to) {
  if (!may_clone_) return false;
  if (::ioctl(to, FICLONE, from) == 0) return true;
  may_clone_ = !is_refusal(errno);
  return false;
}

void ContentCopier::copy(int from, const struct stat& st, int to, const std::string& shown) {
  constexpr off_t kBlock = 512;
  if (st.st_size == 0 || clone(from, to)) return;
  if (st.st_blocks * kBlock >= st.st_size) return copy_range(from, to, 0, st.st_size, shown);
  // The length first: a hole at the end is written by nobody.
  if (::ftruncate(to, st.st_size) < 0) base::sys_fail("write {}", shown);
  for (off_t at = 0; at < st.st_size;) {
    const off_t data = ::lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return;  // nothing but a hole
    const off_t hole = data < 0 ? -1 : ::lseek(from, data, SEEK_HOLE);
    if (hole < 0) return copy_range(from, to, at, st.st_size, shown);
    const off_t end = std::min(hole, st.st_size);
    copy_range(from, to, data, end, shown);
    at = end;
  }
}

void ContentCopier::copy_range(int from, int to, off_t at, off_t end, const std::string& shown) {
  while (may_copy_ && at < end) {
    base::check_interrupt();
    off_t in = at, out = at;
    const auto want = static_cast<std::size_t>(std::min(end - at, kMostAtOnce));
    const ssize_t n = base::retry([&] { return ::copy_file_range(from, &in, to, &out, want, 0); });
    if (n < 0 && !is_refusal(errno)) base::sys_fail("copy {}", shown);
    if (n < 0) may_copy_ = false;
    if (n <= 0) break;  // file systems that make their content up say 0
    at += n;
  }
  copy_by_buffer(from, to, at, end, shown);
}

void ContentCopier::copy_by_buffer(int from,
                                   int to,
                                   off_t at,
                                   off_t end,
                                   const std::string& shown) {
  if (at >= end) return;
  if (!buffer_) buffer_ = std::make_unique<char[]>(kBuffer);
  while (at < end) {
    base::check_interrupt();
    const auto want = static_cast<std::size_t>(std::min<off_t>(end - at, kBuffer));
    const ssize_t n = base::retry([&] { return ::pread(from, buffer_.get(), want, at); });
    if (n < 0) base::sys_fail("read {}", shown);
    if (n == 0) base::fail(base::Kind::io, "{} has become shorter", shown);
    for (ssize_t done = 0; done < n;) {
      const ssize_t put = base::retry([&] {
        return ::pwrite(to, buffer_.get() + done, static_cast<std::size_t>(n - done), at + done);
      });
      if (put <= 0) base::sys_fail("write {}", shown);
      done += put;
    }
    at += n;
  }
}

}  // namespace storage
