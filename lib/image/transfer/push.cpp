// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/push.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "image/image_store.hpp"
#include "image/platform.hpp"
#include "image/transfer/layer_blob.hpp"
#include "image/transfer/push_plan.hpp"

namespace image {

namespace {

using base::Kind;

/// An image and where it goes.
struct Target {
  Image image;
  Reference name;
};

Progress::Words words_of(const PushRequest& request) {
  if (request.quiet) return Progress::Words::none;
  return request.registry.podman ? Progress::Words::podman : Progress::Words::docker;
}

class Push {
 public:
  Push(storage::Store& store, const PushRequest& request, const RegistrySettings& settings)
      : store_(store),
        request_(request),
        settings_(settings),
        images_(store),
        access_(request.registry,
                settings,
                retry_limits(settings, request.retries, request.retry_delay_ms),
                Purpose::push),
        progress_(words_of(request),
                  is_podman() ? STDERR_FILENO : STDOUT_FILENO,
                  Progress::Direction::push) {}

  PushResult run() {
    const Reference wanted =
        parse_reference(request_.destination.empty() ? request_.image : request_.destination);
    if (says(Progress::Words::docker))
      progress_.say("The push refers to repository [" + wanted.repository() + "]");
    PushResult result;
    if (!request_.all_tags) {
      result.pushed.push_back(push(find(wanted.with_default_tag())));
      return result;
    }
    for (const auto& target : all_tags(wanted)) result.pushed.push_back(push(target));
    return result;
  }

 private:
  bool is_podman() const { return request_.registry.podman; }

  bool says(Progress::Words words) const { return progress_.speaks(words); }

  Target find(const Reference& name) {
    if (is_podman()) return {images_.get(request_.image), name};
    // Docker's clients push what has that name, whatever else the text may mean.
    const auto match = images_.resolve(request_.image);
    if (!match || !match->reference)
      base::fail(Kind::not_found, "tag does not exist: {}", name.familiar());
    return {match->image, name};
  }

  std::vector<Target> all_tags(const Reference& repository) {
    std::vector<Target> targets;
    for (const auto& [id, names] : images_.all_names()) {
      for (const auto& text : names) {
        const Reference name = parse_reference(text);
        if (name.repository() == repository.repository())
          targets.push_back({*images_.find_by_id(id), name});
      }
    }
    if (!targets.empty()) return targets;
    base::fail(Kind::not_found,
               "An image does not exist locally with the tag: {}",
               repository.familiar_repository());
  }

  void check_platform(const Image& image) const {
    if (request_.platform.empty()) return;
    const Platform wanted = parse_platform(request_.platform);
    if (fits(image.platform, wanted)) return;
    base::fail(Kind::not_found,
               "image with reference {} was found but does not provide the specified platform ({})",
               request_.image,
               wanted.text());
  }

  PushedImage push(const Target& target) {
    check_platform(target.image);
    const auto registry = access_.open_own(target.name);
    PushPlan plan(store_, target.image, request_);
    auto layers = plan.layers(target.name);
    progress_.begin_copy();
    LayerPush(store_,
              *registry,
              progress_,
              {settings_.parallel, request_.level.value_or(kGzipLevel), is_podman()})
        .push(layers, access_.cancelled());
    put_config(*registry, plan);
    progress_.end_copy(target.image.id);
    const Document manifest = plan.manifest(layers);
    registry->put_manifest(target.name.digest.empty() ? target.name.tag : target.name.digest,
                           manifest);
    images_.add_digest(target.image.id, target.name.repository(), manifest.digest, manifest.bytes);
    if (says(Progress::Words::docker)) tell_pushed(target, manifest);
    return {target.image.id, target.name.full(), manifest.digest};
  }

  static void put_config(Registry& registry, const PushPlan& plan) {
    const Descriptor config = plan.config();
    if (!registry.has_blob(config)) registry.put_blob(config, body_of(plan.config_bytes()));
  }

  void tell_pushed(const Target& target, const Document& manifest) {
    progress_.say(fmt::format(
        "{}: digest: {} size: {}", target.name.tag, manifest.digest, manifest.bytes.size()));
    // Docker's note, for images that are known by the index they were pulled by.
    for (const auto& text : images_.repository_digests(target.image.id)) {
      const std::string digest = parse_reference(text).digest;
      const auto blob = digest == manifest.digest ? std::nullopt : images_.find_blob(digest);
      if (!blob || !read_document(*blob, "").is_index()) continue;
      progress_.say("");
      progress_.say(
          " Info -> Not all multiplatform-content is present and only the available "
          "single-platform image was pushed");
      progress_.say("         " + digest + " -> " + manifest.digest);
      return;
    }
  }

  storage::Store& store_;
  const PushRequest& request_;
  const RegistrySettings& settings_;
  ImageStore images_;
  RegistryAccess access_;
  Progress progress_;
};

}  // namespace

PushResult push_images(storage::Store& store,
                       const PushRequest& request,
                       const RegistrySettings& settings) {
  return Push(store, request, settings).run();
}

}  // namespace image
