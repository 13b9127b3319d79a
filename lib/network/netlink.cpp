// SPDX-License-Identifier: Apache-2.0
#include "network/netlink.hpp"

#include <sys/socket.h>

#include "base/socket.hpp"
#include "base/sys.hpp"

namespace network {

namespace {

constexpr std::size_t aligned(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

/// An error's own attributes follow the request's header, or the whole request when the kernel did
/// not cap it.
Answer read_error(const nlmsghdr& head, std::string_view payload) {
  const auto error = header_of<nlmsgerr>(payload);
  Answer answer{-error.error};
  if (!(head.nlmsg_flags & NLM_F_ACK_TLVS)) return answer;
  std::size_t skip = sizeof(nlmsgerr);
  if (!(head.nlmsg_flags & NLM_F_CAPPED)) skip += error.msg.nlmsg_len - sizeof(nlmsghdr);
  answer.text = Attributes::after(payload, aligned(skip)).text(NLMSGERR_ATTR_MSG);
  return answer;
}

/// The end of a dump carries an int: 0 or a negative errno.
Answer read_done(std::string_view payload) {
  return {-header_of<int>(payload)};
}

}  // namespace

void Message::append(const void* data, std::size_t size) {
  if (size > 0) data_.append(static_cast<const char*>(data), size);
  data_.resize(aligned(data_.size()));
}

Message& Message::bytes(int type, const void* data, std::size_t size) {
  const std::size_t length = sizeof(nlattr) + size;
  if (length > UINT16_MAX) base::fail(base::Kind::bug, "a netlink attribute of {} bytes", size);
  const nlattr head{static_cast<std::uint16_t>(length), static_cast<std::uint16_t>(type)};
  append(&head, sizeof head);
  append(data, size);
  return *this;
}

void Message::close(std::size_t at) {
  const std::size_t length = data_.size() - at;
  if (length > UINT16_MAX)
    base::fail(base::Kind::bug, "a nested netlink attribute of {} bytes", length);
  const auto value = static_cast<std::uint16_t>(length);
  std::memcpy(data_.data() + at, &value, sizeof value);
}

nlmsghdr Message::header() const {
  return header_of<nlmsghdr>(data_);
}

void Message::number_and_finish(std::uint32_t sequence) {
  nlmsghdr head = header();
  head.nlmsg_len = static_cast<std::uint32_t>(data_.size());
  head.nlmsg_seq = sequence;
  std::memcpy(data_.data(), &head, sizeof head);
}

Attributes Attributes::after(std::string_view payload, std::size_t header_size) {
  const std::size_t skip = aligned(header_size);
  return Attributes(skip >= payload.size() ? std::string_view{} : payload.substr(skip));
}

void Attributes::each(const std::function<void(int, std::string_view)>& act) const {
  for (std::string_view rest = data_; rest.size() >= sizeof(nlattr);) {
    const auto head = header_of<nlattr>(rest);
    if (head.nla_len < sizeof(nlattr) || head.nla_len > rest.size()) return;
    act(head.nla_type & NLA_TYPE_MASK, rest.substr(sizeof(nlattr), head.nla_len - sizeof(nlattr)));
    rest.remove_prefix(std::min(aligned(head.nla_len), rest.size()));
  }
}

std::optional<std::string_view> Attributes::find(int type) const {
  std::optional<std::string_view> found;
  each([&](int at, std::string_view value) {
    if (at == type && !found) found = value;
  });
  return found;
}

std::string Attributes::text(int type) const {
  const auto value = find(type).value_or(std::string_view{});
  return std::string(value.substr(0, value.find('\0')));
}

void Answer::check(const std::string& what) const {
  if (ok()) return;
  if (text.empty()) base::throw_errno(error, what);
  try {
    base::throw_errno(error, what);
  } catch (const base::Error& e) {
    throw base::Error(e.kind(), e.message() + " (" + text + ")");
  }
}

NetlinkSocket::NetlinkSocket(int protocol)
    : fd_(base::make_socket(AF_NETLINK, SOCK_RAW, protocol)), buffer_(std::size_t{1} << 15) {
  const int on = 1;
  // All three only better the answers: the kernel's words, without our request in them, and dumps
  // that heed filters.
  for (const int option : {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK}) {
    ::setsockopt(fd_.get(), SOL_NETLINK, option, &on, sizeof on);
  }
}

void NetlinkSocket::transmit(const std::string& data) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const auto sent = base::retry([&] {
    return ::sendto(fd_.get(),
                    data.data(),
                    data.size(),
                    0,
                    reinterpret_cast<const sockaddr*>(&kernel),
                    sizeof kernel);
  });
  if (sent < 0) base::sys_fail("send a netlink message");
}

void NetlinkSocket::collect(
    const std::function<bool(const nlmsghdr&, std::string_view)>& on_message) {
  for (;;) {
    // The size of a waiting message is asked first: a dump's may be larger than any fixed buffer.
    const auto size =
        base::retry([&] { return ::recv(fd_.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC); });
    if (size < 0) base::sys_fail("receive a netlink message");
    if (static_cast<std::size_t>(size) > buffer_.size())
      buffer_.resize(static_cast<std::size_t>(size));
    const auto got =
        base::retry([&] { return ::recv(fd_.get(), buffer_.data(), buffer_.size(), 0); });
    if (got < 0) base::sys_fail("receive a netlink message");
    std::string_view rest(buffer_.data(), static_cast<std::size_t>(got));
    bool complete = false;
    while (rest.size() >= sizeof(nlmsghdr)) {
      const auto head = header_of<nlmsghdr>(rest);
      if (head.nlmsg_len < sizeof head || head.nlmsg_len > rest.size()) break;
      const auto payload = rest.substr(sizeof head, head.nlmsg_len - sizeof head);
      complete = on_message(head, payload) || complete;
      rest.remove_prefix(std::min<std::size_t>(aligned(head.nlmsg_len), rest.size()));
    }
    if (complete) return;
  }
}

Answer NetlinkSocket::send(Message message) {
  nlmsghdr head = message.header();
  head.nlmsg_flags |= NLM_F_ACK;
  std::memcpy(message.data_.data(), &head, sizeof head);
  return query(std::move(message), [](int, std::string_view) {});
}

Answer NetlinkSocket::query(Message message, const Receive& receive) {
  const bool acknowledged = message.header().nlmsg_flags & NLM_F_ACK;
  const std::uint32_t sequence = ++sequence_;
  message.number_and_finish(sequence);
  transmit(message.data_);
  Answer answer;
  collect([&](const nlmsghdr& head, std::string_view payload) {
    if (head.nlmsg_seq != sequence) return false;
    if (head.nlmsg_type == NLMSG_ERROR) {
      answer = read_error(head, payload);
      return true;
    }
    receive(head.nlmsg_type, payload);
    return !acknowledged;
  });
  return answer;
}

Answer NetlinkSocket::dump(Message message, const Receive& receive) {
  nlmsghdr head = message.header();
  head.nlmsg_flags |= NLM_F_DUMP;
  std::memcpy(message.data_.data(), &head, sizeof head);
  const std::uint32_t sequence = ++sequence_;
  message.number_and_finish(sequence);
  transmit(message.data_);
  Answer answer;
  collect([&](const nlmsghdr& got, std::string_view payload) {
    if (got.nlmsg_seq != sequence) return false;
    if (got.nlmsg_type == NLMSG_ERROR)
      answer = read_error(got, payload);
    else if (got.nlmsg_type == NLMSG_DONE)
      answer = read_done(payload);
    else
      receive(got.nlmsg_type, payload);
    return got.nlmsg_type == NLMSG_ERROR || got.nlmsg_type == NLMSG_DONE;
  });
  return answer;
}

Answer NetlinkSocket::send_batch(Message begin, std::vector<Message> messages, Message end) {
  const std::uint32_t first = ++sequence_;
  begin.number_and_finish(first);
  std::string data = begin.data_;
  for (auto& message : messages) {
    nlmsghdr head = message.header();
    head.nlmsg_flags |= NLM_F_ACK;
    std::memcpy(message.data_.data(), &head, sizeof head);
    message.number_and_finish(++sequence_);
    data += message.data_;
  }
  const std::uint32_t last = sequence_;
  end.number_and_finish(++sequence_);
  data += end.data_;
  transmit(data);
  Answer answer;
  collect([&](const nlmsghdr& head, std::string_view payload) {
    if (head.nlmsg_seq < first || head.nlmsg_seq > last || head.nlmsg_type != NLMSG_ERROR)
      return false;
    Answer one = read_error(head, payload);
    if (answer.ok()) answer = one;
    // The kernel answers message by message, in order; an error of the transaction itself bears the
    // first number.
    return head.nlmsg_seq == last || (head.nlmsg_seq == first && !one.ok());
  });
  return answer;
}

}  // namespace network
