// SPDX-License-Identifier: Apache-2.0
// Between CLI11, which holds the declarations, and argv.hpp, which reads the words: CLI11's own
// parser is not used, as it splits "[a,b]", strips brackets, and lets list flags eat the image's
// name.
#pragma once

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

/// An app to declare flags on, without CLI11's own help flag.
std::unique_ptr<CLI::App> make_app();

/// The same for one command line, on which `words` are written.
std::unique_ptr<CLI::App> make_app(const std::vector<std::string>& words);

/// False when the flag ("-m,--memory") is surely not among the words that the app was made for. They may ask for help: then
/// any flag is wanted.
bool may_be_given(const CLI::App& app, std::string_view names);

/// The flags an app declares, in the order of declaration.
std::vector<Flag> flags_of(const CLI::App& app);

/// Gives the options their values, in the order of argv; an option on a std::vector gets all of its
/// at the end. Throws UsageError for values that are refused.
void apply(CLI::App& app, const std::vector<Flag>& flags, const Argv& argv);

/// A flag that may be given several times; each value is appended as it is.
CLI::Option* add_list(CLI::App& app,
                      const std::string& names,
                      std::vector<std::string>& values,
                      const std::string& description);

}  // namespace cli
