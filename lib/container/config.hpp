// SPDX-License-Identifier: Apache-2.0
// containers.conf: what an administrator or a user chose for all commands. Files are read in this order, later ones go before
// earlier ones:
//
//   /usr/share/containers/containers.conf         the distribution's
//   /etc/containers/containers.conf               and /etc/containers/containers.conf.d/*.conf
//   $XDG_CONFIG_HOME/containers/containers.conf   (~/.config) and containers.conf.d/*.conf beside it
//   modules (--module): a path, or a name below containers.conf.modules/ of these three directories
//   $CONTAINERS_CONF_OVERRIDE
//
// $CONTAINERS_CONF stands in the place of the first three. A list replaces that of the files before unless it holds
// {append=true}, which counts for the files after, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_fields.hpp"

namespace container {

class Config {
 public:
  struct Request {
    /// False: the three usual places are left alone.
    bool usual_places = true;
    std::vector<std::string> modules;
  };

  Config() = default;

  /// Kind usage for what cannot be read, is too large or is no TOML. A key that nobody knows is a warning.
  static Config load(const Request& request);

  /// Lines about keys that nobody knows.
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// The files that were there.
  const std::vector<std::string>& files() const { return read_; }

  /// True when no file said anything.
  bool empty() const { return values_.empty(); }

  std::optional<std::string> text(const char* section, const char* key) const;
  std::optional<bool> flag(const char* section, const char* key) const;
  std::optional<std::int64_t> number(const char* section, const char* key) const;
  /// A number of bytes, or a text as "1m".
  std::optional<std::int64_t> size(const char* section, const char* key) const;
  std::vector<std::string> list(const char* section, const char* key) const;

  /// A table of lists of texts, as engine.runtimes is one.
  std::vector<std::string> list_in(const char* section,
                                   const char* table,
                                   const std::string& key) const;

  /// One more file's text on top; for load and for tests.
  void add(std::string_view text, const std::string& path);

 private:
  void add_file(const std::string& path);
  void add_value(const std::string& section, const std::string& key, base::Json value);
  const base::Json* find(const char* section, const char* key) const;

  std::vector<std::string> warnings_, read_;
  base::Json values_ = base::Json::object();  ///< section, key, value
  std::vector<std::string> appending_;        ///< "section.key" of lists that are added to
};

/// Where a module of that name is looked for, the first that exists counts.
std::vector<std::string> module_places(const std::string& name);

}  // namespace container
