// SPDX-License-Identifier: Apache-2.0
// How Dockerfile instructions split into words.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace image {

/// Looks a variable up; nothing when it is not set.
using Variables = std::function<std::optional<std::string>(const std::string&)>;

/// Splits at blanks outside quotes; quotes and backslashes stay in the words.
std::vector<std::string> split_words(std::string_view text);

/// Takes quotes and backslashes away and puts the values of $NAME, ${NAME}, ${NAME:-x} and
/// ${NAME:+x} in.
std::string expand_word(std::string_view word, const Variables& variables);

/// `["a","b"]`, when it is a JSON list of strings.
std::optional<std::vector<std::string>> parse_exec_form(const std::string& text);

/// "A=1 B='x y'" or the old form "A x y" as pairs, not expanded. Kind usage, naming the
/// instruction.
std::vector<std::pair<std::string, std::string>> split_pairs(const std::string& instruction,
                                                             const std::string& text);

}  // namespace image
