// SPDX-License-Identifier: Apache-2.0
// -e, --env-file, -l, --label-file, --annotation
#include <cstdlib>
#include <unistd.h>

#include "base/text.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/key_value_file.hpp"
#include "options/variables.hpp"

namespace cli {

namespace {

std::optional<std::string> own_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());  // an empty one counts, too
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// "NAME*": those of berth's own that begin so.
std::vector<std::string> own_matches(const std::string& pattern) {
  const std::string beginning = pattern.substr(0, pattern.size() - 1);
  std::vector<std::string> found;
  for (char** entry = environ; *entry; ++entry) {
    if (std::string_view(*entry).starts_with(beginning)) found.emplace_back(*entry);
  }
  return found;
}

bool is_glob(const std::string& text) {
  return text.ends_with('*') && text.find('=') == std::string::npos;
}

/// A variable without a value takes berth's own; without one of those it is to be removed.
std::string parse_variable(const std::string& text) {
  const auto [name, value] = base::split_pair(text, '=');
  if (name.empty()) base::fail(base::Kind::usage, "invalid environment variable: {}", text);
  if (value) return text;
  const auto own = own_variable(name);
  return own ? name + "=" + *own : text;
}

std::string parse_label(const std::string& text) {
  const auto key = base::split_pair(text, '=').first;
  const auto first = key.find_first_not_of(" \t");
  if (first == std::string::npos)
    base::fail(base::Kind::usage, "invalid label '{}': empty name", text);
  if (const auto name = key.substr(first); name.find_first_of(" \t") != std::string::npos) {
    base::fail(base::Kind::usage, "label '{}' contains whitespaces", name);
  }
  return text;
}

void add_pair(std::map<std::string, std::string>& map, const std::string& text) {
  const auto [key, value] = base::split_pair(text, '=');
  map[key] = value.value_or("");
}

}  // namespace

void add_variables(FlagTable& table, Variables& variables) {
  add_value(table, "-e,--env", "list", "Set environment variables", [&](const std::string& text) {
    if (!variables.globs || !is_glob(text)) {
      variables.given.push_back(parse_variable(text));
      return;
    }
    for (auto& entry : own_matches(text)) variables.given.push_back(std::move(entry));
  });
  table.add_list("--env-file", variables.files, "Read in a file of environment variables");
}

std::vector<std::string> finish(const Variables& variables) {
  std::vector<std::string> env;
  const auto own = [&](const std::string& name) {
    std::vector<std::string> entries;
    if (variables.globs && is_glob(name)) return own_matches(name);
    if (const auto value = own_variable(name)) entries.push_back(name + "=" + *value);
    return entries;
  };
  for (const auto& path : variables.files) {
    for (auto& entry : read_key_values(
             "--env-file", path, own, variables.globs ? Blanks::taken : Blanks::refused))
      env.push_back(std::move(entry));
  }
  env.insert(env.end(), variables.given.begin(), variables.given.end());
  return env;
}

void add_env_flags(FlagTable& table, CreateFlags& flags) {
  flags.variables.globs = flags.podman;
  add_variables(table, flags.variables);
  add_value(
      table, "-l,--label", "list", "Set meta data on a container", [&](const std::string& text) {
        flags.labels.push_back(parse_label(text));
      });
  table.add_list("--label-file", flags.label_files, "Read in a line delimited file of labels");
  add_value(table,
            "--annotation",
            "map",
            "Add an annotation to the container (passed through to the OCI runtime)",
            [&](const std::string& text) { add_pair(flags.options.annotations, text); });
}

void finish_env(const CreateFlags& flags, container::CreateOptions& options) {
  options.env = finish(flags.variables);
  for (const auto& path : flags.label_files) {
    const auto nothing = [](const std::string&) { return std::vector<std::string>(); };
    for (const auto& entry : read_key_values("--label-file", path, nothing))
      add_pair(options.labels, entry);
  }
  for (const auto& label : flags.labels) add_pair(options.labels, label);
}

}  // namespace cli
