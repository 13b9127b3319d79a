// SPDX-License-Identifier: Apache-2.0
// Where everything lies on disk: the tree below is the only place that knows, and these the only functions that
// join its paths.
//
//   GRAPHROOT                       /var/lib/berth or ~/.local/share/berth
//     berth.db                      what outlives a reboot (database.hpp)
//     blobs/sha256/HEX              manifests and configs, byte for byte
//     layers/HEX/diff               one directory per diff id (HEX of its digest), shared by all images
//     layers/HEX/record.zst         what is needed to give back the layer's tar byte for byte (layer/record.hpp)
//     mount-points/                 the lowest layer of every container: where something is mounted in each of them
//     containers/ID/{upper,work}    a container's own layer
//     containers/ID/root            or, with the driver vfs, all its files
//     containers/ID/log             its log, with log.1, log.2 ... when rotated
//     image-copies/HEX              files of an image that people look at, where they cannot be mounted
//     volumes/NAME/_data
//     secrets/ID                    a secret's data, for its owner alone
//     staging/ID.XXXXXX             things being made; swept when their owner is gone
//   RUNROOT                         /run/berth or $XDG_RUNTIME_DIR/berth: tmpfs, gone at reboot
//     containers/ID/                run state: running, exit, attach, bundle/, rootfs, hosts, resolv.conf, shm ...
//     events                        one JSON object per line, appended
//     crun/                         the runtime's own state (--root)
//     images/HEX, mounts/ID         images and containers that people have mounted to look at
//     locks/                        a lock file per object
//     network/                      addresses in use, one file each
//     userns.lock, userns           the shared rootless user namespace
#pragma once

#include <string>

namespace storage {

class Paths {
 public:
  /// `volumes`: where new volumes go; empty for the place below the graphroot.
  Paths(std::string graphroot, std::string runroot, std::string volumes = "")
      : graphroot_(std::move(graphroot)),
        runroot_(std::move(runroot)),
        volumes_(std::move(volumes)) {}

  const std::string& graphroot() const { return graphroot_; }

  const std::string& runroot() const { return runroot_; }

  std::string database() const { return graphroot_ + "/berth.db"; }

  std::string blobs() const { return graphroot_ + "/blobs/sha256"; }

  std::string layers() const { return graphroot_ + "/layers"; }

  std::string mount_points() const { return graphroot_ + "/mount-points"; }

  std::string containers() const { return graphroot_ + "/containers"; }

  std::string container(const std::string& id) const { return containers() + "/" + id; }

  std::string image_copies() const { return graphroot_ + "/image-copies"; }

  std::string volumes() const { return volumes_.empty() ? graphroot_ + "/volumes" : volumes_; }

  /// Then other things may lie there, too.
  bool volumes_lie_elsewhere() const { return !volumes_.empty(); }

  std::string secrets() const { return graphroot_ + "/secrets"; }

  std::string staging() const { return graphroot_ + "/staging"; }

  std::string run_containers() const { return runroot_ + "/containers"; }

  std::string run_container(const std::string& id) const { return run_containers() + "/" + id; }

  std::string events() const { return runroot_ + "/events"; }

  std::string runtime_root(const std::string& runtime) const { return runroot_ + "/" + runtime; }

  std::string locks() const { return runroot_ + "/locks"; }

  std::string lock(const std::string& object) const { return locks() + "/" + object; }

  std::string network() const { return runroot_ + "/network"; }

 private:
  std::string graphroot_, runroot_, volumes_;
};

}  // namespace storage
