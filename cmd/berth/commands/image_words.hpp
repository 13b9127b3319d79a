// SPDX-License-Identifier: Apache-2.0
// What verbs on images share: names and sentences as the dialect has them, and events.
#pragma once

#include <string>

#include "image/remove.hpp"

namespace cli {

class Session;

/// "busybox:1"; podman shows "docker.io/library/busybox:1".
std::string shown_name(const Session& session, const std::string& full_name);

/// The name of a new image: podman puts short ones below localhost/. Kind usage for a digest.
image::Reference new_name(const Session& session, const std::string& text);

/// Why an image cannot be removed.
std::string conflict_words(const Session& session, const image::Conflict& conflict);

/// Kind not_found, in Docker's words, when the image is not for the platform asked for (empty: any).
void require_platform(const image::Image& image,
                      const std::string& text,
                      const std::string& platform);

/// What a rootless user's command mounts is seen in the namespace of that command alone: client's error outside of `unshare`.
void require_mount_namespace(const Session& session, const char* command);

/// "linux/arm64/v8" from parts of which the missing ones are this machine's; empty when none is given.
std::string platform_text(const std::string& os,
                          const std::string& arch,
                          const std::string& variant);

/// Whether a container runs.
bool is_running(Session& session, const std::string& container);

void record_image_event(Session& session,
                        const char* action,
                        const std::string& id,
                        const std::string& name = {});

/// One that docker does not have; nothing in its dialect.
void record_podman_image_event(Session& session,
                               const char* action,
                               const std::string& id,
                               const std::string& name,
                               const std::string& error = {});

/// Client's error when a file to be read is not there: "open x: no such file or directory".
void require_file(const Session& session, const std::string& path);

}  // namespace cli
