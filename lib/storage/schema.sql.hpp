// SPDX-License-Identifier: Apache-2.0
// The schema of berth.db. A change adds an entry to kMigrations; entries that have been released never change.
#pragma once

namespace storage {

/// kMigrations[n] brings a database from user_version n to n + 1.
inline constexpr const char* kMigrations[] = {
    R"sql(
-- An image is its config: id is the digest of the config blob ("sha256:…").
CREATE TABLE images (
  id TEXT PRIMARY KEY,
  manifest TEXT NOT NULL,            -- digest of the manifest it was made from (a blob)
  media_type TEXT NOT NULL,          -- of that manifest
  os TEXT NOT NULL, architecture TEXT NOT NULL, variant TEXT NOT NULL,
  created INTEGER NOT NULL,          -- from the config, nanoseconds since 1970
  added INTEGER NOT NULL,            -- when it came here
  size INTEGER NOT NULL,             -- sum of its layers' unpacked sizes
  labels TEXT NOT NULL               -- JSON object, for filters
) WITHOUT ROWID;
-- Names point at images: "docker.io/library/busybox:1".
CREATE TABLE names (
  name TEXT PRIMARY KEY,
  image TEXT NOT NULL REFERENCES images(id),
  tagged INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX names_image ON names(image);
-- Digests an image is known by in a repository: "docker.io/library/busybox" + "sha256:…" (manifest or index).
CREATE TABLE digests (
  repository TEXT NOT NULL,
  digest TEXT NOT NULL,
  image TEXT NOT NULL REFERENCES images(id),
  PRIMARY KEY (repository, digest)
) WITHOUT ROWID;
CREATE INDEX digests_image ON digests(image);
-- A layer by its diff id; a fix-up layer of ours has a key that begins with "fixup:".
CREATE TABLE layers (
  id TEXT PRIMARY KEY,
  path TEXT NOT NULL,                -- absolute directory that holds diff/
  size INTEGER NOT NULL,             -- bytes of the unpacked files
  tar_size INTEGER NOT NULL
) WITHOUT ROWID;
-- Compressed digests that we verified ourselves to be a layer.
CREATE TABLE layer_sources (
  digest TEXT PRIMARY KEY,
  layer TEXT NOT NULL REFERENCES layers(id) ON DELETE CASCADE,
  size INTEGER NOT NULL,
  media_type TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX layer_sources_layer ON layer_sources(layer);
CREATE TABLE image_layers (
  image TEXT NOT NULL REFERENCES images(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,         -- 0 is the lowest
  layer TEXT NOT NULL REFERENCES layers(id),
  PRIMARY KEY (image, position)
) WITHOUT ROWID;
CREATE INDEX image_layers_layer ON image_layers(layer);
CREATE TABLE containers (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  image TEXT NOT NULL,               -- id of the image, which may be gone by now; empty for --rootfs
  created INTEGER NOT NULL,
  started INTEGER NOT NULL,          -- last start, 0: never
  finished INTEGER NOT NULL,         -- last end that was recorded, 0: never
  exit_code INTEGER NOT NULL,
  oom_killed INTEGER NOT NULL,
  error TEXT NOT NULL,               -- why the last start failed
  summary TEXT NOT NULL,             -- JSON: what ps shows
  config TEXT NOT NULL               -- JSON: everything else
) WITHOUT ROWID;
CREATE INDEX containers_image ON containers(image);
-- The layers below a container, kept while it exists, whatever becomes of the image.
CREATE TABLE container_layers (
  container TEXT NOT NULL REFERENCES containers(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  layer TEXT NOT NULL REFERENCES layers(id),
  PRIMARY KEY (container, position)
) WITHOUT ROWID;
CREATE INDEX container_layers_layer ON container_layers(layer);
CREATE TABLE volumes (
  name TEXT PRIMARY KEY,
  driver TEXT NOT NULL,
  path TEXT NOT NULL,                -- the mountpoint
  created INTEGER NOT NULL,
  anonymous INTEGER NOT NULL,
  labels TEXT NOT NULL,              -- JSON object
  options TEXT NOT NULL              -- JSON object
) WITHOUT ROWID;
CREATE TABLE container_volumes (
  container TEXT NOT NULL REFERENCES containers(id) ON DELETE CASCADE,
  volume TEXT NOT NULL REFERENCES volumes(name),
  destination TEXT NOT NULL,
  PRIMARY KEY (container, destination)
) WITHOUT ROWID;
CREATE INDEX container_volumes_volume ON container_volumes(volume);
-- What a running command relies on before anything else refers to it ("layer", "sha256:…").
CREATE TABLE leases (
  kind TEXT NOT NULL, object TEXT NOT NULL,
  pid INTEGER NOT NULL, start_time INTEGER NOT NULL, boot TEXT NOT NULL,
  PRIMARY KEY (kind, object, pid, start_time)
) WITHOUT ROWID;
)sql",
    R"sql(
-- What a short name that does not mean docker.io stood for when it was last pulled ("tool" by an alias or a search list:
-- "quay.io/team/tool"), so that later commands find the image by that name.
CREATE TABLE short_names (
  short TEXT PRIMARY KEY,            -- without tag
  repository TEXT NOT NULL
) WITHOUT ROWID;
)sql",
    R"sql(
-- What is secret lies in a file of its own, secrets/ID.
CREATE TABLE secrets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  driver TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL,
  labels TEXT NOT NULL               -- JSON object
) WITHOUT ROWID;
)sql",
    R"sql(
-- Whose container it is: containers.conf's static_dir when it was made, empty without. A command sees those of its own alone.
ALTER TABLE containers ADD COLUMN static_dir TEXT NOT NULL DEFAULT '';
)sql",
    // From here on, container_layers has positions below 0 for layers of images that the container mounts.
    R"sql(
-- Names that an image has lost, latest first, with blanks between (podman images --format {{.History}}).
ALTER TABLE images ADD COLUMN former_names TEXT NOT NULL DEFAULT '';
)sql",
};

}  // namespace storage
