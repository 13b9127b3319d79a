// SPDX-License-Identifier: Apache-2.0
#include "flags.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "cli11.hpp"
#include "errors.hpp"

namespace cli {

namespace {

Flag flag_of(const CLI::Option& option) {
  Flag flag;
  flag.names = option.get_lnames();
  for (const auto& letter : option.get_snames()) flag.letters += letter;
  if (option.get_expected_max() == 0) {
    flag.takes = Flag::Takes::nothing;
  } else if (option.get_expected_min() == 0) {
    flag.takes = Flag::Takes::maybe;
    flag.bare = option.get_default_str();
  } else {
    flag.takes = Flag::Takes::value;
  }
  return flag;
}

/// Why CLI11 could not convert a value, in the words of Go's strconv.
std::string conversion_failure(const CLI::Option& option, const std::string& value) {
  const std::string type = base::lower(option.get_type_name());
  std::string function = "ParseInt";
  if (type.find("uint") != std::string::npos)
    function = "ParseUint";
  else if (type.find("float") != std::string::npos)
    function = "ParseFloat";
  const auto digits = value.find_first_not_of("0123456789", value.starts_with('-') ? 1 : 0);
  const bool is_number =
      digits == std::string::npos && value.size() > (value.starts_with('-') ? 1U : 0U);
  const bool wrong_sign = function == "ParseUint" && value.starts_with('-');
  const char* why = is_number && !wrong_sign ? "value out of range" : "invalid syntax";
  return fmt::format("strconv.{}: parsing \"{}\": {}", function, value, why);
}

/// CLI11 takes an empty text for a number's zero.
bool refuses_empty(const CLI::Option& option) {
  const std::string type = base::lower(option.get_type_name());
  return type == "int" || type == "uint" || type == "float";
}

/// The type's word as pflag has it, from CLI11's.
std::string type_word(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return "";
  const std::string type = option.get_type_name();
  if (type == "TEXT" || type.empty()) return "string";
  return base::lower(type);
}

/// Hands an option a value; what its callback refuses becomes docker's "invalid argument".
void set(CLI::Option& option, const Flag& flag, const std::string& value) {
  if (value.empty() && refuses_empty(option))
    throw invalid_argument(value, flag, conversion_failure(option, value));
  option.clear();
  option.allow_extra_args(false);  // else "[a,b]" is split
  option.add_result(value);
  try {
    option.run_callback();
  } catch (const base::Error& e) {
    if (e.kind() == base::Kind::unsupported) throw UsageError(UsageError::What::flag, e.message());
    if (e.kind() != base::Kind::usage) throw;
    throw invalid_argument(value, flag, e.message());
  } catch (const CLI::ConversionError&) {
    throw invalid_argument(value, flag, conversion_failure(option, value));
  } catch (const CLI::ValidationError& e) {
    throw invalid_argument(value, flag, e.what());
  }
}

}  // namespace

Declared Declared::type_name(const std::string& name) {
  if (option_) option_->type_name(name);
  return *this;
}

Declared Declared::group(const std::string& name) {
  if (option_) option_->group(name);
  return *this;
}

Declared Declared::default_val(bool value) {
  if (option_) option_->default_val(value);
  return *this;
}

Declared Declared::alone_means(const std::string& value) {
  if (option_) option_->expected(0, 1)->default_str(value);
  return *this;
}

FlagTable::FlagTable() : app_(std::make_unique<CLI::App>()), holds_all_(true) {
  app_->set_help_flag();
}

FlagTable::FlagTable(const std::vector<std::string>& words) : FlagTable() {
  for (const auto& word : words) {
    if (word.starts_with("--"))
      long_names_.push_back(base::split_pair(word.substr(2), '=').first);
    else if (word.starts_with('-'))
      letters_ += word;
  }
  holds_all_ = names_long("help") || letters_.find('h') != std::string::npos;
}

FlagTable::FlagTable(FlagTable&&) noexcept = default;
FlagTable::~FlagTable() = default;

bool FlagTable::names_long(std::string_view name) const {
  return std::find(long_names_.begin(), long_names_.end(), name) != long_names_.end();
}

bool FlagTable::may_hold(std::string_view names) const {
  if (holds_all_) return true;
  while (!names.empty()) {
    const auto name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    if (name.starts_with("--") ? names_long(name.substr(2))
                               : letters_.find(name.back()) != std::string::npos)
      return true;
  }
  return false;
}

template <typename Value>
Declared FlagTable::add_option(const std::string& names,
                               Value& value,
                               const std::string& description) {
  return Declared(may_hold(names) ? app_->add_option(names, value, description) : nullptr);
}

template <typename Value>
Declared FlagTable::add_option_function(const std::string& names,
                                        std::function<void(const Value&)> take,
                                        const std::string& description) {
  if (!may_hold(names)) return Declared();
  return Declared(app_->add_option_function<Value>(names, take, description));
}

template <typename Value>
Declared FlagTable::add_flag(const std::string& names,
                             Value& value,
                             const std::string& description) {
  return Declared(may_hold(names) ? app_->add_flag(names, value, description) : nullptr);
}

template Declared FlagTable::add_flag(const std::string&, bool&, const std::string&);
template Declared FlagTable::add_flag(const std::string&, std::optional<bool>&, const std::string&);
template Declared FlagTable::add_option(const std::string&, std::string&, const std::string&);
template Declared FlagTable::add_option(const std::string&, int&, const std::string&);
template Declared FlagTable::add_option(const std::string&, unsigned&, const std::string&);
template Declared FlagTable::add_option(const std::string&, double&, const std::string&);
template Declared FlagTable::add_option_function(const std::string&,
                                                 std::function<void(const std::string&)>,
                                                 const std::string&);
template Declared FlagTable::add_option_function(const std::string&,
                                                 std::function<void(const int&)>,
                                                 const std::string&);

Declared FlagTable::add_flag_function(const std::string& names,
                                      std::function<void(std::int64_t)> take,
                                      const std::string& description) {
  return Declared(may_hold(names) ? app_->add_flag_function(names, take, description) : nullptr);
}

Declared FlagTable::add_list(const std::string& names,
                             std::vector<std::string>& values,
                             const std::string& description) {
  return add_option_function<std::string>(
             names, [&values](const std::string& value) { values.push_back(value); }, description)
      .type_name("list");
}

bool FlagTable::declares(const std::string& name) const {
  return app_->get_option_no_throw(name) != nullptr;
}

std::vector<Flag> FlagTable::flags() const {
  std::vector<Flag> flags;
  for (const auto* option : std::as_const(*app_).get_options()) flags.push_back(flag_of(*option));
  return flags;
}

std::vector<FlagText> FlagTable::texts() const {
  std::vector<FlagText> flags;
  for (const auto* option : std::as_const(*app_).get_options()) {
    if (option->get_group().empty() || option->get_lnames().empty()) continue;
    FlagText flag{"", option->get_lnames()[0], type_word(*option), option->get_description()};
    if (!option->get_snames().empty()) flag.letter = option->get_snames()[0];
    const std::string preset = option->get_default_str();
    // A bool's default is worth a word only when it is true, an optional value's is the bare flag's.
    const bool is_bool = option->get_expected_max() == 0;
    if (is_bool ? preset == "true" : !preset.empty() && option->get_expected_min() > 0) {
      const bool quoted = flag.type == "string";
      flag.description +=
          quoted ? fmt::format(" (default \"{}\")", preset) : fmt::format(" (default {})", preset);
    }
    flags.push_back(std::move(flag));
  }
  std::sort(
      flags.begin(), flags.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return flags;
}

void FlagTable::apply(const std::vector<Flag>& flags, const Argv& argv) {
  const auto options = app_->get_options();
  for (const auto& given : argv.flags) set(*options[given.flag], flags[given.flag], given.value);
}

}  // namespace cli
