// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/pull.hpp"

#include <condition_variable>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "image/filter.hpp"
#include "image/image_store.hpp"
#include "image/transfer/credentials.hpp"
#include "storage/layer_store.hpp"
#include "tests/support/test_registry.hpp"

namespace image {
namespace {

using support::Connection;
using support::make_layer;
using support::RealRegistry;
using support::StaticRegistry;
using support::TestContent;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class PullTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "unpacking layers as they are needs root";
  }

  PullSettings settings() const {
    PullSettings s;
    s.retry.first_pause = std::chrono::milliseconds(1);
    s.http.stall = std::chrono::seconds(5);  // a loaded machine must not count as a stall
    s.registries_conf = conf_;
    return s;
  }

  PullResult send(PullRequest request) {
    if (request.registry.authfile.empty() && request.registry.creds.empty())
      request.registry.authfile = "/dev/null";
    return pull_image(store_, request, settings());
  }

  PullResult pull(const std::string& reference, const std::string& platform = "linux/amd64") {
    return send({.reference = reference, .platform = platform, .quiet = true, .registry = {}});
  }

  std::string refusal(const std::string& reference, const std::string& platform = "linux/amd64") {
    try {
      pull(reference, platform);
      return "nothing was refused";
    } catch (const base::Error& e) {
      return e.message();
    }
  }

  /// Nothing of a failed pull is left, but layers that were complete.
  void expect_clean(std::size_t layers = 0) {
    EXPECT_THAT(base::list_directory(store_.paths().staging()), IsEmpty());
    EXPECT_EQ(base::list_directory(store_.paths().layers()).size(), layers);
    EXPECT_THAT(images_.list(), IsEmpty());
    EXPECT_THAT(base::list_directory(store_.paths().locks()),
                testing::Not(testing::Contains(StartsWith("fetch-"))));
  }

  std::vector<storage::Layer> layers(const PullResult& result) {
    return storage::LayerStore(store_).of_image(result.image);
  }

  base::TempDir directory_{"/tmp", "pull"};
  storage::Store store_{directory_.path() + "/root", directory_.path() + "/run"};
  ImageStore images_{store_};
  std::vector<std::string> conf_;
  TestContent content_;
  support::TestLayer base_ = make_layer("echo base > base; mkdir -m 700 secret; echo x > secret/x");
  support::TestLayer top_ = make_layer("echo top > top");
};

TEST_F(PullTest, SaysThatThereIsNoSuchImage) {
  StaticRegistry registry(content_);
  EXPECT_EQ(
      refusal(registry.host() + "/nosuch"),
      fmt::format("failed to resolve reference \"{0}/nosuch:latest\": {0}/nosuch:latest: not found",
                  registry.host()));
  expect_clean();
}

TEST_F(PullTest, NamesARegistryThatIsDown) {
  EXPECT_THAT(
      refusal("127.0.0.1:1/app:1"),
      testing::AllOf(
          HasSubstr("failed to resolve reference \"127.0.0.1:1/app:1\": http://127.0.0.1:1/"),
          HasSubstr("onnect")));
}

TEST_F(PullTest, RefusesALayerWithAnotherDigest) {
  const auto document = content_.add_image({base_, top_});
  content_.blobs[top_.digest()] = make_layer("echo tip > top").blob;
  StaticRegistry registry(content_);
  registry.tag("1", document);
  EXPECT_THAT(refusal(registry.host() + "/team/app:1"),
              HasSubstr("pull layer " + top_.digest().substr(7, 12) + ": "));
  expect_clean(base::list_directory(store_.paths().layers()).size());
}

TEST_F(PullTest, RefusesALayerThatTheConfigDoesNotName) {
  auto liar = top_;
  liar.tar += "x";
  const auto document = content_.add_image({liar});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  EXPECT_THAT(refusal(registry.host() + "/team/app:1"),
              HasSubstr("the image config says " + liar.diff_id()));
  expect_clean();
}

TEST_F(PullTest, RefusesALayerThatIsNoArchive) {
  for (const std::string bytes : {"garbage", "\x1f\x8b garbage"}) {
    TestContent content;
    const auto document = content.add_image({{bytes, bytes, kOciLayer}});
    StaticRegistry registry(content);
    registry.tag("1", document);
    const std::string said = refusal(registry.host() + "/team/app:1");
    EXPECT_THAT(said, HasSubstr("pull layer")) << said;
    expect_clean();
  }
}

TEST_F(PullTest, LeavesNothingWhenALayerIsCutOffForGood) {
  const auto document = content_.add_image({top_});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  registry.spoil = [&](const auto& request, Connection& c) {
    if (!request.target.ends_with(top_.digest())) return false;
    c.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(top_.blob.size()) + "\r\n\r\n" +
            top_.blob.substr(0, 20));
    c.close();
    return true;
  };
  EXPECT_THAT(refusal(registry.host() + "/team/app:1"), HasSubstr("pull layer"));
  expect_clean();
  registry.spoil = nullptr;
  EXPECT_TRUE(pull(registry.host() + "/team/app:1").is_new);
}

TEST_F(PullTest, RefusesAConfigThatDoesNotFit) {
  auto document = content_.add_image({base_});
  auto json = base::parse_json(content_.blobs[document.digest], "manifest");
  json["layers"].push_back(json["layers"][0]);
  document = content_.add_document(json, kOciManifest);
  StaticRegistry registry(content_);
  registry.tag("1", document);
  EXPECT_EQ(refusal(registry.host() + "/team/app:1"),
            "the image config names 1 layers, the manifest 2");
  expect_clean();
}

TEST_F(PullTest, RefusesAForeignSystem) {
  const auto document = content_.add_image({base_}, "arm64");
  StaticRegistry registry(content_);
  registry.tag("1", document);
  EXPECT_THAT(refusal(registry.host() + "/team/app:1"),
              HasSubstr("no matching manifest for linux/amd64"));
  expect_clean();
}

TEST_F(PullTest, UnpacksAndNamesAnImage) {
  const auto document = content_.add_image(
      {base_, make_layer("echo plain > plain", "none"), make_layer("echo z > z", "zstd")});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  const std::string name = registry.host() + "/team/app:1";
  const auto result = pull(name);
  EXPECT_TRUE(result.is_new);
  EXPECT_EQ(result.name, name);
  EXPECT_EQ(result.digest, document.digest);
  const auto image = images_.get(name);
  EXPECT_EQ(image.id, result.image);
  EXPECT_EQ(image.manifest, document.digest);
  EXPECT_EQ(images_.blob(document.digest), content_.blobs[document.digest]);
  EXPECT_THAT(images_.repository_digests(image.id),
              ElementsAre(registry.host() + "/team/app@" + document.digest));
  const auto stack = layers(result);
  ASSERT_EQ(stack.size(), 3U);
  EXPECT_EQ(base::read_file(stack[0].diff() + "/base"), "base\n");
  EXPECT_EQ(base::read_file(stack[1].diff() + "/plain"), "plain\n");
  EXPECT_EQ(base::read_file(stack[2].diff() + "/z"), "z\n");
  EXPECT_EQ(base::stat_of(base::open_file(stack[0].diff() + "/secret", O_RDONLY).get(), "secret")
                    .st_mode &
                0777,
            0700U);
  EXPECT_THAT(base::list_directory(store_.paths().staging()), IsEmpty());
}

TEST_F(PullTest, KnowsWhatIsUpToDate) {
  const auto document = content_.add_image({base_});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  registry.tag("2", document);
  pull(registry.host() + "/team/app:1");
  EXPECT_FALSE(pull(registry.host() + "/team/app:1").is_new);
  EXPECT_TRUE(pull(registry.host() + "/team/app:2").is_new);
  EXPECT_FALSE(pull(registry.host() + "/team/app@" + document.digest).is_new);
  EXPECT_EQ(registry.asked_for(base_.digest()), 1);
  EXPECT_EQ(images_.names(images_.list().at(0).id).size(), 2U);
}

TEST_F(PullTest, FetchesSharedLayersOnce) {
  StaticRegistry* registry = nullptr;
  const auto one = content_.add_image({base_}), two = content_.add_image({base_, top_});
  StaticRegistry server(content_);
  registry = &server;
  registry->tag("1", one);
  registry->tag("2", two);
  pull(registry->host() + "/team/app:1");
  pull(registry->host() + "/team/app:2");
  EXPECT_EQ(registry->asked_for(base_.digest()), 1);
  EXPECT_EQ(registry->asked_for(top_.digest()), 1);
}

TEST_F(PullTest, FetchesALayerOnceForTwoCommands) {
  const auto document = content_.add_image({base_, top_});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  const PullRequest request{
      .reference = registry.host() + "/team/app:1",
      .platform = "linux/amd64",
      .quiet = true,
      .registry = {.tls_verify = {}, .authfile = "/dev/null", .cert_dir = {}, .creds = {}}};
  store_.database();
  std::vector<std::thread> commands;
  for (int i = 0; i < 4; ++i) {
    commands.emplace_back([&] {
      storage::Store own(store_.paths().graphroot(), store_.paths().runroot());
      pull_image(own, request, settings());
    });
  }
  for (auto& command : commands) command.join();
  EXPECT_EQ(registry.asked_for(base_.digest()), 1);
  EXPECT_EQ(images_.list().size(), 1U);
}

TEST_F(PullTest, AsksForLayersWhileTheConfigIsOnItsWay) {
  const std::vector<support::TestLayer> stack = {base_, top_, make_layer("echo more > more")};
  const auto document = content_.add_image(stack);
  const auto config =
      base::from_json_text<Manifest>(content_.blobs[document.digest], "manifest").config;
  StaticRegistry registry(content_);
  registry.tag("1", document);
  std::mutex mutex;
  std::condition_variable asked;
  std::size_t layers = 0;
  registry.spoil = [&](const auto& request, Connection&) {
    std::unique_lock lock(mutex);
    if (request.target.ends_with(config.digest)) {
      // One after the other, this would never come true.
      EXPECT_TRUE(asked.wait_for(lock, std::chrono::seconds(20), [&] { return layers == 3; }));
    } else if (request.target.find("/blobs/") != std::string::npos) {
      ++layers;
      asked.notify_all();
    }
    return false;
  };
  EXPECT_TRUE(pull(registry.host() + "/team/app:1").is_new);
  for (const auto& layer : stack) EXPECT_EQ(registry.asked_for(layer.digest()), 1);
  EXPECT_EQ(registry.asked_for(config.digest), 1);
}

TEST_F(PullTest, DoesNotTakeWhatComesWhenTheConfigIsRefused) {
  const auto document = content_.add_image({base_, top_}, "arm64");
  StaticRegistry registry(content_);
  registry.tag("1", document);
  EXPECT_THAT(refusal(registry.host() + "/team/app:1"), HasSubstr("no matching manifest"));
  expect_clean();
}

TEST_F(PullTest, UsesItsConnectionsAgain) {
  std::vector<support::TestLayer> stack;
  for (int i = 0; i < 12; ++i) stack.push_back(make_layer("echo x > x" + std::to_string(i)));
  const auto document = content_.add_image(stack);
  StaticRegistry registry(content_);
  registry.tag("1", document);
  pull(registry.host() + "/team/app:1");
  // One that was to speak TLS, one for manifest and config, one for each of three layers at a time.
  EXPECT_LE(registry.connections(), 5);
}

TEST_F(PullTest, RefusesABlobThatIsKnownToBeAnotherLayer) {
  const auto right = content_.add_image({base_});
  auto liar = base_;
  liar.tar = top_.tar;
  const auto wrong = content_.add_image({liar});
  StaticRegistry registry(content_);
  registry.tag("right", right);
  registry.tag("wrong", wrong);
  pull(registry.host() + "/team/app:right");
  EXPECT_EQ(refusal(registry.host() + "/team/app:wrong"),
            fmt::format("pull layer {}: its content has diff id {}, the image config says {}",
                        base_.digest().substr(7, 12),
                        base_.diff_id(),
                        top_.diff_id()));
}

TEST_F(PullTest, IsFoundByTheShortNameThatItWasPulledBy) {
  const auto document = content_.add_image({base_});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  conf_ = {directory_.path() + "/registries.conf"};
  base::write_file(conf_[0],
                   "unqualified-search-registries = ['" + registry.host() +
                       "']\n[aliases]\ntool = '" + registry.host() + "/team/app'\n");
  const auto result = pull("tool:1");
  EXPECT_EQ(result.name, registry.host() + "/team/app:1");
  ASSERT_TRUE(images_.find("tool:1"));
  EXPECT_EQ(images_.find("tool:1")->id, result.image);
  EXPECT_TRUE(images_.find("tool@" + document.digest));
  EXPECT_FALSE(images_.find("tool:2"));
  EXPECT_FALSE(images_.find("other:1"));
  pull("some/other:1");
  EXPECT_TRUE(images_.find("some/other:1"));
  Filter filter;
  filter.references = {"tool"};
  EXPECT_THAT(select(images_, filter).at(0).names, ElementsAre(registry.host() + "/team/app:1"));
  EXPECT_EQ(images_.get_match("tool:1").reference->full(), registry.host() + "/team/app:1");
}

TEST_F(PullTest, StacksARepeatedLayerOnce) {
  const auto document = content_.add_image({top_, base_, top_});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  std::vector<std::string> ids;
  for (const auto& layer : layers(pull(registry.host() + "/team/app:1"))) ids.push_back(layer.id);
  EXPECT_THAT(ids, ElementsAre(base_.diff_id(), top_.diff_id()));
}

TEST_F(PullTest, GivesAnImageItsLowerDirectories) {
  // The upper layer's tar has no entry for "secret", which must stay as the lower layer has it.
  const auto upper = make_layer("mkdir secret; echo y > secret/y", "gzip", {"secret/y"});
  const auto document = content_.add_image({base_, upper});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  const auto stack = layers(pull(registry.host() + "/team/app:1"));
  ASSERT_EQ(stack.size(), 3U);
  EXPECT_THAT(stack[2].id, StartsWith("fixup:"));
  EXPECT_EQ(base::find_stat(stack[2].diff() + "/secret")->st_mode & 0777, 0700U);
}

TEST_F(PullTest, ChoosesByPlatform) {
  auto amd = content_.add_image({base_}, "amd64"), arm = content_.add_image({top_}, "arm"),
       unknown = content_.add_image({top_}, "x");
  amd.platform = Platform{"linux", "amd64", ""};
  arm.platform = Platform{"linux", "arm", "v6"};
  unknown.platform = Platform{"unknown", "unknown", ""};
  const auto index = content_.add_index({unknown, arm, amd});
  StaticRegistry registry(content_);
  registry.tag("1", index);
  const std::string name = registry.host() + "/team/app:1";
  const auto result = pull(name);
  EXPECT_EQ(result.digest, index.digest);
  EXPECT_EQ(images_.get(name).manifest, amd.digest);
  EXPECT_EQ(images_.blob(index.digest), content_.blobs[index.digest]);
  EXPECT_THAT(images_.repository_digests(result.image),
              testing::UnorderedElementsAre(registry.host() + "/team/app@" + amd.digest,
                                            registry.host() + "/team/app@" + index.digest));
  pull(name, "linux/arm/v7");  // what an older processor runs, a newer one does
  EXPECT_EQ(images_.get(name).manifest, arm.digest);
  EXPECT_EQ(refusal(name, "linux/s390x"),
            "no matching manifest for linux/s390x in the manifest list entries: no match for "
            "platform in manifest: not found");
}

TEST_F(PullTest, GoesDownAFewIndexesOnly) {
  auto entry = content_.add_image({base_});
  StaticRegistry* server = nullptr;
  for (int depth = 0; depth < 3; ++depth) entry = content_.add_index({entry});
  const auto deepest = entry, too_deep = content_.add_index({entry});
  StaticRegistry registry(content_);
  server = &registry;
  server->tag("3", deepest);
  server->tag("4", too_deep);
  EXPECT_TRUE(pull(server->host() + "/team/app:3").is_new);
  EXPECT_THAT(refusal(server->host() + "/team/app:4"), HasSubstr("nested too deeply"));
}

TEST_F(PullTest, AsksMirrorsFirstAndGoesOnWithoutThem) {
  const auto document = content_.add_image({base_});
  StaticRegistry primary(content_), empty(TestContent{}), broken(TestContent{});
  primary.tag("1", document);
  broken.spoil = [](const auto&, Connection& c) {
    return c.answer(200, "<html>", {"Content-Type: text/html"});
  };
  conf_ = {directory_.path() + "/registries.conf"};
  base::write_file(conf_[0],
                   "[[registry]]\nprefix='x.example'\nlocation='" + primary.host() +
                       "'\ninsecure=true\n[[registry.mirror]]\nlocation='" + empty.host() +
                       "'\n[[registry.mirror]]\nlocation='" + broken.host() + "'\n");
  const auto result = pull("x.example/team/app:1");
  EXPECT_EQ(result.name, "x.example/team/app:1");
  EXPECT_EQ(empty.asked_for("/manifests/1"), 1);
  EXPECT_EQ(broken.asked_for("/manifests/1"), 1);
}

TEST_F(PullTest, TellsTheSameLinesEachTime) {
  const auto document = content_.add_image({base_, top_});
  StaticRegistry registry(content_);
  registry.tag("1", document);
  const std::string name = registry.host() + "/team/app:1";
  const std::string low = base_.digest().substr(7, 12), high = top_.digest().substr(7, 12);
  testing::internal::CaptureStdout();
  send({.reference = name, .platform = "linux/amd64", .registry = {}});
  EXPECT_EQ(
      testing::internal::GetCapturedStdout(),
      fmt::format("1: Pulling from team/app\n{0}: Pulling fs layer\n{1}: Pulling fs layer\n{0}: "
                  "Download complete\n"
                  "{1}: Download complete\n{0}: Pull complete\n{1}: Pull complete\nDigest: {2}\n"
                  "Status: Downloaded newer image for {3}\n",
                  low,
                  high,
                  document.digest,
                  name));
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  send({.reference = name, .platform = "linux/amd64", .run = true, .registry = {}});
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(
      testing::internal::GetCapturedStderr(),
      fmt::format("1: Pulling from team/app\nDigest: {}\nStatus: Image is up to date for {}\n",
                  document.digest,
                  name));
}

/// With Debian's registry.
class RealPullTest : public PullTest {
 protected:
  void SetUp() override {
    PullTest::SetUp();
    if (!RealRegistry::is_installed()) GTEST_SKIP() << "docker-registry is not installed";
    document_ = content_.add_image({base_, top_});
  }

  PullResult pull_with(const std::string& host, RegistryOptions options) {
    if (options.authfile.empty() && options.creds.empty()) options.authfile = "/dev/null";
    return send({.reference = host + "/team/app:1",
                 .platform = "linux/amd64",
                 .quiet = true,
                 .registry = options});
  }

  std::string refusal_with(const std::string& host, const RegistryOptions& options) {
    try {
      pull_with(host, options);
      return "nothing was refused";
    } catch (const base::Error& e) {
      return e.message();
    }
  }

  /// A key and a certificate for 127.0.0.1.
  void make_certificate() {
    support::run({"openssl",
                  "req",
                  "-x509",
                  "-newkey",
                  "rsa:2048",
                  "-nodes",
                  "-days",
                  "2",
                  "-subj",
                  "/CN=test",
                  "-addext",
                  "subjectAltName=IP:127.0.0.1",
                  "-keyout",
                  file("ca.pem"),
                  "-out",
                  file("ca.crt")});
  }

  std::string file(const std::string& name) const { return directory_.path() + "/" + name; }

  Descriptor document_;
};

TEST_F(RealPullTest, PullsByTagAndByDigestAndAllTags) {
  RealRegistry registry(content_, {{"1", document_}, {"2", document_}, {"x", document_}});
  EXPECT_TRUE(pull(registry.host() + "/team/app:1").is_new);
  EXPECT_FALSE(pull(registry.host() + "/team/app@" + document_.digest).is_new);
  EXPECT_TRUE(send({.reference = registry.host() + "/team/app",
                    .platform = "linux/amd64",
                    .quiet = true,
                    .all_tags = true,
                    .registry = {}})
                  .is_new);
  EXPECT_EQ(images_.names(images_.list().at(0).id).size(), 3U);
}

TEST_F(RealPullTest, GivesAPassword) {
  base::write_file(file("htpasswd"), support::run({"htpasswd", "-Bbn", "user", "secret"}));
  RealRegistry registry(content_,
                        {{"1", document_}},
                        "",
                        "auth: {htpasswd: {realm: test, path: " + file("htpasswd") + "}}\n");
  EXPECT_THAT(refusal_with(registry.host(), {}),
              HasSubstr("pull access denied for " + registry.host() + "/team/app, "));
  const std::string wrong = refusal_with(
      registry.host(), {.tls_verify = {}, .authfile = {}, .cert_dir = {}, .creds = "user:letmein"});
  EXPECT_THAT(wrong, HasSubstr("pull access denied"));
  EXPECT_THAT(wrong, testing::Not(HasSubstr("letmein")));
  base::write_file(file("auth.json"),
                   "{\"auths\":{\"" + registry.host() + "/team\":{\"auth\":\"" +
                       encode_base64("user:secret") + "\"}}}");
  EXPECT_TRUE(
      pull_with(registry.host(),
                {.tls_verify = {}, .authfile = file("auth.json"), .cert_dir = {}, .creds = {}})
          .is_new);
  EXPECT_FALSE(pull_with(registry.host(),
                         {.tls_verify = {}, .authfile = {}, .cert_dir = {}, .creds = "user:secret"})
                   .is_new);
}

TEST_F(RealPullTest, GetsATokenThatTheRegistryAccepts) {
  make_certificate();
  const auto base64url = [](const std::string& bytes) {
    std::string text = encode_base64(bytes);
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text.substr(0, text.find('='));
  };
  const std::string der =
      support::run({"openssl", "x509", "-in", file("ca.crt"), "-outform", "DER"});
  support::HttpServer tokens([&](const auto& request, Connection& c) {
    if (request.header("authorization") != "Basic " + encode_base64("user:secret"))
      return void(c.answer(401, "{}"));
    EXPECT_THAT(request.target, HasSubstr("scope=repository%3Ateam%2Fapp%3Apull"));
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    const std::string head =
        "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"" + encode_base64(der) + "\"]}";
    const std::string claims = fmt::format(
        "{{\"iss\":\"test\",\"aud\":\"registry\",\"sub\":\"user\",\"jti\":\"1\",\"iat\":{0},"
        "\"nbf\":{0},\"exp\":{1},"
        "\"access\":[{{\"type\":\"repository\",\"name\":\"team/app\",\"actions\":[\"pull\"]}}]}}",
        now - 60,
        now + 600);
    const std::string text = base64url(head) + "." + base64url(claims);
    const std::string signature =
        support::run({"openssl", "dgst", "-sha256", "-sign", file("ca.pem")}, text);
    c.answer(200, "{\"token\":\"" + text + "." + base64url(signature) + "\"}");
  });
  RealRegistry registry(
      content_,
      {{"1", document_}},
      "",
      "auth: {token: {realm: \"" + tokens.url("/token") +
          "\", service: registry, issuer: test, rootcertbundle: " + file("ca.crt") + "}}\n");
  EXPECT_THAT(refusal_with(registry.host(), {}), HasSubstr("pull access denied"));
  EXPECT_TRUE(pull_with(registry.host(),
                        {.tls_verify = {}, .authfile = {}, .cert_dir = {}, .creds = "user:secret"})
                  .is_new);
  EXPECT_EQ(tokens.requests().size(), 2U) << "one token serves all requests";
}

TEST_F(RealPullTest, TrustsOnlyKnownCertificates) {
  make_certificate();
  RealRegistry registry(
      content_,
      {{"1", document_}},
      "  tls: {certificate: " + file("ca.crt") + ", key: " + file("ca.pem") + "}\n");
  EXPECT_THAT(refusal_with(registry.host(),
                           {.tls_verify = true, .authfile = {}, .cert_dir = {}, .creds = {}}),
              HasSubstr("certificate"));
  base::make_directory(file("certs"));
  base::write_file(file("certs/ca.crt"), base::read_file(file("ca.crt")));
  EXPECT_TRUE(
      pull_with(registry.host(),
                {.tls_verify = true, .authfile = {}, .cert_dir = file("certs"), .creds = {}})
          .is_new);
  EXPECT_FALSE(
      pull_with(registry.host(), {.tls_verify = false, .authfile = {}, .cert_dir = {}, .creds = {}})
          .is_new);
}

}  // namespace
}  // namespace image
