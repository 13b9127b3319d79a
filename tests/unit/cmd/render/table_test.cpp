// SPDX-License-Identifier: Apache-2.0
#include "render/table.hpp"

#include <gtest/gtest.h>

namespace render {
namespace {

TEST(AlignColumns, IsDockersTable) {
  EXPECT_EQ(align_columns("CONTAINER ID\tIMAGE\tNAMES\nabc\tdocker.io/library/busybox:1\tone\n",
                          kDockerTable),
            "CONTAINER ID   IMAGE                         NAMES\n"
            "abc            docker.io/library/busybox:1   one\n");
}

TEST(AlignColumns, KeepsColumnsAtTenCellsOrMore) {
  EXPECT_EQ(align_columns("A\tB\tC\n1\t2\t3\n", kDockerTable),
            "A         B         C\n1         2         3\n");
}

TEST(AlignColumns, CountsCodePoints) {
  EXPECT_EQ(align_columns("\xC3\xA9\xC3\xA9\tx\nab\ty\n", kDockerTable),
            "\xC3\xA9\xC3\xA9        x\nab        y\n");
}

TEST(AlignColumns, EndsAColumnAtARowWithoutIt) {
  EXPECT_EQ(align_columns("aaaaaaaaaaaaaaa\tx\nno tabs here\nb\ty\n", kDockerTable),
            "aaaaaaaaaaaaaaa   x\nno tabs here\nb         y\n");
}

TEST(AlignColumns, HandlesEmptyText) {
  EXPECT_EQ(align_columns("", kDockerTable), "");
}

TEST(AlignColumns, PadsNoLastColumn) {
  EXPECT_EQ(align_columns("ID\tNAME\na\tb\n", kPodmanTable), "ID          NAME\na           b\n");
}

}  // namespace
}  // namespace render
