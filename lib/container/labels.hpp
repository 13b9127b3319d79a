// SPDX-License-Identifier: Apache-2.0
// SELinux labels ("user:role:type:level"): what the host's policy has for containers, and what one container gets of it.
// Pure, but for label_contexts and has_selinux, which read files below `root`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace container {

/// A level may hold further colons ("s0-s0:c0.c1023"), or be missing where the policy has none.
struct Label {
  std::string user, role, type, level;

  std::string text() const;
};

/// Nothing when there are not three parts at least.
std::optional<Label> parse_label(std::string_view text);

/// The same for whoever shares it with all containers: without categories.
std::string shared_label(const std::string& label);

/// The policy's labels of containers.
struct LabelContexts {
  std::string process, file;
  std::string init;  ///< of a process that is systemd; empty: as others
};

/// Of a file "lxc_contexts": lines of NAME = "LABEL". Kind corrupt for a label that is none.
LabelContexts parse_label_contexts(std::string_view text);

/// Whether this kernel labels, and a policy is loaded.
bool has_selinux(const std::string& root = "");

/// Of the policy that /etc/selinux/config names; nothing without SELinux, or when the policy says nothing of containers.
std::optional<LabelContexts> label_contexts(const std::string& root = "");

/// Of one container.
struct Labels {
  std::string process;  ///< empty: as whoever starts it
  std::string mount;    ///< of its files
};

/// `options` are the values of --security-opt label=, in order; a level among them takes the place of `level`.
Labels compose_labels(const LabelContexts& contexts,
                      const std::vector<std::string>& options,
                      const std::string& level,
                      bool is_init = false);

/// Kind usage, in the words of Docker and Podman, for what no such option says. Podman's "nested" is not one of these.
void check_label_option(const std::string& option);

/// The options that give another one the process label `label`.
std::vector<std::string> same_label(const std::string& label);

/// "s0:c7,c1012": two categories out of 1024, the smaller first. `random` gives any number.
std::string random_level(const std::function<std::uint32_t()>& random);

}  // namespace container
