// SPDX-License-Identifier: Apache-2.0
// What is sent to a repository, by the OCI distribution spec 1.1: blobs first, in one request each, then the manifest.
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "image/transfer/foreign.hpp"
#include "image/transfer/registry.hpp"

namespace image {

namespace {

using base::Kind;

/// A name with a slash stays a path.
std::string encode_path(const std::string& name) {
  std::string text;
  for (const auto& part : base::split(name, '/')) {
    if (!text.empty()) text += "/";
    text += percent_encode(part);
  }
  return text;
}

}  // namespace

bool Registry::has_blob(const Descriptor& blob) {
  return patiently([&](Patience& waiting) {
    const Url url = resolve_url(root(), path("/blobs/" + blob.digest));
    const HttpResponse response = send({.url = url.text, .method = "HEAD"}, waiting);
    if (response.status() == 404) return false;
    const auto size = base::parse_number<std::int64_t>(response.header("content-length"));
    return !size || *size == blob.size;
  });
}

bool Registry::mount_blob(const std::string& digest, const std::string& from) {
  try {
    Patience waiting = patience();
    const Url url =
        resolve_url(root(), path("/blobs/uploads/?mount=" + digest + "&from=" + encode_path(from)));
    HttpResponse response = send({.url = url.text, .method = "POST"}, waiting);
    response.drain();
    if (response.status() == 201) return true;
    if (response.status() != 202) return false;
    // It began an upload instead, which nobody will go on with.
    send({.url = upload_address(response).text, .method = "DELETE"}, waiting).drain();
  } catch (const base::Error& e) {
    // Not every registry lets read there who may write here.
    base::debug("cannot mount {} from {}: {}", digest, from, e.message());
  }
  return false;
}

/// Where the registry wants the bytes: here, or at a storage of its own.
Url Registry::upload_address(const HttpResponse& response) {
  const std::string location = response.header("location");
  if (location.empty())
    base::fail(Kind::remote, "{}: the registry does not say where to upload", root().shown());
  const Url url = base::in_context(root().shown() + ": upload",
                                   [&] { return resolve_url(response.url(), location); });
  if (root().is_https() && !url.is_https())
    base::fail(Kind::remote, "refusing to upload without TLS to {}", url.shown());
  return url;
}

Url Registry::start_upload(Patience& waiting) {
  const Url url = resolve_url(root(), path("/blobs/uploads/"));
  HttpResponse response = send({.url = url.text, .method = "POST"}, waiting);
  response.drain();
  if (response.status() != 404) return upload_address(response);
  base::fail(Kind::not_found,
             "{}: repository name not known to registry",
             endpoint_.reference.repository());
}

void Registry::try_put_blob(const Descriptor& blob, const HttpBody& body, Patience& waiting) {
  const Url url = start_upload(waiting);
  const bool has_query = url.text.find('?') != std::string::npos;
  HttpResponse response =
      send({.url = url.text + (has_query ? "&" : "?") + "digest=" + percent_encode(blob.digest),
            .headers = {"Content-Type: application/octet-stream"},
            .method = "PUT",
            .body = body},
           waiting);
  response.drain();
  // An upload that is not known any more: it took too long, or came to another server. Worth another one.
  if (response.status() == 404)
    base::fail(Kind::io, "{}: the upload is not known any more", url.shown());
}

void Registry::put_blob(const Descriptor& blob, const HttpBody& body) {
  patiently([&](Patience& waiting) { try_put_blob(blob, body, waiting); });
}

void Registry::put_manifest(const std::string& tag_or_digest, const Document& document) {
  patiently([&](Patience& waiting) {
    const Url url = resolve_url(root(), path("/manifests/" + tag_or_digest));
    HttpResponse response = send({.url = url.text,
                                  .headers = {"Content-Type: " + document.media_type},
                                  .method = "PUT",
                                  .body = body_of(document.bytes)},
                                 waiting);
    response.drain();
    if (response.status() == 404)
      base::fail(Kind::not_found, "{}: the registry has no such repository", url.shown());
    const std::string digest = response.header("docker-content-digest");
    if (digest.starts_with("sha256:") && digest != document.digest)
      base::fail(Kind::remote, "the registry took the manifest for {}", shown(digest));
  });
}

}  // namespace image
