// SPDX-License-Identifier: Apache-2.0
#include "container/journal.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace container {
namespace {

using namespace std::string_literals;

std::vector<LogEntry> entries_of(const std::vector<std::string>& pieces) {
  std::vector<LogEntry> entries;
  JournalParser parser([&](const LogEntry& entry) { entries.push_back(entry); });
  for (const auto& piece : pieces) parser.feed(piece);
  return entries;
}

TEST(JournalParser, PassesOverEntriesWithoutAMessage) {
  EXPECT_TRUE(entries_of({"__CURSOR=s=1\nPRIORITY=6\n\n"}).empty());
}

TEST(JournalParser, RefusesAValueOfImpossibleSize) {
  EXPECT_THROW(entries_of({"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\x7f"s}), base::Error);
}

TEST(JournalParser, ReadsStreamsTimesAndPiecesOfLines) {
  const auto entries =
      entries_of({"__CURSOR=c1\n__REALTIME_TIMESTAMP=5000000\nPRIORITY=3\nMESSAGE=bad\n\n",
                  "_SOURCE_REALTIME_TIMESTAMP=7000000\n__REALTIME_TIMESTAMP=9000000\n"
                  "CONTAINER_PARTIAL_MESSAGE=true\nPRIORITY=6\nMESSAGE=lo\n\n"});
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].stream, LogStream::err);
  EXPECT_EQ(entries[0].text, "bad\n");
  EXPECT_EQ(entries[0].time, base::Moment(std::chrono::seconds(5)));
  EXPECT_EQ(entries[1].stream, LogStream::out);
  EXPECT_EQ(entries[1].text, "lo");
  EXPECT_EQ(entries[1].time, base::Moment(std::chrono::seconds(7)));
}

TEST(JournalParser, ReadsBinaryValuesThatComeInPieces) {
  const auto entries =
      entries_of({"MESS", "AGE\n\x05\0\0"s, "\0\0\0\0\0a\nb\x1b"s, "c\n", "PRIORITY=6\n", "\n"});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].text,
            "a\nb\x1b"
            "c\n");
}

TEST(JournalFields, ANameCannotSmuggleFieldsIn) {
  Record record;
  record.id = std::string(64, 'a');
  record.name = "nn";
  record.summary.image_name = "x\nPRIORITY=0";
  Details details;
  details.options.log.options = {{"tag", "t-{{.Name}}"},
                                 {"labels", "_PID,9,wanted,container_id_full,Message"}};
  record.summary.labels = {{"_PID", "1"},
                           {"9", "number"},
                           {"wanted", "yes\nPRIORITY=0"},
                           {"container_id_full", "another"},
                           {"Message", "another"}};
  const auto fields = journal_fields(record, details);
  EXPECT_NE(fields.find("IMAGE_NAME=x PRIORITY=0\n"), std::string::npos);
  EXPECT_NE(fields.find("CONTAINER_TAG=t-nn\n"), std::string::npos);
  EXPECT_NE(fields.find("\nPID=1\n"), std::string::npos);
  EXPECT_NE(fields.find("\nWANTED=yes PRIORITY=0\n"), std::string::npos);
  EXPECT_EQ(fields.find("number"), std::string::npos);
  EXPECT_EQ(fields.find("another"), std::string::npos);
  EXPECT_NE(fields.find("CONTAINER_ID=aaaaaaaaaaaa\n"), std::string::npos);
}

}  // namespace
}  // namespace container
