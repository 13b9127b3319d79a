// SPDX-License-Identifier: Apache-2.0
#include "commands/image_words.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/user_namespace.hpp"
#include "container/events.hpp"
#include "container/run_state.hpp"
#include "image/platform.hpp"
#include "session.hpp"

namespace cli {

std::string shown_name(const Session& session, const std::string& full_name) {
  return session.is_podman() ? full_name : image::parse_reference(full_name).familiar();
}

image::Reference new_name(const Session& session, const std::string& text) {
  const bool is_local = session.is_podman() && image::is_short_name(text);
  const auto name = image::parse_reference(is_local ? "localhost/" + text : text);
  if (!name.digest.empty())
    base::fail(base::Kind::usage, "refusing to create a tag with a digest reference");
  return name.with_default_tag();
}

std::string conflict_words(const Session& session, const image::Conflict& conflict) {
  if (!session.is_podman()) return image::conflict_text(conflict);
  if (conflict.why == image::Conflict::Why::several_repositories) {
    return fmt::format(
        "unable to delete image \"{}\" by ID with more than one tag: please force removal",
        conflict.image);
  }
  if (conflict.why == image::Conflict::Why::mounted) {
    return fmt::format("image {} is mounted: unmount it first, or force removal", conflict.image);
  }
  return fmt::format(
      "image used by {}: image is in use by a container: consider listing external containers and "
      "force-removing image",
      conflict.container);
}

void require_platform(const image::Image& image,
                      const std::string& text,
                      const std::string& platform) {
  if (platform.empty()) return;
  const auto wanted = image::parse_platform(platform);
  if (image::fits(image.platform, wanted)) return;
  base::fail(base::Kind::not_found,
             "image with reference {} was found but its platform ({}) does not match the specified "
             "platform ({})",
             text,
             image.platform.text(),
             wanted.text());
}

void require_mount_namespace(const Session& session, const char* command) {
  if (!base::is_rootless() || ::geteuid() == 0) return;
  client_fail("cannot run command \"{0} {1}\" in rootless mode, must execute `{0} unshare` first",
              session.program(),
              command);
}

std::string platform_text(const std::string& os,
                          const std::string& arch,
                          const std::string& variant) {
  if (os.empty() && arch.empty() && variant.empty()) return "";
  const image::Platform host = image::host_platform();
  return (os.empty() ? host.os : os) + "/" + (arch.empty() ? host.architecture : arch) +
         (variant.empty() ? "" : "/" + variant);
}

bool is_running(Session& session, const std::string& container) {
  const auto running = container::read_running(session.store().paths().run_container(container));
  return running && running->init.is_alive();
}

void record_image_event(Session& session,
                        const char* action,
                        const std::string& id,
                        const std::string& name) {
  container::Event event;
  event.type = "image";
  event.action = action;
  event.id = id;
  if (!name.empty()) event.attributes["name"] = name;
  container::record_event(session.store(), event);
}

void record_podman_image_event(Session& session,
                               const char* action,
                               const std::string& id,
                               const std::string& name,
                               const std::string& error) {
  if (!session.is_podman()) return;
  container::Event event{"image", action, id, {{"name", name}}};
  if (!error.empty()) event.attributes["error"] = error;
  event.marks = {"podman"};
  container::record_event(session.store(), event);
}

void require_file(const Session& session, const std::string& path) {
  if (base::exists(path)) return;
  client_fail("{} {}: no such file or directory", session.is_podman() ? "faccessat" : "open", path);
}

}  // namespace cli
