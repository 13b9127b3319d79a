// SPDX-License-Identifier: Apache-2.0
#include "version.hpp"

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

}  // namespace cli
