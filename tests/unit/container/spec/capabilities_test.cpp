// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container/spec/spec.hpp"

namespace container {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::string failure(const Security& security) {
  try {
    capabilities_of(security);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::Kind::usage);
    return error.message();
  }
  return "no failure";
}

Security with(std::vector<std::string> add, std::vector<std::string> drop = {}) {
  Security security;
  security.cap_add = std::move(add);
  security.cap_drop = std::move(drop);
  return security;
}

TEST(CapabilitiesOf, RefusesWhatTheKernelDoesNotName) {
  EXPECT_EQ(failure(with({"NOSUCH"})), "invalid CapAdd: unknown capability: \"CAP_NOSUCH\"");
  EXPECT_EQ(failure(with({"cap_nosuch"})), "invalid CapAdd: unknown capability: \"CAP_NOSUCH\"");
  EXPECT_EQ(failure(with({}, {"x y"})), "invalid CapDrop: unknown capability: \"CAP_X Y\"");
  EXPECT_EQ(failure(with({""})), "invalid CapAdd: unknown capability: \"CAP_\"");
}

TEST(CapabilitiesOf, RefusesUnknownOnesEvenWhenPrivileged) {
  Security security = with({"NOSUCH"});
  security.privileged = true;
  EXPECT_EQ(failure(security), "invalid CapAdd: unknown capability: \"CAP_NOSUCH\"");
}

TEST(CapabilitiesOf, RefusesWhatThisProcessLacks) {
  if (::prctl(PR_CAPBSET_READ, 24, 0, 0, 0) != 0)
    GTEST_SKIP() << "CAP_SYS_RESOURCE is available here";
  EXPECT_EQ(failure(with({"SYS_RESOURCE"})),
            "invalid CapAdd: capability not supported by your kernel or not available in the "
            "current environment: "
            "\"CAP_SYS_RESOURCE\"");
}

TEST(CapabilitiesOf, GivesDockersDefaults) {
  EXPECT_THAT(capabilities_of({}),
              ElementsAre("CAP_CHOWN",
                          "CAP_DAC_OVERRIDE",
                          "CAP_FOWNER",
                          "CAP_FSETID",
                          "CAP_KILL",
                          "CAP_SETGID",
                          "CAP_SETUID",
                          "CAP_SETPCAP",
                          "CAP_NET_BIND_SERVICE",
                          "CAP_NET_RAW",
                          "CAP_SYS_CHROOT",
                          "CAP_MKNOD",
                          "CAP_AUDIT_WRITE",
                          "CAP_SETFCAP"));
}

TEST(CapabilitiesOf, TakesNamesInAnyCaseWithAndWithoutPrefix) {
  EXPECT_THAT(capabilities_of(with({"NET_ADMIN", "cap_chown", "Kill"}, {"all"})),
              ElementsAre("CAP_CHOWN", "CAP_KILL", "CAP_NET_ADMIN"));
}

TEST(CapabilitiesOf, DropsFromTheDefaultsAndAddsToThem) {
  const auto names = capabilities_of(with({"SYS_PTRACE"}, {"MKNOD"}));
  EXPECT_THAT(names, Contains("CAP_SYS_PTRACE"));
  EXPECT_THAT(names, Not(Contains("CAP_MKNOD")));
  EXPECT_THAT(capabilities_of(with({}, {"ALL"})), IsEmpty());
}

TEST(CapabilitiesOf, AddsAllButTheDroppedOnes) {
  const auto names = capabilities_of(with({"ALL"}, {"NET_RAW"}));
  EXPECT_THAT(names, Contains("CAP_SYS_ADMIN"));
  EXPECT_THAT(names, Not(Contains("CAP_NET_RAW")));
}

TEST(CapabilitiesOf, GivesPrivilegedOnesAllThatAreHere) {
  Security security = with({}, {"CHOWN"});
  security.privileged = true;
  EXPECT_THAT(capabilities_of(security), Contains("CAP_CHOWN"));
  EXPECT_THAT(capabilities_of(security), Contains("CAP_SYS_ADMIN"));
}

}  // namespace
}  // namespace container
