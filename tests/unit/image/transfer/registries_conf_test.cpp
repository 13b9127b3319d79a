// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/registries_conf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"

namespace image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class RegistriesConfTest : public testing::Test {
 protected:
  RegistriesConf load(const std::vector<std::string>& texts) {
    std::vector<std::string> files;
    for (const auto& text : texts) {
      files.push_back(directory_.path() + "/" + std::to_string(files.size()) + ".conf");
      base::write_file(files.back(), text);
    }
    return RegistriesConf::load(files);
  }

  std::string refusal(const std::string& text) {
    try {
      load({text});
      return "accepted";
    } catch (const base::Error& e) {
      EXPECT_EQ(e.kind(), base::Kind::usage);
      return e.message().substr(directory_.path().size() + 1);
    }
  }

  static std::vector<std::string> names(const RegistriesConf& conf, const std::string& text) {
    std::vector<std::string> list;
    for (const auto& reference : conf.candidates(text)) list.push_back(reference.full());
    return list;
  }

  static std::vector<std::string> addresses(const RegistriesConf& conf, const std::string& text) {
    std::vector<std::string> list;
    for (const auto& endpoint : conf.endpoints(parse_reference(text))) {
      list.push_back(endpoint.reference.full() + (endpoint.insecure ? " insecure" : ""));
    }
    return list;
  }

  base::TempDir directory_{"/tmp", "registries"};
};

TEST_F(RegistriesConfTest, NamesFileAndLineOfWhatIsMalformed) {
  EXPECT_THAT(refusal("\n\nx = = 1"), HasSubstr("0.conf:3: "));
  EXPECT_THAT(refusal("[[\x10]]"), HasSubstr("0.conf:1: "));
  EXPECT_THAT(refusal("x\xd0\x9e = 1"), HasSubstr("0.conf:1: "));
  EXPECT_EQ(refusal("\nunqualified-search-registries = \"docker.io\""),
            "0.conf:2: unqualified-search-registries must be a list");
  EXPECT_EQ(refusal("unqualified-search-registries = [1]"),
            "0.conf:1: unqualified-search-registries must be a string");
  EXPECT_EQ(refusal("[[registry]]\nlocation = \"a.b\"\ninsecure = \"yes\""),
            "0.conf:3: insecure must be true or false");
  EXPECT_EQ(refusal("[[registry]]\ninsecure = true"),
            "0.conf:1: registry needs a prefix or a location");
  EXPECT_EQ(refusal("[[registry]]\nlocation = \"https://a.b\""),
            "0.conf:1: location must not have a scheme");
  EXPECT_EQ(refusal("registry = 1"), "0.conf:1: registry must be a list");
  EXPECT_EQ(refusal("[registries.search]\nregistries = []"),
            "0.conf:1: version 1 of this file is not supported: use [[registry]]");
  EXPECT_THAT(refusal("[aliases]\nx = \"y\""), HasSubstr("0.conf:2: aliases:"));
  EXPECT_THAT(refusal("[[registry]]\nlocation=\"a.b\"\n[[registry.mirror]]\nlocation=\"c.d\"\npull-"
                      "from-mirror=\"x\""),
              HasSubstr("pull-from-mirror must be"));
}

TEST_F(RegistriesConfTest, TakesDockerIoWhenNothingIsConfigured) {
  EXPECT_THAT(names(load({}), "busybox"), ElementsAre("docker.io/library/busybox:latest"));
  EXPECT_THAT(addresses(load({}), "busybox:1"), ElementsAre("docker.io/library/busybox:1"));
}

TEST_F(RegistriesConfTest, SearchesRegistriesForShortNamesOnly) {
  const auto conf =
      load({"unqualified-search-registries = ['quay.io', 'docker.io', 'host:5000/sub']"});
  EXPECT_THAT(names(conf, "app:2"),
              ElementsAre("quay.io/app:2", "docker.io/library/app:2", "host:5000/sub/app:2"));
  EXPECT_THAT(names(conf, "host.example/app"), ElementsAre("host.example/app:latest"));
}

TEST_F(RegistriesConfTest, RefusesShortNamesWhenThereIsNowhereToSearch) {
  EXPECT_THROW(load({"unqualified-search-registries = []"}).candidates("app"), base::Error);
}

TEST_F(RegistriesConfTest, FollowsAliases) {
  const auto conf = load({"[aliases]\nfedora = 'registry.example/fedora'\n'team/x' = 'a.b/x'",
                          "[aliases]\n'team/x' = ''"});
  EXPECT_THAT(names(conf, "fedora:40"), ElementsAre("registry.example/fedora:40"));
  EXPECT_THAT(names(conf, "fedora"), ElementsAre("registry.example/fedora:latest"));
  EXPECT_THAT(names(conf, "team/x"), ElementsAre("docker.io/team/x:latest"));
}

TEST_F(RegistriesConfTest, LetsALaterFileWin) {
  const auto conf =
      load({"unqualified-search-registries=['a.a']\n[[registry]]\nlocation='x.y'\nblocked=true",
            "unqualified-search-registries=['b.b']\n[[registry]]\nlocation='x.y'\ninsecure=true"});
  EXPECT_THAT(names(conf, "app"), ElementsAre("b.b/app:latest"));
  EXPECT_THAT(addresses(conf, "x.y/app:1"), ElementsAre("x.y/app:1 insecure"));
}

TEST_F(RegistriesConfTest, RefusesBlockedRegistries) {
  const auto conf = load({"[[registry]]\nprefix='x.y/bad'\nblocked=true"});
  EXPECT_THROW(conf.endpoints(parse_reference("x.y/bad/app")), base::Error);
  EXPECT_THROW(conf.endpoints(parse_reference("x.y/bad:1")), base::Error);
  EXPECT_NO_THROW(conf.endpoints(parse_reference("x.y/badly")));
}

TEST_F(RegistriesConfTest, RewritesByTheLongestPrefix) {
  const auto conf =
      load({"[[registry]]\nprefix='x.y'\nlocation='one.z'\n"
            "[[registry]]\nprefix='x.y/team'\nlocation='two.z/t'\ninsecure=true\n"
            "[[registry]]\nprefix='*.y'\nlocation='three.z'\n"
            "[[registry]]\nprefix='docker.io'\nlocation='four.z/hub'"});
  EXPECT_THAT(addresses(conf, "x.y/app:1"), ElementsAre("one.z/app:1"));
  EXPECT_THAT(addresses(conf, "x.y/team/app:1"), ElementsAre("two.z/t/app:1 insecure"));
  EXPECT_THAT(addresses(conf, "w.x.y/app:1"), ElementsAre("three.z/app:1"));
  EXPECT_THAT(addresses(conf, "busybox:1"), ElementsAre("four.z/hub/library/busybox:1"));
  EXPECT_THAT(addresses(conf, "other.z/app:1"), ElementsAre("other.z/app:1"));
}

TEST_F(RegistriesConfTest, TakesAWildcardWithoutLocationAsItIs) {
  const auto conf = load({"[[registry]]\nprefix='*.local.example'\ninsecure=true"});
  EXPECT_THAT(addresses(conf, "a.local.example/app:1"),
              ElementsAre("a.local.example/app:1 insecure"));
}

TEST_F(RegistriesConfTest, TriesMirrorsFirst) {
  const std::string digest = "@sha256:" + std::string(64, 'a');
  const auto conf =
      load({"[[registry]]\nlocation='x.y'\n"
            "[[registry.mirror]]\nlocation='m1.z'\ninsecure=true\n"
            "[[registry.mirror]]\nlocation='m2.z/sub'\npull-from-mirror='digest-only'\n"
            "[[registry.mirror]]\nlocation='m3.z'\npull-from-mirror='tag-only'"});
  EXPECT_THAT(addresses(conf, "x.y/a:1"), ElementsAre("m1.z/a:1 insecure", "m3.z/a:1", "x.y/a:1"));
  EXPECT_THAT(
      addresses(conf, "x.y/a" + digest),
      ElementsAre("m1.z/a" + digest + " insecure", "m2.z/sub/a" + digest, "x.y/a" + digest));
}

TEST_F(RegistriesConfTest, KeepsMirrorsForDigestsWhenToldSo) {
  const auto conf =
      load({"[[registry]]\nlocation='x.y'\nmirror-by-digest-only=true\n"
            "[[registry.mirror]]\nlocation='m1.z'"});
  EXPECT_THAT(addresses(conf, "x.y/a:1"), ElementsAre("x.y/a:1"));
}

}  // namespace
}  // namespace image
