// SPDX-License-Identifier: Apache-2.0
// The declared flags of a command: CLI11 holds them, argv.hpp reads the words. CLI11's own parser is not used, as it splits
// "[a,b]", strips brackets, and lets list flags eat the image's name; its headers stay behind this one, as each file that
// includes them takes twelve seconds to compile.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "argv.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace cli {

/// A flag as help and man pages show it.
struct FlagText {
  std::string letter;       ///< "m" or empty
  std::string name;         ///< "memory"
  std::string type;         ///< "bytes"; empty for a bool
  std::string description;  ///< with "(default …)"
};

/// A flag that was just declared, to say more of it; or one that was left out.
class Declared {
 public:
  explicit Declared(CLI::Option* option = nullptr) : option_(option) {}

  /// The word that help shows for its value.
  Declared type_name(const std::string& name);
  /// The group "" hides it from help.
  Declared group(const std::string& name);
  /// What help tells as the value of a bool that is not given.
  Declared default_val(bool value);
  /// The flag may stand alone, and means `value` then.
  Declared alone_means(const std::string& value);

 private:
  CLI::Option* option_;
};

/// The flags of one verb, or the global ones. run and create have two hundred, of which a command line names five, and
/// CLI11 takes a millisecond to hold all of them: a table made for some words leaves out what they cannot name.
class FlagTable {
 public:
  /// Holds every flag that is declared.
  FlagTable();
  /// Holds those that `words` may name: all when they ask for help.
  explicit FlagTable(const std::vector<std::string>& words);
  FlagTable(FlagTable&&) noexcept;
  ~FlagTable();

  /// A flag with a value; the last one wins. Value: std::string, int, unsigned or double.
  template <typename Value>
  Declared add_option(const std::string& names, Value& value, const std::string& description);

  /// `take` gets each value, in the order of argv. Value: std::string or int.
  template <typename Value>
  Declared add_option_function(const std::string& names,
                               std::function<void(const Value&)> take,
                               const std::string& description);

  /// A flag without a value ("-d", "-d=false"). Value: bool or std::optional<bool>.
  template <typename Value>
  Declared add_flag(const std::string& names, Value& value, const std::string& description);

  /// `take` gets 1, or -1 for "=false", at each occurrence.
  Declared add_flag_function(const std::string& names,
                             std::function<void(std::int64_t)> take,
                             const std::string& description);

  /// A flag that may be given several times; each value is appended as it is.
  Declared add_list(const std::string& names,
                    std::vector<std::string>& values,
                    const std::string& description);

  /// False when the flag ("-m,--memory") is surely not among the words that the table was made for.
  bool may_hold(std::string_view names) const;

  /// True when a flag of that name ("-f") is in the table.
  bool declares(const std::string& name) const;

  /// In the order of declaration.
  std::vector<Flag> flags() const;

  /// Those that are shown, sorted by name.
  std::vector<FlagText> texts() const;

  /// Hands on the values, in the order of argv; `flags` may be longer than the table's own. Throws UsageError for values that
  /// are refused.
  void apply(const std::vector<Flag>& flags, const Argv& argv);

 private:
  bool names_long(std::string_view name) const;

  std::unique_ptr<CLI::App> app_;
  bool holds_all_;
  std::vector<std::string> long_names_;
  std::string letters_;
};

}  // namespace cli
