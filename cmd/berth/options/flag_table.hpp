// SPDX-License-Identifier: Apache-2.0
// Declaring flags in a verb that has very many: run and create have two hundred, of which a command line names five. CLI11
// takes a millisecond to hold all of them, so what nobody has written is left out, unless help or a completion asks.
#pragma once

#include <string>
#include <utility>

#include "cli11.hpp"
#include "flags.hpp"

namespace cli {

/// A declared flag, or one that was left out.
class Declared {
 public:
  explicit Declared(CLI::Option* option = nullptr) : option_(option) {}

  Declared* operator->() { return this; }

  Declared type_name(const std::string& name) {
    if (option_) option_->type_name(name);
    return *this;
  }

  Declared group(const std::string& name) {
    if (option_) option_->group(name);
    return *this;
  }

 private:
  CLI::Option* option_;
};

/// CLI::App's ways to declare, for the flags that the command line of `app` may name.
class FlagTable {
 public:
  explicit FlagTable(CLI::App& app) : app_(app) {}

  template <typename... Rest>
  Declared add_option(const std::string& names, Rest&&... rest) {
    if (!may_be_given(app_, names)) return Declared();
    return Declared(app_.add_option(names, std::forward<Rest>(rest)...));
  }

  template <typename Value, typename... Rest>
  Declared add_option_function(const std::string& names, Rest&&... rest) {
    if (!may_be_given(app_, names)) return Declared();
    return Declared(app_.add_option_function<Value>(names, std::forward<Rest>(rest)...));
  }

  template <typename... Rest>
  Declared add_flag(const std::string& names, Rest&&... rest) {
    if (!may_be_given(app_, names)) return Declared();
    return Declared(app_.add_flag(names, std::forward<Rest>(rest)...));
  }

  /// A flag that may be given several times; each value is appended as it is.
  Declared add_list(const std::string& names,
                    std::vector<std::string>& values,
                    const std::string& description) {
    if (!may_be_given(app_, names)) return Declared();
    return Declared(cli::add_list(app_, names, values, description));
  }

 private:
  CLI::App& app_;
};

}  // namespace cli
