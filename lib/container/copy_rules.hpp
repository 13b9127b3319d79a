// SPDX-License-Identifier: Apache-2.0
// Docker's rules for what `cp SOURCE TARGET` makes where, by the spelling of both paths and by what
// is there. They are those of `cp -r`, with "/." for what is in a directory.
#pragma once

#include <string>
#include <utility>

namespace container {

/// "/a/b/" to ("/a", "b"), "/a/b/." to ("/a/b", "."): directory and last name.
std::pair<std::string, std::string> split_entry(const std::string& path);

/// "x/" or "x/.": a directory is meant.
bool asks_for_directory(const std::string& path);

struct CopyEnd {
  std::string path;
  bool exists = false, is_directory = false;
};

struct CopyPlan {
  std::string directory;  ///< at the target; must exist
  std::string entry;      ///< what the source is called in it; ".": only what is in it
};

/// `name` is the source's name at the target where that decides ("." for what is in a directory).
/// Kind usage: "cannot copy directory", "no such directory" (docker's words).
CopyPlan plan_copy(const CopyEnd& source, const std::string& name, const CopyEnd& target);

/// The two parts of "NAME:PATH"; no name for a path here: absolute, beginning with "." or without a
/// colon.
std::pair<std::string, std::string> split_copy_word(const std::string& word);

}  // namespace container
