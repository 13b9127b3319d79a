// SPDX-License-Identifier: Apache-2.0
// berth info, berth system info
#include "commands/info.hpp"

#include "commands/list.hpp"
#include "render/output.hpp"
#include "render/yaml.hpp"

namespace cli {

namespace {

int show_docker(const base::Json& info, const std::string& format) {
  if (format.empty()) {
    render::print(docker_info_text(info));
    for (const auto& warning : info.at("Warnings")) {
      const std::string line = warning.get<std::string>() + "\n";
      std::fwrite(line.data(), 1, line.size(), stderr);
    }
    return 0;
  }
  render::print_single({.type = "system.dockerInfo", .name = ""}, info, format);
  return 0;
}

int show_podman(const base::Json& info, const std::string& format) {
  if (format.empty()) {
    render::print(render::yaml(info));
    return 0;
  }
  const render::Single single{
      .type = "system.infoReport", .name = "info", .style = render::Style::podman};
  render::print_single(single, format == "json" ? info : podman_info_fields(info), format);
  return 0;
}

}  // namespace

void register_info(Verbs& verbs) {
  const auto format = std::make_shared<std::string>();
  verbs.add({
      .names = {"info", "system info"},
      .usage = "[OPTIONS]",
      .summary = verbs.is_podman() ? "Display podman system information"
                                   : "Display system-wide information",
      .arity = {0, 0},
      .group = Group::common,
      // podman tells how ids are mapped
      .needs_user_namespace = verbs.is_podman(),
      .declare =
          [format](FlagTable& table) {
            table.add_option("-f,--format",
                             *format,
                             "Format output using a custom template: 'json' or a Go template");
          },
      .act =
          [format](Session& session, const Words&) {
            return session.is_podman() ? show_podman(podman_info(session), *format)
                                       : show_docker(docker_info(session), *format);
          },
  });
}

}  // namespace cli
