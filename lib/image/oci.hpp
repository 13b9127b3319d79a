// SPDX-License-Identifier: Apache-2.0
// The documents of the OCI image spec and of Docker's schema 2, as far as berth reads them. Blobs whose digest
// counts are kept as bytes and never written from these structs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"

namespace image {

inline constexpr const char* kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr const char* kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr const char* kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr const char* kDockerList =
    "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr const char* kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr const char* kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr const char* kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar.gzip";

struct Platform {
  std::string os, architecture, variant;

  /// "linux/arm64/v8"
  std::string text() const {
    return os + "/" + architecture + (variant.empty() ? "" : "/" + variant);
  }

  bool operator==(const Platform&) const = default;
};

template <typename Io>
void fields(Io& io, Platform& p) {
  io.maybe("os", p.os);
  io.maybe("architecture", p.architecture);
  io.maybe("variant", p.variant);
}

struct Descriptor {
  std::string media_type;
  std::string digest;
  std::int64_t size = 0;
  std::optional<Platform> platform;
  std::map<std::string, std::string> annotations;
  std::vector<std::string> urls;
};

template <typename Io>
void fields(Io& io, Descriptor& d) {
  io.maybe("mediaType", d.media_type);
  io("digest", d.digest);
  io("size", d.size);
  io.maybe("platform", d.platform);
  io.maybe("annotations", d.annotations);
  io.maybe("urls", d.urls);
}

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;
};

template <typename Io>
void fields(Io& io, Manifest& m) {
  io.maybe("mediaType", m.media_type);
  io("config", m.config);
  io("layers", m.layers);
}

struct Index {
  std::string media_type;
  std::vector<Descriptor> manifests;
};

template <typename Io>
void fields(Io& io, Index& i) {
  io.maybe("mediaType", i.media_type);
  io("manifests", i.manifests);
}

struct Healthcheck {
  std::vector<std::string> test;
  std::int64_t interval = 0, timeout = 0, start_period = 0, start_interval = 0;  // nanoseconds
  int retries = 0;
};

template <typename Io>
void fields(Io& io, Healthcheck& h) {
  io.maybe("Test", h.test);
  io.maybe("Interval", h.interval);
  io.maybe("Timeout", h.timeout);
  io.maybe("StartPeriod", h.start_period);
  io.maybe("StartInterval", h.start_interval);
  io.maybe("Retries", h.retries);
}

/// What a container takes from its image ("config" of the config blob).
struct RunConfig {
  std::string user, working_dir, stop_signal;
  std::vector<std::string> env, entrypoint, cmd, shell, on_build;
  std::map<std::string, std::string> labels;
  std::map<std::string, base::Json> exposed_ports, volumes;  // Go's sets: keys count
  std::optional<Healthcheck> healthcheck;
};

template <typename Io>
void fields(Io& io, RunConfig& c) {
  io.maybe("User", c.user);
  io.maybe("ExposedPorts", c.exposed_ports);
  io.maybe("Env", c.env);
  io.maybe("Entrypoint", c.entrypoint);
  io.maybe("Cmd", c.cmd);
  io.maybe("Volumes", c.volumes);
  io.maybe("WorkingDir", c.working_dir);
  io.maybe("Labels", c.labels);
  io.maybe("StopSignal", c.stop_signal);
  io.maybe("Healthcheck", c.healthcheck);
  io.maybe("Shell", c.shell);
  io.maybe("OnBuild", c.on_build);
}

struct RootFs {
  std::string type;
  std::vector<std::string> diff_ids;
};

template <typename Io>
void fields(Io& io, RootFs& r) {
  io.maybe("type", r.type);
  io.maybe("diff_ids", r.diff_ids);
}

struct HistoryEntry {
  std::string created, created_by, author, comment;
  bool empty_layer = false;
};

template <typename Io>
void fields(Io& io, HistoryEntry& h) {
  io.maybe("created", h.created);
  io.maybe("created_by", h.created_by);
  io.maybe("author", h.author);
  io.maybe("comment", h.comment);
  io.maybe("empty_layer", h.empty_layer);
}

/// The config blob of an image.
struct Config {
  std::string created, author, architecture, os, variant;
  RunConfig config;
  RootFs rootfs;
  std::vector<HistoryEntry> history;
};

template <typename Io>
void fields(Io& io, Config& c) {
  io.maybe("created", c.created);
  io.maybe("author", c.author);
  io.maybe("architecture", c.architecture);
  io.maybe("os", c.os);
  io.maybe("variant", c.variant);
  io.maybe("config", c.config);
  io.maybe("rootfs", c.rootfs);
  io.maybe("history", c.history);
}

}  // namespace image
