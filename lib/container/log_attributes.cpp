// SPDX-License-Identifier: Apache-2.0
#include "container/log_attributes.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/pattern.hpp"
#include "base/text.hpp"
#include "container/inspect_host_config.hpp"
#include "container/monitor_protocol.hpp"
#include "container/spec/spec.hpp"

namespace container {

namespace {

using base::fail;
using base::Kind;
using Pairs = std::map<std::string, std::string>;

std::string option_of(const LogOptions& options, const char* name) {
  const auto found = options.options.find(name);
  return found == options.options.end() ? "" : found->second;
}

/// The pattern of an option; an empty one matches nothing.
std::optional<base::Pattern> pattern_of(const LogOptions& options, const std::string& name) {
  const std::string text = option_of(options, name.c_str());
  if (text.empty()) return std::nullopt;
  return std::optional<base::Pattern>(std::in_place, text, "invalid pattern of a log option");
}

/// Those of `from` that the option NAME lists or NAME-regex matches.
void choose(const LogOptions& options, const std::string& name, const Pairs& from, Pairs& into) {
  const auto listed = base::split(option_of(options, name.c_str()), ',');
  const auto pattern = pattern_of(options, name + "-regex");
  for (const auto& [key, value] : from) {
    const bool is_listed = std::find(listed.begin(), listed.end(), key) != listed.end();
    if (is_listed || (pattern && pattern->matches(key))) into[key] = value;
  }
}

std::string bare(const std::string& digest) {
  return digest.substr(digest.find(':') + 1);
}

Pairs fields_of_tag(const Record& record, const Details& details) {
  return {{"ID", base::short_id(record.id)},
          {"FullID", record.id},
          {"Name", record.name},
          {"ImageID", base::short_id(bare(record.image))},
          {"ImageFullID", record.image},
          {"ImageName", record.summary.image_name},
          {"Command", base::join(command_line(details.options, details.image), " ")},
          {"DaemonName", "berth"}};
}

/// Only whole fields: no more of Go's templates is of use here.
std::string expand(const std::string& tag, const Pairs& fields) {
  std::string out;
  for (std::size_t at = 0; at < tag.size();) {
    const auto begin = tag.find("{{", at);
    out += tag.substr(at, begin - at);
    if (begin == std::string::npos) break;
    const auto end = tag.find("}}", begin);
    const auto word = base::trim(std::string_view(tag).substr(begin + 2, end - begin - 2));
    const auto field =
        word.starts_with('.') ? fields.find(std::string(word.substr(1))) : fields.end();
    if (end == std::string::npos || field == fields.end())
      fail(Kind::usage, "invalid log tag \"{}\": only fields like {{{{.Name}}}} may be in it", tag);
    out += field->second;
    at = end + 2;
  }
  return out;
}

}  // namespace

void check_log_attributes(const LogOptions& options) {
  expand(option_of(options, "tag"), fields_of_tag(Record{}, Details{}));
  for (const char* name : {"labels-regex", "env-regex"}) pattern_of(options, name);
}

std::string log_tag(const Record& record, const Details& details) {
  const auto tag = option_of(details.options.log, "tag");
  return tag.empty() ? "" : expand(tag, fields_of_tag(record, details));
}

Pairs log_attributes(const Record& record, const Details& details) {
  const auto& options = details.options.log;
  Pairs attributes, variables;
  if (options.options.empty()) return attributes;
  for (const auto& variable : config_environment(details.options, details.image)) {
    const auto [key, value] = base::split_pair(variable, '=');
    variables[key] = value.value_or("");
  }
  choose(options, "labels", record.summary.labels, attributes);
  choose(options, "env", variables, attributes);
  if (const auto label = option_of(options, "label"); !label.empty()) {
    const auto [key, value] = base::split_pair(label, '=');
    attributes[key] = value.value_or("");
  }
  return attributes;
}

std::string json_attributes(const Record& record, const Details& details) {
  if (details.options.log.options.empty()) return "";
  auto attributes = log_attributes(record, details);
  if (const auto tag = log_tag(record, details); !tag.empty()) attributes["tag"] = tag;
  if (attributes.empty()) return "";
  const auto json =
      base::Json(attributes).dump(-1, ' ', true, base::Json::error_handler_t::replace);
  auto text = "\"attrs\":" + json + ",";
  if (text.size() > protocol::kMaxLogAttributes)
    fail(Kind::usage, "the log options add {} bytes to each line", text.size());
  return text;
}

}  // namespace container
