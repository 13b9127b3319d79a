// SPDX-License-Identifier: Apache-2.0
#include "phrases.hpp"

#include <string_view>

namespace cli {

namespace {

struct Phrase {
  std::string_view before, after;                ///< docker: BEFORE name AFTER
  std::string_view podman_before, podman_after;  ///< podman: the same name between these
};

constexpr Phrase kPhrases[] = {
    {"No such container: ", "", "no container with name or ID \"", "\" found: no such container"},
    {"No such image: ", "", "", ": image not known"},
    {"get ", ": no such volume", "no volume with name \"", "\" found: no such volume"},
    {"network ", " not found", "unable to find network with name or ID ", ": network not found"},
    {"invalid filter '", "'", "", " is an invalid filter"},
    {"error: no such object: ", "", "no such object: \"", "\""},
    {"network with name ",
     " already exists",
     "network name ",
     " already used: network already exists"},
};

}  // namespace

std::string podman_phrase(const std::string& message) {
  const std::string_view text = message;
  for (const auto& phrase : kPhrases) {
    if (text.size() < phrase.before.size() + phrase.after.size()) continue;
    if (!text.starts_with(phrase.before) || !text.ends_with(phrase.after)) continue;
    const auto name =
        text.substr(phrase.before.size(), text.size() - phrase.before.size() - phrase.after.size());
    return std::string(phrase.podman_before).append(name).append(phrase.podman_after);
  }
  return message;
}

}  // namespace cli
