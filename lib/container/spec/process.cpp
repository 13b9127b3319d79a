// SPDX-License-Identifier: Apache-2.0
// process of the spec: what is executed, in which environment, with which rights and limits.
#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "container/spec/parts.hpp"

namespace container {

std::vector<std::string> command_line(const CreateOptions& options, const image::RunConfig& image) {
  std::vector<std::string> words;
  if (options.entrypoint) {
    // A replaced entrypoint drops the image's command, too (docker).
    words = *options.entrypoint;
    words.insert(words.end(), options.command.begin(), options.command.end());
  } else {
    words = image.entrypoint;
    const auto& command = options.command.empty() ? image.cmd : options.command;
    words.insert(words.end(), command.begin(), command.end());
  }
  return words;
}

namespace {

std::string_view key_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

void set_entry(std::vector<std::string>& env, const std::string& entry) {
  const auto same = std::find_if(env.begin(), env.end(), [&](const std::string& other) {
    return key_of(other) == key_of(entry);
  });
  const bool removes = entry.find('=') == std::string::npos;
  if (same == env.end()) {
    if (!removes) env.push_back(entry);
  } else if (removes) {
    env.erase(same);
  } else {
    *same = entry;
  }
}

bool has_key(const std::vector<std::string>& env, std::string_view key) {
  return std::any_of(
      env.begin(), env.end(), [&](const std::string& entry) { return key_of(entry) == key; });
}

}  // namespace

namespace {

/// "${NAME}" and "$NAME" by the image's value, empty when it has none.
std::string expanded(const std::string& text, const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool braced = text.compare(at, 2, "${") == 0;
    if (text[at] != '$') {
      out += text[at++];
      continue;
    }
    const std::size_t start = at + (braced ? 2 : 1);
    const std::size_t end =
        braced ? text.find('}', start)
               : text.find_first_not_of(
                     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_", start);
    const auto name = text.substr(start, end == std::string::npos ? end : end - start);
    for (const auto& entry : values) {
      if (key_of(entry) == name) out += entry.substr(name.size() + 1);
    }
    at = end == std::string::npos ? text.size() : end + (braced ? 1 : 0);
  }
  return out;
}

}  // namespace

std::vector<std::string> environment_of(const CreateOptions& options,
                                        const image::RunConfig& image,
                                        const std::string& hostname,
                                        const std::string& home) {
  std::vector<std::string> env{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                               "HOSTNAME=" + hostname};
  if (options.tty) env.emplace_back("TERM=xterm");
  if (!options.rules.variable.empty()) env.push_back("container=" + options.rules.variable);
  const auto& more = options.environment;
  if (more.unset_all) env.clear();
  const auto is_unset = [&](const std::string& entry) {
    return more.unset_all || has_key(more.unset, key_of(entry));
  };
  std::erase_if(env, is_unset);
  for (const auto& entry : more.defaults) set_entry(env, entry);
  for (const auto& entry : more.host) set_entry(env, entry);
  for (const auto& entry : options.env) set_entry(env, entry);
  for (const auto* inherited : {&image.env, &more.proxies}) {
    for (const auto& entry : *inherited) {
      if (!has_key(options.env, key_of(entry)) && !is_unset(entry)) set_entry(env, entry);
    }
  }
  for (const auto& entry : more.merge) set_entry(env, expanded(entry, image.env));
  if (!has_key(env, "HOME")) env.push_back("HOME=" + (home.empty() ? "/" : home));
  return env;
}

namespace spec {

namespace {

/// -1 stands for unlimited, which is the kernel's largest number.
std::uint64_t limit_of(std::int64_t value) {
  return value < 0 ? std::numeric_limits<std::uint64_t>::max() : static_cast<std::uint64_t>(value);
}

base::Json rlimits(const Input& in) {
  base::Json list = base::Json::array();
  for (const auto& ulimit : in.options.ulimits) {
    std::uint64_t soft = limit_of(ulimit.soft), hard = limit_of(ulimit.hard);
    if (const auto bound = in.facts.hard_limits.find(ulimit.name);
        bound != in.facts.hard_limits.end()) {
      hard = std::min(hard, limit_of(bound->second));
      soft = std::min(soft, hard);
    }
    list.push_back(
        {{"type", "RLIMIT_" + base::upper(ulimit.name)}, {"soft", soft}, {"hard", hard}});
  }
  return list;
}

/// The same for every user: for another one than root the kernel empties all but the bounding set
/// at exec, as no capability is ambient or inheritable.
base::Json capabilities(const Input& in) {
  const base::Json names = base::to_json(in.facts.capabilities);
  base::Json sets{{"bounding", names}, {"effective", names}, {"permitted", names}};
  if (in.facts.ambient.empty()) return sets;
  const base::Json ambient = base::to_json(in.facts.ambient);
  for (const char* set : {"effective", "permitted", "inheritable", "ambient"}) sets[set] = ambient;
  return sets;
}

base::Json user(const Input& in) {
  const UserIds& ids = in.facts.user;
  base::Json part{
      {"uid", ids.uid}, {"gid", ids.gid}, {"additionalGids", base::to_json(ids.groups)}};
  if (in.options.keep_groups) part["additionalGids"] = base::Json::array();
  if (in.options.umask) part["umask"] = *in.options.umask;
  return part;
}

std::string working_directory(const Input& in) {
  for (const auto& directory : {in.options.working_dir, in.image.working_dir}) {
    if (!directory.empty()) return directory;
  }
  return "/";
}

}  // namespace

base::Json process(const Input& in) {
  base::Json part{
      {"terminal", in.options.tty},
      {"user", user(in)},
      {"args", base::to_json(command_line(in.options, in.image))},
      {"env",
       base::to_json(environment_of(in.options, in.image, in.facts.hostname, in.facts.user.home))},
      {"cwd", working_directory(in)},
      {"capabilities", capabilities(in)},
      {"rlimits", rlimits(in)},
      {"noNewPrivileges", in.options.security.no_new_privileges},
  };
  if (const auto& score = in.options.oom_score_adj; score || !in.options.rules.inherits_oom_score)
    part["oomScoreAdj"] = std::max(score.value_or(0), in.facts.least_oom_score_adj);
  if (!in.facts.apparmor_profile.empty()) part["apparmorProfile"] = in.facts.apparmor_profile;
  if (!in.facts.process_label.empty()) part["selinuxLabel"] = in.facts.process_label;
  // The terminal has the right size before the first process can look at it.
  if (in.options.tty && in.facts.console_rows > 0) {
    part["consoleSize"] = {{"height", in.facts.console_rows}, {"width", in.facts.console_columns}};
  }
  return part;
}

}  // namespace spec

}  // namespace container
