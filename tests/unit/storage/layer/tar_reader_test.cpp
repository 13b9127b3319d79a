// SPDX-License-Identifier: Apache-2.0
// Headers made by hand, and archives made by the tar program in all its formats.
#include "storage/layer/tar_reader.hpp"

#include <cstring>

#include "storage/layer/tar_header.hpp"
#include "tests/unit/storage/layer/layer_fixture.hpp"

namespace {

using storage::TarEntry;
using storage::TarReader;
using storage::TarType;
using testing::HasSubstr;
using namespace test;

struct Read {
  TarEntry entry;
  std::string data;
};

std::vector<Read> read(const std::string& tar, std::size_t piece = 1 << 20) {
  TarReader reader(source_of(tar, piece));
  std::vector<Read> all;
  for (TarEntry entry; reader.next(entry);) {
    all.push_back({entry, ""});
    for (auto data = reader.data(); !data.empty(); data = reader.data()) all.back().data += data;
  }
  return all;
}

std::string error_of(const std::string& tar) {
  try {
    read(tar);
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::corrupt);
    return e.message();
  }
  return "no error";
}

/// A header with what `change` makes of it, and a right checksum.
std::string header(const std::function<void(char*)>& change) {
  std::string block = tar_of({file("name")}).substr(0, storage::kTarBlock);
  change(block.data());
  std::memset(block.data() + 148, ' ', 8);
  unsigned sum = 0;
  for (const char c : block) sum += static_cast<unsigned char>(c);
  std::memcpy(block.data() + 148, fmt::format("{:06o}", sum).c_str(), 7);
  return block;
}

std::string padded(std::string text) {
  text.resize((text.size() + 511) / 512 * 512, '\0');
  return text;
}

std::string extended(char type, const std::string& body) {
  return header([&](char* block) {
           block[156] = type;
           std::memcpy(block + 124, fmt::format("{:011o}", body.size()).c_str(), 12);
         }) +
         padded(body);
}

/// "LENGTH KEY=VALUE\n"
std::string record(const std::string& text) {
  std::size_t length = text.size() + 3;
  while (std::to_string(length).size() + text.size() + 2 != length) ++length;
  return std::to_string(length) + " " + text + "\n";
}

void set(char* at, std::string_view text) {
  text.copy(at, text.size());
}

TEST(TarReader, RefusesAWrongChecksum) {
  std::string tar = tar_of({file("a")});
  tar[0] = 'b';
  EXPECT_THAT(error_of(tar), HasSubstr("wrong checksum"));
  EXPECT_THAT(error_of(std::string(512, 'x')), HasSubstr("wrong checksum"));
}

TEST(TarReader, RefusesSizesThatAreNone) {
  EXPECT_THAT(error_of(header([](char* b) { set(b + 124, "junk junk"); })),
              HasSubstr("no number for its size"));
  EXPECT_THAT(error_of(header([](char* b) { std::memset(b + 124, 0xff, 12); })),
              HasSubstr("negative size"));
  EXPECT_THAT(error_of(header([](char* b) { set(b + 124, "\x80\x01"); })),
              HasSubstr("no number for its size"));
  EXPECT_THAT(error_of(extended('x', record("size=-1")) + header([](char*) {})),
              HasSubstr("negative size"));
  EXPECT_THAT(error_of(header([](char* b) { set(b + 124, "-0000000001"); })),
              HasSubstr("no number"));
}

TEST(TarReader, RefusesMalformedPaxHeaders) {
  for (const std::string body : {"x",
                                 "5 a=b\n",
                                 "99 path=a\n",
                                 "7 path=a\n",
                                 "6 =ab\n",
                                 "-1 a=b\n",
                                 "9999999999999999999999 a=b\n",
                                 "8 mtime\n",
                                 "3 \n"}) {
    EXPECT_THAT(error_of(extended('x', body) + header([](char*) {})), HasSubstr("malformed"))
        << body;
  }
  EXPECT_THAT(error_of(extended('x', record("uid=ab")) + header([](char*) {})),
              HasSubstr("no number"));
  EXPECT_THAT(error_of(extended('x', record("mtime=1x")) + header([](char*) {})),
              HasSubstr("no number"));
}

TEST(TarReader, RefusesHugeExtendedHeaders) {
  for (const char type : {'x', 'g', 'L', 'K'}) {
    const auto tar = header([&](char* b) {
      b[156] = type;
      set(b + 124, "77777777777");
    });
    EXPECT_THAT(error_of(tar), HasSubstr("too large")) << type;
  }
}

TEST(TarReader, RefusesAnExtendedHeaderOfNothing) {
  EXPECT_THAT(error_of(extended('x', record("path=a"))), HasSubstr("ends in the middle"));
  EXPECT_THAT(error_of(extended('L', "name") + std::string(1024, '\0')),
              HasSubstr("ends in the middle"));
}

TEST(TarReader, RefusesUnknownTypesAndZerosAmongEntries) {
  EXPECT_THAT(error_of(header([](char* b) { b[156] = '9'; })), HasSubstr("unknown type"));
  EXPECT_THAT(error_of(std::string(512, '\0') + header([](char*) {})), HasSubstr("block of zeros"));
}

TEST(TarReader, RefusesMalformedSparseMaps) {
  const auto pax = [](const std::string& map) {
    return extended('x',
                    record("GNU.sparse.major=0") + record("GNU.sparse.minor=1") +
                        record("GNU.sparse.size=100") + record("GNU.sparse.map=" + map)) +
           header([](char*) {});
  };
  for (const std::string map :
       {"0", "0,1", "-1,0", "0,0,x,0", "5,0,4,0", "0,101", "99,2", "9223372036854775807,1"}) {
    EXPECT_THAT(error_of(pax(map)), HasSubstr("sparse")) << map;
  }
  EXPECT_THAT(error_of(header([](char* b) { b[156] = 'S'; })), HasSubstr("not in GNU's format"));
  EXPECT_THAT(error_of(header([](char* b) {
                set(b + 257, std::string_view("ustar  \0", 8));
                b[156] = 'S';
                b[482] = 1;  // more blocks that do not come
                set(b + 483, "00000000100");
              })),
              HasSubstr("ends in the middle"));
}

TEST(TarReader, ReadsNumbersOfAllForms) {
  EXPECT_EQ(
      read(header([](char* b) { set(b + 108, std::string_view("   17 \0\0", 8)); }))[0].entry.uid,
      15);
  EXPECT_EQ(read(header([](char* b) {
              set(b + 108, std::string_view("\x80\0\0\0\x12\x34\x56\x78", 8));
            }))[0]
                .entry.uid,
            0x12345678);
  EXPECT_EQ(read(header([](char* b) { std::memset(b + 136, 0xff, 12); }))[0].entry.mtime.tv_sec,
            -1);
}

TEST(TarReader, ReadsPaxRecords) {
  const std::string body = record("path=a/b/c") + record("linkpath=target") +
                           record("uid=3000000") + record("mtime=1234567890.125") +
                           record("SCHILY.xattr.user.a=b=c\nd");
  const auto entries =
      read(extended('g', record("path=other")) + extended('x', body) + header([](char*) {}));
  ASSERT_EQ(entries.size(), 1U);
  const TarEntry& entry = entries[0].entry;
  EXPECT_EQ(entry.name, "a/b/c");
  EXPECT_EQ(entry.link, "target");
  EXPECT_EQ(entry.uid, 3000000);
  EXPECT_EQ(entry.mtime.tv_sec, 1234567890);
  EXPECT_EQ(entry.mtime.tv_nsec, 125000000);
  EXPECT_EQ(entry.xattrs.at("user.a"), "b=c\nd");
}

TEST(TarReader, TakesAV7NameWithASlashForADirectory) {
  const auto entries = read(header([](char* b) {
    std::memset(b + 257, 0, 8);
    b[156] = '\0';
    set(b, "dir/");
  }));
  EXPECT_EQ(entries.at(0).entry.type, TarType::directory);
}

TEST(TarReader, ReadsWhatTheWriterWroteInPiecesOfAnySize) {
  Item odd =
      with_xattr(owned(file(std::string(300, 'n') + "/\xc3\xa4", "data"), 5'000'000, 6'000'000),
                 "user.x",
                 "y");
  odd.entry.mtime = {-2, 750'000'000};
  const std::string tar = tar_of({file("a", std::string(1000, 'x'), 04755),
                                  odd,
                                  directory("d"),
                                  soft_link("s", std::string(150, 't')),
                                  node(TarType::char_device, "c", 5, 1)});
  for (const std::size_t piece : {1, 511, 1 << 20}) {
    const auto entries = read(tar, piece);
    ASSERT_EQ(entries.size(), 5U);
    EXPECT_EQ(entries[0].data, std::string(1000, 'x'));
    EXPECT_EQ(entries[0].entry.mode, 04755U);
    EXPECT_EQ(entries[1].entry.name, odd.entry.name);
    EXPECT_EQ(entries[1].entry.uid, 5'000'000);
    EXPECT_EQ(entries[1].entry.mtime.tv_sec, -2);
    EXPECT_EQ(entries[1].entry.mtime.tv_nsec, 750'000'000);
    EXPECT_EQ(entries[1].entry.xattrs.at("user.x"), "y");
    EXPECT_EQ(entries[1].data, "data");
    EXPECT_EQ(entries[2].entry.type, TarType::directory);
    EXPECT_EQ(entries[3].entry.link, std::string(150, 't'));
    EXPECT_EQ(entries[4].entry.major, 5);
  }
}

TEST(TarReader, SkipsDataThatNobodyReads) {
  TarReader reader(source_of(tar_of({file("a", std::string(5000, 'x')), file("b")})));
  TarEntry entry;
  ASSERT_TRUE(reader.next(entry));
  ASSERT_TRUE(reader.next(entry));
  EXPECT_EQ(entry.name, "b");
  EXPECT_FALSE(reader.next(entry));
}

/// Archives made by the tar program of a tree with everything that formats differ in.
class RealTar : public LayerTest {
 protected:
  void SetUp() override {
    LayerTest::SetUp();
    if (!base::find_program("tar")) GTEST_SKIP() << "tar is missing";
    const std::string tree = temp_.path() + "/tree";
    base::make_directories(tree + "/dir/" + std::string(90, 'l'));
    base::write_file(tree + "/dir/" + std::string(90, 'l') + "/" + std::string(90, 'n'),
                     "long name");
    base::write_file(tree + "/\xc3\xa4", "no ascii");
    base::write_file(tree + "/empty", "", 0600);
    ASSERT_EQ(::link((tree + "/empty").c_str(), (tree + "/hard").c_str()), 0);
    ASSERT_EQ(::symlink("dir", (tree + "/link").c_str()), 0);
    const auto fd = base::open_file(tree + "/sparse", O_WRONLY | O_CREAT, 0644);
    for (int i = 0; i < 40; ++i) {  // more pieces than an old header has room for
      ASSERT_EQ(::pwrite(fd.get(), "data", 4, i * 1'000'000), 4);
    }
    ASSERT_EQ(::ftruncate(fd.get(), 50'000'000), 0);
    ASSERT_EQ(::mkfifo((tree + "/pipe").c_str(), 0644), 0);
  }

  void expect_same(const std::vector<std::string>& options) {
    std::vector<std::string> argv{"tar", "-C", temp_.path() + "/tree", "-c", "--numeric-owner"};
    argv.insert(argv.end(), options.begin(), options.end());
    argv.push_back(".");
    const auto made = base::run_captured({.argv = argv});
    ASSERT_TRUE(made.status.ok()) << made.err;
    unpack(made.out);
    const auto diff =
        base::run_captured({.argv = {"diff", "-r", temp_.path() + "/tree", path("")}});
    EXPECT_THAT(diff.out, testing::Not(HasSubstr("Only in")));
    EXPECT_THAT(diff.out, testing::Not(HasSubstr("differ")));
    EXPECT_EQ(status("hard").st_ino, status("empty").st_ino);
    EXPECT_EQ(status("empty").st_mode & 07777, 0600U);
  }
};

TEST_F(RealTar, OfEveryFormatComesOutAsItWentIn) {
  ASSERT_EQ(::unlink((temp_.path() + "/tree/sparse").c_str()), 0);
  for (const std::string format : {"gnu", "oldgnu", "pax", "ustar"}) {
    SCOPED_TRACE(format);
    expect_same({"--format=" + format});
  }
}

TEST_F(RealTar, WithSparseFilesKeepsThemSparse) {
  for (const std::vector<std::string>& options : std::vector<std::vector<std::string>>{
           {"--format=gnu", "--sparse"},
           {"--format=pax", "--sparse", "--sparse-version=0.0"},
           {"--format=pax", "--sparse", "--sparse-version=0.1"},
           {"--format=pax", "--sparse", "--sparse-version=1.0"}}) {
    SCOPED_TRACE(options[0] + options.back());
    expect_same(options);
    EXPECT_EQ(status("sparse").st_size, 50'000'000);
    EXPECT_LT(status("sparse").st_blocks * 512, 5'000'000);
  }
}

TEST_F(RealTar, WithALabelIsGivenBack) {
  expect_same({"--format=gnu", "--label=name of the volume"});
}

}  // namespace
