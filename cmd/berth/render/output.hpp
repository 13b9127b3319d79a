// SPDX-License-Identifier: Apache-2.0
// What verbs print: listings as tables, JSON or by template, and inspected objects.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "render/go_template.hpp"

namespace render {

enum class Style { docker, podman };

/// What a listing verb knows of its rows. Rows are JSON objects with a field for each that
/// templates may name.
struct Listing {
  std::string table;                           ///< columns: "{{.ID}}\t{{.Names}}"
  std::map<std::string, std::string> headers;  ///< field to header: "ID" to "CONTAINER ID"
  std::string type;                            ///< for errors: "*formatter.ContainerContext"
  std::string quiet = "{{.ID}}";               ///< what -q prints of a row
  std::string name = {};                       ///< of podman's template: "ps"
  std::map<std::string, Method> methods = {};  ///< {{.Label "app"}}
  /// How docker begins the two errors of this listing.
  std::string parse_error = "template parsing error: ";
  std::string execute_error = "template parsing error: ";
  /// -q with a template: docker's ps prints ids and warns, other listings follow the template.
  bool quiet_wins = false;
  bool heading = true;  ///< podman --noheading
  Style style = Style::docker;
};

/// Prints rows (of long lists, hand them over): `format` is "", "table", "table TEMPLATE", "json" or a template. Throws
/// cli::ClientError for a template that is wrong.
void print_listing(const Listing& listing,
                   std::vector<Json> rows,
                   const std::string& format,
                   bool quiet = false);

/// Prints inspected objects: an indented array without a format, or a line each by template. `name`
/// is podman's name of the template ("inspect"). Throws cli::ClientError (code 64 for one that
/// cannot be parsed).
void print_inspected(const std::vector<Json>& objects,
                     const std::string& format,
                     Style style = Style::docker,
                     const std::string& name = "inspect");

/// One object by template, as `version` and `info` print it: JSON for "json", else a line.
struct Single {
  std::string type;  ///< "system.dockerInfo"
  std::string name;  ///< of the template, for errors: "version"
  Style style = Style::docker;
  bool structs_below = false;  ///< what hangs below the object is no map
};

void print_single(const Single& single, const Json& object, const std::string& format);

/// To stdout. main tells when it could not be written.
void print(std::string_view text);
void print_line(std::string_view text);

}  // namespace render
