// SPDX-License-Identifier: Apache-2.0
// What a container's log entries carry besides their text, by Docker's log options: tag (with {{.Name}} and its like), labels,
// labels-regex, env, env-regex; and Podman's label.
#pragma once

#include <map>
#include <string>

#include "container/record.hpp"

namespace container {

/// Kind usage for an option of these that cannot be read: a tag with an unknown field, a pattern that is none.
void check_log_attributes(const LogOptions& options);

/// The tag with its fields filled in; empty when none was given.
std::string log_tag(const Record& record, const Details& details);

/// Names and values, without the tag. Variables are those of the container's configuration.
std::map<std::string, std::string> log_attributes(const Record& record, const Details& details);

/// The same with the tag as json-file writes them: `"attrs":{…},`, or nothing. Kind usage when it is too long for every line.
std::string json_attributes(const Record& record, const Details& details);

}  // namespace container
