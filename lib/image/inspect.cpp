// SPDX-License-Identifier: Apache-2.0
#include "image/inspect.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "image/parent.hpp"

namespace image {

namespace {

std::vector<std::string> familiar(const std::vector<std::string>& full_names) {
  std::vector<std::string> names;
  for (const auto& name : full_names) names.push_back(parse_reference(name).familiar());
  return names;
}

/// How the image's layers would be mounted, top first, as Docker's overlay2 driver tells it.
base::Json graph_driver(ImageStore& images, const Image& image, const char* name) {
  if (images.store().driver() == storage::Driver::vfs)
    return {{"Data", std::string_view(name) == "overlay" ? base::Json::object() : base::Json()},
            {"Name", "vfs"}};
  const auto layers = storage::LayerStore(images.store()).of_image(image.id);
  base::Json data = base::Json::object();
  if (!layers.empty()) {
    std::vector<std::string> lower;
    for (auto layer = layers.rbegin() + 1; layer != layers.rend(); ++layer)
      lower.push_back(layer->diff());
    if (!lower.empty()) data["LowerDir"] = base::join(lower, ":");
    data["UpperDir"] = layers.back().diff();
    data["WorkDir"] = layers.back().path + "/work";
  }
  return {{"Data", data}, {"Name", name}};
}

/// The empty values of every field that Docker's type has.
base::Json empty_config() {
  return {{"User", ""},
          {"ExposedPorts", nullptr},
          {"Env", nullptr},
          {"Entrypoint", nullptr},
          {"Cmd", nullptr},
          {"Healthcheck", nullptr},
          {"Volumes", nullptr},
          {"WorkingDir", ""},
          {"Labels", nullptr},
          {"StopSignal", ""},
          {"OnBuild", nullptr},
          {"Shell", nullptr},
          {"ArgsEscaped", false}};
}

bool is_empty(const base::Json& value) {
  return value.is_null() || value == "" || value == false ||
         ((value.is_array() || value.is_object()) && value.empty());
}

base::Json run_config(const base::Json& config, EmptyFields empty) {
  base::Json shown = base::Json::object();
  const auto found = config.find("config");
  const base::Json given =
      found != config.end() && found->is_object() ? *found : base::Json::object();
  const base::Json fields = empty_config();
  for (const auto& [name, nothing] : fields.items()) {
    const bool has = given.contains(name) && !is_empty(given[name]);
    if (has)
      shown[name] = given[name];
    else if (empty == EmptyFields::kept)
      shown[name] = nothing;
  }
  return shown;
}

std::string text_of(const base::Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

/// The comment of an image is that of its last step.
std::string comment_of(const base::Json& config) {
  if (const std::string comment = text_of(config, "comment"); !comment.empty()) return comment;
  const auto history = config.find("history");
  if (history == config.end() || !history->is_array() || history->empty()) return "";
  return history->back().is_object() ? text_of(history->back(), "comment") : "";
}

std::vector<std::string> diff_ids(const base::Json& config) {
  return base::from_json<Config>(config, "image config").rootfs.diff_ids;
}

base::Json descriptor(ImageStore& images, const Image& image) {
  return {{"mediaType", image.media_type},
          {"digest", image.manifest},
          {"size", images.find_blob(image.manifest).value_or("").size()}};
}

base::Json config_of(ImageStore& images, const Image& image) {
  return base::parse_json(images.blob(image.id), "image config");
}

}  // namespace

base::Json inspect_json(ImageStore& images, const Image& image, EmptyFields empty) {
  const base::Json config = config_of(images, image);
  const auto digests = images.repository_digests(image.id);
  base::Json json = {{"Id", image.id},
                     {"RepoTags", familiar(images.names(image.id))},
                     {"RepoDigests", familiar(digests)},
                     {"Parent", named_parent(images, config)},
                     {"Comment", comment_of(config)},
                     {"Created", base::rfc3339(image.created)},
                     {"Author", text_of(config, "author")},
                     {"Config", run_config(config, empty)},
                     {"Architecture", image.platform.architecture}};
  if (!image.platform.variant.empty() || empty == EmptyFields::kept)
    json["Variant"] = image.platform.variant;
  json["Os"] = image.platform.os;
  json["Size"] = image.size;
  json["GraphDriver"] = graph_driver(images, image, "overlay2");
  json["Storage"] = {{"RootFS", {{"Snapshot", {{"Name", "overlayfs"}}}}}};
  json["RootFS"] = {{"Type", "layers"}, {"Layers", diff_ids(config)}};
  json["Metadata"] = {
      {"LastTagTime", base::rfc3339(images.last_tagged(image.id).value_or(base::Moment{}))}};
  json["Descriptor"] = descriptor(images, image);
  base::Json pulls = base::Json::array();
  for (const auto& digest : digests) {
    const base::Json pull = {{"Repository", parse_reference(digest).familiar_repository()}};
    if (std::find(pulls.begin(), pulls.end(), pull) == pulls.end()) pulls.push_back(pull);
  }
  if (!pulls.empty()) json["Identity"] = {{"Pull", pulls}};
  return json;
}

namespace {

/// Each repository that the image has a name in, with its manifest's digest, whether or not it came from there.
std::vector<std::string> digests_of_names(ImageStore& images, const Image& image) {
  auto digests = images.repository_digests(image.id);
  for (const auto& name : images.names(image.id)) {
    auto digest = parse_reference(name).repository() + "@" + image.manifest;
    if (std::find(digests.begin(), digests.end(), digest) == digests.end())
      digests.push_back(std::move(digest));
  }
  return digests;
}

}  // namespace

base::Json inspect_json_podman(ImageStore& images, const Image& image, EmptyFields empty) {
  const base::Json config = config_of(images, image);
  const auto history = config.find("history");
  const auto annotations =
      base::parse_json(images.find_blob(image.manifest).value_or("{}"), "manifest")
          .value("annotations", base::Json());
  const std::string parent = derived_parent(images, image, config);
  return {{"Id", image.id.substr(image.id.find(':') + 1)},
          {"Digest", image.manifest},
          {"RepoTags", images.names(image.id)},
          {"RepoDigests", digests_of_names(images, image)},
          {"Parent", parent.substr(parent.find(':') + 1)},
          {"Comment", comment_of(config)},
          {"Created", base::rfc3339(image.created)},
          {"Config", run_config(config, empty)},
          {"Version", text_of(config, "docker_version")},
          {"Author", text_of(config, "author")},
          {"Architecture", image.platform.architecture},
          {"Os", image.platform.os},
          {"Size", image.size},
          {"VirtualSize", image.size},
          {"GraphDriver", graph_driver(images, image, "overlay")},
          {"RootFS", {{"Type", "layers"}, {"Layers", diff_ids(config)}}},
          {"Labels", image.labels.empty() ? base::Json() : base::Json(image.labels)},
          {"Annotations", annotations.is_object() ? annotations : base::Json::object()},
          {"ManifestType", image.media_type},
          {"User", base::from_json<Config>(config, "image config").config.user},
          {"History", history != config.end() ? *history : base::Json::array()},
          {"NamesHistory", names_history(images.names(image.id), image)}};
}

}  // namespace image
