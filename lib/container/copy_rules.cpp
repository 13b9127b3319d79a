// SPDX-License-Identifier: Apache-2.0
#include "container/copy_rules.hpp"

#include "base/error.hpp"
#include "container/mount_options.hpp"

namespace container {

namespace {

bool ends_with_dot(const std::string& path) {
  return path == "." || path.ends_with("/.");
}

}  // namespace

bool asks_for_directory(const std::string& path) {
  return path.ends_with('/') || ends_with_dot(path);
}

std::pair<std::string, std::string> split_entry(const std::string& path) {
  const std::string clean = clean_path(path);
  if (ends_with_dot(path)) return {clean, "."};
  const auto slash = clean.rfind('/');
  if (slash == std::string::npos) return {".", clean};
  return {slash == 0 ? "/" : clean.substr(0, slash), clean.substr(slash + 1)};
}

CopyPlan plan_copy(const CopyEnd& source, const std::string& name, const CopyEnd& target) {
  if (target.exists && target.is_directory) return {target.path, name};
  if (target.exists && source.is_directory) base::fail(base::Kind::usage, "cannot copy directory");
  if (!target.exists && !source.is_directory && asks_for_directory(target.path))
    base::fail(base::Kind::usage, "no such directory");
  const auto [directory, last] = split_entry(target.path);
  return {directory, last};
}

std::pair<std::string, std::string> split_copy_word(const std::string& word) {
  if (word.starts_with('/')) return {"", word};
  const auto colon = word.find(':');
  if (colon == std::string::npos || word.starts_with('.')) return {"", word};
  return {word.substr(0, colon), word.substr(colon + 1)};
}

}  // namespace container
