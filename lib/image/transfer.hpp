// SPDX-License-Identifier: Apache-2.0
// The narrow door to what is heavy (libcurl, TLS, libarchive, compression): requests that the program
// berth-transfer carries out in a process of its own, so that no other command pays for loading them, and what
// strangers wrote is parsed away from the command. Each request is a struct sent as JSON; progress goes to the
// command's own stdout and stderr; failures come back as base::Error with kind and sentence intact.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json_fields.hpp"
#include "image/transfer_commit.hpp"
#include "image/transfer_copy.hpp"
#include "image/transfer_login.hpp"
#include "image/transfer_push.hpp"
#include "image/transfer_registry.hpp"
#include "storage/store.hpp"

namespace image {

struct PullRequest {
  std::string reference;  ///< as the user wrote it
  std::string platform;   ///< "linux/arm64/v8" or empty for this machine
  bool quiet = false;     ///< no progress
  bool all_tags = false;
  bool run = false;                 ///< part of run or create: nothing on stdout
  bool podman = false;              ///< progress in podman's words
  bool newer = false;               ///< nothing is told when it is here as it is there
  std::optional<int> retries = {};  ///< of a request that failed on the way
  std::optional<std::int64_t> retry_delay_ms = {};  ///< before the first retry; doubles each time
  RegistryOptions registry;
};

template <typename Io>
void fields(Io& io, PullRequest& r) {
  io("reference", r.reference);
  io.maybe("platform", r.platform);
  io.maybe("quiet", r.quiet);
  io.maybe("allTags", r.all_tags);
  io.maybe("run", r.run);
  io.maybe("podman", r.podman);
  io.maybe("newer", r.newer);
  io.maybe("retries", r.retries);
  io.maybe("retryDelay", r.retry_delay_ms);
  io("registry", r.registry);
}

struct PullResult {
  std::string image;   ///< id
  std::string name;    ///< full name that now points at it
  std::string digest;  ///< of the manifest or index that the name stood for
  bool is_new = false;
};

template <typename Io>
void fields(Io& io, PullResult& r) {
  io("image", r.image);
  io("name", r.name);
  io("digest", r.digest);
  io("isNew", r.is_new);
}

struct LoadRequest {
  bool quiet = false;
  std::string platform;
  std::string path;     ///< archive file, URL or OCI directory; empty: descriptor `in`
  bool podman = false;  ///< progress and errors in podman's words
};

template <typename Io>
void fields(Io& io, LoadRequest& r) {
  io.maybe("quiet", r.quiet);
  io.maybe("platform", r.platform);
  io.maybe("path", r.path);
  io.maybe("podman", r.podman);
}

struct LoadResult {
  std::vector<std::string> images;  ///< ids
  std::vector<std::string> names;   ///< familiar names, or ids of images without one
};

template <typename Io>
void fields(Io& io, LoadResult& r) {
  io("images", r.images);
  io("names", r.names);
}

struct SaveRequest {
  std::vector<std::string> images;
  std::string format;         ///< "docker-archive", "oci-archive", "oci-dir", "docker-dir"
  std::string path;           ///< empty: stdout
  std::string name;           ///< what the one image is called there; empty: as here
  bool compress = false;      ///< layers of a docker-dir
  bool uncompressed = false;  ///< layers of the OCI formats stay plain tars
  std::string platform;
  bool podman = false;  ///< the file is made with the user's umask, as podman does
  bool tells = false;   ///< progress in podman's words
};

template <typename Io>
void fields(Io& io, SaveRequest& r) {
  io("images", r.images);
  io("format", r.format);
  io.maybe("path", r.path);
  io.maybe("name", r.name);
  io.maybe("compress", r.compress);
  io.maybe("uncompressed", r.uncompressed);
  io.maybe("platform", r.platform);
  io.maybe("podman", r.podman);
  io.maybe("tells", r.tells);
}

struct ImportRequest {
  std::string path;       ///< tar file or URL; empty: stdin
  std::string reference;  ///< name of the new image, or empty
  std::string message, platform;
  std::vector<std::string> changes;  ///< Dockerfile instructions
  bool podman = false;               ///< its history is told as podman tells it
  bool tells = false;                ///< progress in podman's words
};

template <typename Io>
void fields(Io& io, ImportRequest& r) {
  io.maybe("path", r.path);
  io.maybe("reference", r.reference);
  io.maybe("message", r.message);
  io.maybe("platform", r.platform);
  io.maybe("changes", r.changes);
  io.maybe("podman", r.podman);
  io.maybe("tells", r.tells);
}

struct ImportResult {
  std::string image;
};

template <typename Io>
void fields(Io& io, ImportResult& r) {
  io("image", r.image);
}

/// Runs berth-transfer for one request. stdin, stdout and stderr are the command's own.
class Transfer {
 public:
  explicit Transfer(storage::Store& store) : store_(store) {}

  PullResult pull(const PullRequest& request);
  PushResult push(const PushRequest& request);
  LoadResult load(const LoadRequest& request);
  void save(const SaveRequest& request);
  ImportResult import(const ImportRequest& request);
  KnownLogin find_login(const LoginPlace& place);

  /// Kind denied when the registry does not let this user in.
  LoginResult login(const LoginRequest& request);
  LogoutResult logout(const LogoutRequest& request);
  CopyResult copy(const CopyRequest& request, CopyEnds ends);

  /// `root` is the open directory with the files, `delta` the list of what is taken of them, or -1.
  ImportResult commit(const CommitRequest& request, int root, int delta = -1);

 private:
  /// `pass` are further descriptors that the request speaks of.
  base::Json call(const std::string& operation,
                  const base::Json& request,
                  const std::vector<int>& pass = {});

  storage::Store& store_;
};

}  // namespace image
