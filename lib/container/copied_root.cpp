// SPDX-License-Identifier: Apache-2.0
#include "container/copied_root.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/mount.h>
#include <set>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/beneath.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "container/differences.hpp"
#include "container/user_mapping.hpp"
#include "storage/merged_copy.hpp"
#include "storage/mount_points.hpp"
#include "storage/overlay.hpp"

namespace container {

std::string copied_root(const Engine& engine, const std::string& id) {
  return engine.store.paths().container(id) + "/root";
}

storage::MergedTree layers_below_copy(Engine& engine, const std::vector<storage::Layer>& layers) {
  std::vector<std::string> lower = {storage::mount_points_layer(engine.store)};
  for (const auto& layer : layers) lower.push_back(layer.diff());
  return storage::MergedTree::of_layers(std::move(lower));
}

RootCopy::RootCopy(Engine& engine,
                   const CreateOptions& options,
                   const std::vector<storage::Layer>& layers)
    : staging_([&] {
        engine.store.sweep_staging();
        return engine.store.make_staging("root");
      }()) {
  const std::string made = staging_.path() + "/root";
  base::make_directory(made, 0755);
  const auto mapping = user_mapping(options.namespaces);
  base::debug("copying {} layers", layers.size());
  base::in_context("copy the image",
                   [&] { storage::copy_merged(layers_below_copy(engine, layers), made, mapping); });
  // The container's row is written durably, and would else speak of files that a power loss has taken.
  if (options.remove) return;
  const auto fd = base::open_file(made, O_RDONLY | O_DIRECTORY);
  if (::syncfs(fd.get()) < 0) base::sys_fail("write {}", made);
}

void RootCopy::move_to(const std::string& path) const {
  base::rename_path(staging_.path() + "/root", path);
}

base::UniqueFd mount_copied_root(const Engine& engine, const std::string& id) {
  const auto directory = base::open_file(copied_root(engine, id), O_PATH | O_DIRECTORY);
  auto mount = storage::clone_mount(directory.get(), /*recursive=*/false);
  storage::clear_restrictions(mount.get());
  return mount;
}

Changes changes_of_copied_root(Engine& engine, const Record& record) {
  const auto before = layers_below_copy(engine, engine.layers.of_container(record.id));
  const auto after = storage::MergedTree::of_directory(
      base::open_file(copied_root(engine, record.id), O_RDONLY | O_DIRECTORY));
  const auto options = engine.containers.details(record.id).options;
  return find_differences(
      before, after, {.mapping = user_mapping(options.namespaces), .is_container = true});
}

std::int64_t size_of_changes(Engine& engine, const Record& record) {
  const auto root = base::open_file(copied_root(engine, record.id), O_RDONLY | O_DIRECTORY);
  std::int64_t total = 0;
  std::set<ino_t> linked;
  for (const auto& change : changes_of_copied_root(engine, record).list) {
    if (change.what == Change::What::removed) continue;
    const auto fd =
        base::try_open_beneath(root.get(), change.path.c_str() + 1, O_PATH | O_NOFOLLOW);

    struct stat st {};

    if (!fd || ::fstat(fd.get(), &st) < 0 || !S_ISREG(st.st_mode)) continue;
    if (st.st_nlink > 1 && !linked.insert(st.st_ino).second) continue;
    total += st.st_size;
  }
  return total;
}

}  // namespace container
