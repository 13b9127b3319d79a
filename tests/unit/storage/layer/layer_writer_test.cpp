// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/layer_writer.hpp"

#include <dirent.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "storage/layer/deflate.hpp"
#include "tests/unit/storage/layer/layer_fixture.hpp"

namespace {

using base::Kind;
using storage::Attributes;
using storage::TarType;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace test;

std::string gzip(const std::string& text) {
  std::string out;
  storage::GzipWriter writer(sink_to(out));
  writer.write(text.data(), text.size());
  writer.finish();
  return out;
}

class LayerWriter : public LayerTest {};

TEST_F(LayerWriter, RefusesATruncatedTarWhereverItIsCut) {
  const std::string tar =
      tar_of({file("a", std::string(2000, 'x')), directory("b"), soft_link("c", "d")});
  for (const std::size_t cut :
       {std::size_t{100}, std::size_t{513}, std::size_t{1500}, std::size_t{3000}}) {
    EXPECT_THAT(refusal(tar.substr(0, cut)), HasSubstr("ends in the middle")) << cut;
  }
}

TEST_F(LayerWriter, RefusesATruncatedStream) {
  const std::string data = gzip(tar_of({file("a", std::string(2'000'000, 'x'))}));
  EXPECT_EQ(refusal(data.substr(0, data.size() / 2)), "gzip data ends too early");
}

TEST_F(LayerWriter, TellsTheFailureOfTheSourceAndNotWhatFollowsFromIt) {
  const std::string tar = tar_of({file("a", std::string(3'000'000, 'x'))});
  auto rest = source_of(tar.substr(0, 1'000'000));
  const auto source = [&](void* buffer, std::size_t size) {
    const std::size_t n = rest(buffer, size);
    if (n == 0) base::fail(Kind::remote, "the line was cut");
    return n;
  };
  EXPECT_THAT(
      [&] { storage::write_layer(source, fresh(), Attributes::trusted); },
      testing::Throws<base::Error>(testing::Property(&base::Error::message, "the line was cut")));
}

TEST_F(LayerWriter, StopsReadingWhenFilesCannotBeMade) {
  std::int64_t given = 0;
  const std::string bad = tar_of({file("../a")});
  const auto source = [&](void* buffer, std::size_t size) {  // without an end
    const std::size_t n = given == 0 ? bad.copy(static_cast<char*>(buffer), size) : size;
    given += static_cast<std::int64_t>(n);
    return n;
  };
  EXPECT_THROW(storage::write_layer(source, fresh(), Attributes::trusted), base::Error);
}

TEST_F(LayerWriter, NamesAFullDisk) {
  const std::string small = fresh();
  if (::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=1m") < 0) GTEST_SKIP() << "may not mount";
  std::optional<base::Error> error;
  try {
    storage::write_layer(
        source_of(tar_of({file("big", std::string(3 << 20, 'x'))})), small, Attributes::trusted);
  } catch (const base::Error& e) {
    error = e;
  }
  ::umount2(small.c_str(), MNT_DETACH);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), Kind::io);
  EXPECT_THAT(error->message(), HasSubstr("No space left on device"));
}

TEST_F(LayerWriter, KeepsToItsLimits) {
  storage::LayerLimits limits;
  limits.tar_size = 1'000'000;
  EXPECT_THAT(refusal(gzip(tar_of({file("bomb", std::string(5'000'000, '\0'))})), limits),
              HasSubstr("larger than 1000000 bytes"));
  limits = {};
  limits.entries = 2;
  EXPECT_THAT(refusal(tar_of({file("a"), file("b"), file("c")}), limits),
              HasSubstr("more than 2 entries"));
}

TEST_F(LayerWriter, RefusesOwnersThatAreNone) {
  for (const std::int64_t id :
       {std::int64_t{-1}, std::int64_t{0xffffffff}, std::int64_t{1} << 40}) {
    EXPECT_THAT(refusal({owned(file("a"), id, 0)}), HasSubstr("impossible owner")) << id;
    EXPECT_THAT(refusal({owned(file("a"), 0, id)}), HasSubstr("impossible owner")) << id;
  }
}

TEST_F(LayerWriter, UnpacksEveryKindOfEntryWithItsMetadata) {
  unpack({directory("./", 0750),
          directory("dir", 01777),
          owned(file("dir/file", "hello", 04755), 1000, 2000),
          soft_link("dir/link", "file"),
          hard_link("hard", "dir/file"),
          node(TarType::fifo, "pipe"),
          node(TarType::char_device, "null", 1, 3),
          node(TarType::block_device, "disk", 8, 1),
          file("plain", "x", 0664),
          file("none", "", 0)});
  EXPECT_EQ(mode(""), 0750U);
  EXPECT_EQ(mode("dir"), 01777U);
  EXPECT_EQ(content("dir/file"), "hello");
  EXPECT_EQ(mode("dir/file"), 04755U);
  EXPECT_EQ(status("dir/file").st_uid, 1000U);
  EXPECT_EQ(status("dir/file").st_gid, 2000U);
  EXPECT_EQ(status("dir/file").st_mtim.tv_sec, 1'600'000'000);
  EXPECT_EQ(base::read_link(path("dir/link")), "file");
  EXPECT_EQ(status("dir/link").st_mtim.tv_sec, 1'600'000'000);
  EXPECT_EQ(status("hard").st_ino, status("dir/file").st_ino);
  EXPECT_TRUE(S_ISFIFO(status("pipe").st_mode));
  EXPECT_EQ(mode("pipe"), 0640U);
  EXPECT_EQ(mode("plain"), 0664U);
  EXPECT_EQ(mode("none"), 0U);
  if (exists("null")) {  // not where devices may not be made
    EXPECT_EQ(status("null").st_rdev, ::makedev(1, 3));
    EXPECT_TRUE(S_ISBLK(status("disk").st_mode));
  }
}

TEST_F(LayerWriter, ModesDoNotDependOnTheUmask) {
  const mode_t before = ::umask(077);
  unpack({directory("d", 0777), file("d/f", "x", 0666), node(TarType::fifo, "p")});
  ::umask(before);
  EXPECT_EQ(mode("d"), 0777U);
  EXPECT_EQ(mode("d/f"), 0666U);
  EXPECT_EQ(mode("p"), 0640U);
  EXPECT_EQ(mode(""), 0755U);
}

TEST_F(LayerWriter, DoesNotChangeTheUmaskOfTheProcess) {
  const mode_t before = ::umask(027);
  unpack({file("a")});
  EXPECT_EQ(::umask(before), 027U);
}

TEST_F(LayerWriter, OwnersAreRightInsideASetgidDirectory) {
  unpack({owned(directory("mail", 02775), 0, 8),
          file("mail/a", "x"),
          directory("mail/d"),
          owned(file("mail/b"), 5, 8)});
  EXPECT_EQ(mode("mail"), 02775U);
  EXPECT_EQ(status("mail/a").st_gid, 0U);
  EXPECT_EQ(status("mail/d").st_gid, 0U);
  EXPECT_EQ(mode("mail/d"), 0755U);
  EXPECT_EQ(status("mail/b").st_gid, 8U);
}

TEST_F(LayerWriter, DirectoriesKeepTheirTimesWhateverIsMadeInThem) {
  std::vector<Item> items;
  std::string tar;
  storage::TarWriter writer(sink_to(tar));
  // More directories than are held open, gone through twice.
  for (int i = 0; i < 100; ++i) writer.begin(directory("d" + std::to_string(i)).entry);
  for (int i = 0; i < 100; ++i) writer.begin(file("d" + std::to_string(i) + "/f").entry);
  for (int i = 0; i < 100; ++i) writer.begin(file("d" + std::to_string(i) + "/sub/g").entry);
  writer.begin(directory(".").entry);
  writer.finish();
  unpack(tar);
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(status("d" + std::to_string(i)).st_mtim.tv_sec, 1'600'000'000) << i;
    ASSERT_TRUE(exists("d" + std::to_string(i) + "/sub/g"));
  }
  EXPECT_EQ(status(".").st_mtim.tv_sec, 1'600'000'000);
}

TEST_F(LayerWriter, NamesDirectoriesThatHaveNoEntry) {
  const auto layer = unpack({file("a/b/c"), directory("a/b"), file("e/f"), directory("x")});
  EXPECT_THAT(layer.implicit_directories, ElementsAre(".", "a", "e"));
  EXPECT_EQ(mode("a"), 0755U);
}

TEST_F(LayerWriter, CountsTheBytesOfFiles) {
  const auto layer =
      unpack({file("a", "12345"), file("b", "123"), hard_link("c", "b"), file("a", "1")});
  EXPECT_EQ(layer.size, 4);
}

TEST_F(LayerWriter, ALaterEntryReplacesAnEarlierOne) {
  unpack({file("f", "one"),
          file("f", "two"),  // file by file
          directory("d"),
          file("d/x", "kept"),
          file("d/y/z", "deep"),
          file("d", "now a file"),  // directory by file
          file("g", "old"),
          directory("g", 0700),
          file("g/in", "x"),  // file by directory
          soft_link("s", "f"),
          file("s", "no link"),
          file("t", "data"),
          soft_link("t", "f"),
          directory("same", 0700),
          file("same/a", "stays"),
          directory("same", 0711)});
  EXPECT_EQ(content("f"), "two");
  EXPECT_EQ(content("d"), "now a file");
  EXPECT_EQ(content("g/in"), "x");
  EXPECT_EQ(mode("g"), 0700U);
  EXPECT_EQ(content("s"), "no link");
  EXPECT_EQ(base::read_link(path("t")), "f");
  EXPECT_EQ(content("same/a"), "stays");
  EXPECT_EQ(mode("same"), 0711U);
}

TEST_F(LayerWriter, AHardLinkOutlivesWhatItWasMadeFrom) {
  unpack({file("a", "first"),
          hard_link("b", "a"),
          file("a", "second"),
          hard_link("b", "b"),
          hard_link("a", "b"),
          file("b", "third"),
          file("a", "fourth")});
  EXPECT_EQ(content("a"), "fourth");
  EXPECT_EQ(content("b"), "third");
}

TEST_F(LayerWriter, KeepsAttributesAndDropsTheOverlaysOwn) {
  const std::string capability(
      "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20);
  Item ping = owned(with_xattr(file("ping", "x", 0755), "security.capability", capability), 7, 7);
  ping = with_xattr(with_xattr(ping, "user.note", "hello"), "trusted.overlay.metacopy", "");
  Item dir = with_xattr(
      with_xattr(directory("dir"), "trusted.overlay.opaque", "y"), "user.overlay.opaque", "y");
  unpack(tar_of({ping,
                 with_xattr(dir, "trusted.overlay.redirect", "/etc"),
                 with_xattr(soft_link("s", "x"), "user.no", "1")}));
  EXPECT_EQ(xattr("ping", "security.capability"), capability);
  EXPECT_EQ(xattr("ping", "trusted.overlay.metacopy"), "-");
  EXPECT_EQ(xattr("dir", "trusted.overlay.opaque"), "-");
  EXPECT_EQ(xattr("dir", "user.overlay.opaque"), "-");
  EXPECT_EQ(xattr("dir", "trusted.overlay.redirect"), "-");
}

TEST_F(LayerWriter, ADeviceThatTheOverlayTakesForAWhiteoutIsLeftOut) {
  unpack({node(TarType::char_device, "hidden", 0, 0), file("a")});
  EXPECT_FALSE(exists("hidden"));
  EXPECT_THAT(refusal({node(TarType::char_device, "x", 5000, 0)}), HasSubstr("impossible number"));
}

TEST_F(LayerWriter, MakesWhiteouts) {
  unpack({file("a/.wh.gone"),
          file(".wh.top"),
          directory("d"),
          file("d/.wh..wh..opq"),
          file("new/.wh..wh..opq")});
  EXPECT_TRUE(is_whiteout("a/gone"));
  EXPECT_TRUE(is_whiteout("top"));
  EXPECT_FALSE(exists("a/.wh.gone"));
  EXPECT_EQ(xattr("d", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(xattr("new", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(xattr("a", "trusted.overlay.opaque"), "-");
}

TEST_F(LayerWriter, WhiteoutsHideOnlyTheLayersBelow) {
  unpack({file("f", "stays"),
          file(".wh.f"),
          directory("d"),
          file("d/x", "stays"),
          file(".wh.d"),
          file(".wh.g"),
          file("g", "new"),
          file(".wh.e"),
          directory("e"),
          file(".wh.i"),
          file("i/x", "new"),
          file(".wh.twice"),
          file(".wh.twice")});
  EXPECT_EQ(content("f"), "stays");
  EXPECT_EQ(content("d/x"), "stays");
  EXPECT_EQ(xattr("d", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(content("g"), "new");
  EXPECT_EQ(xattr("e", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(xattr("i", "trusted.overlay.opaque"), "y");
  EXPECT_EQ(content("i/x"), "new");
  EXPECT_TRUE(is_whiteout("twice"));
}

TEST_F(LayerWriter, RefusesWhiteoutsOfNothing) {
  for (const std::string name : {".wh.", ".wh..", ".wh...", "a/.wh..."}) {
    EXPECT_THAT(refusal({file(name)}), HasSubstr("hides nothing")) << name;
  }
}

TEST_F(LayerWriter, IgnoresWhatAufsLeft) {
  unpack({directory(".wh..wh.plnk"),
          file(".wh..wh.plnk/123.4", "x"),
          file(".wh..wh.aufs", "y"),
          file("a")});
  EXPECT_FALSE(exists(".wh..wh.plnk"));
  EXPECT_FALSE(exists(".wh..wh.aufs"));
}

TEST_F(LayerWriter, MarksForAUserNamespaceAreUserAttributes) {
  unpack(tar_of({file("d/.wh..wh..opq"), file(".wh.a")}), Attributes::user);
  if (xattr("d", "user.overlay.opaque") == "-") GTEST_SKIP() << "no user attributes here";
  EXPECT_EQ(xattr("d", "user.overlay.opaque"), "y");
  EXPECT_EQ(xattr("d", "trusted.overlay.opaque"), "-");
  EXPECT_TRUE(is_whiteout("a"));
}

TEST_F(LayerWriter, HashesCompressedAndPlainBytes) {
  const std::string tar = tar_of({file("a", std::string(1'000'000, 'x'))});
  const std::string data = gzip(tar) + std::string(512, '\0');
  const auto layer = storage::write_layer(source_of(data, 1000), fresh(), Attributes::trusted);
  EXPECT_EQ(layer.compression, "gzip");
  EXPECT_EQ(layer.digest, storage::sha256_of(data));
  EXPECT_EQ(layer.compressed_size, static_cast<std::int64_t>(data.size()));
  EXPECT_EQ(layer.diff_id, storage::sha256_of(tar));
  EXPECT_EQ(given_back(), tar);
}

TEST_F(LayerWriter, AnEmptyLayerIsOne) {
  EXPECT_THAT(unpack(std::string()).implicit_directories, ElementsAre("."));
  unpack(std::string(1024, '\0'));
  EXPECT_TRUE(exists(""));
}

TEST_F(LayerWriter, GivesBackWhatFollowsTheEndMark) {
  unpack(tar_of({file("a", "x")}) + std::string(9000, '\0') + "junk");
  unpack(tar_of({file("a", "x")}) + tar_of({file("b", "y")}));
  EXPECT_FALSE(exists("b"));
}

TEST_F(LayerWriter, TellsWhichFileWasChanged) {
  const std::string tar = tar_of({file("a", "original"), file("b/c", "same")});
  for (const std::string change : {"tampered", "short", "much longer than before"}) {
    unpack(tar);
    base::write_file(path("b/c"), "same");
    base::write_file(path("a"), change);
    if (change == "much longer than before") continue;  // the tail is none of the layer's
    EXPECT_THAT([&] { given_back(); },
                testing::Throws<base::Error>(
                    testing::Property(&base::Error::message, HasSubstr("diff/a is no longer"))));
  }
  unpack(tar);
  base::remove_tree(path("b"));
  ASSERT_EQ(::symlink("/", path("b").c_str()), 0);
  EXPECT_THAT([&] { given_back(); },
              testing::Throws<base::Error>(
                  testing::Property(&base::Error::message, HasSubstr("b/c is no longer"))));
}

TEST_F(LayerWriter, RefusesADamagedRecord) {
  unpack({file("a", "x")});
  std::string record = base::read_file(layer_ + "/record.zst");
  record[record.size() / 2] ^= 1;
  base::write_file(layer_ + "/record.zst", record);
  EXPECT_THROW(given_back(), base::Error);
}

/// Runs `act` as root of a new user namespace that has the ids 0 to 65535.
int in_user_namespace(const std::function<void()>& act) {
  auto ready = base::make_pipe(), mapped = base::make_pipe();
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    if (::unshare(CLONE_NEWUSER) < 0 || ::write(ready.write.get(), "x", 1) != 1) ::_exit(77);
    if (::read(mapped.read.get(), &byte, 1) != 1) ::_exit(77);
    if (::setgid(0) < 0 || ::setuid(0) < 0) ::_exit(77);
    try {
      act();
    } catch (const base::Error& e) {
      ::_exit(e.kind() == Kind::denied ? 2 : 1);
    }
    ::_exit(0);
  }
  ready.write.reset();
  char byte = 0;
  if (::read(ready.read.get(), &byte, 1) == 1) {
    const std::string proc = "/proc/" + std::to_string(child);
    for (const std::string name : {"/uid_map", "/gid_map"}) {
      base::write_full(base::open_file(proc + name, O_WRONLY).get(), "0 200000 65536");
    }
    base::write_full(mapped.write.get(), "x");
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status);
}

class LayerWriterInUserNamespace : public LayerTest {
 protected:
  int unpack_there(const std::string& tar) {
    const std::string directory = fresh();
    EXPECT_EQ(::chmod(temp_.path().c_str(), 0755), 0);
    EXPECT_EQ(::chown(directory.c_str(), 200000, 200000), 0);
    return in_user_namespace([&] {
      storage::write_layer(source_of(tar), directory, Attributes::user);
      std::string back;
      storage::read_layer_tar(directory, sink_to(back));
      if (back != tar) base::fail(Kind::bug, "the record does not give the tar back");
    });
  }
};

TEST_F(LayerWriterInUserNamespace, UnpacksAllButDevices) {
  const std::string capability(
      "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20);
  const int code =
      unpack_there(tar_of({owned(directory("d", 0500), 1000, 1000),
                           owned(file("d/f", "x", 04711), 1000, 50),
                           with_xattr(file("ping", "x", 0755), "security.capability", capability),
                           with_xattr(file("mark", "x", 0755), "trusted.no", "1"),
                           node(TarType::char_device, "null", 1, 3),
                           node(TarType::fifo, "pipe"),
                           file(".wh.gone"),
                           file("o/.wh..wh..opq")}));
  if (code == 77) GTEST_SKIP() << "no user namespaces here";
  ASSERT_EQ(code, 0);
  EXPECT_EQ(status("d/f").st_uid, 201000U);
  EXPECT_EQ(status("d/f").st_gid, 200050U);
  EXPECT_EQ(mode("d/f"), 04711U);
  EXPECT_EQ(mode("d"), 0500U);
  EXPECT_NE(xattr("ping", "security.capability"), "-");
  EXPECT_EQ(xattr("mark", "trusted.no"), "-");
  EXPECT_FALSE(exists("null"));
  EXPECT_TRUE(S_ISFIFO(status("pipe").st_mode));
  EXPECT_TRUE(is_whiteout("gone"));
}

TEST_F(LayerWriterInUserNamespace, RefusesOwnersThatTheNamespaceLacks) {
  const int code = unpack_there(tar_of({owned(file("a"), 70000, 0)}));
  if (code == 77) GTEST_SKIP() << "no user namespaces here";
  EXPECT_EQ(code, 2);
}

}  // namespace
