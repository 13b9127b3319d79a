// SPDX-License-Identifier: Apache-2.0
// Image archives that are directories.
#include <unistd.h>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "image/transfer/archive_content.hpp"
#include "image/transfer/layer_intake.hpp"

namespace image {

namespace {

class DirectoryContent : public ArchiveContent {
 public:
  DirectoryContent(storage::Store& store, const std::string& path)
      : intake_(store), root_(base::open_file(path, O_PATH | O_DIRECTORY)) {}

  std::optional<std::string> text(const std::string& path) override {
    const auto fd = find(path);
    if (!fd) return std::nullopt;
    return base::in_context(base::printable(path),
                            [&] { return base::read_rest(fd->get(), kLargestText); });
  }

  ArchivedLayer& layer(const std::string& path) override {
    if (const auto found = layers_.find(path); found != layers_.end()) return found->second;
    if (auto known = intake_.find_known(path)) return layers_[path] = std::move(*known);
    const auto fd = find(path);
    if (!fd) base::fail(base::Kind::corrupt, "the archive has no layer {}", base::printable(path));
    return layers_[path] = base::in_context("layer " + base::printable(path), [&] {
             return intake_.unpack([&](void* buffer, std::size_t size) {
               const ssize_t n = base::retry([&] { return ::read(fd->get(), buffer, size); });
               if (n < 0) base::sys_fail("read {}", path);
               return static_cast<std::size_t>(n);
             });
           });
  }

 private:
  /// Links inside may point anywhere; they are followed as if the directory were the root. Only
  /// plain files are read: a FIFO would block for ever.
  std::optional<base::UniqueFd> find(const std::string& path) const {
    auto fd = base::find_in_root(root_.get(), path, O_RDONLY | O_NONBLOCK);
    if (fd && !S_ISREG(base::stat_of(fd->get(), path).st_mode)) return std::nullopt;
    return fd;
  }

  LayerIntake intake_;
  base::UniqueFd root_;
  std::map<std::string, ArchivedLayer> layers_;
};

}  // namespace

std::unique_ptr<ArchiveContent> open_archive_directory(storage::Store& store,
                                                       const std::string& path) {
  return std::make_unique<DirectoryContent>(store, path);
}

}  // namespace image
