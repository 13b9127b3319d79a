// SPDX-License-Identifier: Apache-2.0
#include "storage/secret_store.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"

namespace storage {

namespace {

class SecretStoreTest : public testing::Test {
 protected:
  Secret add(const std::string& name, TakenName taken = TakenName::refuse) {
    Secret wanted;
    wanted.name = name;
    return secrets_.create(wanted, "data of " + name, taken);
  }

  base::TempDir directory_{"/var/tmp", "berth-secret"};
  Store store_{directory_.path() + "/root", directory_.path() + "/run"};
  SecretStore secrets_{store_};
};

TEST_F(SecretStoreTest, ANameGoesBeforeAnId) {
  const auto first = add("first");
  const auto second = add(first.id);  // named as the other's id
  EXPECT_EQ(secrets_.get(first.id).id, second.id);
  EXPECT_EQ(secrets_.data(secrets_.get("first")), "data of first");
}

TEST_F(SecretStoreTest, ANameThatBeginsAnIdIsFree) {
  const auto first = add("first");
  const auto second = add(first.id.substr(0, 6));
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(secrets_.list().size(), 2U);
}

TEST_F(SecretStoreTest, AReplacedSecretKeepsItsBirthday) {
  const auto first = add("name");
  const auto second = add("name", TakenName::replace);
  EXPECT_EQ(second.created, first.created);
  EXPECT_GT(second.updated, first.updated);
  EXPECT_FALSE(secrets_.find(first.id));
}

TEST_F(SecretStoreTest, AnAmbiguousIdIsRefused) {
  for (int i = 0; i < 17; ++i) add("secret" + std::to_string(i));  // two of them begin alike
  bool ambiguous = false;
  for (const char c : std::string("0123456789abcdef")) {
    try {
      secrets_.find(std::string(1, c));
    } catch (const base::Error& e) {
      EXPECT_NE(e.message().find("secret is ambiguous"), std::string::npos);
      ambiguous = true;
    }
  }
  EXPECT_TRUE(ambiguous);
}

}  // namespace

}  // namespace storage
