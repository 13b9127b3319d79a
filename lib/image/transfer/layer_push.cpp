// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/layer_push.hpp"

#include <algorithm>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "image/transfer/crew.hpp"
#include "image/transfer/layer_blob.hpp"

namespace image {

namespace {

constexpr const char* kExists = "Layer already exists";

HttpBody body_of_file(int fd, std::int64_t size, std::atomic<std::int64_t>& sent) {
  return {size, [fd, &sent](std::int64_t offset, void* buffer, std::size_t wanted) {
            const ssize_t n = base::retry(
                [&] { return ::pread(fd, buffer, wanted, static_cast<off_t>(offset)); });
            if (n <= 0) base::sys_fail("read a layer's blob");
            sent = offset + n;
            return static_cast<std::size_t>(n);
          }};
}

}  // namespace

void LayerPush::push(std::vector<Layer>& layers, std::atomic<bool>& cancelled) {
  const auto staging = store_.make_staging("push");
  for (auto& layer : layers) {
    const bool shows_known = !how_.podman && !layer.known.empty();
    layer.progress = &progress_.add_layer(shows_known ? layer.known[0].digest : layer.layer.id,
                                          layer.layer.tar_size);
  }
  carry_out(
      layers.size(),
      how_.parallel,
      cancelled,
      [&](std::size_t i) { push_one(layers[i], staging.path()); },
      [&] { progress_.update(); });
  progress_.finish();
}

void LayerPush::push_one(Layer& layer, const std::string& staging) {
  if (!use_known(layer)) send(layer, staging);
}

bool LayerPush::is_there(const Layer& layer, const Descriptor& blob) {
  try {
    return registry_.has_blob(blob);
  } catch (const base::Error& e) {
    if (!how_.podman) throw;
    throw e.in(
        fmt::format("trying to reuse blob {0} at destination: checking whether a blob {0} "
                    "exists in {1}",
                    layer.layer.id,
                    registry_.endpoint().reference.repository()));
  }
}

/// True when the registry has one of the known forms by now.
bool LayerPush::use_known(Layer& layer) {
  for (const auto& blob : layer.known) {
    if (!is_there(layer, blob)) continue;
    end(layer, blob, kExists);
    return true;
  }
  for (const auto& blob : layer.known) {
    for (const auto& from : layer.mounts) {
      if (!registry_.mount_blob(blob.digest, from)) continue;
      end(layer, blob, "Mounted from " + from);
      return true;
    }
  }
  return false;
}

void LayerPush::send(Layer& layer, const std::string& staging) {
  // Asked before the work is done: who may not write here need not wait for it.
  if (layer.known.empty()) {
    Descriptor itself;
    itself.digest = layer.layer.id;
    itself.size = layer.layer.tar_size;
    is_there(layer, itself);
  }
  const LayerBlob blob = layer.is_plain ? plain_layer(staging, layer.layer)
                                        : gzip_layer(staging, layer.layer, how_.level);
  const Descriptor& made = blob.descriptor;
  const bool was_asked = std::any_of(layer.known.begin(), layer.known.end(), [&](const auto& one) {
    return one.digest == made.digest;
  });
  if (!was_asked && is_there(layer, made)) return end(layer, made, kExists);
  layer.progress->size = made.size;
  layer.progress->state = Progress::State::downloading;
  registry_.put_blob(made, body_of_file(blob.file.get(), made.size, layer.progress->bytes));
  end(layer, made, "Pushed");
}

void LayerPush::end(Layer& layer, const Descriptor& blob, const std::string& outcome) {
  layer.blob = blob;
  layer.progress->outcome = outcome;
  layer.progress->state = Progress::State::complete;
  const std::lock_guard lock(store_mutex_);
  storage::LayerStore(store_).add_source(layer.layer.id, {blob.digest, blob.size, blob.media_type});
}

}  // namespace image
