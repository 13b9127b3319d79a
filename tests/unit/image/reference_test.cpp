// SPDX-License-Identifier: Apache-2.0
#include "image/reference.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace image {
namespace {

const std::string kHex(64, 'a');

std::string refusal(const std::string& text) {
  try {
    const auto reference = parse_reference(text);
    return "accepted as " + reference.full();
  } catch (const base::Error& e) {
    EXPECT_EQ(e.kind(), base::Kind::usage);
    return e.message();
  }
}

TEST(ParseReference, RefusesWhatHasNoValidForm) {
  for (const char* text :
       {"",       "/",    "a/",     "/a",          "a//b",        ":tag",      "a:",     "a:b:c",
        "a@",     "a@b",  "-a",     "a-",          "a..b",        "a___b",     "a._b",   "a b",
        "a\nb",   "a:-x", "a:x/y",  "a@sha256:12", "host:port/a", "ho_st.x/a", "x.y:/a", ".x/a",
        "[::1/a", "[]/a", "a:tag@", "a@sha256:zz", "docker.io/",  "../etc",    "a/../b"}) {
    EXPECT_EQ(refusal(text), "invalid reference format") << text;
  }
}

TEST(ParseReference, SaysThatUpperCaseIsTheProblem) {
  EXPECT_EQ(refusal("Bad:1"),
            "invalid reference format: repository name (library/Bad) must be lowercase");
  EXPECT_EQ(refusal("Upper/Case:1"),
            "invalid reference format: repository name (Case) must be lowercase");
  EXPECT_EQ(refusal("x.org/a/B"),
            "invalid reference format: repository name (a/B) must be lowercase");
}

TEST(ParseReference, RefusesWhatLooksLikeAnIdentifier) {
  EXPECT_EQ(refusal(kHex),
            "invalid repository name (" + kHex + "), cannot specify 64-byte hexadecimal strings");
}

TEST(ParseReference, ChecksDigests) {
  EXPECT_EQ(refusal("a@md5:" + std::string(32, 'a')), "unsupported digest algorithm");
  EXPECT_EQ(refusal("a@sha256:" + std::string(63, 'a')), "invalid checksum digest length");
  EXPECT_EQ(refusal("a@sha256:" + std::string(64, 'A')), "invalid checksum digest format");
}

TEST(ParseReference, BoundsLengths) {
  EXPECT_EQ(refusal("x.org/" + std::string(256, 'a')),
            "invalid reference format: repository name must not be more than 255 characters");
  EXPECT_EQ(refusal("a:" + std::string(129, 'a')), "invalid reference format");
  EXPECT_NO_THROW(parse_reference("x.org/" + std::string(255, 'a') + ":" + std::string(128, 'a')));
}

TEST(ParseReference, GivesShortNamesTheirRegistry) {
  EXPECT_EQ(parse_reference("busybox").full(), "docker.io/library/busybox");
  EXPECT_EQ(parse_reference("team/app:1").full(), "docker.io/team/app:1");
  EXPECT_EQ(parse_reference("docker.io/busybox").full(), "docker.io/library/busybox");
  EXPECT_EQ(parse_reference("index.docker.io/busybox").full(), "docker.io/library/busybox");
  EXPECT_EQ(parse_reference("localhost/app").full(), "localhost/app");
  EXPECT_EQ(parse_reference("host:5000").full(), "docker.io/library/host:5000");
  EXPECT_EQ(parse_reference("127.0.0.1:5000/a/b_c/d__e/f--g:1").full(),
            "127.0.0.1:5000/a/b_c/d__e/f--g:1");
  EXPECT_EQ(parse_reference("[::1]:5000/a").domain, "[::1]:5000");
  EXPECT_EQ(parse_reference("Registry.example/a").domain, "Registry.example");
}

TEST(ParseReference, KeepsTagAndDigest) {
  const auto both = parse_reference("busybox:1@sha256:" + kHex);
  EXPECT_EQ(both.tag, "1");
  EXPECT_EQ(both.digest, "sha256:" + kHex);
  EXPECT_EQ(both.familiar(), "busybox:1@sha256:" + kHex);
  EXPECT_EQ(both.with_default_tag().full(), both.full());
}

TEST(Reference, PrintsWhatDockerPrints) {
  EXPECT_EQ(parse_reference("docker.io/library/busybox:1").familiar(), "busybox:1");
  EXPECT_EQ(parse_reference("docker.io/team/app").familiar_repository(), "team/app");
  EXPECT_EQ(parse_reference("docker.io/library/a/b").familiar(), "library/a/b");
  EXPECT_EQ(parse_reference("quay.io/a").with_default_tag().familiar(), "quay.io/a:latest");
}

TEST(IsShortName, LooksForARegistry) {
  EXPECT_TRUE(is_short_name("busybox:1"));
  EXPECT_TRUE(is_short_name("team/app"));
  EXPECT_FALSE(is_short_name("docker.io/busybox"));
  EXPECT_FALSE(is_short_name("localhost/app"));
  EXPECT_FALSE(is_short_name("host:5000/app"));
}

TEST(IsDigest, KnowsAlgorithmsAndLengths) {
  EXPECT_TRUE(is_digest("sha256:" + kHex));
  EXPECT_FALSE(is_digest(kHex));
  EXPECT_FALSE(is_digest("sha256:" + kHex + "a"));
  EXPECT_FALSE(is_digest("sha256:../../etc"));
  EXPECT_FALSE(is_digest("md5:" + std::string(32, 'a')));
}

}  // namespace
}  // namespace image
