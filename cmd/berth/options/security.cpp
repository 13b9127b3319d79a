// SPDX-License-Identifier: Apache-2.0
// --privileged --cap-add --cap-drop --security-opt
#include <fcntl.h>

#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/labels.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

using base::fail;
using base::Kind;
using container::Security;

constexpr std::size_t kLargestProfile = std::size_t{4} << 20;

struct Option {
  std::string text, key, value;
};

/// "key=value", in old scripts "key:value".
Option split(const std::string& text) {
  auto [key, value] = base::split_pair(text, '=');
  if (!value && key != "no-new-privileges") std::tie(key, value) = base::split_pair(text, ':');
  if (value.value_or("").empty() && key != "no-new-privileges")
    client_fail("invalid --security-opt: \"{}\"", text);
  return {text, key, value.value_or("")};
}

void read_profile(const std::string& path, Security& security) {
  security.seccomp = path;
  if (path == "unconfined") return;
  if (path == "builtin") return security.seccomp.clear();
  try {
    const auto fd = base::open_file(path, O_RDONLY);
    security.seccomp_profile = base::read_rest(fd.get(), kLargestProfile);
  } catch (const base::Error& error) {
    const auto why = error.message().rfind(": ");
    const auto reason =
        why == std::string::npos ? error.message() : base::lower(error.message().substr(why + 2));
    client_fail("opening seccomp profile ({0}) failed: open {0}: {1}", path, reason);
  }
  try {
    base::parse_json(security.seccomp_profile, "profile");
  } catch (const base::Error& error) {
    client_fail("compacting json for seccomp profile ({}) failed: {}", path, error.message());
  }
}

void set_no_new_privileges(const Option& option, Security& security) {
  if (option.text == "no-new-privileges") {
    security.no_new_privileges = true;
    return;
  }
  const auto value = parse_bool(option.value);
  if (!value) fail(Kind::usage, "invalid --security-opt 2: \"{}\"", option.text);
  security.no_new_privileges = *value;
}

/// Without SELinux, nobody looks at them.
void add_label(const std::string& label, bool podman, Security& security) {
  if (podman && label == "nested") {
    security.label_nested = true;
    return;
  }
  if (label != "disable" && container::has_selinux()) container::check_label_option(label);
  security.label.push_back(label);
}

/// "/a:/b"
void append_paths(std::vector<std::string>& paths, const std::string& text) {
  for (auto& path : base::split(text, ':')) {
    if (!path.empty()) paths.push_back(std::move(path));
  }
}

void apply(const Option& option, bool podman, Security& security) {
  if (option.key == "no-new-privileges") {
    set_no_new_privileges(option, security);
  } else if (option.key == "seccomp") {
    read_profile(option.value, security);
  } else if (option.key == "mask") {
    append_paths(security.mask, option.value);
  } else if (option.key == "unmask") {
    append_paths(security.unmask, option.value);
  } else if (option.text == "systempaths=unconfined") {
    security.unmask.emplace_back("ALL");
  } else if (option.key == "label") {
    add_label(option.value, podman, security);
  } else if (option.key == "apparmor") {
    security.apparmor = option.value;
  } else if (option.key == "writable-cgroups" || option.key == "proc-opts") {
    fail(Kind::unsupported, "--security-opt {} is not supported yet", option.text);
  } else {
    fail(Kind::usage, "invalid --security-opt 2: \"{}\"", option.text);
  }
}

}  // namespace

void add_security_flags(FlagTable& table, CreateFlags& flags) {
  auto& security = flags.options.security;
  table.add_flag("--privileged", security.privileged, "Give extended privileges to this container");
  // containers.conf alone sets it.
  table.add_list("--default-capability", security.cap_defaults, "Capability of each container")
      .group("");
  table.add_list("--cap-add", security.cap_add, "Add Linux capabilities");
  table.add_list("--cap-drop", security.cap_drop, "Drop Linux capabilities");
  table.add_list("--security-opt", flags.security, "Security Options");
}

void finish_security(const CreateFlags& flags, container::CreateOptions& options) {
  std::vector<Option> parsed;
  for (const auto& text : flags.security) parsed.push_back(split(text));
  for (const auto& option : parsed) apply(option, flags.podman, options.security);
  options.security.given = flags.security;
}

}  // namespace cli
