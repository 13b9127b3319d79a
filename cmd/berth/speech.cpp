// SPDX-License-Identifier: Apache-2.0
#include "speech.hpp"

#include <cstdio>

#include "base/log.hpp"
#include "base/text.hpp"
#include "phrases.hpp"

namespace cli {

namespace {

/// "Did you mean this?" with the names that are written almost alike.
std::string meant(const UsageError& error) {
  std::string text;
  for (const auto& name : error.similar())
    text += (text.empty() ? "\n\nDid you mean this?\n\t" : "\n\t") + name;
  return text;
}

}  // namespace

std::string Speech::usage_lines() const {
  std::string text;
  for (const auto& form : base::split(usage, '\n')) {
    text += text.empty() ? "Usage:  " : "\n\t";
    text += path();
    if (form.empty()) continue;
    const bool has_options = form.starts_with("[OPTIONS]");
    text += " " + (is_podman() && has_options ? "[options]" + form.substr(9) : form);
  }
  return text;
}

std::string Speech::run_hint() const {
  return fmt::format("\n\nRun '{} --help' for more information", path());
}

int Speech::code_of(base::Kind kind) const {
  if (style == ErrorStyle::run || style == ErrorStyle::exec) {
    if (kind == base::Kind::command_missing) return 127;
    if (kind == base::Kind::command_invalid) return 126;
  }
  return is_podman() || style == ErrorStyle::run ? 125 : 1;
}

Told Speech::tell(const base::Error& error) const {
  const int code = code_of(error.kind());
  if (is_podman()) return {"Error: " + podman_phrase(error.message()), code};
  const std::string text = "Error response from daemon: " + docker_phrase(error.message());
  if (style != ErrorStyle::run) return {text, code};
  return {program + ": " + text + run_hint(), code};
}

Told Speech::tell(const ClientError& error) const {
  const auto code = [&](int usual) { return error.code() != 0 ? error.code() : usual; };
  if (error.form() == ClientError::Form::bare) return {error.message(), code(1)};
  if (is_podman()) return {"Error: " + podman_phrase(error.message()), code(125)};
  if (style != ErrorStyle::run && style != ErrorStyle::create) return {error.message(), code(1)};
  return {program + ": " + error.message() + run_hint(), code(125)};
}

Told Speech::tell(const UsageError& error) const {
  using What = UsageError::What;
  const auto& message = error.message();
  if (is_podman()) {
    switch (error.which()) {
      case What::flag:
        return {fmt::format("Error: {}\nSee '{} --help'", message, path()), 125};
      case What::arity:
        return {"Error: " + message, 125};
      case What::command:
        return {fmt::format(
                    "Error: unrecognized command `{} {}`{}\nTry '{} --help' for more information",
                    path(),
                    message,
                    meant(error),
                    path()),
                125};
    }
  }
  switch (error.which()) {
    case What::flag:
      return {message + "\n\n" + usage_lines() + run_hint(), 125};
    case What::arity: {
      // Docker 29 says "See" only where more words are asked for without a limit.
      const char* verb = message.find("at least") != std::string::npos ? "See" : "Run";
      return {fmt::format("{}: '{}' {}\n\n{}\n\n{} '{} --help' for more information",
                          program,
                          path(),
                          message,
                          usage_lines(),
                          verb,
                          path()),
              1};
    }
    case What::command: {
      const std::string usage_text = command.empty() ? "" : "\n\n" + usage_lines();
      return {fmt::format("{}: unknown command: {} {}{}{}{}",
                          program,
                          path(),
                          message,
                          meant(error),
                          usage_text,
                          run_hint()),
              1};
    }
  }
  return {message, 1};
}

void print_error(const Told& told) {
  std::fflush(stdout);  // what was said before comes first where both go to one file
  const std::string line = base::printable(told.text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace cli
