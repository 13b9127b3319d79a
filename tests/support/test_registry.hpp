// SPDX-License-Identifier: Apache-2.0
// Registries for tests: Debian's docker-registry on a free port of loopback, and one in this process whose every answer
// a test may spoil.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/sys.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/test_image.hpp"

namespace support {

/// Serves content under any repository's name. `spoil` sees each request first and answers it itself by returning true.
class StaticRegistry {
 public:
  explicit StaticRegistry(TestContent content) : content_(std::move(content)) {}

  std::string host() const { return server_.host(); }

  void tag(const std::string& tag, const image::Descriptor& document) {
    tags_[tag] = document.digest;
  }

  int asked_for(const std::string& end) const {
    int count = 0;
    for (const auto& request : server_.requests()) count += request.target.ends_with(end);
    return count;
  }

  int connections() const { return server_.connections(); }

  std::function<bool(const Request&, Connection&)> spoil;

 private:
  void answer(const Request& request, Connection& c) {
    if (spoil && spoil(request, c)) return;
    if (request.target == "/v2/") return void(c.answer(200, "{}"));
    std::string name = request.target.substr(request.target.rfind('/') + 1);
    const bool is_manifest = request.target.find("/manifests/") != std::string::npos;
    if (const auto tag = tags_.find(name); is_manifest && tag != tags_.end()) name = tag->second;
    const auto blob = content_.blobs.find(name);
    if (blob == content_.blobs.end()) return void(c.answer(404, "{}"));
    const auto type = content_.documents.find(name);
    const std::string text =
        is_manifest && type != content_.documents.end() ? type->second : "application/octet-stream";
    c.answer(200, blob->second, {"Content-Type: " + text});
  }

  TestContent content_;
  std::map<std::string, std::string> tags_;
  HttpServer server_{[this](const auto& r, Connection& c) { answer(r, c); }};
};

/// docker-registry as a process of its own, its storage filled directly.
class RealRegistry {
 public:
  /// `settings` is YAML that goes below "http:" (TLS) and beside it (auth), see the tests.
  RealRegistry(const TestContent& content,
               const std::map<std::string, image::Descriptor>& tags,
               const std::string& http_settings = "",
               const std::string& settings = "") {
    for (const auto& [digest, bytes] : content.blobs)
      put(digest, bytes, content.documents.contains(digest));
    for (const auto& [tag, document] : tags)
      link("_manifests/tags/" + tag + "/current/link", document.digest);
    const std::string port = free_port();
    host_ = "127.0.0.1:" + port;
    base::write_file(directory_.path() + "/config.yml",
                     "version: 0.1\nlog: {level: info}\nstorage: {filesystem: {rootdirectory: " +
                         directory_.path() + "}}\n" + settings + "http:\n  addr: " + host_ + "\n" +
                         http_settings);
    base::Pipe log = base::make_pipe();
    process_.emplace(
        base::spawn({.argv = {"docker-registry", "serve", directory_.path() + "/config.yml"},
                     .env = std::vector<std::string>{"PATH=/usr/bin:/bin"},
                     .out = log.write.get(),
                     .err = log.write.get()}));
    log.write.reset();
    wait_for(log.read.get(), "listening on");
    log_ = std::move(log.read);
    drain_ = std::thread([fd = log_.get()] {
      char buffer[4096];
      while (::read(fd, buffer, sizeof buffer) > 0) {
      }
    });
  }

  ~RealRegistry() {
    process_.reset();  // kills it, which ends its log
    drain_.join();
  }

  static bool is_installed() { return base::find_program("docker-registry").has_value(); }

  const std::string& host() const { return host_; }

 private:
  static std::string free_port() {
    const HttpServer server([](const auto&, auto&) {});
    return server.host().substr(server.host().rfind(':') + 1);
  }

  static void wait_for(int fd, const std::string& text) {
    std::string log;
    char buffer[4096];
    while (log.find(text) == std::string::npos) {
      const ssize_t n = ::read(fd, buffer, sizeof buffer);
      if (n <= 0) base::fail(base::Kind::bug, "docker-registry did not start: {}", log);
      log.append(buffer, static_cast<std::size_t>(n));
    }
  }

  void write(const std::string& path, const std::string& bytes) {
    const std::string full = directory_.path() + "/docker/registry/v2/" + path;
    base::make_directories(full.substr(0, full.rfind('/')));
    base::write_file(full, bytes);
  }

  void link(const std::string& path, const std::string& digest) {
    write("repositories/team/app/" + path, digest);
  }

  void put(const std::string& digest, const std::string& bytes, bool is_document) {
    const std::string hex = digest.substr(7);
    write("blobs/sha256/" + hex.substr(0, 2) + "/" + hex + "/data", bytes);
    link("_layers/sha256/" + hex + "/link", digest);
    if (is_document) link("_manifests/revisions/sha256/" + hex + "/link", digest);
  }

  base::TempDir directory_{"/tmp", "registry"};
  std::string host_;
  base::UniqueFd log_;
  std::optional<base::Child> process_;
  std::thread drain_;
};

}  // namespace support
