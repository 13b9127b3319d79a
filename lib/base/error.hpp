// SPDX-License-Identifier: Apache-2.0
// The one error type. Library code throws it; `main` and `for_each` over targets print it.
#pragma once

#include <cerrno>
#include <exception>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace base {

/// What a caller may branch on. Everything else about an error is its sentence.
enum class Kind {
  not_found,        ///< the named thing does not exist
  exists,           ///< the name is taken
  in_use,           ///< something else still needs the thing
  wrong_state,      ///< e.g. exec in a stopped container
  denied,           ///< the host, a registry or the user's rights refuse
  usage,            ///< the request itself makes no sense
  unsupported,      ///< known, but not available here or not yet
  io,               ///< a system call failed
  remote,           ///< a registry or another peer failed
  corrupt,          ///< stored or received data is not what it must be
  command_missing,  ///< the container's command was not found (exit code 127)
  command_invalid,  ///< the container's command cannot be executed (exit code 126)
  bug,              ///< berth itself is wrong
};

/// A failure with its kind and one sentence: lower case, no full stop, "what we tried: why".
class Error : public std::exception {
 public:
  Error(Kind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  Kind kind() const noexcept { return kind_; }

  const std::string& message() const noexcept { return message_; }

  const char* what() const noexcept override { return message_.c_str(); }

  /// The same error with `context: ` in front of its sentence.
  Error in(const std::string& context) const { return {kind_, context + ": " + message_}; }

 private:
  Kind kind_;
  std::string message_;
};

/// Ctrl-C or SIGTERM arrived. Not an Error, so that no handler of errors swallows it.
class Interrupted : public std::exception {
 public:
  explicit Interrupted(int signal) : signal_(signal) {}

  int signal() const noexcept { return signal_; }

  const char* what() const noexcept override { return "interrupted"; }

 private:
  int signal_;
};

template <typename... Args>
[[noreturn]] void fail(Kind kind, fmt::format_string<Args...> text, Args&&... args) {
  throw Error(kind, fmt::format(text, std::forward<Args>(args)...));
}

/// "open /x: Permission denied"; the kind follows from errno (ENOENT is not_found, EACCES denied, else io).
[[noreturn]] void throw_errno(int error, std::string what);

/// Throws for the current errno.
template <typename... Args>
[[noreturn]] void sys_fail(fmt::format_string<Args...> text, Args&&... args) {
  const int error = errno;  // formatting may change it
  throw_errno(error, fmt::format(text, std::forward<Args>(args)...));
}

/// Runs `act`; an Error that leaves it gets `context: ` in front.
template <typename Act>
decltype(auto) in_context(const std::string& context, Act&& act) {
  try {
    return std::forward<Act>(act)();
  } catch (const Error& e) {
    throw e.in(context);
  }
}

/// strerror without the race.
std::string errno_text(int error);

}  // namespace base
