// SPDX-License-Identifier: Apache-2.0
// berth version
#include "version.hpp"

#include <sys/utsname.h>

#include "base/process.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/list.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

using render::Json;

/// The version of docker's API whose behaviour is spoken here.
constexpr const char* kApi = "1.55";
constexpr const char* kLeastApi = "1.40";

std::string kernel() {
  struct utsname host {};

  ::uname(&host);
  return host.release;
}

Json runtime_component(const GlobalOptions& options) {
  const auto version = program_version(options.runtime);
  if (version.empty()) return {};
  const std::string name = options.runtime.substr(options.runtime.rfind('/') + 1);
  return {{"Name", name}, {"Version", version}, {"Details", {{"GitCommit", ""}}}};
}

Json client_json() {
  return {{"Version", version_number()},
          {"ApiVersion", kApi},
          {"DefaultAPIVersion", kApi},
          {"GitCommit", version_commit()},
          {"GoVersion", ""},
          {"Os", "linux"},
          {"Arch", go_architecture()},
          {"BuildTime", build_time()},
          {"Context", "default"}};
}

Json server_json(const GlobalOptions& options) {
  const Json details = {{"ApiVersion", kApi},
                        {"Arch", go_architecture()},
                        {"BuildTime", build_time()},
                        {"Experimental", "false"},
                        {"GitCommit", version_commit()},
                        {"GoVersion", ""},
                        {"KernelVersion", kernel()},
                        {"MinAPIVersion", kLeastApi},
                        {"Os", "linux"}};
  Json components =
      Json::array({{{"Name", "Engine"}, {"Version", version_number()}, {"Details", details}}});
  if (auto runtime = runtime_component(options); !runtime.is_null())
    components.push_back(std::move(runtime));
  return {{"Platform", {{"Name", "berth"}}},
          {"Components", components},
          {"Version", version_number()},
          {"ApiVersion", kApi},
          {"MinAPIVersion", kLeastApi},
          {"GitCommit", version_commit()},
          {"GoVersion", ""},
          {"Os", "linux"},
          {"Arch", go_architecture()},
          {"KernelVersion", kernel()},
          {"BuildTime", build_time()}};
}

Json podman_json() {
  const auto built = base::parse_rfc3339(build_time());
  const std::int64_t seconds = built ? built->time_since_epoch().count() / 1'000'000'000 : 0;
  return {{"Client",
           {{"APIVersion", version_number()},
            {"Version", version_number()},
            {"BuildOrigin", "berth"},
            {"GoVersion", ""},
            {"GitCommit", version_commit()},
            {"BuiltTime", build_time()},
            {"Built", seconds},
            {"OsArch", "linux/" + go_architecture()},
            {"Os", "linux"}}}};
}

std::string line(const std::string& indent, const std::string& name, const std::string& value) {
  return value.empty() ? ""
                       : fmt::format("{}{:<{}}{}\n", indent, name + ":", 19 - indent.size(), value);
}

std::string lines(const std::string& indent, const Json& of, const std::string& api) {
  return line(indent, "Version", of.at("Version")) + line(indent, "API version", api) +
         line(indent, "Git commit", of.at("GitCommit")) +
         line(indent, "Built", of.at("BuildTime")) +
         line(indent,
              "OS/Arch",
              of.at("Os").get<std::string>() + "/" + of.at("Arch").get<std::string>());
}

std::string docker_text(const Json& version) {
  const Json &client = version.at("Client"), &server = version.at("Server");
  std::string text = "Client:\n" + lines(" ", client, kApi) + line(" ", "Context", "default");
  text += "\nServer: berth\n Engine:\n" +
          lines("  ", server, fmt::format("{} (minimum version {})", kApi, kLeastApi)) +
          line("  ", "Experimental", "false");
  for (const auto& component : server.at("Components")) {
    if (component.at("Name") == "Engine") continue;
    text += fmt::format(" {}:\n", component.at("Name").get<std::string>());
    text += line("  ", "Version", component.at("Version"));
  }
  return text;
}

std::string podman_text(const Json& version) {
  const Json& client = version.at("Client");
  std::string text = "Client:       Podman Engine\n";
  for (const auto& [name, key] : {std::pair{"Version", "Version"},
                                  {"API Version", "APIVersion"},
                                  {"Git Commit", "GitCommit"},
                                  {"Built", "BuiltTime"},
                                  {"OS/Arch", "OsArch"}}) {
    const std::string value = client.at(key);
    if (!value.empty()) text += fmt::format("{:<14}{}\n", std::string(name) + ":", value);
  }
  return text;
}

/// Docker's structs name a field APIVersion that its JSON calls ApiVersion.
Json for_template(Json version) {
  for (Json& part : version)
    part["APIVersion"] = part.value("ApiVersion", part.value("APIVersion", ""));
  return version;
}

int show(Session& session, const std::string& format) {
  const bool podman = session.is_podman();
  const Json version =
      podman ? podman_json()
             : Json{{"Client", client_json()}, {"Server", server_json(session.options())}};
  if (format.empty()) {
    render::print(podman ? podman_text(version) : docker_text(version));
    return 0;
  }
  const render::Single single{.type = podman ? "*define.Version" : "system.versionInfo",
                              .name = "version",
                              .style = podman ? render::Style::podman : render::Style::docker,
                              .structs_below = podman};
  render::print_single(single, format == "json" ? version : for_template(version), format);
  return 0;
}

}  // namespace

void register_version(Verbs& verbs) {
  const auto format = std::make_shared<std::string>();
  verbs.add({
      .names = {"version"},
      .usage = "[OPTIONS]",
      .summary = verbs.is_podman() ? "Display the Podman version information"
                                   : "Show the version information",
      .arity = {0, 0},
      .group = Group::common,
      .needs_user_namespace = false,
      .declare =
          [format](FlagTable& table) {
            table.add_option("-f,--format",
                             *format,
                             "Format output using a custom template: 'json' or a Go template");
          },
      .act = [format](Session& session, const Words&) { return show(session, *format); },
  });
}

}  // namespace cli
