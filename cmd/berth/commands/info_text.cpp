// SPDX-License-Identifier: Apache-2.0
// info as docker's client prints it
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "commands/info.hpp"

namespace cli {

namespace {

using base::Json;

std::string text_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  return json.dump();
}

std::string words(const Json& list) {
  std::vector<std::string> texts;
  for (const auto& item : list) texts.push_back(text_of(item));
  return base::join(texts, " ");
}

class Lines {
 public:
  explicit Lines(const Json& info) : info_(info) {}

  Lines& field(const char* title, const char* name) {
    return line(" {}: {}", title, text_of(info_.at(name)));
  }

  /// Left out when there is nothing to tell.
  Lines& optional(const char* title, const char* name) {
    const auto text = text_of(info_.at(name));
    return text.empty() ? *this : line(" {}: {}", title, text);
  }

  template <typename... Args>
  Lines& line(fmt::format_string<Args...> form, Args&&... args) {
    text_ += fmt::format(form, std::forward<Args>(args)...) + "\n";
    return *this;
  }

  const std::string& text() const { return text_; }

 private:
  const Json& info_;
  std::string text_;
};

/// "name=seccomp,profile=builtin" becomes a line and one of each further pair.
void add_security(Lines& lines, const Json& options) {
  lines.line(" Security Options:");
  for (const auto& option : options) {
    bool first = true;
    for (const auto& part : base::split(option.get<std::string>(), ',')) {
      const auto [key, value] = base::split_pair(part, '=');
      if (first)
        lines.line("  {}", value.value_or(key));
      else
        lines.line("   {}: {}", base::upper(key.substr(0, 1)) + key.substr(1), value.value_or(""));
      first = false;
    }
  }
}

void add_storage(Lines& lines, const Json& info) {
  lines.field("Containers", "Containers");
  for (const char* state : {"Running", "Paused", "Stopped"})
    lines.line("  {}: {}", state, info.at(std::string("Containers") + state).get<int>());
  lines.field("Images", "Images").field("Server Version", "ServerVersion");
  lines.field("Storage Driver", "Driver");
  for (const auto& pair : info.at("DriverStatus"))
    lines.line("  {}: {}", text_of(pair.at(0)), text_of(pair.at(1)));
}

void add_plugins(Lines& lines, const Json& info) {
  lines.field("Logging Driver", "LoggingDriver");
  lines.field("Cgroup Driver", "CgroupDriver").field("Cgroup Version", "CgroupVersion");
  lines.line(" Plugins:");
  for (const char* kind : {"Volume", "Network", "Log"})
    lines.line("  {}: {}", kind, words(info.at("Plugins").at(kind)));
  lines.line(" CDI spec directories:");
  for (const auto& directory : info.at("CDISpecDirs")) lines.line("  {}", text_of(directory));
  lines.line(" Swarm: inactive");
  std::vector<std::string> runtimes;
  for (const auto& [name, unused] : info.at("Runtimes").items()) runtimes.push_back(name);
  lines.line(" Runtimes: {}", base::join(runtimes, " ")).field("Default Runtime", "DefaultRuntime");
}

void add_machine(Lines& lines, const Json& info) {
  lines.field("Kernel Version", "KernelVersion").field("Operating System", "OperatingSystem");
  lines.field("OSType", "OSType").field("Architecture", "Architecture").field("CPUs", "NCPU");
  lines.line(" Total Memory: {}", base::binary_size(info.at("MemTotal").get<double>()));
  lines.field("Name", "Name").field("ID", "ID").field("Docker Root Dir", "DockerRootDir");
  lines.field("Debug Mode", "Debug");
}

void add_registries(Lines& lines, const Json& info) {
  lines.optional("HTTP Proxy", "HttpProxy").optional("HTTPS Proxy", "HttpsProxy");
  lines.optional("No Proxy", "NoProxy").field("Experimental", "ExperimentalBuild");
  lines.line(" Insecure Registries:");
  for (const auto& range : info.at("RegistryConfig").at("InsecureRegistryCIDRs"))
    lines.line("  {}", text_of(range));
  lines.field("Live Restore Enabled", "LiveRestoreEnabled");
}

}  // namespace

std::string docker_info_text(const Json& info) {
  Lines lines(info);
  lines.line("Client:");
  lines.line(" Version:    {}", text_of(info.at("ClientInfo").at("Version")));
  lines.line(" Context:    default").line(" Debug Mode: false").line("").line("Server:");
  add_storage(lines, info);
  add_plugins(lines, info);
  add_security(lines, info.at("SecurityOptions"));
  add_machine(lines, info);
  add_registries(lines, info);
  return lines.text() + "\n";
}

}  // namespace cli
