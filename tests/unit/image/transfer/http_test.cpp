// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/http.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/http_server.hpp"

namespace image {
namespace {

using support::Connection;
using support::HttpServer;
using testing::HasSubstr;

HttpLimits quick() {
  HttpLimits limits;
  limits.stall = std::chrono::milliseconds(400);
  limits.connect = std::chrono::milliseconds(2000);
  return limits;
}

HttpClient client(const std::atomic<bool>* cancelled = nullptr) {
  return HttpClient(
      quick(), [](const Url&) { return TlsOptions{}; }, cancelled);
}

template <typename Act>
base::Error failure_of(Act act) {
  try {
    act();
  } catch (const base::Error& e) {
    return e;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {base::Kind::bug, ""};
}

std::string get(HttpClient& http, const std::string& url, std::size_t most = 1 << 20) {
  return http.send({.url = url}).read_all(most);
}

TEST(HttpClient, NamesTheAddressOfAServerThatIsDown) {
  auto http = client();
  const auto e = failure_of([&] { get(http, "http://127.0.0.1:1/v2/"); });
  EXPECT_EQ(e.kind(), base::Kind::remote);
  EXPECT_THAT(e.message(), HasSubstr("127.0.0.1"));
}

TEST(HttpClient, RefusesAddressesThatAreNotOfTheWeb) {
  auto http = client();
  for (const char* url :
       {"file:///etc/passwd", "ftp://x/", "http://user:secret@127.0.0.1/", "x y"}) {
    EXPECT_EQ(failure_of([&] { get(http, url); }).kind(), base::Kind::remote) << url;
  }
}

TEST(HttpClient, RefusesAnAnswerThatIsNoHttp) {
  HttpServer server([](const auto&, Connection& c) {
    c.write("220 smtp.example ESMTP\r\n");
    c.close();
  });
  auto http = client();
  EXPECT_EQ(failure_of([&] { get(http, server.url()); }).kind(), base::Kind::remote);
}

TEST(HttpClient, SeesABodyThatIsCutOff) {
  HttpServer server([](const auto&, Connection& c) {
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    c.close();
  });
  auto http = client();
  EXPECT_EQ(failure_of([&] { get(http, server.url()); }).kind(), base::Kind::io);
}

TEST(HttpClient, GivesUpWhatStalls) {
  HttpServer server([](const auto&, Connection& c) {
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    c.hold();
  });
  auto http = client();
  const auto e = failure_of([&] { get(http, server.url()); });
  EXPECT_EQ(e.kind(), base::Kind::io);
  EXPECT_THAT(e.message(), HasSubstr("stalled"));
}

TEST(HttpClient, BoundsAnAnswerWithoutEnd) {
  HttpServer server([](const auto&, Connection& c) {
    c.write("HTTP/1.1 200 OK\r\n\r\n");
    while (c.write(std::string(4096, 'x'))) {
    }
    c.close();
  });
  auto http = client();
  const auto e = failure_of([&] { get(http, server.url(), 100'000); });
  EXPECT_THAT(e.message(), HasSubstr("larger than 100000 bytes"));
}

TEST(HttpClient, BoundsAHeadWithoutEnd) {
  HttpServer server([](const auto&, Connection& c) {
    c.write("HTTP/1.1 200 OK\r\n");
    while (c.write("X: " + std::string(1000, 'x') + "\r\n")) {
    }
    c.close();
  });
  auto http = client();
  EXPECT_EQ(failure_of([&] { get(http, server.url()); }).message(),
            server.url() + ": the head of the answer is too long");
}

TEST(HttpClient, FollowsOnlySoManyRedirects) {
  HttpServer server([](const auto&, Connection& c) { c.answer(302, "", {"Location: /again"}); });
  auto http = client();
  EXPECT_THAT(failure_of([&] { get(http, server.url()); }).message(),
              HasSubstr("too many redirects"));
  EXPECT_EQ(server.requests().size(), 11U);
}

TEST(HttpClient, RefusesRedirectsToLinkLocalAddresses) {
  for (const char* target : {"http://169.254.169.254/latest/meta-data",
                             "http://[fe80::1]/x",
                             "http://[::ffff:169.254.169.254]/x",
                             "http://0xA9FEA9FE/x"}) {
    HttpServer server([&](const auto&, Connection& c) {
      c.answer(307, "", {std::string("Location: ") + target});
    });
    auto http = client();
    EXPECT_THAT(failure_of([&] { get(http, server.url()); }).message(), HasSubstr("link-local"))
        << target;
  }
}

TEST(HttpClient, RefusesALinkLocalAddressThatSomebodyElseNamed) {
  auto http = client();
  const auto e = failure_of(
      [&] { http.send({.url = "http://169.254.169.254/token", .named_by = "registry.example"}); });
  EXPECT_THAT(e.message(), HasSubstr("link-local"));
}

TEST(HttpClient, KeepsTheAuthorizationOnARedirectWithinTheServer) {
  HttpServer server([](const auto& request, Connection& c) {
    if (request.target == "/")
      c.answer(307, "", {"Location: /there"});
    else
      c.answer(200, request.header("authorization"));
  });
  auto http = client();
  EXPECT_EQ(http.send({.url = server.url(), .authorization = "Bearer s"}).read_all(100),
            "Bearer s");
}

TEST(HttpClient, DropsTheAuthorizationForGoodWhenARedirectLeaves) {
  std::string home;
  HttpServer other([&](const auto& request, Connection& c) {
    EXPECT_EQ(request.header("authorization"), "");
    c.answer(307, "", {"Location: " + home + "/back"});
  });
  HttpServer server([&](const auto& request, Connection& c) {
    if (request.target == "/")
      c.answer(307, "", {"Location: " + other.url("/blob")});
    else
      c.answer(200, "got <" + request.header("authorization") + ">");
  });
  home = server.url("");
  auto http = client();
  EXPECT_EQ(http.send({.url = server.url(), .authorization = "Bearer s"}).read_all(100), "got <>");
}

TEST(HttpClient, DoesNotRepeatAFormElsewhere) {
  HttpServer other([](const auto&, Connection& c) { c.answer(200, ""); });
  HttpServer server(
      [&](const auto&, Connection& c) { c.answer(307, "", {"Location: " + other.url("/token")}); });
  auto http = client();
  EXPECT_THROW(http.send({.url = server.url(), .form = "refresh_token=s"}), base::Error);
  EXPECT_TRUE(other.requests().empty());
}

TEST(HttpClient, EndsWhenItIsCancelled) {
  std::atomic<bool> cancelled = true;
  HttpServer server([](const auto&, Connection& c) { c.hold(); });
  auto http = client(&cancelled);
  EXPECT_THAT(failure_of([&] { get(http, server.url()); }).message(), HasSubstr("given up"));
}

TEST(HttpClient, ReadsALargeBodyInSmallPieces) {
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 >> 7);
  HttpServer server([&](const auto&, Connection& c) { c.answer(200, body); });
  auto http = client();
  auto response = http.send({.url = server.url()});
  std::string got;
  char piece[1777];
  while (const std::size_t n = response.read(piece, sizeof piece)) got.append(piece, n);
  EXPECT_TRUE(got == body);
}

TEST(HttpClient, UsesAConnectionAgain) {
  HttpServer server([](const auto&, Connection& c) { c.answer(200, "hello"); });
  auto http = client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(http, server.url()), "hello");
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, GoesThroughTheProxiesOfTheEnvironment) {
  HttpServer proxy([](const auto& request, Connection& c) {
    c.answer(request.method == "CONNECT" ? 403 : 200, "by proxy");
  });
  ::setenv("HTTP_PROXY", proxy.url().c_str(), 1);
  ::setenv("HTTPS_PROXY", proxy.url().c_str(), 1);
  ::setenv("NO_PROXY", "192.0.2.1,.inside.example", 1);
  auto http = client();
  const auto end = http.send({.url = "http://registry.example/v2/"}).read_all(100);
  EXPECT_EQ(end, "by proxy");
  // The password is for the registry: a proxy must not see it.
  EXPECT_THROW(http.send({.url = "https://registry.example/v2/", .authorization = "Basic secret"}),
               base::Error);
  // Neither what NO_PROXY names nor loopback.
  EXPECT_THROW(http.send({.url = "http://192.0.2.1:1/"}), base::Error);
  EXPECT_THROW(http.send({.url = "http://127.0.0.1:1/"}), base::Error);
  for (const char* name : {"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"}) ::unsetenv(name);
  const auto seen = proxy.requests();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].target, "http://registry.example/v2/");
  EXPECT_EQ(seen[1].method + " " + seen[1].target, "CONNECT registry.example:443");
  EXPECT_EQ(seen[1].header("authorization"), "");
}

TEST(HttpClient, TellsWhoItIsAndGivesHeaders) {
  HttpServer server([](const auto& request, Connection& c) {
    c.answer(
        418, request.header("user-agent") + request.header("accept"), {"X-One: a", "X-One: b"});
  });
  auto http = client();
  auto response = http.send({.url = server.url(), .headers = {"Accept: x/y"}});
  EXPECT_EQ(response.status(), 418);
  EXPECT_EQ(response.header("x-one"), "a, b");
  EXPECT_THAT(response.read_all(100), testing::MatchesRegex("berth/[0-9.]+x/y"));
}

TEST(Url, ShowsNoSecrets) {
  EXPECT_EQ(parse_url("https://cdn.example/blob?sig=secret").shown(), "https://cdn.example/blob");
}

TEST(Url, ResolvesRelativeAddresses) {
  const Url base = parse_url("https://a.example:444/v2/x/blobs/y");
  EXPECT_EQ(resolve_url(base, "/other").text, "https://a.example:444/other");
  EXPECT_EQ(resolve_url(base, "//b.example/z").host, "b.example");
  EXPECT_FALSE(base.has_origin_of(parse_url("https://a.example/")));
}

TEST(Url, KnowsLoopbackInAllItsForms) {
  for (const char* host :
       {"localhost", "LOCALHOST:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:80", "x.localhost"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host :
       {"127.0.0.1.example", "localhost.example", "10.0.0.1", "[fe80::1]", "128.0.0.1"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace image
