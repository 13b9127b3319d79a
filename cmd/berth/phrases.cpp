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
    {"exec: \"",
     "\": executable file not found in $PATH",
     "crun: executable file `",
     "` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command "
     "that was not found"},
    {"exec: \"",
     "\": is a directory: permission denied",
     "crun: the path `",
     "` is not a regular file: Operation not permitted: OCI permission denied"},
    {"exec: \"",
     "\": permission denied",
     "crun: open executable `",
     "`: Permission denied: OCI permission denied"},
    {"Bind for ",
     " failed: port is already allocated",
     "cannot listen on the TCP port: listen tcp4 ",
     ": bind: address already in use"},
    {"invalid CapAdd: unknown capability: ", "", "", ": unknown capability"},
    {"invalid CapDrop: unknown capability: ", "", "", ": unknown capability"},
    {"invalid mode: ", "", "invalid option type \"", "\""},
    {"Duplicate mount point: ", "", "", ": duplicate mount destination"},
    {"invalid mount config for type \"bind\": bind source path does not exist: ",
     "",
     "statfs ",
     ": no such file or directory"},
    {"invalid mount config for type \"",
     "\": mount type unknown",
     "invalid filesystem type \"",
     "\""},
    {"network with name ",
     " already exists",
     "network name ",
     " already used: network already exists"},
};

/// Sentences that podman has without a name.
struct Sentence {
  std::string_view before, after, podman;
};

constexpr Sentence kSentences[] = {
    {"invalid mount config for type \"",
     "\": field Target must not be empty",
     "must set volume destination"},
    {"error looking up logging plugin ",
     "\" not found",
     "running container create option: invalid log driver: invalid argument"},
    {"Conflicting options: Nano CPUs and CPU Quota cannot both be set",
     "",
     "--cpu-quota and --cpus cannot be set together"},
    {"Conflicting options: Nano CPUs and CPU Period cannot both be set",
     "",
     "--cpu-period and --cpus cannot be set together"},
};

bool encloses(std::string_view text, std::string_view before, std::string_view after) {
  return text.size() >= before.size() + after.size() && text.starts_with(before) &&
         text.ends_with(after);
}

}  // namespace

std::string podman_phrase(const std::string& message) {
  const std::string_view text = message;
  for (const auto& sentence : kSentences) {
    if (encloses(text, sentence.before, sentence.after)) return std::string(sentence.podman);
  }
  for (const auto& phrase : kPhrases) {
    if (!encloses(text, phrase.before, phrase.after)) continue;
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
