// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/registries_conf.hpp"

#include <algorithm>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/toml_library.hpp"

namespace image {

namespace {

using base::Kind;

/// The reference as prefixes are compared with it: "host/path:tag@digest".
std::size_t prefix_length(const std::string& prefix, const Reference& reference) {
  const std::string full = reference.full();
  if (prefix.starts_with("*.")) {  // any host below a domain; no path
    return reference.domain.ends_with(prefix.substr(1)) ? reference.domain.size() : 0;
  }
  if (!full.starts_with(prefix)) return 0;
  const bool whole = full.size() == prefix.size() ||
                     std::string_view("/:@").find(full[prefix.size()]) != std::string_view::npos;
  return whole ? prefix.size() : 0;
}

/// `location` in the place of the first `length` characters.
Reference rewrite(const Reference& reference, std::size_t length, const std::string& location) {
  return base::in_context("registries.conf: location " + base::printable(location), [&] {
    return parse_reference(location + reference.full().substr(length));
  });
}

std::vector<std::string> drop_ins(const std::string& directory) {
  std::vector<std::string> files;
  for (const auto& name : base::list_directory(directory)) {
    if (name.ends_with(".conf")) files.push_back(directory + "/" + name);
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string user_directory() {
  if (const auto config = base::environment("XDG_CONFIG_HOME")) return *config + "/containers";
  if (const auto home = base::environment("HOME")) return *home + "/.config/containers";
  return {};
}

}  // namespace

/// Reads one file into a RegistriesConf.
class RegistriesReader {
 public:
  RegistriesReader(const std::string& path, RegistriesConf& conf) : path_(path), conf_(conf) {}

  void read(const std::string& text) {
    toml::table table;
    try {
      table = toml::parse(text);
    } catch (const toml::parse_error& e) {
      refuse(e.source(), e.description());
    }
    if (const auto* old = table.get("registries"); old && old->is_table()) {
      refuse(old->source(), "version 1 of this file is not supported: use [[registry]]");
    }
    read_list(table, "unqualified-search-registries", conf_.search_);
    read_list(table, "credential-helpers", conf_.helpers_);
    read_aliases(table);
    const toml::node* registries = table.get("registry");
    if (!registries) return;
    for (const auto& entry : array_of(*registries, "registry"))
      read_registry(table_of(entry, "registry"));
  }

 private:
  [[noreturn]] void refuse(const toml::source_region& where, std::string_view why) const {
    base::fail(Kind::usage, "{}:{}: {}", path_, where.begin.line, base::printable(why));
  }

  const toml::array& array_of(const toml::node& node, const std::string& name) const {
    if (const auto* array = node.as_array()) return *array;
    refuse(node.source(), name + " must be a list");
  }

  const toml::table& table_of(const toml::node& node, const std::string& name) const {
    if (const auto* table = node.as_table()) return *table;
    refuse(node.source(), name + " must be a table");
  }

  std::string text_of(const toml::node& node, const std::string& name) const {
    if (const auto* text = node.as_string()) return text->get();
    refuse(node.source(), name + " must be a string");
  }

  std::string text(const toml::table& table, const std::string& name) const {
    const auto* node = table.get(name);
    return node ? text_of(*node, name) : "";
  }

  bool flag(const toml::table& table, const std::string& name) const {
    const auto* node = table.get(name);
    if (!node) return false;
    if (const auto* value = node->as_boolean()) return value->get();
    refuse(node->source(), name + " must be true or false");
  }

  /// A list of strings at the top of the file replaces what earlier files said.
  void read_list(const toml::table& table,
                 const std::string& name,
                 std::vector<std::string>& list) const {
    const auto* node = table.get(name);
    if (!node) return;
    std::vector<std::string> read;
    for (const auto& entry : array_of(*node, name)) read.push_back(text_of(entry, name));
    list = std::move(read);
  }

  void read_aliases(const toml::table& table) {
    const auto* node = table.get("aliases");
    if (!node) return;
    for (const auto& [name, value] : table_of(*node, "aliases")) {
      const std::string alias(name.str());
      const std::string meaning = text_of(value, "aliases");
      if (meaning.empty()) {
        conf_.aliases_.erase(alias);
      } else if (!is_short_name(alias) || is_short_name(meaning)) {
        refuse(value.source(),
               "aliases: \"" + alias +
                   "\" must be a short name, and what it means must name a registry");
      } else {
        conf_.aliases_[alias] = meaning;
      }
    }
  }

  void read_registry(const toml::table& table) {
    RegistriesConf::Registry registry;
    registry.prefix = text(table, "prefix");
    registry.location = text(table, "location");
    if (registry.prefix.empty()) registry.prefix = registry.location;
    const bool wildcard = registry.prefix.starts_with("*.");
    if (registry.prefix.empty()) refuse(table.source(), "registry needs a prefix or a location");
    if (registry.location.empty() && !wildcard) registry.location = registry.prefix;
    check_location(table, registry.location, wildcard);
    if (wildcard ? registry.prefix.find('/') != std::string::npos
                 : registry.prefix.find('*') != std::string::npos) {
      refuse(table.source(), "a prefix may have one * only, as in \"*.example.com\"");
    }
    registry.insecure = flag(table, "insecure");
    registry.blocked = flag(table, "blocked");
    registry.mirrors_by_digest_only = flag(table, "mirror-by-digest-only");
    if (const auto* mirrors = table.get("mirror")) {
      for (const auto& entry : array_of(*mirrors, "mirror")) {
        registry.mirrors.push_back(read_mirror(table_of(entry, "mirror")));
      }
    }
    conf_.registries_[registry.prefix] = registry;
  }

  void check_location(const toml::table& table,
                      const std::string& location,
                      bool may_be_empty) const {
    if (location.empty() && may_be_empty) return;
    if (location.empty()) refuse(table.source(), "location is missing");
    if (location.find("://") != std::string::npos)
      refuse(table.source(), "location must not have a scheme");
  }

  RegistriesConf::Mirror read_mirror(const toml::table& table) const {
    RegistriesConf::Mirror mirror{text(table, "location"), flag(table, "insecure"), true, true};
    check_location(table, mirror.location, /*may_be_empty=*/false);
    const std::string from = text(table, "pull-from-mirror");
    if (from == "digest-only")
      mirror.by_tag = false;
    else if (from == "tag-only")
      mirror.by_digest = false;
    else if (!from.empty() && from != "all")
      refuse(table.source(), "pull-from-mirror must be all, digest-only or tag-only");
    return mirror;
  }

  const std::string& path_;
  RegistriesConf& conf_;
};

RegistriesConf RegistriesConf::load(const std::vector<std::string>& files) {
  RegistriesConf conf;
  for (const auto& path : files) {
    const auto text = base::find_file_text(path);
    if (text) RegistriesReader(path, conf).read(*text);
  }
  return conf;
}

std::vector<std::string> RegistriesConf::default_files() {
  if (const auto only = base::environment("CONTAINERS_REGISTRIES_CONF")) return {*only};
  const std::string user = user_directory();
  std::vector<std::string> files;
  for (const std::string& directory :
       {user, std::string("/etc/containers"), std::string("/usr/share/containers")}) {
    const std::string file = directory + "/registries.conf";
    if (directory.empty() || !base::exists(file)) continue;
    files.push_back(file);
    break;
  }
  for (const std::string& directory :
       {std::string("/usr/share/containers"), std::string("/etc/containers"), user}) {
    if (directory.empty()) continue;
    const auto more = drop_ins(directory + "/registries.conf.d");
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

std::vector<Reference> RegistriesConf::candidates(const std::string& text) const {
  const Reference normal = parse_reference(text).with_default_tag();
  if (!is_short_name(text)) return {normal};
  const std::string tail = (normal.tag.empty() ? "" : ":" + normal.tag) +
                           (normal.digest.empty() ? "" : "@" + normal.digest);
  const std::string name = text.substr(0, text.find_first_of(":@"));
  if (const auto alias = aliases_.find(name); alias != aliases_.end()) {
    return {
        base::in_context("alias " + name, [&] { return parse_reference(alias->second + tail); })};
  }
  std::vector<Reference> list;
  for (const auto& registry : search_) {
    list.push_back(base::in_context("unqualified-search-registries",
                                    [&] { return parse_reference(registry + "/" + name + tail); }));
  }
  if (list.empty()) {
    base::fail(
        Kind::usage, "\"{}\" names no registry, and unqualified-search-registries is empty", name);
  }
  return list;
}

const RegistriesConf::Registry* RegistriesConf::find(const Reference& reference) const {
  const Registry* best = nullptr;
  for (const auto& [prefix, registry] : registries_) {
    if (prefix_length(prefix, reference) == 0) continue;
    // A written-out prefix is longer than the wildcard that also covers it, and wins.
    const bool better = !best || (best->prefix.starts_with("*.") && !prefix.starts_with("*.")) ||
                        (best->prefix.starts_with("*.") == prefix.starts_with("*.") &&
                         prefix.size() > best->prefix.size());
    if (better) best = &registry;
  }
  return best;
}

std::vector<Endpoint> RegistriesConf::endpoints(const Reference& reference) const {
  const Registry* registry = find(reference);
  if (!registry) return {{reference, false, false}};
  if (registry->blocked) {
    base::fail(Kind::denied, "registry {} is blocked in registries.conf", registry->prefix);
  }
  const std::size_t length = prefix_length(registry->prefix, reference);
  const bool by_digest = !reference.digest.empty();
  std::vector<Endpoint> list;
  for (const auto& mirror : registry->mirrors) {
    const bool serves =
        by_digest ? mirror.by_digest : mirror.by_tag && !registry->mirrors_by_digest_only;
    if (serves)
      list.push_back({rewrite(reference, length, mirror.location), mirror.insecure, true});
  }
  const bool same = registry->location.empty();
  list.push_back({same ? reference : rewrite(reference, length, registry->location),
                  registry->insecure,
                  false});
  return list;
}

}  // namespace image
