// SPDX-License-Identifier: Apache-2.0
#include "container/config.hpp"

#include <algorithm>
#include <fcntl.h>

#include "base/bytes.hpp"
#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/toml.hpp"
#include "container/config_keys.hpp"

namespace container {

namespace {

using base::fail;
using base::Json;
using base::Kind;

constexpr const char* kShare = "/usr/share/containers";
constexpr const char* kEtc = "/etc/containers";
constexpr const char* kFile = "/containers.conf";

/// Podman's own, nearly all of it comments, has 40 KB.
constexpr std::size_t kMaxSize = std::size_t{1} << 20;
constexpr std::size_t kMaxDropIns = 1000;

/// Empty when there is no home.
std::string user_directory() {
  if (const auto config = base::environment("XDG_CONFIG_HOME")) return *config + "/containers";
  if (const auto home = base::environment("HOME")) return *home + "/.config/containers";
  return {};
}

std::vector<std::string> drop_ins(const std::string& file) {
  std::vector<std::string> files;
  for (const auto& name : base::list_directory(file + ".d")) {
    if (name.ends_with(".conf")) files.push_back(file + ".d/" + name);
  }
  if (files.size() > kMaxDropIns) fail(Kind::usage, "{}.d: more than {} files", file, kMaxDropIns);
  std::sort(files.begin(), files.end());
  return files;
}

/// Takes {append=…} out of a list; nothing when there is none.
std::optional<bool> take_append(Json& list, const std::string& name) {
  std::optional<bool> append;
  Json kept = Json::array();
  for (auto& item : list) {
    if (!item.is_object()) {
      kept.push_back(std::move(item));
      continue;
    }
    const auto found = item.find("append");
    if (item.size() != 1 || found == item.end() || !found->is_boolean())
      fail(Kind::usage, "{} must be a list of strings", name);
    append = found->get<bool>();
  }
  list = std::move(kept);
  return append;
}

std::vector<std::string> texts_of(const Json& value, const std::string& name) {
  std::vector<std::string> texts;
  if (!value.is_array()) fail(Kind::usage, "{} must be a list of strings", name);
  for (const auto& item : value) {
    if (!item.is_string()) fail(Kind::usage, "{} must be a list of strings", name);
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

std::string find_module(const std::string& name) {
  std::vector<std::string> missing;
  for (const auto& path : module_places(name)) {
    if (base::exists(path)) return path;
    missing.push_back("open " + path + ": no such file or directory");
  }
  fail(Kind::usage, "could not resolve module: {}", base::join(missing, "\n"));
}

}  // namespace

std::vector<std::string> module_places(const std::string& name) {
  if (name.starts_with('/')) return {name};
  std::vector<std::string> places;
  for (const auto& directory : {user_directory(), std::string(kEtc), std::string(kShare)}) {
    if (!directory.empty()) places.push_back(directory + kFile + ".modules/" + name);
  }
  return places;
}

Config Config::load(const Request& request) {
  Config config;
  if (const auto only = base::environment("CONTAINERS_CONF"); only && !only->empty()) {
    config.add_file(*only);
  } else if (request.usual_places) {
    config.add_file(std::string(kShare) + kFile);
    for (const auto& directory : {std::string(kEtc), user_directory()}) {
      if (directory.empty()) continue;
      config.add_file(directory + kFile);
      for (const auto& file : drop_ins(directory + kFile)) config.add_file(file);
    }
  }
  for (const auto& module : request.modules) config.add_file(find_module(module));
  if (const auto last = base::environment("CONTAINERS_CONF_OVERRIDE"); last && !last->empty())
    config.add_file(*last);
  return config;
}

void Config::add_file(const std::string& path) {
  const auto file = base::find_file(path, O_RDONLY);
  if (!file) return;
  read_.push_back(path);
  add(base::in_context("read " + path, [&] { return base::read_rest(file->get(), kMaxSize); }),
      path);
}

void Config::add(std::string_view text, const std::string& path) {
  const std::string lines = base::toml_without_comments(text);
  if (lines.empty()) return;
  const Json document =
      base::in_context("decode configuration", [&] { return base::parse_toml(lines, path); });
  std::vector<std::string> unknown;
  for (const auto& [section, keys] : document.items()) {
    if (!keys.is_object()) {
      unknown.push_back(section);
      continue;
    }
    for (const auto& [key, value] : keys.items()) {
      if (is_config_key(section, key))
        add_value(section, key, value);
      else
        unknown.push_back(section + "." + key);
    }
  }
  if (!unknown.empty())
    warnings_.push_back(fmt::format(
        "Failed to decode the keys [\"{}\"] from \"{}\"", base::join(unknown, "\" \""), path));
}

void Config::add_value(const std::string& section, const std::string& key, Json value) {
  const std::string name = section + "." + key;
  Json& place = values_[section][key];
  if (value.is_array()) {
    const auto append = take_append(value, name);
    const auto found = std::find(appending_.begin(), appending_.end(), name);
    const bool appends = append.value_or(found != appending_.end());
    if (append == true && found == appending_.end()) appending_.push_back(name);
    if (append == false && found != appending_.end()) appending_.erase(found);
    if (appends && place.is_array()) {
      place.insert(place.end(), value.begin(), value.end());
      return;
    }
  } else if (value.is_object() && place.is_object()) {
    place.update(value);  // engine.runtimes: each file adds its own
    return;
  }
  place = std::move(value);
}

const Json* Config::find(const char* section, const char* key) const {
  const auto keys = values_.find(section);
  if (keys == values_.end()) return nullptr;
  const auto value = keys->find(key);
  return value == keys->end() ? nullptr : &*value;
}

std::optional<std::string> Config::text(const char* section, const char* key) const {
  const auto* value = find(section, key);
  if (!value) return std::nullopt;
  if (!value->is_string()) fail(Kind::usage, "{}.{} must be a string", section, key);
  return value->get<std::string>();
}

std::optional<bool> Config::flag(const char* section, const char* key) const {
  const auto* value = find(section, key);
  if (!value) return std::nullopt;
  if (!value->is_boolean()) fail(Kind::usage, "{}.{} must be true or false", section, key);
  return value->get<bool>();
}

std::optional<std::int64_t> Config::number(const char* section, const char* key) const {
  const auto* value = find(section, key);
  if (!value) return std::nullopt;
  if (!value->is_number_integer()) fail(Kind::usage, "{}.{} must be a number", section, key);
  return value->get<std::int64_t>();
}

std::optional<std::int64_t> Config::size(const char* section, const char* key) const {
  const auto* value = find(section, key);
  if (!value || !value->is_string()) return number(section, key);
  const auto bytes = base::parse_bytes(value->get<std::string>());
  if (!bytes) fail(Kind::usage, "{}.{} is no size", section, key);
  return bytes;
}

std::vector<std::string> Config::list(const char* section, const char* key) const {
  const auto* value = find(section, key);
  if (!value) return {};
  return texts_of(*value, std::string(section) + "." + key);
}

std::vector<std::string> Config::list_in(const char* section,
                                         const char* table,
                                         const std::string& key) const {
  const auto* entries = find(section, table);
  if (!entries || !entries->is_object()) return {};
  const auto value = entries->find(key);
  if (value == entries->end()) return {};
  return texts_of(*value, std::string(section) + "." + table + "." + key);
}

}  // namespace container
