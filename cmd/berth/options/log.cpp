// SPDX-License-Identifier: Apache-2.0
// --log-driver, --log-opt
#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"
#include "container/log_attributes.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/groups.hpp"
#include "options/parse.hpp"

namespace cli {

namespace {

using base::fail;
using base::Kind;

void set_option(container::LogOptions& log, const std::string& key, const std::string& value) {
  constexpr std::array<std::string_view, 6> attributes{
      "labels", "labels-regex", "env", "env-regex", "tag", "label"};
  if (key == "max-size") {
    log.max_size = value == "-1" ? -1 : parse_decimal_size(value);
    if (log.max_size == 0) fail(Kind::usage, "max-size must be a positive number");
  } else if (key == "max-file") {
    log.max_files = static_cast<int>(std::clamp<std::int64_t>(parse_integer(value), 0, 100'000));
    if (log.max_files < 1) fail(Kind::usage, "max-file cannot be less than 1");
  } else if (key == "path") {
    if (!value.starts_with('/')) fail(Kind::usage, "log path '{}' is not an absolute path", value);
  } else if ((key == "compress" && value != "false") || (key == "mode" && value != "blocking") ||
             key == "max-buffer-size") {
    fail(Kind::unsupported, "log option {}={} is not supported yet", key, value);
  } else if (key != "compress" && key != "mode" &&
             std::find(attributes.begin(), attributes.end(), key) == attributes.end()) {
    fail(Kind::usage, "unknown log opt '{}' for {} log driver", key, log.driver);
  }
}

}  // namespace

void add_log_flags(FlagTable& table, CreateFlags& flags) {
  table.add_option("--log-driver", flags.options.log.driver, "Logging driver for the container")
      .type_name("string");
  table.add_list("--log-opt", flags.log_options, "Log driver options");
}

namespace {

/// What is about files means nothing to journald.
void check_journald(const container::LogOptions& log) {
  constexpr std::array<std::string_view, 7> known{
      "labels", "labels-regex", "env", "env-regex", "tag", "label", "mode"};
  for (const auto& [key, value] : log.options) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      fail(Kind::usage, "unknown log opt '{}' for journald log driver", key);
    if (key == "mode" && value != "blocking")
      fail(Kind::unsupported, "log option {}={} is not supported yet", key, value);
  }
}

}  // namespace

void finish_log(const CreateFlags& flags, container::CreateOptions& options) {
  auto& log = options.log;
  if (log.driver.empty()) log.driver = "json-file";
  if (log.driver == "none" && !flags.log_options.empty())
    client_fail("invalid logging opts for driver none");
  for (const auto& text : flags.log_options) {
    const auto [key, value] = base::split_pair(text, '=');
    log.options[key] = value.value_or("");
  }
  container::check_log_attributes(log);
  // What another driver would take is not known; that driver itself is refused (container::validate).
  if (log.driver == "journald") return check_journald(log);
  if (log.driver != "json-file" && log.driver != "k8s-file") return;
  for (const auto& [key, value] : log.options) set_option(log, key, value);
}

}  // namespace cli
