// SPDX-License-Identifier: Apache-2.0
#include "container/log_files.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sys.hpp"

namespace container {
namespace {

/// A file is made before it is filled.
int number_in(int fd) {
  char text[16] = {};
  while (::pread(fd, text, sizeof text - 1, 0) == 0) std::this_thread::yield();
  return std::atoi(text);
}

/// Rotates as the monitor does, oldest first, without a pause; each file holds its number.
class Rotation {
 public:
  Rotation(const std::string& path, int most) : path_(path), most_(most) {
    base::write_file(path_, "0");
  }

  void rotate() {
    int last = kept_;
    if (last > most_) base::remove_file(name(last--));
    for (int at = last; at >= 0; --at) std::filesystem::rename(name(at), name(at + 1));
    kept_ = last + 1;
    base::write_file(path_, std::to_string(++made_));
  }

  int made() const { return made_; }

 private:
  std::string name(int at) const { return at == 0 ? path_ : fmt::format("{}.{}", path_, at); }

  std::string path_;
  int most_;
  int kept_ = 0;
  std::atomic<int> made_ = 0;
};

TEST(LogFiles, EachFileIsFollowedByTheNextHoweverFastTheyRotate) {
  constexpr int kRotations = 2000, kMost = 40;
  const base::TempDir temp("/dev/shm", "berth-log-files");
  const std::string path = temp.path() + "/log";
  Rotation rotation(path, kMost);
  std::atomic<int> followed = 0;
  std::atomic<bool> failed = false;
  std::thread rotator([&] {
    while (rotation.made() < kRotations && !failed) {
      if (rotation.made() - followed < kMost / 2) rotation.rotate();
    }
  });
  const LogFiles files(path);
  auto current = std::move(files.open_all().front());
  while (followed < kRotations && !failed) {
    auto next = files.successor(current.fd());
    if (!next) continue;
    const int number = number_in(next->fd());
    EXPECT_EQ(number, followed + 1);
    failed = number != followed + 1;
    followed = number;
    current = std::move(*next);
  }
  rotator.join();
}

TEST(LogFiles, AllAreFoundHoweverFastTheyRotate) {
  constexpr int kRotations = 300;
  const base::TempDir temp("/dev/shm", "berth-log-files");
  const std::string path = temp.path() + "/log";
  Rotation rotation(path, kRotations);
  std::thread rotator([&] {
    while (rotation.made() < kRotations) rotation.rotate();
  });
  const LogFiles files(path);
  for (int made = 0; made < kRotations && !HasFailure();) {
    made = rotation.made();  // the last of them may not be there yet, the first is number 0
    const auto all = files.open_all();
    EXPECT_GE(all.size(), static_cast<std::size_t>(made));
    for (std::size_t i = 0; i < all.size() && !HasFailure(); ++i)
      EXPECT_EQ(number_in(all[i].fd()), static_cast<int>(i));
  }
  rotator.join();
}

}  // namespace
}  // namespace container
