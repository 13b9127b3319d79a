// SPDX-License-Identifier: Apache-2.0
#include "version.hpp"

#include <sys/utsname.h>

#include "base/process.hpp"
#include "base/text.hpp"

namespace cli {

std::string version_number() {
  return BERTH_VERSION;
}

std::string version_commit() {
  return BERTH_COMMIT;
}

std::string build_time() {
  return BERTH_BUILD_TIME;
}

std::string version_line(const Speech& speech) {
  if (speech.is_podman()) return fmt::format("podman version {}\n", version_number());
  const std::string name = speech.program == "docker" ? "Docker" : speech.program;
  return fmt::format("{} version {}, build {}\n", name, version_number(), version_commit());
}

std::string go_architecture() {
  struct utsname host {};

  ::uname(&host);
  const std::string machine = host.machine;
  if (machine == "x86_64") return "amd64";
  if (machine == "aarch64") return "arm64";
  return machine;
}

std::string program_version(const std::string& program) {
  try {
    const auto answer = base::run_captured({.argv = {program, "--version"}});
    const auto words = base::split(base::split(answer.out, '\n')[0], ' ');
    if (answer.status.ok() && words.size() >= 3) return words[2];
    if (answer.status.ok() && words.size() == 2) return words[1];
  } catch (const base::Error&) {
    // version and info must work on a machine where a program is missing.
  }
  return "";
}

}  // namespace cli
