// SPDX-License-Identifier: Apache-2.0
#include "container/runtime_error.hpp"

#include <optional>
#include <sys/stat.h>

#include "base/json_fields.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"

namespace container {

namespace {

using base::Error;
using base::Kind;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Error not_found(const std::string& command) {
  if (has(command, "/")) {
    return {Kind::command_missing,
            fmt::format("exec: \"{0}\": stat {0}: no such file or directory", command)};
  }
  return {Kind::command_missing,
          fmt::format("exec: \"{}\": executable file not found in $PATH", command)};
}

Error is_directory(const std::string& command) {
  return {Kind::command_invalid,
          fmt::format("exec: \"{}\": is a directory: permission denied", command)};
}

Error not_executable(const std::string& command) {
  return {Kind::command_invalid, fmt::format("exec: \"{}\": permission denied", command)};
}

/// Nothing when there is no such file; else whether it may be executed.
std::optional<Error> check_file(int root_fd,
                                const std::string& path,
                                const std::string& command,
                                bool& found) {
  const auto fd = base::find_in_root(root_fd, path, O_PATH);
  found = fd.has_value();
  if (!found) return std::nullopt;
  const auto st = base::stat_of(fd->get(), path);
  if (S_ISDIR(st.st_mode)) return is_directory(command);
  if (!(st.st_mode & 0111)) return not_executable(command);
  return std::nullopt;
}

std::string search_path(const std::vector<std::string>& env) {
  std::string path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  for (const auto& variable : env) {
    if (variable.starts_with("PATH=")) path = variable.substr(5);
  }
  return path;
}

}  // namespace

std::string runtime_message(std::string_view text) {
  std::string message(base::trim(text));
  for (const auto& line : base::split(text, '\n')) {
    const auto json = base::Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (json.is_object() && json.contains("msg") && json["msg"].is_string())
      message = json["msg"].get<std::string>();
  }
  return message;
}

Error runtime_error(const std::string& text, const std::string& command) {
  std::string line(base::trim(text));
  if (has(line, "executable file") && has(line, "not found")) return not_found(command);
  if (has(line, "Is a directory") || has(line, "is a directory")) return is_directory(command);
  if (has(line, "open executable") || has(line, "exec:") || has(line, "exec `") ||
      has(line, "exec failed")) {
    if (has(line, "Permission denied") || has(line, "permission denied"))
      return not_executable(command);
    if (has(line, "No such file")) return not_found(command);
    if (has(line, "Exec format error") || has(line, "exec format error")) {
      return {Kind::command_invalid, fmt::format("exec {}: exec format error", command)};
    }
  }
  return {Kind::io, "OCI runtime error: " + line};
}

std::optional<Error> check_command(int root_fd,
                                   const std::string& command,
                                   const std::vector<std::string>& env,
                                   const std::string& directory) {
  bool found = false;
  if (has(command, "/")) {
    const std::string path = command[0] == '/' ? command : directory + "/" + command;
    if (auto error = check_file(root_fd, path, command, found)) return error;
    if (!found) return not_found(command);
    return std::nullopt;
  }
  std::optional<Error> first;
  for (const auto& place : base::split(search_path(env), ':')) {
    auto error =
        check_file(root_fd, (place.empty() ? directory : place) + "/" + command, command, found);
    if (found && !error) return std::nullopt;
    if (found && !first && error->kind() == Kind::command_invalid) first = error;
  }
  return first ? first : not_found(command);
}

}  // namespace container
