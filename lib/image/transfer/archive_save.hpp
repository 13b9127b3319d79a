// SPDX-License-Identifier: Apache-2.0
// `save`: images of the store into an archive.
//
//   docker-archive   what `docker save` has written since 25: an OCI layout with plain tars as
//   layers, and the
//                    manifest.json of before
//   oci-archive      an OCI layout with layers of gzip, as a tar
//   oci-dir          the same as a directory
//   docker-dir       one image: manifest.json is its manifest, blobs are files called by their
//   digits
//
// Ids, diff ids and names are those of the store. An image that was pulled has its manifest with
// it, whatever form its layers have in the archive, so that `load` gives it its repository digests
// again (archive_index.hpp).
#pragma once

#include "image/transfer.hpp"
#include "storage/store.hpp"

namespace image {

/// Writes to request.path, or to `out`. Kinds: not_found for an unknown image, usage, io.
void save_archive(storage::Store& store, const SaveRequest& request, int out);

}  // namespace image
