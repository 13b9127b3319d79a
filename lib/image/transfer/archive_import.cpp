// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/archive_import.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "image/change.hpp"
#include "image/image_store.hpp"
#include "image/platform.hpp"
#include "image/transfer/archive_source.hpp"
#include "image/transfer/fixup.hpp"
#include "image/transfer/progress.hpp"
#include "storage/layer/layer_writer.hpp"

namespace image {

namespace {

storage::WrittenLayer unpack(storage::Store& store,
                             const ImportRequest& request,
                             int in,
                             const std::string& directory) {
  const auto source = open_archive_source(request.path, in);
  return storage::write_layer(source, directory, store.layer_attributes());
}

std::string make_config(const ImportRequest& request,
                        const RunConfig& run,
                        const std::string& diff_id) {
  const Platform platform =
      request.platform.empty() ? host_platform() : parse_platform(request.platform);
  Config config;
  config.created = base::rfc3339(base::now());
  config.os = platform.os;
  config.architecture = platform.architecture;
  config.variant = platform.variant;
  config.config = run;
  config.rootfs = {"layers", {diff_id}};
  HistoryEntry step;
  step.created = config.created;
  if (request.podman)
    step.created_by =
        "/bin/sh -c #(nop) ADD file:" + diff_id.substr(diff_id.find(':') + 1) + " in /";
  step.comment = request.message;
  if (step.comment.empty())
    step.comment = request.podman ? "imported from tarball" : "Imported from -";
  config.history.push_back(step);
  return base::to_json(config).dump();
}

std::string make_manifest(const std::string& config_bytes, const storage::WrittenLayer& layer) {
  Manifest manifest;
  manifest.media_type = kOciManifest;
  manifest.config.media_type = kOciConfig;
  manifest.config.digest = base::sha256_digest(config_bytes);
  manifest.config.size = static_cast<std::int64_t>(config_bytes.size());
  Descriptor descriptor;
  descriptor.media_type = kOciLayer;
  descriptor.digest = layer.diff_id;
  descriptor.size = layer.tar_size;
  manifest.layers.push_back(descriptor);
  base::Json json = base::to_json(manifest);
  json["schemaVersion"] = 2;
  return json.dump();
}

Reference parse_name(const std::string& text) {
  const Reference name = parse_reference(text);
  if (!name.digest.empty()) base::fail(base::Kind::usage, "cannot import digest reference");
  return name.with_default_tag();
}

}  // namespace

ImportResult import_archive(storage::Store& store, const ImportRequest& request, int in) {
  // What is wrong with the words is told before anything is read.
  RunConfig run;
  apply_changes(run, request.changes);
  NewImage image;
  if (!request.reference.empty()) image.names.push_back(parse_name(request.reference));
  store.sweep_staging();
  const auto staging = store.make_staging("import");
  const std::string directory = staging.path() + "/layer";
  base::make_directory(directory, 0700);
  const auto layer = unpack(store, request, in, directory);
  keep_implicit_directories(directory, layer.implicit_directories);
  Progress progress(request.tells ? Progress::Words::podman : Progress::Words::none, STDERR_FILENO);
  progress.begin_copy();
  progress.add_existing(layer.diff_id);
  storage::LayerStore(store).commit(
      {layer.diff_id, "", layer.size, layer.tar_size}, directory, std::nullopt);
  image.layer_ids = {layer.diff_id};
  image.config_bytes = make_config(request, run, layer.diff_id);
  image.manifest_bytes = make_manifest(image.config_bytes, layer);
  progress.end_copy(base::sha256_digest(image.config_bytes));
  image.manifest_media_type = kOciManifest;
  return {ImageStore(store).add(image).id};
}

}  // namespace image
