// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "image/transfer/registry.hpp"
#include "tests/support/http_server.hpp"

namespace image {
namespace {

using support::Connection;
using support::HttpServer;
using support::Request;
using testing::HasSubstr;

/// A registry whose answers are the test's.
class RegistryPushTest : public testing::Test {
 protected:
  Registry& registry(const std::string& creds = "user:pw") {
    credentials_.emplace(creds, "/dev/null");
    http_.emplace(HttpLimits{}, [](const Url&) { return TlsOptions{}; });
    auth_.emplace(*http_, *credentials_, Purpose::push);
    const RegistryServices services{*http_,
                                    *auth_,
                                    {2, std::chrono::milliseconds(1), std::chrono::seconds(2)},
                                    nullptr,
                                    Purpose::push};
    registry_.emplace(services,
                      Endpoint{parse_reference(server_.host() + "/team/app:1"), false, false},
                      std::nullopt);
    return *registry_;
  }

  static Descriptor describe(const std::string& bytes) {
    return {
        kOciLayer, base::sha256_digest(bytes), static_cast<std::int64_t>(bytes.size()), {}, {}, {}};
  }

  template <typename Act>
  static std::string message_of(Act act) {
    try {
      act();
      return "nothing was refused";
    } catch (const base::Error& e) {
      return e.message();
    }
  }

  std::vector<Request> requests(const std::string& method) const {
    std::vector<Request> found;
    for (const auto& request : server_.requests()) {
      if (request.method == method) found.push_back(request);
    }
    return found;
  }

  HttpServer::Handler handler_;
  HttpServer server_{[this](const auto& r, Connection& c) { handler_(r, c); }};
  std::optional<CredentialStore> credentials_;
  std::optional<HttpClient> http_;
  std::optional<Authenticator> auth_;
  std::optional<Registry> registry_;
  const std::string bytes_ = std::string(1'000'000, 'x') + "end";
};

TEST_F(RegistryPushTest, SendsABlobWhereTheRegistrySays) {
  handler_ = [](const Request& request, Connection& c) {
    if (request.method == "POST") return void(c.answer(202, "", {"Location: /elsewhere?state=a"}));
    c.answer(201, "");
  };
  registry().put_blob(describe(bytes_), body_of(bytes_));
  EXPECT_EQ(requests("POST").at(0).target, "/v2/team/app/blobs/uploads/");
  EXPECT_EQ(requests("PUT").at(0).target,
            "/elsewhere?state=a&digest=sha256%3A" + describe(bytes_).digest.substr(7));
  EXPECT_EQ(requests("PUT").at(0).body, bytes_);
}

TEST_F(RegistryPushTest, TellsNoPasswordToAStorageElsewhere) {
  HttpServer storage([](const auto&, Connection& c) { c.answer(201, ""); });
  handler_ = [&](const Request& request, Connection& c) {
    if (request.header("authorization").empty())
      return void(c.answer(401, "{}", {"WWW-Authenticate: Basic realm=\"x\""}));
    c.answer(202, "", {"Location: " + storage.url("/bucket")});
  };
  registry().put_blob(describe(bytes_), body_of(bytes_));
  EXPECT_NE(requests("POST").back().header("authorization"), "");
  ASSERT_EQ(storage.requests().size(), 1U);
  EXPECT_EQ(storage.requests()[0].header("authorization"), "");
}

TEST_F(RegistryPushTest, SendsABlobFromItsBeginningAgainAndGivesUpInTheEnd) {
  int failures = 2;
  handler_ = [&](const Request& request, Connection& c) {
    if (request.method == "POST") return void(c.answer(202, "", {"Location: /up"}));
    if (request.method == "PUT" && failures-- > 0) return void(c.answer(503, "{}"));
    c.answer(request.method == "PUT" ? 201 : 404, "");
  };
  registry().put_blob(describe(bytes_), body_of(bytes_));
  EXPECT_EQ(requests("PUT").size(), 3U);
  EXPECT_EQ(requests("PUT").back().body, bytes_);
  failures = 100;
  EXPECT_THAT(message_of([&] { registry().put_blob(describe(bytes_), body_of(bytes_)); }),
              HasSubstr("unexpected status from PUT request"));
  EXPECT_EQ(requests("PUT").size(), 6U);
}

TEST_F(RegistryPushTest, PassesOnWhyABodyCannotBeRead) {
  handler_ = [&](const Request& request, Connection& c) {
    if (request.method == "POST") return void(c.answer(202, "", {"Location: /up"}));
    c.close();
  };
  const HttpBody broken{10, [](std::int64_t, void*, std::size_t) -> std::size_t {
                          base::fail(base::Kind::corrupt, "the disk is broken");
                        }};
  EXPECT_EQ(message_of([&] { registry().put_blob(describe(bytes_), broken); }),
            "the disk is broken");
}

TEST_F(RegistryPushTest, WantsToKnowWhereToUpload) {
  handler_ = [](const auto&, Connection& c) { c.answer(202, ""); };
  EXPECT_THAT(message_of([&] { registry().put_blob(describe(bytes_), body_of(bytes_)); }),
              HasSubstr("does not say where to upload"));
}

TEST_F(RegistryPushTest, KnowsABlobByItsSize) {
  handler_ = [&](const Request& request, Connection& c) {
    if (request.method == "GET") return void(c.answer(200, "{}"));
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
  };
  Descriptor blob = describe("7 bytes");
  EXPECT_TRUE(registry().has_blob(blob));
  blob.size = 8;
  EXPECT_FALSE(registry().has_blob(blob));
  handler_ = [&](const Request&, Connection& c) {
    c.write("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n");
  };
  EXPECT_FALSE(registry().has_blob(blob));
}

TEST_F(RegistryPushTest, LeavesNoUploadWhereAMountWasNotMade) {
  const std::string digest = describe(bytes_).digest;
  int status = 201;
  handler_ = [&](const Request& request, Connection& c) {
    if (request.method == "DELETE") return void(c.answer(204, ""));
    c.answer(status, "{}", {"Location: /up"});
  };
  EXPECT_TRUE(registry().mount_blob(digest, "team/base"));
  EXPECT_EQ(requests("POST").at(0).target,
            "/v2/team/app/blobs/uploads/?mount=" + digest + "&from=team/base");
  status = 202;
  EXPECT_FALSE(registry().mount_blob(digest, "team/base"));
  EXPECT_EQ(requests("DELETE").at(0).target, "/up");
  status = 403;
  EXPECT_FALSE(registry().mount_blob(digest, "team/base"));
}

TEST_F(RegistryPushTest, AsksForOneTokenThatWillDo) {
  handler_ = [&](const Request& request, Connection& c) {
    if (request.target.starts_with("/token")) return void(c.answer(200, "{\"token\":\"t\"}"));
    if (request.header("authorization").empty()) {
      return void(
          c.answer(401,
                   "",
                   {"WWW-Authenticate: Bearer realm=\"" + server_.url("/token") +
                    "\",service=\"s\",scope=\"repository:team/app:pull repository:a:pull\""}));
    }
    c.answer(200, "");
  };
  Registry& asked = registry();
  asked.put_manifest("1", {"{}", kOciManifest, base::sha256_digest("{}")});
  asked.check_access();
  int tokens = 0;
  for (const auto& request : server_.requests()) {
    if (!request.target.starts_with("/token")) continue;
    ++tokens;
    EXPECT_EQ(request.target,
              "/token?scope=repository%3Ateam%2Fapp%3Apull%2Cpush&scope=repository%3Aa%3Apull&"
              "service=s&account=user");
  }
  EXPECT_EQ(tokens, 1);
  EXPECT_EQ(requests("PUT").back().header("content-type"), kOciManifest);
}

TEST_F(RegistryPushTest, DoesNotBelieveInAnotherDigest) {
  handler_ = [](const auto&, Connection& c) {
    c.answer(201, "", {"Docker-Content-Digest: sha256:" + std::string(64, '0')});
  };
  EXPECT_THAT(message_of([&] {
                registry().put_manifest("1", {"{}", kOciManifest, base::sha256_digest("{}")});
              }),
              HasSubstr("the registry took the manifest for sha256:0000"));
}

TEST_F(RegistryPushTest, SaysThatItMayNot) {
  handler_ = [](const auto&, Connection& c) {
    c.answer(403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"read only\"}]}");
  };
  EXPECT_EQ(message_of([&] { registry().put_blob(describe(bytes_), body_of(bytes_)); }),
            "push access denied, repository does not exist or may require authorization: server "
            "message: denied: read only");
}

}  // namespace
}  // namespace image
