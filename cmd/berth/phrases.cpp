// SPDX-License-Identifier: Apache-2.0
#include "phrases.hpp"

#include <string_view>

#include "base/error.hpp"
#include "image/reference.hpp"

namespace cli {

namespace {

struct Phrase {
  std::string_view before, after;                ///< docker: BEFORE name AFTER
  std::string_view podman_before, podman_after;  ///< podman: the same name between these
};

constexpr std::string_view kNoImage = "No such image: ";

constexpr Phrase kPhrases[] = {
    {"No such container: ", "", "no container with name or ID \"", "\" found: no such container"},
    {kNoImage, "", "", ": image not known"},
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

std::string docker_phrase(const std::string& message) {
  if (!message.starts_with(kNoImage)) return message;
  const std::string name = message.substr(kNoImage.size());
  if (image::is_digest(name)) return message;
  try {
    return std::string(kNoImage) + image::parse_reference(name).with_default_tag().familiar();
  } catch (const base::Error&) {
    return message;  // e.g. 64 digits, which are an id
  }
}

}  // namespace cli
