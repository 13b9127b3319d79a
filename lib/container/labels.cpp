// SPDX-License-Identifier: Apache-2.0
#include "container/labels.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

/// Files of a container without labels: no other container may have these categories (as libselinux's users agree).
constexpr const char* kUnlabeledLevel = "s0:c1022,c1023";

/// A label goes into mount options and files of the kernel.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_.,:-").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

std::string* part_of(Label& label, const std::string& name) {
  if (name == "user") return &label.user;
  if (name == "role") return &label.role;
  if (name == "type") return &label.type;
  if (name == "level") return &label.level;
  return nullptr;
}

Label must_parse(const std::string& text) {
  auto label = parse_label(text);
  if (label) return std::move(*label);
  base::fail(base::Kind::corrupt, "\"{}\" is no SELinux label", base::printable(text));
}

void set_label(Labels& labels, const std::string& level) {
  Label process = must_parse(labels.process), mount = must_parse(labels.mount);
  // A policy without levels has none to give.
  if (process.level.empty()) return;
  process.level = mount.level = level;
  labels = {process.text(), mount.text()};
}

/// "NAME=VALUE" of a line, without blanks and quotes.
std::pair<std::string, std::string> read_line(std::string_view line) {
  line = base::trim(line);
  if (line.empty() || line[0] == '#' || line[0] == ';') return {};
  const auto [name, value] = base::split_pair(line, '=');
  return {std::string(base::trim(name)), std::string(base::trim(value.value_or(""), " \t\""))};
}

std::string policy_name(const std::string& root) {
  std::string name = "targeted";
  for (const auto& line :
       base::split(base::find_file_text(root + "/etc/selinux/config").value_or(""), '\n')) {
    const auto [key, value] = read_line(line);
    if (key == "SELINUXTYPE" && !value.empty()) name = value;
  }
  return name;
}

}  // namespace

std::string Label::text() const {
  const auto head = fmt::format("{}:{}:{}", user, role, type);
  return level.empty() ? head : head + ":" + level;
}

std::optional<Label> parse_label(std::string_view text) {
  std::array<std::string, 3> parts;
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const auto colon = text.find(':');
    parts[n] = text.substr(0, colon);
    if (parts[n].empty()) return std::nullopt;
    if (colon == std::string_view::npos) {
      if (n < 2) return std::nullopt;
      text = {};
    } else {
      text.remove_prefix(colon + 1);
    }
  }
  Label label{parts[0], parts[1], parts[2], std::string(text)};
  if (!is_plain(label.text())) return std::nullopt;
  return label;
}

std::string shared_label(const std::string& label) {
  Label shared = must_parse(label);
  if (!shared.level.empty()) shared.level = "s0";
  return shared.text();
}

LabelContexts parse_label_contexts(std::string_view text) {
  LabelContexts contexts;
  for (const auto& line : base::split(text, '\n')) {
    const auto [name, value] = read_line(line);
    auto* const target = name == "process"        ? &contexts.process
                         : name == "file"         ? &contexts.file
                         : name == "init_process" ? &contexts.init
                                                  : nullptr;
    if (target) *target = must_parse(value).text();
  }
  return contexts;
}

bool has_selinux(const std::string& root) {
  if (!base::exists(root + "/sys/fs/selinux/enforce")) return false;
  // Before a policy is loaded, all that runs is the kernel's.
  const auto own = base::find_file_text(root + "/proc/self/attr/current");
  return own && own->substr(0, own->find('\0')) != "kernel";
}

std::optional<LabelContexts> label_contexts(const std::string& root) {
  if (!has_selinux(root)) return std::nullopt;
  for (const auto& file : {std::string("/usr/share/containers/selinux/contexts"),
                           "/etc/selinux/" + policy_name(root) + "/contexts/lxc_contexts"}) {
    const auto text = base::find_file_text(root + file);
    if (!text) continue;
    auto contexts = base::in_context(file, [&] { return parse_label_contexts(*text); });
    if (!contexts.process.empty() && !contexts.file.empty()) return contexts;
  }
  return std::nullopt;
}

Labels compose_labels(const LabelContexts& contexts,
                      const std::vector<std::string>& options,
                      const std::string& level,
                      bool is_init) {
  const auto is = [](const char* word) {
    return [word](const std::string& option) { return option.starts_with(word); };
  };
  Labels labels{contexts.process, contexts.file};
  if (std::any_of(options.begin(), options.end(), is("disable"))) {
    set_label(labels, kUnlabeledLevel);
    return {"", labels.mount};
  }
  if (is_init && !contexts.init.empty() &&
      std::none_of(options.begin(), options.end(), is("type:")))
    labels.process = contexts.init;
  set_label(labels, level);
  Label process = must_parse(labels.process), mount = must_parse(labels.mount);
  for (const auto& option : options) {
    const auto [name, value] = base::split_pair(option, ':');
    if (name == "filetype") mount.type = *value;
    if (auto* part = part_of(process, name)) *part = *value;
    // What only the same level may touch goes along with it.
    if (name == "level" || name == "user") *part_of(mount, name) = *value;
  }
  return {process.text(), mount.text()};
}

void check_label_option(const std::string& option) {
  if (option == "disable") return;
  const auto [name, value] = base::split_pair(option, ':');
  if (!value) {
    base::fail(base::Kind::usage,
               "bad label option \"{}\", valid options 'disable' or 'user, role, level, type, "
               "filetype' followed by ':' and a value",
               base::printable(option));
  }
  Label any;
  if (name != "filetype" && !part_of(any, name)) {
    base::fail(base::Kind::usage,
               "bad label option \"{}\", valid options 'disable, user, role, level, type, "
               "filetype'",
               base::printable(option));
  }
  if (value->empty() || !is_plain(*value) || (name != "level" && value->find(':') != value->npos))
    base::fail(base::Kind::usage, "bad label option \"{}\": no {}", base::printable(option), name);
}

std::vector<std::string> same_label(const std::string& label) {
  const auto other = parse_label(label);
  if (!other) return {};
  std::vector<std::string> options{
      "user:" + other->user, "role:" + other->role, "type:" + other->type};
  if (!other->level.empty()) options.push_back("level:" + other->level);
  return options;
}

std::string random_level(const std::function<std::uint32_t()>& random) {
  constexpr std::uint32_t kCategories = 1024;
  for (;;) {
    const std::uint32_t a = random() % kCategories, b = random() % kCategories;
    if (a != b) return fmt::format("s0:c{},c{}", std::min(a, b), std::max(a, b));
  }
}

}  // namespace container
