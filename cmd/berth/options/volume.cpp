// SPDX-License-Identifier: Apache-2.0
#include "options/volume.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

#include "base/sys.hpp"
#include "base/text.hpp"
#include "errors.hpp"

namespace cli {

namespace {

using base::Kind;
using container::MountOption;

/// What a word of the mode is about; only one word of each is allowed.
enum class About {
  access,
  label,
  propagation,
  copy,
  consistency,
  exec,
  suid,
  dev,
  chown,
  overlay,
  upper,
  work,
  idmap,
  recursion
};

struct ModeWord {
  std::string_view word;
  About about;
};

constexpr std::array<ModeWord, 25> kModeWords{{
    {"rw", About::access},
    {"ro", About::access},
    {"z", About::label},
    {"Z", About::label},
    {"private", About::propagation},
    {"rprivate", About::propagation},
    {"slave", About::propagation},
    {"rslave", About::propagation},
    {"shared", About::propagation},
    {"rshared", About::propagation},
    {"nocopy", About::copy},
    {"copy", About::copy},
    {"consistent", About::consistency},
    {"cached", About::consistency},
    {"delegated", About::consistency},
    {"exec", About::exec},
    {"noexec", About::exec},
    {"suid", About::suid},
    {"nosuid", About::suid},
    {"dev", About::dev},
    {"nodev", About::dev},
    {"U", About::chown},
    {"O", About::overlay},
    {"bind", About::recursion},
    {"rbind", About::recursion},
}};

std::optional<About> about(std::string_view word) {
  for (const auto& known : kModeWords) {
    if (known.word == word) return known.about;
  }
  if (word.starts_with("upperdir=")) return About::upper;
  if (word.starts_with("workdir=")) return About::work;
  if (word == "idmap" || word.starts_with("idmap=")) return About::idmap;
  return std::nullopt;
}

bool is_mode(const std::string& mode) {
  std::vector<About> seen;
  for (const auto& word : base::split(mode, ',')) {
    const auto what = about(word);
    if (!what || std::find(seen.begin(), seen.end(), *what) != seen.end()) return false;
    seen.push_back(*what);
  }
  return true;
}

[[noreturn]] void refuse_spec(const std::string& text, const std::string& why = {}) {
  base::fail(
      Kind::usage, "invalid volume specification: '{}'{}", text, why.empty() ? "" : ": " + why);
}

void apply_word(MountOption& mount, const std::string& word, const std::string& text) {
  const auto refuse_field = [&](const char* field) {
    refuse_spec(text,
                fmt::format("invalid mount config for type \"{}\": field {} must not be specified",
                            mount.type,
                            field));
  };
  const About what = *about(word);
  const std::string value = base::split_pair(word, '=').second.value_or("");
  if (what == About::chown) mount.chown = true;
  if (what == About::overlay) mount.overlay = true;
  if (what == About::upper) mount.upper = value;
  if (what == About::work) mount.work = value;
  if (what == About::idmap) mount.idmap = value;
  if (what == About::recursion) mount.recursive = word == "rbind";
  if (what == About::access) mount.read_only = word == "ro";
  if (what == About::propagation) {
    if (mount.type == "volume") refuse_field("BindOptions");
    mount.propagation = word;
  }
  if (what == About::copy) {
    if (mount.type == "bind") refuse_field("VolumeOptions");
    mount.copy = word == "copy";
  }
  if (what == About::label) mount.relabel = word == "z" ? "shared" : "private";
  if (what == About::exec || what == About::suid || what == About::dev)
    mount.options.push_back(word);
}

/// docker's client looks at the sections only.
void check_sections(const std::string& text, const std::vector<std::string>& sections) {
  if (text.empty()) client_fail("invalid empty volume spec");
  if (text.size() <= 2) return;
  for (std::size_t n = 0; n < sections.size(); ++n) {
    if (sections[n].empty()) client_fail("invalid spec: {}: empty section between colons", text);
    if (n == 3) client_fail("invalid spec: {}: too many colons", text);
  }
}

}  // namespace

std::string absolute_source(const std::string& source) {
  if (!source.starts_with('.')) return source;
  char directory[4096];
  if (!::getcwd(directory, sizeof directory)) base::sys_fail("find the working directory");
  return container::clean_path(std::string(directory) + "/" + source);
}

MountOption parse_volume(const std::string& text) {
  const auto sections = base::split(text, ':');
  check_sections(text, sections);
  MountOption mount;
  if (sections.size() > 1) mount.source = absolute_source(sections[0]);
  mount.target = sections.size() > 1 ? sections[1] : sections[0];
  mount.type = mount.source.starts_with('/') ? "bind" : "volume";
  mount.anonymous = mount.source.empty();
  mount.create_source = mount.type == "bind";
  if (sections.size() == 2 && is_mode(sections[1])) refuse_spec(text);
  if (sections.size() == 3) {
    if (!is_mode(sections[2])) base::fail(Kind::usage, "invalid mode: {}", sections[2]);
    for (const auto& word : base::split(sections[2], ',')) apply_word(mount, word, text);
    mount.mode_text = sections[2];
    if (mount.upper.empty() != mount.work.empty())
      base::fail(Kind::usage, "invalid mode: {}: upperdir and workdir go together", sections[2]);
  }
  try {
    validate(mount, /*source_exists=*/false);
  } catch (const base::Error& error) {
    refuse_spec(text, error.message());
  }
  mount.target = container::clean_path(mount.target);
  if (mount.type == "bind") mount.source = container::clean_path(mount.source);
  return mount;
}

MountOption parse_tmpfs(const std::string& text) {
  const auto [target, options] = base::split_pair(text, ':');
  MountOption mount;
  mount.type = "tmpfs";
  mount.target = target;
  if (options && !options->empty()) {
    mount.options = base::split(*options, ',');
    mount.mode_text = *options;
  }
  // docker tells these of --tmpfs without the words about a mount config
  const std::string clean = container::clean_path(target);
  if (clean == "/") base::fail(Kind::usage, "invalid specification: destination can't be '/'");
  if (!clean.starts_with('/')) {
    base::fail(Kind::usage, "invalid mount path: '{}' mount path must be absolute", target);
  }
  mount.target = clean;
  return mount;
}

}  // namespace cli
