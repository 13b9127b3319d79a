// SPDX-License-Identifier: Apache-2.0
// How errors are worded and which exit code they end with, by dialect and verb:
//
//   docker, engine   Error response from daemon: no such … 1 docker, run      docker: Error
//   response from daemon: …  + "Run 'docker run --help' …"           125, 126, 127 docker, exec as
//   engine                                                                     1, 126, 127 podman
//   Error: …                                                                      125 (126, 127)
#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"
#include "dialect.hpp"
#include "errors.hpp"

namespace cli {

/// How the errors of a verb are told.
enum class ErrorStyle {
  engine,  ///< most verbs
  run,     ///< run: 125, or 126 and 127 for a command that cannot be started
  create,  ///< create: as engine, but what the client refuses is told as run's
  exec,    ///< exec: as engine, but with 126 and 127
};

/// An error ready for printing and exiting.
struct Told {
  std::string text;  ///< without the last newline
  int code = 1;
};

struct Speech {
  Dialect dialect = Dialect::docker;
  std::string program = "berth";  ///< as called: "docker", "berth", "podman"
  std::string command;  ///< "run", "container ls", a group, or empty while no verb is known
  std::string usage;    ///< of the verb: "[OPTIONS] IMAGE"
  ErrorStyle style = ErrorStyle::engine;

  bool is_podman() const { return dialect == Dialect::podman; }

  /// "docker run".
  std::string path() const { return command.empty() ? program : program + " " + command; }

  /// "Usage:  docker cp [OPTIONS] …", with further forms on lines of their own.
  std::string usage_lines() const;

  Told tell(const base::Error& error) const;
  Told tell(const ClientError& error) const;
  Told tell(const UsageError& error) const;

  /// Exit code of an engine error of this kind.
  int code_of(base::Kind kind) const;

 private:
  std::string run_hint() const;
};

/// Prints to stderr, control characters made visible.
void print_error(const Told& told);

}  // namespace cli
