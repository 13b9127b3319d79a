// SPDX-License-Identifier: Apache-2.0
// Any bytes as what a registry or an archive answers: documents, configs, challenges, redirects. They are refused with an
// Error of the kinds that such input may have, or what is read keeps to what the headers promise.
//   fuzz-registry -max_len=16384 CORPUS
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "image/reference.hpp"
#include "image/transfer/auth.hpp"
#include "image/transfer/manifest.hpp"
#include "image/transfer/url.hpp"

namespace {

[[noreturn]] void found(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

void read_manifest(const image::Document& document, const std::string& text) {
  const auto manifest = image::parse_manifest(document);
  if (manifest.layers.size() > image::kMostLayers) found("more layers than an image may have");
  for (const auto& layer : manifest.layers) {
    image::check_digest(layer.digest, "layer");
    if (layer.size < 0) found("a size below zero");
  }
  const auto config = image::parse_config(text, manifest);
  if (config.rootfs.diff_ids.size() != manifest.layers.size()) found("layers without diff ids");
}

void read_documents(const std::string& text) {
  const auto document = image::read_document(text, "");
  if (!document.is_index()) return read_manifest(document, text);
  for (const auto& entry : image::parse_index(document).manifests)
    image::check_digest(entry.digest, "manifest");
}

/// A config is looked at beside a manifest that fits any.
void read_config(const std::string& text) {
  image::Manifest manifest;
  image::parse_config(text, manifest);
}

void read_redirect(const std::string& text) {
  const auto url = image::parse_url("https://registry.example:5000/v2/a/blobs/x");
  const auto to = image::resolve_url(url, text);
  if (to.scheme != "http" && to.scheme != "https") found("a redirect to " + to.scheme);
  // What was normalized once does not change again.
  if (image::parse_url(to.text).text != to.text) found("an address that changes: " + to.text);
}

void read_reference(const std::string& text) {
  const auto reference = image::parse_reference(text);
  const auto again = image::parse_reference(reference.full());
  if (again.full() != reference.full()) found("a name that changes: " + reference.full());
}

void read(std::uint8_t what, const std::string& text) {
  switch (what % 5) {
    case 0:
      return read_documents(text);
    case 1:
      return read_config(text);
    case 2:
      return read_redirect(text);
    case 3:
      return read_reference(text);
    default:
      image::parse_challenges(text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    read(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  } catch (const base::Error& e) {
    switch (e.kind()) {
      case base::Kind::corrupt:
      case base::Kind::unsupported:
      case base::Kind::remote:
      case base::Kind::usage:
        break;
      default:
        found("refused oddly: " + e.message());
    }
  }
  return 0;
}
