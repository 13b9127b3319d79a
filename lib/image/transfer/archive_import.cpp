// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/archive_import.hpp"

#include <unistd.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "image/change.hpp"
#include "image/image_store.hpp"
#include "image/platform.hpp"
#include "image/transfer/fixup.hpp"
#include "storage/layer/layer_writer.hpp"

namespace image {

namespace {

storage::WrittenLayer unpack(storage::Store& store,
                             const ImportRequest& request,
                             int in,
                             const std::string& directory) {
  const bool is_stdin = request.path.empty() || request.path == "-";
  const base::UniqueFd file = is_stdin ? base::UniqueFd() : base::open_file(request.path, O_RDONLY);
  const int fd = file ? file.get() : in;
  const auto source = [fd](void* buffer, std::size_t size) {
    const ssize_t n = base::retry([&] { return ::read(fd, buffer, size); });
    if (n < 0) base::sys_fail("read the archive");
    return static_cast<std::size_t>(n);
  };
  return storage::write_layer(source, directory, store.attributes());
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
  step.comment = request.message.empty() ? "Imported from -" : request.message;
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
  if (request.path.starts_with("http://") || request.path.starts_with("https://")) {
    base::fail(base::Kind::unsupported,
               "import {}: reading from a URL is not supported yet",
               request.path);
  }
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
  storage::LayerStore(store).commit(
      {layer.diff_id, "", layer.size, layer.tar_size}, directory, std::nullopt);
  image.layer_ids = {layer.diff_id};
  image.config_bytes = make_config(request, run, layer.diff_id);
  image.manifest_bytes = make_manifest(image.config_bytes, layer);
  image.manifest_media_type = kOciManifest;
  return {ImageStore(store).add(image).id};
}

}  // namespace image
