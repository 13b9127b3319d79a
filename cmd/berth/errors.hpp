// SPDX-License-Identifier: Apache-2.0
// What cmd/ throws beside base::Error. base::Error is the engine's: docker's dialect prints "Error
// response from daemon: " before it. What docker's own client finds wrong is a ClientError and
// comes without those words.
#pragma once

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace cli {

class ClientError : public std::exception {
 public:
  /// Verbs with ErrorStyle::run put "docker: " in front and a hint behind, unless the error is
  /// `bare`.
  enum class Form { usual, bare };

  /// `code` 0: the usual one of the verb and dialect. A bare error's usual code is 1, as docker's.
  explicit ClientError(std::string message, int code = 0, Form form = Form::usual)
      : message_(std::move(message)), code_(code), form_(form) {}

  const std::string& message() const noexcept { return message_; }

  int code() const noexcept { return code_; }

  Form form() const noexcept { return form_; }

  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string message_;
  int code_;
  Form form_;
};

template <typename... Args>
[[noreturn]] void client_fail(fmt::format_string<Args...> text, Args&&... args) {
  throw ClientError(fmt::format(text, std::forward<Args>(args)...));
}

/// The command line itself is wrong; thrown by the framework, printed with the verb's usage.
class UsageError : public std::exception {
 public:
  enum class What {
    flag,     ///< an unknown flag or an invalid value
    arity,    ///< too few or too many words: "requires at least 1 argument"
    command,  ///< no such verb: the message is the word
  };

  UsageError(What what, std::string message, std::vector<std::string> similar = {})
      : what_(what), message_(std::move(message)), similar_(std::move(similar)) {}

  What which() const noexcept { return what_; }

  const std::string& message() const noexcept { return message_; }

  /// What the user may have meant.
  const std::vector<std::string>& similar() const noexcept { return similar_; }

  const char* what() const noexcept override { return message_.c_str(); }

 private:
  What what_;
  std::string message_;
  std::vector<std::string> similar_;
};

}  // namespace cli
