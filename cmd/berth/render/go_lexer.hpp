// SPDX-License-Identifier: Apache-2.0
// Template source to tokens.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace render {

struct Token {
  enum class Kind {
    text,
    left_delimiter,
    right_delimiter,
    space,
    boolean,
    character,
    character_constant,
    dot,
    field,
    variable,
    identifier,
    keyword,
    number,
    string,
    raw_string,
    left_parenthesis,
    right_parenthesis,
    pipe,
    assign,
    declare,
    error,
    end
  };

  Kind kind = Kind::end;
  std::size_t position = 0;
  int line = 1;
  std::string text;

  bool is(Kind k) const { return kind == k; }

  bool is_keyword(std::string_view word) const { return kind == Kind::keyword && text == word; }

  /// As Go shows it in errors: `"}"`, `<if>`, `EOF`.
  std::string shown() const;
};

/// All tokens, the last one of kind end or error (text: why).
std::vector<Token> lex_template(std::string_view source);

/// A string as a Go literal: "a\n\"b\"".
std::string go_quote(std::string_view text);

}  // namespace render
