// SPDX-License-Identifier: Apache-2.0
// An HTTP server for tests that answers byte by byte as a test says: wrong, late, half or not at
// all.
#pragma once

#include <arpa/inet.h>
#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace support {

struct Request {
  std::string method, target, body;
  std::map<std::string, std::string> headers;  ///< names in lower case

  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// The client's end of one connection, as the handler writes to it.
class Connection {
 public:
  Connection(int fd, const std::atomic<bool>& stopping) : fd_(fd), stopping_(stopping) {}

  /// False when the client is gone.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// A whole answer; the connection stays open.
  bool answer(int status, const std::string& body, const std::vector<std::string>& headers = {}) {
    std::string text = "HTTP/1.1 " + std::to_string(status) + " Text\r\n";
    for (const auto& header : headers) text += header + "\r\n";
    return write(text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  /// Ends the connection when the handler returns.
  void close() { open_ = false; }

  bool is_open() const { return open_; }

  /// Waits until the client hangs up or the server stops: a stall without a clock.
  void hold() {
    pollfd polled{fd_, POLLIN | POLLRDHUP, 0};
    while (!stopping_ && ::poll(&polled, 1, 50) == 0) {
    }
    close();
  }

 private:
  int fd_;
  const std::atomic<bool>& stopping_;
  bool open_ = true;
};

class HttpServer {
 public:
  using Handler = std::function<void(const Request&, Connection&)>;

  explicit HttpServer(Handler handler, const char* address = "127.0.0.1")
      : handler_(std::move(handler)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in local{};
    local.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &local.sin_addr);
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&local), sizeof local) < 0 ||
        ::listen(listener_.get(), 64) < 0) {
      base::sys_fail("listen on {}", address);
    }
    socklen_t size = sizeof local;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&local), &size);
    host_ = std::string(address) + ":" + std::to_string(ntohs(local.sin_port));
    acceptor_ = std::thread([this] { accept_all(); });
  }

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  ~HttpServer() {
    stopping_ = true;
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
  }

  /// "127.0.0.1:PORT"
  const std::string& host() const { return host_; }

  std::string url(const std::string& path = "/") const { return "http://" + host_ + path; }

  /// What was asked so far, in order.
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  int connections() const { return connections_; }

 private:
  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { serve(base::UniqueFd(fd)); });
    }
  }

  void serve(base::UniqueFd fd) {
    Connection connection(fd.get(), stopping_);
    std::string buffer;
    Request request;
    while (connection.is_open() && read_request(fd.get(), buffer, request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      handler_(request, connection);
    }
    const std::lock_guard lock(mutex_);
    open_.remove(fd.get());
  }

  static bool fill(int fd, std::string& buffer) {
    char chunk[8192];
    const ssize_t n = ::recv(fd, chunk, sizeof chunk, 0);
    if (n <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(n));
    return true;
  }

  /// Like a server that speaks no TLS, hangs up on what is no HTTP.
  static bool read_request(int fd, std::string& buffer, Request& request) {
    std::size_t end;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!fill(fd, buffer) || buffer[0] < 'A' || buffer[0] > 'Z') return false;
    }
    request = {};
    const auto lines = base::split(buffer.substr(0, end), '\n');
    const auto words = base::split(lines[0], ' ');
    if (words.size() < 2) return false;
    request.method = words[0];
    request.target = words[1];
    for (std::size_t i = 1; i < lines.size(); ++i) {
      const auto [name, value] = base::split_pair(base::trim(lines[i]), ':');
      request.headers[base::lower(name)] = base::trim(value.value_or(""));
    }
    buffer.erase(0, end + 4);
    const auto length =
        base::parse_number<std::size_t>(request.header("content-length")).value_or(0);
    while (buffer.size() < length) {
      if (!fill(fd, buffer)) return false;
    }
    request.body = buffer.substr(0, length);
    buffer.erase(0, length);
    return true;
  }

  Handler handler_;
  base::UniqueFd listener_;
  std::string host_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex mutex_;
  std::list<int> open_;
  std::vector<Request> requests_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace support
