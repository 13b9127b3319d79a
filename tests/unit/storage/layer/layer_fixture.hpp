// SPDX-License-Identifier: Apache-2.0
// Tars made of entries, and layers unpacked into a directory of the test's own.
#pragma once

#include <initializer_list>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer/sha256.hpp"
#include "storage/layer/tar_writer.hpp"
#include "tests/unit/storage/layer/streams.hpp"

namespace test {

struct Item {
  storage::TarEntry entry;
  std::string content = {};
};

inline Item file(const std::string& name, const std::string& content = "", mode_t mode = 0644) {
  Item item;
  item.entry.name = name;
  item.entry.mode = mode;
  item.entry.mtime = {1'600'000'000, 0};
  item.entry.size = static_cast<std::int64_t>(content.size());
  item.content = content;
  return item;
}

inline Item directory(const std::string& name, mode_t mode = 0755) {
  Item item = file(name, "", mode);
  item.entry.type = storage::TarType::directory;
  return item;
}

inline Item link_of(storage::TarType type, const std::string& name, const std::string& target) {
  Item item = file(name, "", 0777);
  item.entry.type = type;
  item.entry.link = target;
  return item;
}

inline Item soft_link(const std::string& name, const std::string& target) {
  return link_of(storage::TarType::symlink, name, target);
}

inline Item hard_link(const std::string& name, const std::string& target) {
  return link_of(storage::TarType::hard_link, name, target);
}

inline Item node(storage::TarType type, const std::string& name, int major = 0, int minor = 0) {
  Item item = file(name, "", 0640);
  item.entry.type = type;
  item.entry.major = major;
  item.entry.minor = minor;
  return item;
}

inline Item owned(Item item, std::int64_t uid, std::int64_t gid) {
  item.entry.uid = uid;
  item.entry.gid = gid;
  return item;
}

inline Item with_xattr(Item item, const std::string& name, const std::string& value) {
  item.entry.xattrs[name] = value;
  return item;
}

inline std::string tar_of(std::initializer_list<Item> items) {
  std::string tar;
  storage::TarWriter writer(sink_to(tar));
  for (const Item& item : items) {
    writer.begin(item.entry);
    writer.write(item.content.data(), item.content.size());
  }
  writer.finish();
  return tar;
}

/// A directory whose diff/ is a layer's, with a canary beside it that nothing may touch.
class LayerTest : public testing::Test {
 protected:
  LayerTest() : temp_(testing::TempDir(), "layer") { base::write_file(outside(), "untouched"); }

  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: owners, devices and trusted.* attributes";
  }

  void TearDown() override { EXPECT_EQ(base::read_file(outside()), "untouched"); }

  std::string outside() const { return temp_.path() + "/outside"; }

  /// A fresh directory for one layer.
  std::string fresh() {
    layer_ = temp_.path() + "/" + std::to_string(++count_);
    base::make_directory(layer_, 0700);
    return layer_;
  }

  storage::WrittenLayer unpack(const std::string& tar,
                               storage::Attributes attributes = storage::Attributes::trusted,
                               const storage::LayerLimits& limits = {}) {
    const auto layer = storage::write_layer(source_of(tar), fresh(), attributes, limits);
    EXPECT_EQ(layer.tar_size, static_cast<std::int64_t>(tar.size()));
    EXPECT_EQ(layer.diff_id, storage::sha256_of(tar));
    EXPECT_TRUE(given_back() == tar) << "the record does not give the tar back";
    return layer;
  }

  storage::WrittenLayer unpack(std::initializer_list<Item> items) { return unpack(tar_of(items)); }

  std::string given_back() const {
    std::string tar;
    storage::read_layer_tar(layer_, sink_to(tar));
    return tar;
  }

  /// The sentence that a tar is refused with; its kind is corrupt.
  std::string refusal(const std::string& tar, const storage::LayerLimits& limits = {}) {
    try {
      storage::write_layer(source_of(tar), fresh(), storage::Attributes::trusted, limits);
    } catch (const base::Error& e) {
      EXPECT_EQ(e.kind(), base::Kind::corrupt) << e.message();
      return e.message();
    }
    return "not refused";
  }

  std::string refusal(std::initializer_list<Item> items) { return refusal(tar_of(items)); }

  std::string path(const std::string& name) const { return layer_ + "/diff/" + name; }

  std::string content(const std::string& name) const { return base::read_file(path(name)); }

  bool exists(const std::string& name) const {
    struct stat st {};

    return ::lstat(path(name).c_str(), &st) == 0;
  }

  struct stat status(const std::string& name) const {
    struct stat st {};

    EXPECT_EQ(::lstat(path(name).c_str(), &st), 0) << name;
    return st;
  }

  mode_t mode(const std::string& name) const { return status(name).st_mode & 07777; }

  bool is_whiteout(const std::string& name) const {
    const auto st = status(name);
    return S_ISCHR(st.st_mode) && st.st_rdev == 0;
  }

  /// An extended attribute, "-" when there is none.
  std::string xattr(const std::string& name, const std::string& key) const {
    char value[256];
    const ssize_t size = ::lgetxattr(path(name).c_str(), key.c_str(), value, sizeof value);
    return size < 0 ? "-" : std::string(value, static_cast<std::size_t>(size));
  }

  base::TempDir temp_;
  std::string layer_;
  int count_ = 0;
};

}  // namespace test
