// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/auth.hpp"

#include <cstdlib>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "tests/support/http_server.hpp"

namespace image {
namespace {

using support::Connection;
using support::HttpServer;
using testing::HasSubstr;

/// A home of its own, with nothing in it.
class CredentialsTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"XDG_RUNTIME_DIR",
                             "XDG_CONFIG_HOME",
                             "DOCKER_CONFIG",
                             "REGISTRY_AUTH_FILE",
                             "DOCKER_AUTH_CONFIG"}) {
      ::unsetenv(name);
    }
    ::setenv("HOME", home_.path().c_str(), 1);
  }

  void write(const std::string& path, const std::string& text) {
    const std::string full = home_.path() + "/" + path;
    base::make_directories(full.substr(0, full.rfind('/')));
    base::write_file(full, text);
  }

  static std::string auth(const std::string& user) { return encode_base64(user + ":secret"); }

  static std::string entry(const std::string& key, const std::string& user) {
    return "{\"auths\":{\"" + key + "\":{\"auth\":\"" + auth(user) + "\"}}}";
  }

  static std::string user_for(const std::string& name, const std::string& authfile = "") {
    const auto found = CredentialStore("", authfile).find(parse_reference(name));
    return found ? found->user : "";
  }

  std::string helper(const std::string& script) {
    const std::string bin = home_.path() + "/bin";
    base::make_directories(bin);
    base::write_file(bin + "/docker-credential-test", "#!/bin/sh\n" + script, 0755);
    ::setenv("PATH", (bin + ":" + path_).c_str(), 1);
    return bin;
  }

  void TearDown() override { ::setenv("PATH", path_.c_str(), 1); }

  base::TempDir home_{"/tmp", "home"};
  std::string path_ = std::getenv("PATH");
};

TEST_F(CredentialsTest, AreNoneWhenThereAreNoFiles) {
  EXPECT_EQ(user_for("busybox"), "");
}

TEST_F(CredentialsTest, RefuseAMalformedFileWithoutTellingItsContent) {
  write(".docker/config.json", "{\"auths\": {\"docker.io\": {\"auth\": \"!!secret!!\"}}}");
  try {
    user_for("busybox");
    FAIL();
  } catch (const base::Error& e) {
    EXPECT_THAT(e.message(), HasSubstr("config.json"));
    EXPECT_THAT(e.message(), testing::Not(HasSubstr("secret")));
  }
  write(".docker/config.json", "secret garbage");
  EXPECT_THROW(user_for("busybox"), base::Error);
}

TEST_F(CredentialsTest, MustBeThereWhenTheFileWasNamed) {
  EXPECT_THROW(user_for("busybox", home_.path() + "/nosuch"), base::Error);
  ::setenv("REGISTRY_AUTH_FILE", "/nosuch", 1);
  EXPECT_THROW(user_for("busybox"), base::Error);
}

TEST_F(CredentialsTest, ComeFromTheFirstFileThatKnowsTheName) {
  write(".dockercfg", "{\"x.y\":{\"auth\":\"" + auth("oldest") + "\"}}");
  EXPECT_EQ(user_for("x.y/a"), "oldest");
  write(".docker/config.json", entry("x.y", "docker"));
  EXPECT_EQ(user_for("x.y/a"), "docker");
  write(".config/containers/auth.json", entry("x.y", "config"));
  EXPECT_EQ(user_for("x.y/a"), "config");
  write("run/containers/auth.json", entry("x.y", "run"));
  ::setenv("XDG_RUNTIME_DIR", (home_.path() + "/run").c_str(), 1);
  EXPECT_EQ(user_for("x.y/a"), "run");
  write("other.json", entry("x.y", "named"));
  EXPECT_EQ(user_for("x.y/a", home_.path() + "/other.json"), "named");
}

TEST_F(CredentialsTest, PreferTheMostSpecificKey) {
  write(".docker/config.json",
        "{\"auths\":{\"x.y\":{\"auth\":\"" + auth("host") + "\"},\"x.y/team\":{\"auth\":\"" +
            auth("team") + "\"},\"x.y/team/app\":{\"auth\":\"" + auth("app") + "\"}}}");
  EXPECT_EQ(user_for("x.y/other"), "host");
  EXPECT_EQ(user_for("x.y/team/b"), "team");
  EXPECT_EQ(user_for("x.y/team/app"), "app");
  EXPECT_EQ(user_for("x.y/teamwork"), "host");
  EXPECT_EQ(user_for("xx.y/a"), "");
}

TEST_F(CredentialsTest, KnowDockerHubByAllItsNames) {
  for (const char* key : {"https://index.docker.io/v1/", "docker.io", "index.docker.io"}) {
    write(".docker/config.json", entry(key, "hub"));
    EXPECT_EQ(user_for("busybox"), "hub") << key;
  }
  write(".docker/config.json", entry("https://x.y/v2/", "other"));
  EXPECT_EQ(user_for("x.y/a"), "other");
}

TEST_F(CredentialsTest, AskTheHelperOfARegistry) {
  helper(
      "read -r server; echo "
      "\"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"$1@$server\\\",\\\"Secret\\\":"
      "\\\"s\\\"}\"");
  write(".docker/config.json", "{\"credHelpers\":{\"x.y\":\"test\"}}");
  EXPECT_EQ(user_for("x.y/a"), "get@x.y");
  EXPECT_EQ(user_for("busybox"), "");
  write(".docker/config.json", "{\"auths\":{\"docker.io\":{}},\"credsStore\":\"test\"}");
  EXPECT_EQ(user_for("busybox"), "get@https://index.docker.io/v1/");
}

TEST_F(CredentialsTest, ComeFromTheHelpersThatRegistriesConfNames) {
  helper("cat >/dev/null; echo '{\"Username\":\"helped\",\"Secret\":\"s\"}'");
  write(".docker/config.json", entry("x.y", "filed"));
  const auto user = [](std::vector<std::string> helpers) {
    return CredentialStore("", "", std::move(helpers)).find(parse_reference("x.y/a"))->user;
  };
  EXPECT_EQ(user({"test", kAuthFiles}), "helped");
  EXPECT_EQ(user({kAuthFiles, "test"}), "filed");
}

TEST_F(CredentialsTest, TakeAnIdentityTokenFromAHelper) {
  helper("cat >/dev/null; echo '{\"Username\":\"<token>\",\"Secret\":\"refresh\"}'");
  write(".docker/config.json", "{\"credsStore\":\"test\"}");
  const auto found = CredentialStore("", "").find(parse_reference("x.y/a"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->identity_token, "refresh");
}

TEST_F(CredentialsTest, GoOnWithoutABrokenHelper) {
  helper("cat >/dev/null; echo boom; exit 1");
  for (const char* name : {"test", "nosuchhelper", "../bin/evil"}) {
    write(".docker/config.json", std::string("{\"credsStore\":\"") + name + "\"}");
    testing::internal::CaptureStderr();
    EXPECT_EQ(user_for("x.y/a"), "");
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("ignoring"));
  }
}

TEST(Credentials, GivenOnTheCommandLineNeedAPassword) {
  EXPECT_THROW(CredentialStore("user", ""), base::Error);
  EXPECT_EQ(CredentialStore("u:p:q", "").find(parse_reference("x.y/a"))->password, "p:q");
}

TEST(Base64, GoesBothWays) {
  for (const std::string text : {"", "a", "ab", "abc", "user:p\xC3\xA4ss\xFF"}) {
    EXPECT_EQ(decode_base64(encode_base64(text)), text);
  }
  EXPECT_EQ(encode_base64("user:pw"), "dXNlcjpwdw==");
  EXPECT_FALSE(decode_base64("a$b"));
}

TEST(Challenges, AreReadFromOneHeader) {
  const auto list = parse_challenges(
      "Bearer realm=\"https://a/token?x=1,2\",service=\"s \\\"q\\\"\", "
      "scope=\"repository:a:pull,push\", Basic realm=x");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].scheme, "bearer");
  EXPECT_EQ(list[0].parameter("realm"), "https://a/token?x=1,2");
  EXPECT_EQ(list[0].parameter("service"), "s \"q\"");
  EXPECT_EQ(list[0].parameter("scope"), "repository:a:pull,push");
  EXPECT_EQ(list[1].scheme, "basic");
}

TEST(Challenges, SurviveNonsense) {
  for (const char* text :
       {"", ",,,", "=", "\"", "Bearer realm=\"unfinished", "Bearer =,=,", "\xFF\xFE", "a b c=\\"}) {
    EXPECT_NO_THROW(parse_challenges(text)) << text;
  }
}

/// A registry and its token server in one; `token` answers /token.
class AuthenticatorTest : public testing::Test {
 protected:
  bool answer(const std::string& challenge,
              const std::string& creds = "",
              const std::string& refused = "") {
    credentials_.emplace(creds, "/dev/null");
    http_.emplace(HttpLimits{}, [](const Url&) { return TlsOptions{}; });
    auth_.emplace(*http_, *credentials_);
    return auth_->answer(registry(), reference_, challenge, refused);
  }

  Url registry() { return parse_url(server_.url("/v2/")); }

  std::string bearer() const {
    return "Bearer realm=\"" + server_.url("/token") + "\",service=\"srv\"";
  }

  HttpServer::Handler token_ = [](const auto&, Connection& c) {
    c.answer(200, "{\"token\":\"t1\"}");
  };
  HttpServer server_{[this](const auto& r, Connection& c) { token_(r, c); }};
  Reference reference_ = parse_reference("x.y/team/app:1");
  std::optional<CredentialStore> credentials_;
  std::optional<HttpClient> http_;
  std::optional<Authenticator> auth_;
};

TEST_F(AuthenticatorTest, GetsAnAnonymousToken) {
  EXPECT_TRUE(answer(bearer()));
  EXPECT_EQ(auth_->authorization(registry(), reference_), "Bearer t1");
  EXPECT_EQ(server_.requests()[0].target,
            "/token?scope=repository%3Ateam%2Fapp%3Apull&service=srv");
  EXPECT_EQ(server_.requests()[0].header("authorization"), "");
}

TEST_F(AuthenticatorTest, SendsThePasswordToTheTokenServer) {
  EXPECT_TRUE(answer(bearer(), "user:pw"));
  EXPECT_EQ(server_.requests()[0].header("authorization"), "Basic dXNlcjpwdw==");
  EXPECT_THAT(server_.requests()[0].target, HasSubstr("account=user"));
}

TEST_F(AuthenticatorTest, KeepsTokensApartByRegistryAndRepository) {
  EXPECT_TRUE(answer(bearer()));
  EXPECT_EQ(auth_->authorization(parse_url("http://other.example/"), reference_), "");
  EXPECT_EQ(auth_->authorization(registry(), parse_reference("x.y/team/b")), "");
}

TEST_F(AuthenticatorTest, GivesUpWhenTheSameTokenComesAgain) {
  EXPECT_FALSE(answer(bearer(), "", "Bearer t1"));
}

TEST_F(AuthenticatorTest, GivesUpWhenTheTokenServerRefuses) {
  token_ = [](const auto&, Connection& c) { c.answer(401, "{}"); };
  EXPECT_FALSE(answer(bearer(), "user:wrong"));
}

TEST_F(AuthenticatorTest, RefusesTokensThatAreNone) {
  for (const char* body :
       {"<html>", "{}", "{\"token\":1}", "{\"token\":\"a\\r\\nX-Evil: 1\"}", "[]", "null"}) {
    token_ = [&](const auto&, Connection& c) { c.answer(200, body); };
    EXPECT_THROW(answer(bearer()), base::Error) << body;
  }
}

TEST_F(AuthenticatorTest, RefusesAnEndlessToken) {
  token_ = [](const auto&, Connection& c) {
    c.write("HTTP/1.1 200 OK\r\n\r\n{\"token\":\"");
    while (c.write(std::string(65536, 'x'))) {
    }
    c.close();
  };
  EXPECT_THROW(answer(bearer()), base::Error);
}

TEST_F(AuthenticatorTest, RefusesARealmInsideTheCloud) {
  EXPECT_THROW(answer("Bearer realm=\"http://169.254.169.254/latest\""), base::Error);
  EXPECT_THROW(answer("Bearer realm=\"file:///etc/shadow\""), base::Error);
}

TEST_F(AuthenticatorTest, KnowsBasicOnlyWithCredentials) {
  EXPECT_FALSE(answer("Basic realm=\"x\""));
  EXPECT_TRUE(answer("Basic realm=\"x\"", "user:pw"));
  EXPECT_EQ(auth_->authorization(registry(), reference_), "Basic dXNlcjpwdw==");
}

TEST_F(AuthenticatorTest, TradesAnIdentityToken) {
  base::TempDir directory("/tmp", "auth");
  base::write_file(directory.path() + "/a.json",
                   "{\"auths\":{\"x.y\":{\"identitytoken\":\"id&1\"}}}");
  CredentialStore credentials("", directory.path() + "/a.json");
  HttpClient http({}, [](const Url&) { return TlsOptions{}; });
  Authenticator auth(http, credentials);
  EXPECT_TRUE(auth.answer(registry(), reference_, bearer(), ""));
  const auto request = server_.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_THAT(request.body, HasSubstr("refresh_token=id%261"));
  EXPECT_EQ(request.target, "/token");
}

}  // namespace
}  // namespace image
