// SPDX-License-Identifier: Apache-2.0
// berth tag, and podman's untag
#include <algorithm>

#include "base/error.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/remove.hpp"
#include "session.hpp"

namespace cli {

namespace {

image::Reference parse_target(const Session& session, const std::string& text) {
  try {
    return new_name(session, text);
  } catch (const base::Error& e) {
    if (session.is_podman()) client_fail("normalizing name \"{}\": {}", text, e.message());
    client_fail(
        "error parsing reference: \"{}\" is not a valid repository/tag: {}", text, e.message());
  }
}

int tag(Session& session, const Words& words) {
  auto& images = session.engine().images;
  std::vector<image::Reference> targets;
  for (std::size_t i = 1; i < words.size(); ++i) targets.push_back(parse_target(session, words[i]));
  const auto image = images.get(words[0]);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    images.tag(image.id, targets[i]);
    // Podman tells the name as it was given.
    record_image_event(
        session, "tag", image.id, session.is_podman() ? words[i + 1] : targets[i].familiar());
  }
  return 0;
}

/// A reference by digest is no name: the digest stays known for as long as the image is there.
bool names_digest(image::ImageStore& images, const std::string& id, const std::string& text) {
  if (text.find('@') == std::string::npos) return false;
  const auto reference = image::parse_reference(text);
  const auto known = images.repository_digests(id);
  const auto wanted = reference.repository() + "@" + reference.digest;
  return std::find(known.begin(), known.end(), wanted) != known.end();
}

/// Takes the given names away, or all when none is given.
int untag(Session& session, const Words& words) {
  auto& images = session.engine().images;
  const auto image = images.get(words[0]);
  image::refuse_read_only(image);
  auto names = images.names(image.id);
  if (words.size() > 1) {
    std::vector<std::string> wanted;
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (names_digest(images, image.id, words[i])) continue;
      wanted.push_back(parse_target(session, words[i]).full());
    }
    for (const auto& name : wanted) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        base::fail(base::Kind::not_found, "{}: tag not known", name);
      }
    }
    names = wanted;
  }
  for (const auto& name : names) {
    images.untag(name);
    record_image_event(session, "untag", image.id, name);
  }
  return 0;
}

}  // namespace

void register_tag(Verbs& verbs) {
  verbs.add({
      .names = {"tag", "image tag"},
      .usage = verbs.is_podman() ? "IMAGE TARGET_NAME [TARGET_NAME...]"
                                 : "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
      .summary = verbs.is_podman() ? "Add an additional name to a local image"
                                   : "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
      .arity = {2, verbs.is_podman() ? -1 : 2},
      .completes = Completes::images,
      .act = tag,
  });
  verbs.add({
      .names = {"untag", "image untag"},
      .usage = "IMAGE [IMAGE...]",
      .summary = "Remove a name from a local image",
      .arity = {1, -1},
      .group = verbs.is_podman() ? Group::other : Group::hidden,
      .completes = Completes::images,
      .act = untag,
  });
}

}  // namespace cli
