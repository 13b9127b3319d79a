// SPDX-License-Identifier: Apache-2.0
// Netlink messages over the kernel's own headers: a builder, a reader and a socket. No libnl or
// libmnl: what is used of them would be these two hundred lines.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <linux/netlink.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace network {

/// One message being built: netlink header, the family's header, attributes.
class Message {
 public:
  /// `flags` beside NLM_F_REQUEST, which is always set.
  template <typename Header>
  Message(int type, int flags, const Header& header) {
    nlmsghdr head{};
    head.nlmsg_type = static_cast<std::uint16_t>(type);
    head.nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST);
    append(&head, sizeof head);
    append(&header, sizeof header);
  }

  Message& bytes(int type, const void* data, std::size_t size);

  Message& bytes(int type, std::string_view data) { return bytes(type, data.data(), data.size()); }

  /// A string with the NUL that the kernel wants at its end.
  Message& text(int type, const std::string& value) {
    return bytes(type, value.c_str(), value.size() + 1);
  }

  /// A number (or struct) as it lies in memory: the caller minds the byte order.
  template <typename T>
  Message& number(int type, T value) {
    return bytes(type, &value, sizeof value);
  }

  /// A nested attribute: `fill` adds its content.
  template <typename Fill>
  Message& nest(int type, Fill fill) {
    const std::size_t at = data_.size();
    bytes(type | NLA_F_NESTED, nullptr, 0);
    fill();
    close(at);
    return *this;
  }

  /// A struct between attributes (the peer's header in a veth).
  template <typename T>
  Message& raw(const T& value) {
    append(&value, sizeof value);
    return *this;
  }

 private:
  friend class NetlinkSocket;

  void append(const void* data, std::size_t size);
  void close(std::size_t at);
  nlmsghdr header() const;
  void number_and_finish(std::uint32_t sequence);

  std::string data_;
};

/// A list of attributes as received. Views stay valid for as long as the bytes below them.
class Attributes {
 public:
  Attributes() = default;

  explicit Attributes(std::string_view data) : data_(data) {}

  /// The attributes behind a family's header of `header_size` bytes.
  static Attributes after(std::string_view payload, std::size_t header_size);

  void each(const std::function<void(int type, std::string_view value)>& act) const;

  std::optional<std::string_view> find(int type) const;

  /// Empty when there is no such attribute.
  Attributes nested(int type) const { return Attributes(find(type).value_or(std::string_view{})); }

  std::string text(int type) const;

  template <typename T>
  std::optional<T> number(int type) const {
    const auto value = find(type);
    if (!value || value->size() < sizeof(T)) return std::nullopt;
    T result;
    std::memcpy(&result, value->data(), sizeof result);
    return result;
  }

 private:
  std::string_view data_;
};

/// Copies a family's header from the front of a payload; zeros when it is too short.
template <typename T>
T header_of(std::string_view payload) {
  T header{};
  if (payload.size() >= sizeof header) std::memcpy(&header, payload.data(), sizeof header);
  return header;
}

/// What the kernel said to a request: 0 or an errno, and its own words when it has some.
struct Answer {
  int error = 0;
  std::string text = {};

  bool ok() const { return error == 0; }

  /// Throws "WHAT: reason (the kernel's words)" unless ok.
  void check(const std::string& what) const;
};

/// A netlink socket in the network namespace that the thread is in when it is made.
class NetlinkSocket {
 public:
  /// Takes the payload of one answer; its type is that of the message.
  using Receive = std::function<void(int type, std::string_view payload)>;

  explicit NetlinkSocket(int protocol);

  /// Sends a request and waits for its acknowledgement.
  Answer send(Message message);

  /// Sends a request that is answered by one message (or an error).
  Answer query(Message message, const Receive& receive);

  /// Sends a dump request and gives each message of the answer.
  Answer dump(Message message, const Receive& receive);

  /// Sends messages between `begin` and `end` as one transaction of nfnetlink; the first error, if
  /// any.
  Answer send_batch(Message begin, std::vector<Message> messages, Message end);

 private:
  void transmit(const std::string& data);

  /// Receives until `on_message` says that the answer is complete.
  void collect(const std::function<bool(const nlmsghdr&, std::string_view payload)>& on_message);

  base::UniqueFd fd_;
  std::uint32_t sequence_ = 0;
  std::vector<char> buffer_;
};

}  // namespace network
