// SPDX-License-Identifier: Apache-2.0
#include "image/remove.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/id.hpp"
#include "image/blob_store.hpp"
#include "image/mount.hpp"
#include "storage/reserve.hpp"

namespace image {

namespace {

bool is_canonical(const std::string& full_name) {
  return full_name.find('@') != std::string::npos;
}

/// At most one tag, and all names in one repository: then the image may go by its id (Docker's
/// isSingleReference).
bool is_single_reference(const std::vector<std::string>& names) {
  if (names.size() <= 1) return true;
  const auto tags = std::count_if(
      names.begin(), names.end(), [](const auto& name) { return !is_canonical(name); });
  if (tags > 1) return false;
  return std::all_of(names.begin(), names.end(), [&](const auto& name) {
    return repository_of(name) == repository_of(names.front());
  });
}

/// One removal, decided and carried out inside one transaction.
class Removing {
 public:
  Removing(ImageStore& images, const Match& match, const RemoveOptions& options)
      : images_(images), db_(images.store().database()), match_(match), options_(options) {
    names_ = options.latest_first ? names_by_age() : images.names(id());
    for (auto& digest : images.repository_digests(id())) names_.push_back(std::move(digest));
    for (const auto& container : images.users(id())) {
      auto& first = options.is_running && options.is_running(container) ? running_ : stopped_;
      if (!first) first = container;
    }
  }

  Removed run() {
    if (match_.reference) {
      if (!untag_one()) return std::move(removed_);
      // With its last name gone and a container on it, the image stays without a name.
      if (is_blocked_without_name()) return std::move(removed_);
    } else if (is_single_reference(names_)) {
      check(/*several_names_too=*/false);
      untag_all();
    }
    check(/*several_names_too=*/true);
    untag_all();
    unmount_image(images_.store(), id(), options_.force);
    delete_image(db_, id());
    removed_.deleted.push_back(id());
    return std::move(removed_);
  }

 private:
  const std::string& id() const { return match_.image.id; }

  std::vector<std::string> names_by_age() const {
    std::vector<std::string> names;
    auto rows =
        db_.query("SELECT name FROM names WHERE image = ? ORDER BY tagged DESC, name", id());
    while (rows.next()) names.push_back(rows.text(0));
    return names;
  }

  [[noreturn]] void refuse(Conflict::Why why,
                           const std::string& name,
                           const std::string& container) {
    throw base::Error(base::Kind::in_use, options_.words({why, name, id(), container}));
  }

  /// Takes the given name away; false when others keep the image.
  bool untag_one() {
    const std::string name = match_.reference->full();
    const auto user = running_ ? running_ : stopped_;
    if (!options_.force && user && is_single_reference(names_)) {
      refuse(Conflict::Why::only_name_of_used_image, match_.reference->familiar(), *user);
    }
    untag(name);
    // Digests of a repository go with its last tag.
    const std::string repository = repository_of(name);
    const bool has_tag = std::any_of(names_.begin(), names_.end(), [&](const auto& other) {
      return !is_canonical(other) && repository_of(other) == repository;
    });
    if (!is_canonical(name) && !has_tag) {
      const auto others = names_;
      for (const auto& other : others) {
        if (repository_of(other) == repository) untag(other);
      }
    }
    return names_.empty();
  }

  bool is_blocked_without_name() const { return running_ || (stopped_ && !options_.force); }

  void check(bool several_names_too) {
    const std::string name = base::short_id(id());
    if (running_) refuse(Conflict::Why::running_container, name, *running_);
    if (options_.force) return;
    if (several_names_too && !is_single_reference(names_))
      refuse(Conflict::Why::several_repositories, name, "");
    if (stopped_) refuse(Conflict::Why::stopped_container, name, *stopped_);
    if (is_mounted(images_.store(), id())) refuse(Conflict::Why::mounted, name, "");
  }

  void untag(const std::string& name) {
    delete_name(db_, name);
    std::erase(names_, name);
    removed_.untagged.push_back(name);
  }

  void untag_all() {
    while (!names_.empty()) untag(std::string(names_.front()));
  }

  ImageStore& images_;
  storage::Database& db_;
  const Match& match_;
  const RemoveOptions& options_;
  std::vector<std::string> names_;
  std::optional<std::string> running_, stopped_;
  Removed removed_;
};

/// Directories and blobs of what a transaction has taken away.
std::int64_t clean_up(storage::Store& store, const std::vector<storage::Layer>& forgotten) {
  storage::LayerStore(store).discard(forgotten);
  BlobStore(store).sweep();
  std::int64_t freed = 0;
  for (const auto& layer : forgotten) freed += layer.size;
  return freed;
}

}  // namespace

std::string conflict_text(const Conflict& c) {
  const bool is_hard = c.why == Conflict::Why::running_container;
  const std::string start = fmt::format("conflict: unable to delete {} ({}) - ",
                                        c.name,
                                        is_hard ? "cannot be forced" : "must be forced");
  switch (c.why) {
    case Conflict::Why::only_name_of_used_image:
      return start + fmt::format("container {} is using its referenced image {}",
                                 base::short_id(c.container),
                                 base::short_id(c.image));
    case Conflict::Why::running_container:
      return start + "image is being used by running container " + base::short_id(c.container);
    case Conflict::Why::stopped_container:
      return start + "image is being used by stopped container " + base::short_id(c.container);
    case Conflict::Why::several_repositories:
      return start + "image is referenced in multiple repositories";
    case Conflict::Why::mounted:
      return start + "image is mounted";
  }
  return start;
}

std::string repository_of(const std::string& full_name) {
  const auto at = full_name.find('@');
  const std::string named = full_name.substr(0, at);
  const auto colon = named.rfind(':');
  const auto slash = named.rfind('/');
  if (colon == std::string::npos || (slash != std::string::npos && colon < slash)) return named;
  return named.substr(0, colon);
}

namespace {

/// The image that has the name keeps it among those it had.
void note_former_name(storage::Database& db, const std::string& name) {
  db.execute(
      "UPDATE images SET former_names = "
      "trim(?1 || ' ' || replace(' ' || former_names || ' ', ' ' || ?1 || ' ', ' ')) "
      "WHERE id = (SELECT image FROM names WHERE name = ?1)",
      name);
}

}  // namespace

void give_name(storage::Database& db,
               const std::string& full_name,
               const std::string& image,
               base::Moment when) {
  note_former_name(db, full_name);
  db.execute("INSERT OR REPLACE INTO names(name, image, tagged) VALUES (?, ?, ?)",
             full_name,
             image,
             static_cast<std::int64_t>(when.time_since_epoch().count()));
}

bool delete_name(storage::Database& db, const std::string& full_name) {
  const auto at = full_name.find('@');
  if (at == std::string::npos) {
    note_former_name(db, full_name);
    return db.execute("DELETE FROM names WHERE name = ?", full_name) > 0;
  }
  return db.execute("DELETE FROM digests WHERE repository = ? AND digest = ?",
                    repository_of(full_name),
                    full_name.substr(at + 1)) > 0;
}

void delete_image(storage::Database& db, const std::string& id) {
  db.execute("DELETE FROM names WHERE image = ?", id);
  db.execute("DELETE FROM digests WHERE image = ?", id);
  db.execute("DELETE FROM images WHERE id = ?", id);
}

void refuse_read_only(const Image& image) {
  if (!image.read_only) return;
  base::fail(base::Kind::denied,
             "cannot remove read-only image \"{}\"",
             image.id.substr(image.id.find(':') + 1));
}

Removed remove_image(ImageStore& images, const std::string& text, const RemoveOptions& options) {
  storage::Store& store = images.store();
  std::optional<Removed> removed;
  storage::with_reserve(store, [&] {
    std::vector<storage::Layer> forgotten;
    // The second try on a full disk must not ask for an image that the first one removed.
    if (!removed) {
      Removed done;
      store.database().transaction(storage::Sync::full, [&] {
        const Match match = images.get_match(text);
        refuse_read_only(match.image);
        done = Removing(images, match, options).run();
        if (!done.deleted.empty()) forgotten = storage::LayerStore(store).forget_unused();
      });
      removed = std::move(done);
    }
    if (!removed->deleted.empty()) removed->freed += clean_up(store, forgotten);
  });
  return std::move(*removed);
}

std::int64_t remove_rows(storage::Store& store, const std::vector<std::string>& ids) {
  std::int64_t freed = 0;
  storage::with_reserve(store, [&] {
    std::vector<storage::Layer> forgotten;
    store.database().transaction(storage::Sync::full, [&] {
      for (const auto& id : ids) delete_image(store.database(), id);
      forgotten = storage::LayerStore(store).forget_unused();
    });
    freed += clean_up(store, forgotten);
  });
  return freed;
}

}  // namespace image
