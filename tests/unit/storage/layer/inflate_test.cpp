// SPDX-License-Identifier: Apache-2.0
#include "storage/layer/inflate.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <zstd.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "storage/layer/deflate.hpp"
#include "tests/unit/storage/layer/streams.hpp"

namespace {

using storage::Inflater;

std::string sample(std::size_t size) {
  std::string text;
  std::uint32_t state = 12345;
  while (text.size() < size) {
    state = state * 1664525 + 1013904223;
    text += (state & 0x40000) ? std::string(state >> 26, 'x')
                              : std::string(1, static_cast<char>(state >> 24));
  }
  text.resize(size);
  return text;
}

std::string gzip(const std::string& text) {
  std::string out;
  storage::GzipWriter writer(test::sink_to(out));
  writer.write(text.data(), text.size());
  writer.finish();
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(::ZSTD_compressBound(text.size()), '\0');
  out.resize(::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

std::string inflate(const std::string& data,
                    std::size_t in_piece = 4096,
                    std::size_t out_piece = 70000) {
  Inflater inflater(test::source_of(data, in_piece));
  return test::read_all([&](void* buffer, std::size_t size) { return inflater.read(buffer, size); },
                        out_piece);
}

std::string error_of(const std::string& data) {
  try {
    inflate(data);
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::corrupt);
    return e.message();
  }
  return "no error";
}

TEST(Inflater, RefusesTruncatedGzip) {
  const std::string data = gzip(sample(300000));
  for (std::size_t cut : {data.size() - 1, data.size() - 8, data.size() / 2, std::size_t{12}}) {
    EXPECT_EQ(error_of(data.substr(0, cut)), "gzip data ends too early") << cut;
  }
}

TEST(Inflater, RefusesGzipWithAWrongChecksum) {
  std::string data = gzip(sample(1000));
  data[data.size() - 5] ^= 1;
  EXPECT_EQ(error_of(data), "gzip data has a wrong checksum");
}

TEST(Inflater, RefusesWhatFollowsGzip) {
  EXPECT_EQ(error_of(gzip("a") + "junk"), "gzip data is followed by something else");
}

TEST(Inflater, RefusesTruncatedZstd) {
  const std::string data = zstd(sample(300000));
  EXPECT_EQ(error_of(data.substr(0, data.size() - 1)), "zstd data ends too early");
  EXPECT_EQ(error_of(data.substr(0, 4)), "zstd data ends too early");
}

TEST(Inflater, RefusesMalformedZstd) {
  std::string data = zstd(sample(300000));
  data.replace(20, 100, std::string(100, '\xff'));
  EXPECT_THAT(error_of(data), testing::HasSubstr("zstd data is malformed"));
}

TEST(Inflater, PassesOnWhatTheSourceThrows) {
  for (const std::string& head :
       {gzip(sample(9000)), zstd(sample(9000)), std::string("\xfd\x37\x7a\x58\x5a\0", 6)}) {
    bool given = false;
    auto source = [&](void* buffer, std::size_t size) -> std::size_t {
      if (given) base::fail(base::Kind::remote, "the line was cut");
      given = true;
      return head.copy(static_cast<char*>(buffer), std::min<std::size_t>(size, 10));
    };
    const auto read = [&] { test::read_all(storage::inflate(source)); };
    EXPECT_THAT(
        read,
        testing::Throws<base::Error>(testing::Property(&base::Error::message, "the line was cut")));
  }
}

TEST(Inflater, GivesPlainBytesAsTheyCome) {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string("BZh9 is a name"), sample(100000)}) {
    EXPECT_EQ(inflate(text), text);
    EXPECT_EQ(Inflater(test::source_of(text)).compression(), "none");
  }
}

TEST(Inflater, ReadsGzipInPiecesOfAnySize) {
  const std::string text = sample(200000);
  const std::string data = gzip(text);
  EXPECT_EQ(Inflater(test::source_of(data)).compression(), "gzip");
  for (std::size_t in_piece : {1, 7, 4096, 1 << 20}) {
    for (std::size_t out_piece : {1, 1000, 1 << 20}) {
      ASSERT_EQ(inflate(data, in_piece, out_piece), text) << in_piece << " " << out_piece;
    }
  }
}

TEST(Inflater, ReadsGzipOfSeveralMembersAndZerosBehind) {
  const std::string data =
      gzip("one ") + gzip("") + gzip(sample(70000)) + gzip(" end") + std::string(700, '\0');
  for (std::size_t in_piece : {1, 3, 17, 4096, 1 << 20}) {
    ASSERT_EQ(inflate(data, in_piece), "one " + sample(70000) + " end") << in_piece;
  }
}

TEST(Inflater, ReadsZstdOfSeveralFramesAndSkipsWhatIsToBeSkipped) {
  const std::string skip("\x53\x2a\x4d\x18\x04\x00\x00\x00skip", 12);
  const std::string data = skip + zstd("one ") + skip + zstd(sample(300000)) + zstd("") + skip;
  for (std::size_t in_piece : {1, 13, 1 << 20}) {
    for (std::size_t out_piece : {1, 1000, 1 << 20}) {
      ASSERT_EQ(inflate(data, in_piece, out_piece), "one " + sample(300000))
          << in_piece << " " << out_piece;
    }
  }
  EXPECT_EQ(Inflater(test::source_of(data)).compression(), "zstd");
}

TEST(Inflater, ReadsXzAndBzip2) {
  const std::string text = sample(300000);
  for (const std::string program : {"xz", "bzip2"}) {
    const auto once = test::filter({program, "-c"}, text);
    if (!once) GTEST_SKIP() << program << " is missing";
    EXPECT_EQ(inflate(*once), text);
    EXPECT_EQ(Inflater(test::source_of(*once)).compression(), program);
    EXPECT_EQ(inflate(*once + *once, 100), text + text);
    EXPECT_THAT(error_of(once->substr(0, once->size() / 2)),
                testing::HasSubstr(program + " data is malformed"));
    EXPECT_EQ(inflate(*test::filter({program, "-c"}, "")), "");
  }
}

TEST(GzipWriter, GivesTheSameBytesForTheSameText) {
  const std::string text = sample(500000);
  EXPECT_EQ(gzip(text), gzip(text));
  EXPECT_EQ(inflate(gzip(text)), text);
  EXPECT_EQ(inflate(gzip("")), "");
}

}  // namespace
