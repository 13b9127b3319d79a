// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/commit_layer.hpp"

#include <algorithm>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/sys.hpp"
#include "image/image_store.hpp"
#include "image/transfer/fixup.hpp"
#include "image/transfer/progress.hpp"
#include "image/transfer/tar_pipe.hpp"
#include "storage/layer/layer_writer.hpp"
#include "storage/layer/tree_tar.hpp"

namespace image {

namespace {

storage::TreeTar::Delta read_delta(int fd) {
  storage::TreeTar::Delta delta;
  const std::string text = base::read_rest(fd);
  for (std::size_t at = 0, end; at < text.size(); at = end + 1) {
    end = std::min(text.find('\0', at), text.size());
    const std::string path = text.substr(at + 1, end - at - 1);
    if (text[at] == '+') {
      delta.present.insert(path);
      continue;
    }
    const auto slash = path.rfind('/');
    const bool is_top = slash == std::string::npos;
    delta.removed[is_top ? "" : path.substr(0, slash)].push_back(is_top ? path
                                                                        : path.substr(slash + 1));
  }
  return delta;
}

storage::WrittenLayer write_layer(storage::Store& store,
                                  const CommitRequest& request,
                                  int root,
                                  int delta,
                                  const std::string& directory) {
  storage::WrittenLayer written;
  pipe_tar(
      [&](storage::TarWriter& tar) {
        storage::TreeTar how;
        if (request.is_delta) how.delta = read_delta(delta);
        how.is_upper = request.is_upper;
        how.mapping = request.mapping;
        how.without = {request.without.begin(), request.without.end()};
        storage::write_tree(tar, root, "", how);
      },
      [&](const storage::ByteSource& source) {
        written = storage::write_layer(source, directory, store.layer_attributes());
      });
  return written;
}

std::string make_config(const CommitRequest& request, const std::string& diff_id) {
  Config config = request.config;
  config.rootfs.type = "layers";
  config.rootfs.diff_ids.push_back(diff_id);
  config.history.push_back(request.step);
  base::Json json = base::to_json(config);
  if (request.docker_format && !request.parent.empty()) json["parent"] = request.parent;
  return json.dump();
}

/// The layers as they lie here, not compressed.
std::string make_manifest(storage::LayerStore& layers,
                          const CommitRequest& request,
                          const NewImage& image) {
  Manifest manifest;
  manifest.media_type = request.docker_format ? kDockerManifest : kOciManifest;
  manifest.config.media_type = request.docker_format ? kDockerConfig : kOciConfig;
  manifest.config.digest = base::sha256_digest(image.config_bytes);
  manifest.config.size = static_cast<std::int64_t>(image.config_bytes.size());
  for (const auto& id : image.layer_ids) {
    if (id.starts_with("fixup:")) continue;
    const auto layer = layers.find(id);
    if (!layer) base::fail(base::Kind::not_found, "layer {} is not in the store", id);
    Descriptor descriptor;
    descriptor.media_type =
        request.docker_format ? "application/vnd.docker.image.rootfs.diff.tar" : kOciLayer;
    descriptor.digest = id;
    descriptor.size = layer->tar_size;
    manifest.layers.push_back(descriptor);
  }
  base::Json json = base::to_json(manifest);
  json["schemaVersion"] = 2;
  return json.dump();
}

}  // namespace

ImportResult commit_image(storage::Store& store,
                          const CommitRequest& request,
                          int root,
                          int delta) {
  NewImage image;
  if (!request.reference.empty())
    image.names.push_back(parse_reference(request.reference).with_default_tag());
  storage::LayerStore layers(store);
  image.layer_ids = request.layers;
  for (const auto& id : request.layers) {
    if (!layers.lease(id)) base::fail(base::Kind::not_found, "layer {} is not in the store", id);
  }
  store.sweep_staging();
  const auto staging = store.make_staging("commit");
  const std::string directory = staging.path() + "/layer";
  base::make_directory(directory, 0700);
  const auto written = write_layer(store, request, root, delta, directory);
  keep_implicit_directories(directory, written.implicit_directories);
  layers.commit({written.diff_id, "", written.size, written.tar_size}, directory, std::nullopt);
  image.layer_ids.push_back(written.diff_id);
  image.config_bytes = make_config(request, written.diff_id);
  Progress progress(request.tells ? Progress::Words::podman : Progress::Words::none, STDERR_FILENO);
  progress.begin_copy();
  for (const auto& id : image.layer_ids) {
    if (!id.starts_with("fixup:")) progress.add_existing(id);
  }
  progress.end_copy(base::sha256_digest(image.config_bytes));
  image.manifest_bytes = make_manifest(layers, request, image);
  image.manifest_media_type = request.docker_format ? kDockerManifest : kOciManifest;
  return {ImageStore(store).add(image).id};
}

}  // namespace image
