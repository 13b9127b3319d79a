// SPDX-License-Identifier: Apache-2.0
#include "storage/reserve.hpp"

#include <fcntl.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

/// A transaction of a removal writes some 30 pages of 4 KiB; directories in staging/ take a block
/// each.
constexpr off_t kReserveSize = 512 << 10;

std::string reserve_path(Store& store) {
  return store.paths().graphroot() + "/reserve";
}

}  // namespace

void keep_reserve(Store& store) {
  const std::string path = reserve_path(store);
  if (base::exists(path)) return;
  try {
    const base::UniqueFd fd = base::open_file(path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
    if (::posix_fallocate(fd.get(), 0, kReserveSize) != 0) base::remove_file(path);
  } catch (const base::Error&) {
    // Removing things is still likely to work; nothing here needs the reserve now.
  }
}

void with_reserve(Store& store, const std::function<void()>& act) {
  try {
    act();
  } catch (const base::Error& e) {
    if (e.kind() != base::Kind::io || !base::remove_file(reserve_path(store))) throw;
    act();
  }
  keep_reserve(store);
}

}  // namespace storage
