// SPDX-License-Identifier: Apache-2.0
// AppArmor: the profile that confines a container, and the engine's own one, which is loaded when it is first needed.
#pragma once

#include <optional>
#include <string>

#include "container/options.hpp"

namespace container {

/// Of root's containers, unless the user names another one.
inline constexpr const char* kAppArmorDefault = "berth-default";

/// Whether this kernel confines programs by profiles.
bool has_apparmor(const std::string& root = "");

/// A profile of the given name, as the parser reads it: what Docker and Podman allow their containers. Below `root`, it
/// looks which of the host's own definitions there are.
std::string apparmor_policy(const std::string& name, const std::string& root = "");

/// The profile of one container on this host, whose list of loaded ones is read at most once.
class AppArmor {
 public:
  explicit AppArmor(const CreateOptions& options, std::string root = "");

  /// What inspect tells: its name, "unconfined", or nothing where there is none.
  const std::string& profile() const { return profile_; }

  /// The same for a start: when it returns a name, the kernel knows that profile. Kind usage for a named one that is not
  /// loaded. Rootless, that cannot be seen: the runtime tells.
  std::string load();

 private:
  std::string find_profile(const CreateOptions& options);
  bool is_loaded(const std::string& name);

  std::string root_;
  std::optional<std::string> list_;  ///< text of the kernel's list; nothing where it cannot be read
  std::string profile_;
};

/// Podman's check of a container to be made: a profile that this host cannot have is refused.
void check_apparmor(const CreateOptions& options, const std::string& root = "");

}  // namespace container
