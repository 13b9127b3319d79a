// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/archive_source.hpp"

#include <memory>
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "image/transfer/http.hpp"
#include "image/transfer/tls.hpp"

namespace image {

namespace {

constexpr int kOk = 200;

/// The client has to live as long as what it answers.
struct Download {
  Download()
      : client({}, [](const Url& url) { return read_certificates(certificate_directories(url)); }) {
  }

  HttpClient client;
  std::optional<HttpResponse> response;
};

storage::ByteSource download(const std::string& url) {
  const auto download = std::make_shared<Download>();
  download->response.emplace(download->client.send({.url = url}));
  if (const int status = download->response->status(); status != kOk)
    base::fail(base::Kind::remote, "download {}: invalid response status {}", url, status);
  return
      [download](void* buffer, std::size_t size) { return download->response->read(buffer, size); };
}

}  // namespace

bool is_url(const std::string& path) {
  return path.starts_with("http://") || path.starts_with("https://");
}

storage::ByteSource open_archive_source(const std::string& path, int in) {
  if (is_url(path)) return download(path);
  const bool is_given = path.empty() || path == "-";
  const auto file = std::make_shared<base::UniqueFd>(is_given ? base::UniqueFd()
                                                              : base::open_file(path, O_RDONLY));
  return [file, in](void* buffer, std::size_t size) {
    // Not read_full: a pipe's bytes are worked on as they come.
    const int fd = *file ? file->get() : in;
    const ssize_t n = base::retry([&] { return ::read(fd, buffer, size); });
    if (n < 0) base::sys_fail("read the archive");
    return static_cast<std::size_t>(n);
  };
}

}  // namespace image
