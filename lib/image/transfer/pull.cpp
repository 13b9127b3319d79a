// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/pull.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "image/image_store.hpp"
#include "image/transfer/fixup.hpp"
#include "image/transfer/foreign.hpp"
#include "image/transfer/layer_pull.hpp"
#include "image/transfer/platform_choice.hpp"

namespace image {

namespace {

using base::Kind;

constexpr int kDeepestIndex = 3;
constexpr std::size_t kMostTries = 8;  // of entries that do not tell their platform

/// An image as a registry has it: its manifest, and the indexes that led there.
struct Found {
  Document document;  ///< what the name stands for
  Document manifest;
  std::map<std::string, std::string> indexes;  ///< by digest
  std::vector<Registry*> registries;           ///< where the blobs are, best first
};

/// Where progress goes: docker's pull prints it as its result.
int output_of(const PullRequest& request) {
  return request.run || request.podman ? STDERR_FILENO : STDOUT_FILENO;
}

Progress::Words words_of(const PullRequest& request) {
  if (request.quiet) return Progress::Words::none;
  return request.podman ? Progress::Words::podman : Progress::Words::docker;
}

std::string podman_context(const Reference& name) {
  return fmt::format("unable to copy from source docker://{0}: initializing source docker://{0}",
                     name.full());
}

/// Says what could not be found out; that access is denied says it all.
template <typename Act>
auto resolving(const Reference& name, bool podman, Act act) {
  try {
    return act();
  } catch (const base::Error& e) {
    if (podman) throw e.in(podman_context(name));
    if (e.kind() == Kind::denied) throw;
    throw e.in("failed to resolve reference \"" + name.full() + "\"");
  }
}

/// One `pull` command.
class Pull {
 public:
  Pull(storage::Store& store, const PullRequest& request, const PullSettings& settings)
      : store_(store),
        request_(request),
        settings_(settings),
        images_(store),
        wish_(PlatformWish::of(request.platform)),
        access_(request.registry,
                settings,
                retry_limits(settings, request.retries, request.retry_delay_ms),
                Purpose::pull) {}

  PullResult run() {
    const auto candidates = access_.conf().candidates(request_.reference);
    std::optional<base::Error> first;
    for (const auto& name : candidates) {
      access_.cancelled() = false;
      try {
        const PullResult result = request_.all_tags ? pull_all_tags(name) : pull(name);
        if (is_short_name(request_.reference))
          images_.remember_short_name(request_.reference, name.repository());
        return result;
      } catch (const base::Error& e) {
        if (!first) first = e;
        if (candidates.size() > 1) base::debug("{}: {}", name.full(), e.message());
      }
    }
    throw *first;
  }

 private:
  PullResult pull_all_tags(const Reference& name) {
    if (!name.digest.empty()) base::fail(Kind::usage, "tag can't be used with --all-tags/-a");
    const auto registries = access_.open(name);
    Reference tagged = name;
    std::vector<std::string> tags = registries.back()->tags();
    PullResult last;
    bool any_new = false;
    for (const auto& tag : tags) {
      tagged.tag = tag;
      last = pull(tagged);
      any_new = any_new || last.is_new;
    }
    if (tags.empty()) base::fail(Kind::not_found, "{} has no tags", name.repository());
    last.is_new = any_new;
    Progress progress(words_of(request_), output_of(request_));
    say_status(progress, name.familiar_repository(), any_new);
    return last;
  }

  PullResult pull(const Reference& name) {
    const auto registries = access_.open(name);
    Progress progress(words_of(request_), output_of(request_));
    const bool is_quiet_check = request_.newer && images_.find(name.full());
    const auto tell_trying = [&] {
      if (progress.speaks(Progress::Words::podman))
        progress.say("Trying to pull " + name.full() + "...");
    };
    if (!is_quiet_check) tell_trying();
    const Found found = find(name, registries);
    if (is_quiet_check) {
      const auto manifest = parse_manifest(found.manifest);
      if (is_up_to_date(name, manifest, found))
        return {manifest.config.digest, name.full(), found.document.digest, false};
      tell_trying();
    }
    progress.begin_copy();
    if (progress.speaks(Progress::Words::docker)) {
      const std::string& what =
          name.digest.empty() ? name.tag : name.repository() + "@" + name.digest;
      progress.say(what + ": Pulling from " + name.path);
    }
    const bool is_new = fetch(name, found, progress);
    if (progress.speaks(Progress::Words::docker)) {
      progress.say("Digest: " + found.document.digest);
    }
    if (!request_.all_tags) say_status(progress, name.familiar(), is_new);
    const auto manifest = parse_manifest(found.manifest);
    return {manifest.config.digest, name.full(), found.document.digest, is_new};
  }

  static void say_status(Progress& progress, const std::string& name, bool is_new) {
    if (!progress.speaks(Progress::Words::docker)) return;
    progress.say(
        (is_new ? "Status: Downloaded newer image for " : "Status: Image is up to date for ") +
        name);
  }

  /// The manifest at the first registry that has it; of mirrors, failures are no failure.
  Found find(const Reference& name, const std::vector<std::unique_ptr<Registry>>& registries) {
    const std::string wanted = name.digest.empty() ? name.tag : name.digest;
    for (std::size_t i = 0; i < registries.size(); ++i) {
      try {
        auto document =
            resolving(name, request_.podman, [&] { return registries[i]->find_manifest(wanted); });
        if (!document) continue;
        Found found{std::move(*document), {}, {}, {}};
        for (std::size_t j = i; j < registries.size(); ++j)
          found.registries.push_back(registries[j].get());
        if (!choose(*registries[i], found.document, 0, found)) no_platform();
        return found;
      } catch (const base::Error& e) {
        if (!registries[i]->endpoint().is_mirror) throw;
        base::debug("mirror {}: {}", registries[i]->endpoint().reference.repository(), e.message());
      }
    }
    if (!request_.podman)
      base::fail(
          Kind::not_found, "failed to resolve reference \"{0}\": {0}: not found", name.full());
    base::fail(Kind::not_found,
               "{}: reading manifest {} in {}: manifest unknown",
               podman_context(name),
               wanted,
               name.repository());
  }

  [[noreturn]] void no_platform() const {
    base::fail(Kind::not_found,
               "no matching manifest for {} in the manifest list entries: no match for platform in "
               "manifest: not found",
               wish_.shown());
  }

  /// Goes down from an index to the manifest for the wished platform.
  bool choose(Registry& registry, const Document& document, int depth, Found& found) {
    if (!document.is_index()) {
      found.manifest = document;
      return true;
    }
    if (depth == kDeepestIndex)
      base::fail(Kind::corrupt, "the indexes of the image are nested too deeply");
    found.indexes[document.digest] = document.bytes;
    auto entries = choose_entries(parse_index(document), wish_);
    if (entries.size() > kMostTries) entries.resize(kMostTries);
    for (const auto& entry : entries) {
      const auto next = registry.find_manifest(entry.digest);
      if (!next) base::fail(Kind::not_found, "manifest {} is not in the registry", entry.digest);
      if (static_cast<std::int64_t>(next->bytes.size()) != entry.size) {
        base::fail(Kind::corrupt, "manifest {} has another size than its index says", entry.digest);
      }
      if (choose(registry, *next, depth + 1, found)) return true;
    }
    found.indexes.erase(document.digest);
    return false;
  }

  /// False when the image was here under this very name already.
  bool fetch(const Reference& name, const Found& found, Progress& progress) {
    const Manifest manifest = parse_manifest(found.manifest);
    if (is_up_to_date(name, manifest, found)) {
      tell_copied(manifest, progress);
      return false;
    }
    NewImage image;
    Config config;
    const auto read_diff_ids = [&] {
      image.config_bytes = read_config(manifest, found.registries);
      config = parse_config(image.config_bytes, manifest);
      check_platform(config);
      return config.rootfs.diff_ids;
    };
    LayerPull(store_, found.registries, progress, access_.cancelled())
        .pull(manifest.layers, read_diff_ids, settings_.parallel);
    progress.end_copy(manifest.config.digest);
    image.manifest_bytes = found.manifest.bytes;
    image.manifest_media_type = found.manifest.media_type;
    image.layer_ids = stacked(config.rootfs.diff_ids);
    if (const auto fixup = make_fixup(store_, image.layer_ids)) image.layer_ids.push_back(*fixup);
    if (name.digest.empty()) image.names.push_back(name);
    image.repository_digests.emplace_back(name.repository(), found.manifest.digest);
    if (found.document.is_index())
      image.repository_digests.emplace_back(name.repository(), found.document.digest);
    image.blobs = found.indexes;
    base::check_interrupt();
    images_.add(image);
    storage::LayerStore(store_).remove_unused();  // what earlier pulls left that failed
    return true;
  }

  /// Podman copies what it has once more, and says so; docker tells it by its status.
  static void tell_copied(const Manifest& manifest, Progress& progress) {
    if (!progress.speaks(Progress::Words::podman)) return;
    for (const auto& layer : manifest.layers) progress.add_existing(layer.digest);
    progress.end_copy(manifest.config.digest);
  }

  bool is_up_to_date(const Reference& name, const Manifest& manifest, const Found& found) {
    const auto here = images_.find_by_id(manifest.config.digest);
    if (!here) return false;
    const auto digests = images_.repository_digests(here->id);
    const std::string digest = name.repository() + "@" + found.document.digest;
    if (std::find(digests.begin(), digests.end(), digest) == digests.end()) return false;
    if (!name.digest.empty()) return true;
    const auto names = images_.names(here->id);
    return std::find(names.begin(), names.end(), name.full()) != names.end();
  }

  std::string read_config(const Manifest& manifest, const std::vector<Registry*>& registries) {
    if (auto here = images_.find_blob(manifest.config.digest)) return *here;
    return read_blob(registries, manifest.config, kMostConfig);
  }

  void check_platform(const Config& config) const {
    if (!config.os.empty() && config.os != "linux") {
      base::fail(Kind::unsupported,
                 "image operating system \"{}\" cannot be used on this platform",
                 shown(config.os));
    }
    if (!wish_.accepts(
            {config.os.empty() ? "linux" : config.os, config.architecture, config.variant}))
      no_platform();
  }

  /// The layers as the kernel stacks them, which refuses the same one twice: its highest place covers all that the
  /// lower ones would show.
  static std::vector<std::string> stacked(const std::vector<std::string>& diff_ids) {
    std::vector<std::string> ids;
    std::set<std::string> seen;
    for (auto id = diff_ids.rbegin(); id != diff_ids.rend(); ++id) {
      if (seen.insert(*id).second) ids.push_back(*id);
    }
    std::reverse(ids.begin(), ids.end());
    return ids;
  }

  storage::Store& store_;
  const PullRequest& request_;
  const PullSettings& settings_;
  ImageStore images_;
  PlatformWish wish_;
  RegistryAccess access_;
};

}  // namespace

PullResult pull_image(storage::Store& store,
                      const PullRequest& request,
                      const PullSettings& settings) {
  store.sweep_staging();
  return Pull(store, request, settings).run();
}

}  // namespace image
