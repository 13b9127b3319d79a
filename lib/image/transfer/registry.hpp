// SPDX-License-Identifier: Apache-2.0
// One repository at one address, by the OCI distribution spec: manifests, blobs and tags, verified.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "image/transfer/auth.hpp"
#include "image/transfer/http.hpp"
#include "image/transfer/manifest.hpp"
#include "image/transfer/registries_conf.hpp"
#include "image/transfer/retry.hpp"

namespace image {

/// What all registries of one command share.
struct RegistryServices {
  HttpClient& http;
  Authenticator& auth;
  RetryLimits retry = {};
  const std::atomic<bool>* cancelled = nullptr;
  Purpose purpose = Purpose::pull;
  bool podman = false;  ///< whose words refusals have
};

class Registry {
 public:
  /// `tls_verify` is the user's word, if there is one; else registries.conf's, and loopback may be insecure.
  Registry(RegistryServices services, Endpoint endpoint, std::optional<bool> tls_verify);

  const Endpoint& endpoint() const { return endpoint_; }

  /// By tag or digest; nothing when the registry has none. A document asked for by digest has that digest.
  std::optional<Document> find_manifest(const std::string& tag_or_digest);

  std::vector<std::string> tags();

  /// Starts to fetch a blob from byte `offset` on. Kind not_found when it is not there, io when a retry may help.
  HttpResponse open_blob(const std::string& digest, std::int64_t offset, Patience& patience);

  /// Whether the registry lets us in. Kind denied when it does not.
  void check_access();

  /// Whether it has this blob, of this size.
  bool has_blob(const Descriptor& blob);

  /// Asks it to take a blob over from another of its repositories ("team/app"). False when it will not.
  bool mount_blob(const std::string& digest, const std::string& from);

  /// Sends a blob, from its beginning again after a failure that may pass.
  void put_blob(const Descriptor& blob, const HttpBody& body);

  /// Sends a manifest, whose blobs are all there, and has the tag (or digest) name it.
  void put_manifest(const std::string& tag_or_digest, const Document& document);

  Patience patience() const { return {services_.retry, services_.cancelled}; }

 private:
  const Url& root();
  Url find_root();

  std::string path(const std::string& rest) const {
    return "/v2/" + endpoint_.reference.path + rest;
  }

  HttpResponse get(const Url& url, const std::vector<std::string>& headers, Patience& patience);
  HttpResponse send(const HttpRequest& request, Patience& patience);
  HttpResponse send_authorized(HttpRequest request);
  HttpResponse exchange(const HttpRequest& request);
  [[noreturn]] void deny(int status, const std::string& why, const std::string& challenges = {});
  [[noreturn]] void deny_login(const std::string& challenges);
  Url upload_address(const HttpResponse& response);
  Url start_upload(Patience& patience);
  void try_put_blob(const Descriptor& blob, const HttpBody& body, Patience& patience);
  template <typename Act>
  auto patiently(Act act);
  Document read_manifest(HttpResponse& response, const std::string& tag_or_digest);
  std::optional<Url> read_tags(const Url& url, std::vector<std::string>& tags);

  RegistryServices services_;
  Endpoint endpoint_;
  std::optional<bool> tls_verify_;
  std::mutex mutex_;
  std::optional<Url> root_;
  std::atomic<bool> was_reached_ = false;
};

/// Carries `act` out again while its failures may pass.
template <typename Act>
auto Registry::patiently(Act act) {
  Patience waiting = patience();
  for (;;) {
    try {
      return act(waiting);
    } catch (const base::Error& e) {
      waiting.wait_or_throw(e);
    }
  }
}

/// True when this address may be spoken to without a certificate.
bool is_insecure(const Endpoint& endpoint, std::optional<bool> tls_verify);

/// A blob read from its first to its last byte, whatever happens to the connections: it goes on where it was cut off,
/// at the same registry or at the next one that may have it. The caller verifies the digest.
class BlobReader {
 public:
  BlobReader(std::vector<Registry*> registries, Descriptor descriptor);

  /// Asks for the blob, so that its first bytes may come while the caller waits for something else.
  void start();

  /// The next bytes, 0 at the end. Never gives more than the descriptor's size; kind corrupt when there is more.
  std::size_t read(void* buffer, std::size_t size);

  std::int64_t offset() const { return offset_; }

 private:
  template <typename Act>
  auto with_patience(Act act);
  std::size_t try_read(void* buffer, std::size_t size);
  void open();
  void skip_to_offset();

  std::vector<Registry*> registries_;
  std::size_t current_ = 0;
  Descriptor descriptor_;
  Patience patience_;
  std::optional<HttpResponse> response_;
  std::int64_t offset_ = 0, since_failure_ = 0;
};

/// A small blob, verified. Kind corrupt when its size or digest is wrong.
std::string read_blob(const std::vector<Registry*>& registries,
                      const Descriptor& descriptor,
                      std::size_t most);

}  // namespace image
