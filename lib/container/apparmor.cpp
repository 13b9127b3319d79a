// SPDX-License-Identifier: Apache-2.0
#include "container/apparmor.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace container {

namespace {

constexpr const char* kUnconfined = "unconfined";
constexpr const char* kParser = "apparmor_parser";

/// A profile that is the engine's to load. Others' names for the same rules are known, too: they stand in files that were
/// written for Docker and Podman.
bool is_default(const std::string& name) {
  return name == kAppArmorDefault || name == "docker-default" ||
         name.starts_with("containers-default-");
}

/// What a name may hold when it is written into a policy.
bool is_plain(const std::string& name) {
  return name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
         std::string::npos;
}

/// Each line says "NAME (MODE)".
bool names(std::string_view list, const std::string& name) {
  for (const auto& line : base::split(list, '\n')) {
    if (line.substr(0, line.rfind(" (")) == name) return true;
  }
  return false;
}

/// Readable by root alone; its bits say otherwise, so that only opening it tells.
std::optional<std::string> read_list(const std::string& root) {
  constexpr const char* kList = "/sys/kernel/security/apparmor/profiles";
  try {
    return base::find_file_text(root + kList);
  } catch (const base::Error& error) {
    base::debug("{}", error.message());
    return std::nullopt;
  }
}

void load_policy(const std::string& name, const std::string& root) {
  const auto parser = base::find_program(kParser);
  if (!parser)
    base::fail(base::Kind::usage, "AppArmor profile \"{}\" cannot be loaded: no {}", name, kParser);
  // -K: no cached binary of another text; -r: one that was loaded meanwhile is replaced by the same.
  const auto result = base::run_captured({.argv = {*parser, "-Kr"}}, apparmor_policy(name, root));
  if (result.status.ok()) return;
  const auto why = base::split(base::trim(result.err), '\n').back();
  base::fail(base::Kind::io, "load AppArmor profile \"{}\": {}", name, base::printable(why));
}

}  // namespace

bool has_apparmor(const std::string& root) {
  const auto enabled = base::find_file_text(root + "/sys/module/apparmor/parameters/enabled");
  return enabled && enabled->starts_with('Y');
}

std::string apparmor_policy(const std::string& name, const std::string& root) {
  const auto has = [&](const char* file) { return base::exists(root + "/etc/apparmor.d/" + file); };
  std::string text;
  // Later kernels mediate more, which this text says nothing of.
  if (has("abi/3.0")) text += "abi <abi/3.0>,\n";
  text += has("tunables/global") ? "include <tunables/global>\n" : "@{PROC}=/proc/\n";
  text += "profile " + name + " flags=(attach_disconnected,mediate_deleted) {\n";
  if (has("abstractions/base")) text += "  include <abstractions/base>\n";
  text += "  network,\n  capability,\n  file,\n  umount,\n\n";
  // Who stops a container: programs of the host, and those that hosts give a profile of their own.
  for (const char* peer : {kUnconfined, "runc", "crun", "berth"})
    text += fmt::format("  signal (receive) peer={},\n", peer);
  text += fmt::format("  signal (send, receive) peer={0},\n", name);
  text += fmt::format("  ptrace (trace, read, tracedby, readby) peer={0},\n\n", name);
  text += R"(  deny mount,

  # Of /proc, what belongs to a process can be written, and of the sysctls System V's shared memory.
  deny @{PROC}/* w,
  deny @{PROC}/{[^1-9],[^1-9][^0-9],[^1-9s][^0-9y][^0-9s],[^1-9][^0-9][^0-9][^0-9/]*}/** w,
  deny @{PROC}/sys/[^k]** w,
  deny @{PROC}/sys/kernel/{?,??,[^s][^h][^m]**} w,
  deny @{PROC}/sysrq-trigger rwklx,
  deny @{PROC}/kcore rwklx,

  # Of /sys, cgroups.
  deny /sys/[^f]*/** wklx,
  deny /sys/f[^s]*/** wklx,
  deny /sys/fs/[^c]*/** wklx,
  deny /sys/fs/c[^g]*/** wklx,
  deny /sys/fs/cg[^r]*/** wklx,
  deny /sys/firmware/** rwklx,
  deny /sys/devices/virtual/powercap/** rwklx,
  deny /sys/kernel/security/** rwklx,
}
)";
  return text;
}

AppArmor::AppArmor(const CreateOptions& options, std::string root)
    : root_(std::move(root)), profile_(has_apparmor(root_) ? find_profile(options) : "") {}

bool AppArmor::is_loaded(const std::string& name) {
  if (!list_) list_ = read_list(root_);
  return list_ && names(*list_, name);
}

std::string AppArmor::find_profile(const CreateOptions& options) {
  const auto& security = options.security;
  if (!security.apparmor.empty()) return security.apparmor;
  if (security.privileged) return options.rules.privileged_unnamed ? "" : kUnconfined;
  if (base::is_rootless()) return {};
  const bool loaded = is_loaded(kAppArmorDefault);
  // Without the list, this is a container itself: profiles are its host's to load.
  return loaded || (list_ && base::find_program(kParser)) ? kAppArmorDefault : "";
}

std::string AppArmor::load() {
  if (profile_.empty() || profile_ == kUnconfined || base::is_rootless()) return profile_;
  if (is_loaded(profile_) || !list_) return profile_;
  if (!is_default(profile_) || !is_plain(profile_))
    base::fail(base::Kind::usage,
               "AppArmor profile \"{}\" specified but not loaded",
               base::printable(profile_));
  load_policy(profile_, root_);
  return profile_;
}

void check_apparmor(const CreateOptions& options, const std::string& root) {
  const auto& profile = options.security.apparmor;
  if (profile.empty() || profile == kUnconfined || !options.rules.checks_apparmor) return;
  if (has_apparmor(root)) return;
  base::fail(base::Kind::usage,
             "apparmor profile \"{}\" specified, but Apparmor is not enabled on this system",
             base::printable(profile));
}

}  // namespace container
