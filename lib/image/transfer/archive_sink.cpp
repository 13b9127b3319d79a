// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/archive_sink.hpp"

#include <fcntl.h>
#include <optional>
#include <unistd.h>

#include "base/error.hpp"
#include "base/interrupt.hpp"
#include "base/output_file.hpp"
#include "base/sys.hpp"
#include "storage/layer/tar_writer.hpp"

namespace image {

namespace {

using Produce = std::function<void(const storage::ByteSink&)>;

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

class TarSink : public ArchiveSink {
 public:
  explicit TarSink(int fd)
      : fd_(fd), tar_([this](const void* data, std::size_t size) {
          base::check_interrupt();
          base::in_context("write the archive", [&] { base::write_full(fd_, data, size); });
        }) {}

  void finish() override { tar_.finish(); }

 private:
  void write(const std::string& path, std::int64_t size, const Produce& produce) override {
    make_parents(parent_of(path));
    storage::TarEntry entry;
    entry.name = path;
    entry.size = size;
    tar_.begin(entry);
    produce([this](const void* data, std::size_t n) { tar_.write(data, n); });
  }

  void make_parents(const std::string& directory) {
    if (directory.empty() || !directories_.insert(directory).second) return;
    make_parents(parent_of(directory));
    tar_.add_directory(directory + "/");
  }

  int fd_;
  storage::TarWriter tar_;
  std::set<std::string> directories_;
};

/// Docker's words for a place that cannot be written to.
[[noreturn]] void invalid_output(const std::string& directory) {
  base::fail(base::Kind::usage,
             "failed to save image: invalid output path: stat {}: no such file or directory",
             directory);
}

class FileSink : public ArchiveSink {
 public:
  FileSink(const std::string& path, unsigned mode) {
    const auto there = base::find_stat(path);
    if (there && S_ISDIR(there->st_mode)) {
      base::fail(base::Kind::usage,
                 "failed to save image: invalid output path: \"{}\" must be a regular file",
                 path);
    }
    const std::string directory = parent_of(path);
    if (!directory.empty() && !base::is_directory(directory)) invalid_output(directory);
    file_.emplace(path, mode);
    tar_ = tar_to_descriptor(file_->fd());
  }

  void finish() override {
    tar_->finish();
    file_->commit();
  }

 private:
  void write(const std::string& path, std::int64_t size, const Produce& produce) override {
    tar_->put(path, size, produce);
  }

  std::optional<base::OutputFile> file_;
  std::unique_ptr<ArchiveSink> tar_;
};

class DirectorySink : public ArchiveSink {
 public:
  explicit DirectorySink(std::string path) : path_(std::move(path)) {
    if (!base::list_directory(path_).empty())
      base::fail(base::Kind::exists, "{} is not empty", path_);
    base::make_directories(path_);
  }

  void finish() override {}

 private:
  void write(const std::string& path, std::int64_t, const Produce& produce) override {
    const std::string file = path_ + "/" + path;
    base::make_directories(parent_of(file));
    const base::UniqueFd fd = base::open_file(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
    produce([&](const void* data, std::size_t size) {
      base::check_interrupt();
      base::in_context("write " + file, [&] { base::write_full(fd.get(), data, size); });
    });
  }

  std::string path_;
};

}  // namespace

void ArchiveSink::put(const std::string& path, std::string_view bytes) {
  put(path, static_cast<std::int64_t>(bytes.size()), [&](const storage::ByteSink& sink) {
    sink(bytes.data(), bytes.size());
  });
}

void ArchiveSink::put(const std::string& path, std::int64_t size, const Produce& produce) {
  if (written_.insert(path).second) write(path, size, produce);
}

std::unique_ptr<ArchiveSink> tar_to_descriptor(int fd) {
  return std::make_unique<TarSink>(fd);
}

std::unique_ptr<ArchiveSink> tar_to_file(const std::string& path, unsigned mode) {
  return std::make_unique<FileSink>(path, mode);
}

std::unique_ptr<ArchiveSink> files_in_directory(const std::string& path) {
  return std::make_unique<DirectorySink>(path);
}

}  // namespace image
