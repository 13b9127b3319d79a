// SPDX-License-Identifier: Apache-2.0
#include "image/filter.hpp"

#include <algorithm>
#include <fnmatch.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace image {

namespace {

/// What Podman says of a word that it cannot read, or of a key that it does not know.
[[noreturn]] void invalid_for_podman(const std::string& word) {
  base::fail(base::Kind::usage,
             "invalid image filter \"{}\": must be in the format \"filter=value or filter!=value\"",
             word);
}

[[noreturn]] void invalid_value(const std::string& key, const std::string& value) {
  base::fail(base::Kind::usage, "invalid filter '{}=[{}]'", key, value);
}

/// Go's strconv.ParseBool as Docker's filters use it.
bool parse_bool(const std::string& key, const std::string& value) {
  const std::string text = base::lower(value);
  if (text == "true" || text == "1" || text == "t") return true;
  if (text == "false" || text == "0" || text == "f") return false;
  invalid_value(key, value);
}

LabelTest parse_label(const std::string& text, bool wanted) {
  const auto [key, value] = base::split_pair(text, '=');
  return {key, value, wanted};
}

/// One "key=value" word put into the filter; false when the command has no such key.
bool read_word(Filter& filter,
               const std::string& key,
               const std::string& value,
               FilterKeys keys,
               base::Moment now) {
  if (key == "label")
    filter.labels.push_back(parse_label(value, true));
  else if (key == "label!" && keys != FilterKeys::list)
    filter.labels.push_back(parse_label(value, false));
  else if (key == "dangling")
    filter.dangling = parse_bool(key, value);
  else if (key == "until") {
    filter.until = base::parse_moment(value, now);
    if (!filter.until) invalid_value(key, value);
  } else if (keys == FilterKeys::prune)
    return false;
  else if (key == "reference")
    filter.references.push_back(value);
  else if (key == "before")
    filter.before.push_back(value);
  else if (key == "since" || (key == "after" && keys == FilterKeys::list_podman))
    filter.since.push_back(value);
  else if (keys != FilterKeys::list_podman)
    return false;
  else if (key == "id")
    filter.ids.push_back(value);
  else if (key == "containers")
    filter.used = parse_bool(key, value);
  else if (key == "digest")
    filter.manifests.push_back(value);
  else if (key == "readonly")
    filter.read_only = parse_bool(key, value);
  else if (key == "intermediate" || key == "manifest")
    // Images have no parents, and indexes are no images of their own.
    filter.nothing = filter.nothing || parse_bool(key, value);
  else
    return false;
  return true;
}

}  // namespace

bool LabelTest::passes(const std::map<std::string, std::string>& labels) const {
  const auto found = labels.find(key);
  const bool has = found != labels.end() && (!value || found->second == *value);
  return has == wanted;
}

Filter parse_filter(const std::vector<std::string>& words, FilterKeys keys, base::Moment now) {
  Filter filter;
  for (const auto& word : words) {
    const auto at = word.find('=');
    if (at == std::string::npos) {
      if (keys == FilterKeys::list_podman) invalid_for_podman(word);
      base::fail(base::Kind::usage,
                 "invalid argument \"{}\" for \"-f, --filter\" flag: bad format of filter "
                 "(expected name=value)",
                 word);
    }
    // "label!=x" has its mark before the equals sign.
    const std::string key = base::lower(base::trim(word.substr(0, at)));
    const std::string value{base::trim(word.substr(at + 1))};
    if (read_word(filter, key, value, keys, now)) continue;
    if (keys == FilterKeys::list_podman) invalid_for_podman(key);
    base::fail(base::Kind::usage, "invalid filter '{}'", key);
  }
  return filter;
}

bool matches_reference(const std::string& pattern, const std::string& full_name) {
  const Reference reference = parse_reference(full_name);
  const auto matches = [&](const std::string& name) {
    return ::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0;
  };
  if (matches(reference.familiar()) || matches(reference.familiar_repository())) return true;
  if (matches(full_name) || matches(reference.repository())) return true;
  // What podman calls localhost/x is found as x.
  return reference.domain == "localhost" &&
         (matches(reference.path) || matches(reference.path + ":" + reference.tag));
}

namespace {

void append_images(std::vector<Listed>& all,
                   ImageStore images,
                   NameOrder order,
                   const std::map<std::string, std::int64_t>& users) {
  auto names = images.all_names(order);
  auto digests = images.all_repository_digests();
  for (auto& image : images.list()) {
    Listed listed;
    listed.names = std::move(names[image.id]);
    listed.digests = std::move(digests[image.id]);
    if (const auto found = users.find(image.id); found != users.end())
      listed.containers = found->second;
    listed.image = std::move(image);
    listed.image.read_only = images.store().is_read_only();
    all.push_back(std::move(listed));
  }
}

}  // namespace

std::vector<Listed> list_all(ImageStore& images, NameOrder order) {
  const auto users = images.all_users();
  std::vector<Listed> all;
  append_images(all, images, order, users);
  const auto& stores = images.store().image_stores();
  if (stores.empty()) return all;
  for (const auto& store : stores) append_images(all, ImageStore(*store), order, users);
  std::stable_sort(all.begin(), all.end(), [](const Listed& a, const Listed& b) {
    return a.image.created > b.image.created;
  });
  return all;
}

namespace {

/// What a short name was pulled as is meant by it, too.
std::vector<std::string> with_pulled_names(ImageStore& images, std::vector<std::string> patterns) {
  for (std::size_t i = 0, count = patterns.size(); i < count; ++i) {
    const auto repository = images.find_short_name(patterns[i]);
    const auto tag = patterns[i].find(':');
    if (repository)
      patterns.push_back(*repository + (tag == std::string::npos ? "" : patterns[i].substr(tag)));
  }
  return patterns;
}

void keep_matching(std::vector<std::string>& names, const std::vector<std::string>& patterns) {
  std::erase_if(names, [&](const auto& name) {
    return std::none_of(patterns.begin(), patterns.end(), [&](const auto& p) {
      return matches_reference(p, name);
    });
  });
}

bool has_id(const Image& image, const std::vector<std::string>& prefixes) {
  const std::string hex = image.id.substr(image.id.find(':') + 1);
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& prefix) {
    return hex.starts_with(prefix) || image.id.starts_with(prefix);
  });
}

/// A digest that it is known by begins so.
bool has_digest(const Listed& listed, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const auto& prefix) {
    return listed.image.manifest.starts_with(prefix) ||
           std::any_of(listed.digests.begin(), listed.digests.end(), [&](const auto& digest) {
             return digest.substr(digest.find('@') + 1).starts_with(prefix);
           });
  });
}

bool passes(const Listed& listed, const Filter& filter) {
  if (filter.nothing) return false;
  const auto passes_label = [&](const LabelTest& test) { return test.passes(listed.image.labels); };
  if (!std::all_of(filter.labels.begin(), filter.labels.end(), passes_label)) return false;
  if (filter.dangling && *filter.dangling != listed.is_dangling()) return false;
  if (filter.until && listed.image.created >= *filter.until) return false;
  if (!filter.ids.empty() && !has_id(listed.image, filter.ids)) return false;
  if (!filter.manifests.empty() && !has_digest(listed, filter.manifests)) return false;
  if (filter.read_only && *filter.read_only != listed.image.read_only) return false;
  return !filter.used || *filter.used == (listed.containers > 0);
}

}  // namespace

std::vector<Listed> select(ImageStore& images, const Filter& filter) {
  std::optional<base::Moment> before, since;
  for (const auto& text : filter.before) {
    const auto created = images.get(text).created;
    before = before ? std::min(*before, created) : created;
  }
  for (const auto& text : filter.since) {
    const auto created = images.get(text).created;
    since = since ? std::max(*since, created) : created;
  }
  const auto references = with_pulled_names(images, filter.references);
  std::vector<Listed> selected;
  for (auto& listed :
       list_all(images, filter.all_names ? NameOrder::latest_first : NameOrder::by_name)) {
    if (!passes(listed, filter)) continue;
    if (before && listed.image.created >= *before) continue;
    if (since && listed.image.created <= *since) continue;
    if (!references.empty()) {
      Listed matching = listed;
      keep_matching(matching.names, references);
      keep_matching(matching.digests, references);
      if (matching.names.empty() && matching.digests.empty()) continue;
      if (!filter.all_names) listed = std::move(matching);
    }
    selected.push_back(std::move(listed));
  }
  return selected;
}

}  // namespace image
