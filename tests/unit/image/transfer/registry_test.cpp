// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "tests/support/http_server.hpp"

namespace image {
namespace {

using support::Connection;
using support::HttpServer;
using testing::HasSubstr;

std::string content_type(const char* type) {
  return std::string("Content-Type: ") + type;
}

const std::string kZeros = "sha256:" + std::string(64, '0');

std::string layer_json(const std::string& more = "", const std::string& type = kOciLayer) {
  return "{\"mediaType\":\"" + type + "\",\"digest\":\"" + kZeros + "\",\"size\":10" + more + "}";
}

std::string manifest_json(const std::string& layers, const std::string& more = "") {
  return "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"" + std::string(kOciConfig) +
         "\",\"digest\":\"" + kZeros + "\",\"size\":2},\"layers\":" + layers + more + "}";
}

std::string message_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const base::Error& e) {
    return e.message();
  }
  return "nothing was thrown";
}

TEST(ReadDocument, RefusesWhatIsNoManifest) {
  EXPECT_THAT(message_of([] { read_document("<html>", "text/html; charset=utf-8"); }),
              HasSubstr("answered with \"text/html\""));
  EXPECT_THAT(message_of([] { read_document("<html>", ""); }), HasSubstr("not valid JSON"));
  for (const char* text : {"null",
                           "[]",
                           "1",
                           "\"x\"",
                           "{}",
                           "{\"manifests\":[],\"layers\":[]}",
                           "{\"mediaType\":1,\"layers\":[]}",
                           "{\"mediaType\":\"x/y\",\"layers\":[]}"}) {
    EXPECT_THROW(read_document(text, ""), base::Error) << text;
  }
  EXPECT_THAT(message_of([] { read_document(std::string(100000, '['), ""); }),
              HasSubstr("nested too deeply"));
}

TEST(ReadDocument, RefusesTwoOpinionsOnTheType) {
  const std::string index = "{\"mediaType\":\"" + std::string(kOciIndex) + "\",\"manifests\":[]}";
  EXPECT_THROW(read_document(index, kOciManifest), base::Error);
  EXPECT_THROW(read_document("{\"manifests\":[]}", kOciManifest), base::Error);
  EXPECT_THROW(read_document(manifest_json("[]"), kDockerList), base::Error);
  EXPECT_TRUE(read_document(index, "application/json").is_index());
}

TEST(ReadDocument, SaysThatSchema1IsTooOld) {
  const auto message = [](const char* text, const char* type) {
    return message_of([&] { read_document(text, type); });
  };
  EXPECT_THAT(message("{\"schemaVersion\":1,\"fsLayers\":[]}", ""), HasSubstr("schema 1"));
  EXPECT_THAT(message("{}", "application/vnd.docker.distribution.manifest.v1+prettyjws"),
              HasSubstr("schema 1"));
}

TEST(ParseManifest, RefusesWhatDoesNotAddUp) {
  const auto message = [](const std::string& text) {
    return message_of([&] { parse_manifest(read_document(text, kOciManifest)); });
  };
  EXPECT_EQ(message(manifest_json("null")), "manifest.layers must be a list, not null");
  EXPECT_EQ(message(manifest_json("[null]")), "manifest.layers[0] must be an object, not null");
  EXPECT_EQ(message(manifest_json("[{}]")), "manifest.layers[0].digest is missing");
  EXPECT_EQ(message("{\"layers\":[]}"), "manifest.config is missing");
  EXPECT_EQ(message(manifest_json("[{\"digest\":\"../../etc\",\"size\":1}]")),
            "manifest.layers[0]: \"../../etc\" is no digest");
  EXPECT_THAT(message(manifest_json("[{\"digest\":\"" + kZeros + "\",\"size\":-1}]")),
              HasSubstr("out of range"));
  EXPECT_THAT(message(manifest_json("[{\"digest\":\"" + kZeros + "\",\"size\":1e99}]")),
              HasSubstr("an integer"));
  EXPECT_THAT(
      message(manifest_json("[{\"digest\":\"sha512:" + std::string(128, 'a') + "\",\"size\":1}]")),
      HasSubstr("unsupported digest algorithm"));
  EXPECT_THAT(message(manifest_json("[" + layer_json(",\"urls\":[\"http://x\"]") + "]")),
              HasSubstr("foreign layer"));
  EXPECT_THAT(message(manifest_json("[" + layer_json("", "application/vnd.cncf.helm.chart") + "]")),
              HasSubstr("unsupported media type"));
  std::string many;
  for (int i = 0; i < 10000; ++i) {
    many += fmt::format(
        "{}{{\"mediaType\":\"application/"
        "vnd.oci.image.layer.v1.tar\",\"digest\":\"sha256:{:064x}\",\"size\":1}}",
        many.empty() ? "[" : ",",
        i);
  }
  EXPECT_EQ(message(manifest_json(many + "]")),
            "the image has 10000 layers, at most 997 are supported");
}

TEST(ParseConfig, WantsAsManyLayersAsTheManifest) {
  const Manifest manifest =
      parse_manifest(read_document(manifest_json("[" + layer_json() + "]"), ""));
  const auto message = [&](const std::string& text) {
    return message_of([&] { parse_config(text, manifest); });
  };
  EXPECT_EQ(message("{}"), "the image config names 0 layers, the manifest 1");
  EXPECT_EQ(message("{\"rootfs\":{\"diff_ids\":null}}"),
            "the image config names 0 layers, the manifest 1");
  EXPECT_THAT(message("{\"rootfs\":{\"diff_ids\":[1]}}"), HasSubstr("must be a string"));
  EXPECT_THAT(message("{\"rootfs\":{\"diff_ids\":[\"x\"]}}"), HasSubstr("is no digest"));
  EXPECT_THAT(message("{\"config\":{\"Env\":\"x\"}}"), HasSubstr("must be a list"));
  EXPECT_NO_THROW(parse_config("{\"rootfs\":{\"diff_ids\":[\"" + kZeros + "\"]}}", manifest));
}

/// A registry whose answers are the test's.
class RegistryTest : public testing::Test {
 protected:
  Registry& registry(const std::string& creds = "") {
    credentials_.emplace(creds, "/dev/null");
    http_.emplace(limits(), [](const Url&) { return TlsOptions{}; });
    auth_.emplace(*http_, *credentials_);
    const RegistryServices services{
        *http_, *auth_, {3, std::chrono::milliseconds(1), std::chrono::seconds(2)}};
    registry_.emplace(services,
                      Endpoint{parse_reference(server_.host() + "/team/app:1"), false, false},
                      std::nullopt);
    return *registry_;
  }

  static HttpLimits limits() {
    HttpLimits limits;
    limits.stall = std::chrono::milliseconds(300);
    return limits;
  }

  Descriptor blob(const std::string& bytes) {
    return {
        kOciLayer, base::sha256_digest(bytes), static_cast<std::int64_t>(bytes.size()), {}, {}, {}};
  }

  int asked(const std::string& target) {
    int count = 0;
    for (const auto& request : server_.requests()) count += request.target == target;
    return count;
  }

  HttpServer::Handler handler_;
  HttpServer server_{[this](const auto& r, Connection& c) { handler_(r, c); }};
  std::optional<CredentialStore> credentials_;
  std::optional<HttpClient> http_;
  std::optional<Authenticator> auth_;
  std::optional<Registry> registry_;
};

TEST_F(RegistryTest, HasNoManifestWhenTheAnswerIs404) {
  handler_ = [](const auto&, Connection& c) {
    c.answer(404, "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}");
  };
  EXPECT_FALSE(registry().find_manifest("1"));
}

TEST_F(RegistryTest, VerifiesTheDigestOfAManifest) {
  const std::string text = manifest_json("[]");
  handler_ = [&](const auto&, Connection& c) { c.answer(200, text, {content_type(kOciManifest)}); };
  EXPECT_THAT(message_of([&] { registry().find_manifest(kZeros); }), HasSubstr("not " + kZeros));
  EXPECT_EQ(registry().find_manifest("1")->digest, base::sha256_digest(text));
  EXPECT_EQ(registry().find_manifest(base::sha256_digest(text))->bytes, text);
  handler_ = [&](const auto&, Connection& c) {
    c.answer(200, text, {content_type(kOciManifest), "Docker-Content-Digest: " + kZeros});
  };
  EXPECT_THAT(message_of([&] { registry().find_manifest("1"); }), HasSubstr("not " + kZeros));
}

TEST_F(RegistryTest, BoundsAManifest) {
  handler_ = [](const auto&, Connection& c) {
    c.write("HTTP/1.1 200 OK\r\n\r\n{\"layers\":[\"");
    while (c.write(std::string(65536, 'x'))) {
    }
    c.close();
  };
  EXPECT_THAT(message_of([&] { registry().find_manifest("1"); }),
              HasSubstr("larger than 4194304 bytes"));
}

TEST_F(RegistryTest, EndsWhenEveryTokenIsRefused) {
  int tokens = 0;
  handler_ = [&](const auto& request, Connection& c) {
    if (request.target.starts_with("/token")) {
      c.answer(200, "{\"token\":\"t" + std::to_string(++tokens) + "\"}");
    } else {
      c.answer(401,
               "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication\\u001b[31m "
               "required\"}]}",
               {"WWW-Authenticate: Bearer realm=\"" + server_.url("/token") + "\""});
    }
  };
  EXPECT_EQ(message_of([&] { registry().find_manifest("1"); }),
            "pull access denied for " + server_.host() +
                "/team/app, repository does not exist or may require 'docker login': unauthorized: "
                "authentication\\x1b[31m required");
  EXPECT_EQ(tokens, 3);
}

TEST_F(RegistryTest, DeniesWhenItIsForbidden) {
  handler_ = [](const auto&, Connection& c) { c.answer(403, "no"); };
  EXPECT_THAT(message_of([&] { registry().find_manifest("1"); }),
              HasSubstr("pull access denied for "));
}

TEST_F(RegistryTest, SendsCredentialsOnlyAfterAChallenge) {
  handler_ = [](const auto& request, Connection& c) {
    if (request.header("authorization") == "Basic dXNlcjpwdw==") {
      c.answer(200, manifest_json("[]"), {content_type(kOciManifest)});
    } else {
      c.answer(401, "{}", {"WWW-Authenticate: Basic realm=\"x\""});
    }
  };
  EXPECT_TRUE(registry("user:pw").find_manifest("1"));
  EXPECT_EQ(server_.requests()[0].header("authorization"), "");
  EXPECT_THAT(message_of([&] { registry("user:wrong").find_manifest("1"); }),
              HasSubstr("pull access denied"));
}

TEST_F(RegistryTest, TriesAgainWhenTheServerIsBusy) {
  for (const int status : {429, 500, 502, 503}) {
    int failures = 0;
    handler_ = [&](const auto& request, Connection& c) {
      if (request.target == "/v2/")
        c.answer(200, "{}");
      else if (failures++ < 2)
        c.answer(status, "busy", {"Retry-After: 0"});
      else
        c.answer(200, manifest_json("[]"), {content_type(kOciManifest)});
    };
    EXPECT_TRUE(registry().find_manifest("1")) << status;
    EXPECT_EQ(failures, 3);
  }
}

TEST_F(RegistryTest, GivesUpAfterThreeRetries) {
  handler_ = [](const auto&, Connection& c) { c.answer(503, "busy"); };
  EXPECT_THAT(message_of([&] { registry().find_manifest("1"); }),
              HasSubstr("/v2/team/app/manifests/1: 503"));
  EXPECT_EQ(asked("/v2/team/app/manifests/1"), 4);
}

TEST_F(RegistryTest, DoesNotWaitForAnHour) {
  handler_ = [](const auto&, Connection& c) {
    c.answer(429,
             "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"rate limit\"}]}",
             {"Retry-After: 3600"});
  };
  EXPECT_THAT(message_of([&] { registry().find_manifest("1"); }),
              HasSubstr("429: toomanyrequests: rate limit"));
  EXPECT_EQ(asked("/v2/team/app/manifests/1"), 1);
}

TEST_F(RegistryTest, ReadsTagsPageByPage) {
  handler_ = [](const auto& request, Connection& c) {
    if (request.target.find("last=b") != std::string::npos)
      c.answer(200, "{\"tags\":[\"c\"]}");
    else
      c.answer(
          200, "{\"tags\":[\"a\",\"b\"]}", {"Link: </v2/team/app/tags/list?last=b>; rel=\"next\""});
  };
  EXPECT_THAT(registry().tags(), testing::ElementsAre("a", "b", "c"));
  handler_ = [](const auto&, Connection& c) { c.answer(200, "{\"name\":\"x\",\"tags\":null}"); };
  EXPECT_TRUE(registry().tags().empty());
}

TEST_F(RegistryTest, EndsWhenTagsLeadInACircle) {
  handler_ = [](const auto&, Connection& c) {
    c.answer(200,
             "{\"tags\":[\"b\",\"a\",\"b\"]}",
             {"Link: </v2/team/app/tags/list?n=1>; rel=\"next\""});
  };
  EXPECT_THAT(registry().tags(), testing::ElementsAre("b", "a"));
}

TEST_F(RegistryTest, RefusesTagsThatAreNone) {
  for (const char* tag : {"", "../../x", "a:b", "a@sha256:0", "a b", "1/x"}) {
    handler_ = [&](const auto&, Connection& c) {
      c.answer(200, fmt::format("{{\"tags\":[\"{}\"]}}", tag));
    };
    EXPECT_EQ(message_of([&] { registry().tags(); }),
              fmt::format("the registry's tag \"{}\" is none", tag));
  }
}

TEST_F(RegistryTest, DoesNotFollowTagsElsewhere) {
  handler_ = [](const auto&, Connection& c) {
    c.answer(200, "{\"tags\":[\"a\"]}", {"Link: <http://127.0.0.2:1/x>; rel=\"next\""});
  };
  EXPECT_THAT(message_of([&] { registry().tags(); }), HasSubstr("another server"));
}

TEST_F(RegistryTest, ReadsABlob) {
  handler_ = [](const auto&, Connection& c) { c.answer(200, "hello"); };
  EXPECT_EQ(read_blob({&registry()}, blob("hello"), 100), "hello");
  EXPECT_THAT(message_of([&] { read_blob({&registry()}, blob("jello"), 100); }),
              HasSubstr("another digest"));
  EXPECT_THAT(message_of([&] { read_blob({&registry()}, blob("hell"), 100); }),
              HasSubstr("larger than the 4 bytes"));
  EXPECT_THAT(message_of([&] { read_blob({&registry()}, blob("hello, world"), 100); }),
              HasSubstr("after 5 of 12"));
}

TEST_F(RegistryTest, DropsTheTokenWhenABlobLiesElsewhere) {
  HttpServer cdn([](const auto& request, Connection& c) {
    c.answer(200, request.header("authorization").empty() ? "hello" : "leak!");
  });
  handler_ = [&](const auto& request, Connection& c) {
    if (request.target == "/v2/")
      c.answer(200, "{}");
    else if (request.target.starts_with("/token"))
      c.answer(200, "{\"token\":\"secret\"}");
    else if (request.header("authorization").empty()) {
      c.answer(401, "{}", {"WWW-Authenticate: Bearer realm=\"" + server_.url("/token") + "\""});
    } else {
      c.answer(307, "", {"Location: " + cdn.url("/blob?sig=x")});
    }
  };
  EXPECT_EQ(read_blob({&registry()}, blob("hello"), 100), "hello");
}

class BlobReaderTest : public RegistryTest {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i < body_.size(); ++i)
      body_[i] = static_cast<char>(i * 2654435761U >> 11);
  }

  /// The body from where it was asked for, cut off after `most` bytes.
  void answer_part(const support::Request& request, Connection& c, std::size_t most, bool ranges) {
    if (request.target == "/v2/") return void(c.answer(200, "{}"));
    const std::string range = request.header("range");
    const std::size_t from =
        ranges && !range.empty()
            ? *base::parse_number<std::size_t>(range.substr(6, range.size() - 7))
            : 0;
    std::string head = from ? fmt::format("HTTP/1.1 206 Part\r\nContent-Range: bytes {}-{}/{}\r\n",
                                          from,
                                          body_.size() - 1,
                                          body_.size())
                            : "HTTP/1.1 200 OK\r\n";
    c.write(head + fmt::format("Content-Length: {}\r\n\r\n", body_.size() - from) +
            body_.substr(from, most));
    c.close();
  }

  std::string body_ = std::string(100'000, '\0');
};

TEST_F(BlobReaderTest, GoesOnWhereItWasCutOff) {
  handler_ = [&](const auto& r, Connection& c) { answer_part(r, c, 30'000, true); };
  EXPECT_TRUE(read_blob({&registry()}, blob(body_), 1 << 20) == body_);
  EXPECT_EQ(server_.requests().back().header("range"), "bytes=90000-");
}

TEST_F(BlobReaderTest, GoesOnWithoutRangesToo) {
  std::size_t part = 20'000;
  handler_ = [&](const auto& r, Connection& c) { answer_part(r, c, part += 20'000, false); };
  EXPECT_TRUE(read_blob({&registry()}, blob(body_), 1 << 20) == body_);
}

TEST_F(BlobReaderTest, GivesUpAServerThatCutsOffAgainAndAgain) {
  handler_ = [&](const auto& r, Connection& c) { answer_part(r, c, 10, true); };
  EXPECT_THROW(read_blob({&registry()}, blob(body_), 1 << 20), base::Error);
  EXPECT_EQ(asked("/v2/team/app/blobs/" + blob(body_).digest), 4);
}

TEST_F(BlobReaderTest, GoesOnAfterAStall) {
  handler_ = [&](const auto& r, Connection& c) {
    if (r.header("range").empty() && r.target != "/v2/") {
      c.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body_.substr(0, 5));
      c.hold();
    } else {
      answer_part(r, c, 100'000, true);
    }
  };
  EXPECT_TRUE(read_blob({&registry()}, blob(body_), 1 << 20) == body_);
}

TEST_F(BlobReaderTest, RefusesAnotherRangeThanItAskedFor) {
  handler_ = [&](const auto& r, Connection& c) {
    if (r.header("range").empty()) return answer_part(r, c, 10, true);
    c.write(
        "HTTP/1.1 206 Part\r\nContent-Range: bytes 0-99999/100000\r\nContent-Length: "
        "100000\r\n\r\n" +
        body_);
    c.close();
  };
  EXPECT_THAT(message_of([&] { read_blob({&registry()}, blob(body_), 1 << 20); }),
              HasSubstr("another range"));
}

TEST_F(BlobReaderTest, GoesOnAtTheNextRegistry) {
  HttpServer mirror([](const auto& r, Connection& c) {
    if (r.target == "/v2/")
      c.answer(200, "{}");
    else
      c.answer(404, "");
  });
  handler_ = [&](const auto& r, Connection& c) { answer_part(r, c, 100'000, true); };
  Registry& primary = registry();
  Registry first(
      {*http_, *auth_}, {parse_reference(mirror.host() + "/team/app:1"), true, true}, std::nullopt);
  EXPECT_TRUE(read_blob({&first, &primary}, blob(body_), 1 << 20) == body_);
}

}  // namespace
}  // namespace image
