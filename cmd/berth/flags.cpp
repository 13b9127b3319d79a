// SPDX-License-Identifier: Apache-2.0
#include "flags.hpp"

#include <algorithm>
#include <map>

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

bool is_list(const CLI::Option& option) {
  return option.get_expected_max() > 1;
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

/// An app that knows for which words it is made.
class AppOfWords : public CLI::App {
 public:
  explicit AppOfWords(const std::vector<std::string>& words) {
    for (const auto& word : words) {
      if (word.starts_with("--"))
        long_names_.push_back(base::split_pair(word.substr(2), '=').first);
      else if (word.starts_with('-'))
        letters_ += word;
    }
  }

  bool may_hold(std::string_view names) const {
    for (const auto& name : base::split(std::string(names), ',')) {
      if (name.starts_with("--") ? has_long(name.substr(2))
                                 : letters_.find(name.back()) != std::string::npos)
        return true;
    }
    return has_long("help") || letters_.find('h') != std::string::npos;
  }

 private:
  bool has_long(std::string_view name) const {
    return std::find(long_names_.begin(), long_names_.end(), name) != long_names_.end();
  }

  std::vector<std::string> long_names_;
  std::string letters_;
};

/// Hands an option its values; what its callback refuses becomes docker's "invalid argument".
void set(CLI::Option& option, const Flag& flag, const std::vector<std::string>& values) {
  const std::string& last = values.back();
  if (last.empty() && refuses_empty(option))
    throw invalid_argument(last, flag, conversion_failure(option, last));
  option.clear();
  option.allow_extra_args(false);  // else "[a,b]" is split
  for (const auto& value : values) option.add_result(value);
  try {
    option.run_callback();
  } catch (const base::Error& e) {
    if (e.kind() == base::Kind::unsupported) throw UsageError(UsageError::What::flag, e.message());
    if (e.kind() != base::Kind::usage) throw;
    throw invalid_argument(last, flag, e.message());
  } catch (const CLI::ConversionError&) {
    throw invalid_argument(last, flag, conversion_failure(option, last));
  } catch (const CLI::ValidationError& e) {
    throw invalid_argument(last, flag, e.what());
  }
}

}  // namespace

std::unique_ptr<CLI::App> make_app() {
  auto app = std::make_unique<CLI::App>();
  app->set_help_flag();
  return app;
}

std::unique_ptr<CLI::App> make_app(const std::vector<std::string>& words) {
  auto app = std::make_unique<AppOfWords>(words);
  app->set_help_flag();
  return app;
}

bool may_be_given(const CLI::App& app, std::string_view names) {
  const auto* own = dynamic_cast<const AppOfWords*>(&app);
  return !own || own->may_hold(names);
}

std::vector<Flag> flags_of(const CLI::App& app) {
  std::vector<Flag> flags;
  for (const auto* option : app.get_options()) flags.push_back(flag_of(*option));
  return flags;
}

void apply(CLI::App& app, const std::vector<Flag>& flags, const Argv& argv) {
  const auto options = app.get_options();
  std::map<std::size_t, std::vector<std::string>> lists;
  for (const auto& given : argv.flags) {
    if (is_list(*options[given.flag]))
      lists[given.flag].push_back(given.value);
    else
      set(*options[given.flag], flags[given.flag], {given.value});
  }
  for (const auto& [index, values] : lists) set(*options[index], flags[index], values);
}

CLI::Option* add_list(CLI::App& app,
                      const std::string& names,
                      std::vector<std::string>& values,
                      const std::string& description) {
  return app
      .add_option_function<std::string>(
          names, [&values](const std::string& value) { values.push_back(value); }, description)
      ->type_name("list");
}

}  // namespace cli
