// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/tar_pipe.hpp"

#include <exception>
#include <fcntl.h>
#include <string>
#include <thread>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"

namespace image {

namespace {

constexpr std::size_t kBuffer = 256 * 1024;

/// The reader has gone: it will say why.
struct ReaderGone {};

class Output {
 public:
  Output(int fd, bool is_pipe) : fd_(fd), is_pipe_(is_pipe) { buffer_.reserve(kBuffer); }

  void put(const void* data, std::size_t size) {
    buffer_.append(static_cast<const char*>(data), size);
    if (buffer_.size() >= kBuffer) flush();
  }

  void flush() {
    try {
      base::in_context("write the archive", [&] { base::write_full(fd_, buffer_); });
    } catch (const base::Error&) {
      if (is_pipe_) throw ReaderGone();
      throw;
    }
    written_ += static_cast<std::int64_t>(buffer_.size());
    buffer_.clear();
  }

  std::int64_t written() const { return written_; }

 private:
  int fd_;
  bool is_pipe_;
  std::string buffer_;
  std::int64_t written_ = 0;
};

void write_all(const ProduceTar& produce, Output& output) {
  storage::TarWriter tar([&](const void* data, std::size_t size) { output.put(data, size); });
  produce(tar);
  tar.finish();
  output.flush();
}

}  // namespace

std::int64_t pipe_tar(const ProduceTar& produce,
                      const std::function<void(const storage::ByteSource&)>& consume) {
  base::Pipe pipe = base::make_pipe();
  Output output(pipe.write.get(), /*is_pipe=*/true);
  std::exception_ptr failure;
  std::jthread writer([&] {
    try {
      write_all(produce, output);
    } catch (const ReaderGone&) {
    } catch (const std::exception&) {
      failure = std::current_exception();
    }
    pipe.write.reset();
  });
  std::exception_ptr own;
  try {
    consume([&](void* buffer, std::size_t size) {
      const ssize_t n = base::retry([&] { return ::read(pipe.read.get(), buffer, size); });
      if (n < 0) base::sys_fail("read from a pipe");
      return static_cast<std::size_t>(n);
    });
  } catch (const std::exception&) {
    own = std::current_exception();
  }
  pipe.read.reset();
  writer.join();
  // A writer that failed leaves the reader with half an archive.
  if (failure) std::rethrow_exception(failure);
  if (own) std::rethrow_exception(own);
  return output.written();
}

std::int64_t write_tar(const ProduceTar& produce, int fd) {
  Output output(fd, /*is_pipe=*/false);
  write_all(produce, output);
  return output.written();
}

}  // namespace image
