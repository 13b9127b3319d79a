// SPDX-License-Identifier: Apache-2.0
#include "commands/ensure_image.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "commands/archive_names.hpp"
#include "commands/image_words.hpp"
#include "errors.hpp"
#include "image/transfer.hpp"

namespace cli {

namespace {

/// An image in an archive is taken in each time, and goes by its name there.
image::Image image_of_archive(Session& session,
                              container::CreateOptions& o,
                              const CreateFlags& flags,
                              const std::string& path) {
  const auto loaded = load_archive(session, o.image, path, o.platform, flags.quiet);
  if (loaded.images.size() != 1) client_fail("{} holds more than one image", o.image);
  o.image = loaded.names.at(0);
  return session.engine().images.get(loaded.images[0]);
}

}  // namespace

image::Image ensure_image(Session& session, container::CreateOptions& o, const CreateFlags& flags) {
  auto& engine = session.engine();
  if (const auto path = flags.podman ? archive_path(o.image) : std::nullopt)
    return image_of_archive(session, o, flags, *path);
  const auto policy = pull_policy(flags);
  if (policy != PullPolicy::always) {
    if (auto found = engine.images.find(o.image)) {
      record_podman_image_event(session, "pull", found->id, o.image);
      return *found;
    }
    if (policy == PullPolicy::never)
      base::fail(base::Kind::not_found, "No such image: {}", o.image);
    if (!flags.quiet && !flags.podman) {
      const std::string line =
          fmt::format("Unable to find image '{}' locally\n",
                      image::parse_reference(o.image).with_default_tag().familiar());
      std::fwrite(line.data(), 1, line.size(), stderr);
    }
  }
  image::PullRequest request;
  request.reference = o.image;
  request.platform = o.platform;
  request.quiet = flags.quiet;
  request.run = true;
  request.podman = flags.podman;
  request.registry = finish(session, flags.registry);
  request.retries = flags.registry.retries;
  request.retry_delay_ms = flags.registry.retry_delay_ms;
  const auto pulled = image::Transfer(session.store()).pull(request);
  record_podman_image_event(session, "pull", pulled.image, o.image);
  return engine.images.get(pulled.image);
}

}  // namespace cli
