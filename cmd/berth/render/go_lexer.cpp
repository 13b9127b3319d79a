// SPDX-License-Identifier: Apache-2.0
#include "render/go_lexer.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace render {

namespace {

using Kind = Token::Kind;

constexpr std::string_view kBlanks = " \t\r\n";

bool is_blank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Bytes of other alphabets count as letters.
bool is_word(char c) {
  return c == '_' || (static_cast<unsigned char>(c) & 0x80) != 0 ||
         std::isalnum(static_cast<unsigned char>(c));
}

bool is_keyword(std::string_view word) {
  constexpr std::string_view words[] = {"block",
                                        "break",
                                        "continue",
                                        "define",
                                        "else",
                                        "end",
                                        "if",
                                        "range",
                                        "nil",
                                        "template",
                                        "with"};
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> lex() {
    while (!failed_ && position_ < source_.size()) lex_text_and_action();
    if (!failed_) add(Kind::end, "");
    return std::move(tokens_);
  }

 private:
  void lex_text_and_action() {
    const auto open = source_.find("{{", position_);
    auto text = source_.substr(position_, open == std::string_view::npos ? open : open - position_);
    const bool trims = open != std::string_view::npos && has_trim_marker(open + 2);
    const std::size_t whole = text.size();
    if (trims) text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
    if (!text.empty()) add(Kind::text, std::string(text));
    advance(whole);
    if (open == std::string_view::npos) return;
    const std::size_t marker = trims ? 2 : 0;
    if (rest().substr(2 + marker).starts_with("/*")) return skip_comment(marker);
    add(Kind::left_delimiter, "{{");
    advance(2 + marker);
    lex_action();
  }

  /// "- " behind an opening delimiter.
  bool has_trim_marker(std::size_t at) const {
    return at + 1 < source_.size() && source_[at] == '-' && is_blank(source_[at + 1]);
  }

  void skip_comment(std::size_t marker) {
    const auto close = source_.find("*/", position_ + 2 + marker + 2);
    if (close == std::string_view::npos) return fail("unclosed comment");
    advance(close + 2 - position_);
    if (!at_right_delimiter()) return fail("comment ends before closing delimiter");
    take_right_delimiter(/*add_token=*/false);
  }

  bool trims_right() const {
    return rest().size() >= 4 && is_blank(rest()[0]) && rest().substr(1).starts_with("-}}");
  }

  bool at_right_delimiter() const { return rest().starts_with("}}") || trims_right(); }

  void take_right_delimiter(bool add_token) {
    const bool trims = trims_right();
    if (trims) advance(2);
    if (add_token) add(Kind::right_delimiter, "}}");
    advance(2);
    if (trims) advance(std::min(rest().find_first_not_of(kBlanks), rest().size()));
  }

  void lex_action() {
    parentheses_ = 0;
    while (!failed_) {
      if (at_right_delimiter()) {
        if (parentheses_ > 0) return fail("unclosed left paren");
        return take_right_delimiter(/*add_token=*/true);
      }
      if (rest().empty()) return fail("unclosed action");
      lex_inside(rest()[0]);
    }
  }

  void lex_inside(char c) {
    if (is_blank(c)) return lex_space();
    if (c == '"') return lex_quoted('"', Kind::string, "unterminated quoted string");
    if (c == '\'')
      return lex_quoted('\'', Kind::character_constant, "unterminated character constant");
    if (c == '`') return lex_raw();
    if (c == '$') return lex_name(Kind::variable);
    if (c == '.' && !(rest().size() > 1 && is_digit(rest()[1]))) return lex_name(Kind::field);
    if (c == '.' || c == '+' || c == '-' || is_digit(c)) return lex_number();
    if (is_word(c)) return lex_identifier();
    lex_sign(c);
  }

  void lex_sign(char c) {
    switch (c) {
      case '=':
        return take(Kind::assign, 1);
      case ':':
        return rest().starts_with(":=") ? take(Kind::declare, 2) : fail("expected :=");
      case '|':
        return take(Kind::pipe, 1);
      case '(':
        ++parentheses_;
        return take(Kind::left_parenthesis, 1);
      case ')':
        if (--parentheses_ < 0) return fail("unexpected right paren");
        return take(Kind::right_parenthesis, 1);
      default:
        break;
    }
    if (c > 0x20 && c < 0x7F) return take(Kind::character, 1);
    fail("unrecognized character in action: " + unicode(c));
  }

  void lex_space() {
    std::size_t length = 0;
    // The blank of a closing " -}}" belongs to the delimiter.
    while (length < rest().size() && is_blank(rest()[length])) {
      if (length > 0 && rest().substr(length).starts_with(" -}}")) break;
      if (rest().size() >= length + 4 && rest().substr(length + 1).starts_with("-}}")) break;
      ++length;
    }
    take(Kind::space, length);
  }

  void lex_quoted(char quote, Kind kind, const char* unterminated) {
    for (std::size_t i = 1; i < rest().size() && rest()[i] != '\n'; ++i) {
      if (rest()[i] == '\\')
        ++i;
      else if (rest()[i] == quote)
        return take(kind, i + 1);
      if (i >= rest().size() || rest()[i] == '\n') break;
    }
    fail(unterminated);
  }

  void lex_raw() {
    const auto close = rest().find('`', 1);
    if (close == std::string_view::npos) return fail("unterminated raw quoted string");
    take(Kind::raw_string, close + 1);
  }

  /// ".Name", "$name", or a lone "." or "$".
  void lex_name(Kind kind) {
    std::size_t length = 1;
    while (length < rest().size() && is_word(rest()[length])) ++length;
    if (!ends_word(length)) return fail("bad character " + unicode(rest()[length]));
    take(kind == Kind::field && length == 1 ? Kind::dot : kind, length);
  }

  void lex_identifier() {
    std::size_t length = 0;
    while (length < rest().size() && is_word(rest()[length])) ++length;
    if (!ends_word(length)) return fail("bad character " + unicode(rest()[length]));
    const auto word = rest().substr(0, length);
    if (is_keyword(word)) return take(Kind::keyword, length);
    if (word == "true" || word == "false") return take(Kind::boolean, length);
    take(Kind::identifier, length);
  }

  /// What may follow a name.
  bool ends_word(std::size_t at) const {
    if (at >= rest().size() || is_blank(rest()[at])) return true;
    return std::string_view(".,|:()").find(rest()[at]) != std::string_view::npos ||
           rest().substr(at).starts_with("}}");
  }

  void lex_number() {
    std::size_t length = rest()[0] == '+' || rest()[0] == '-' ? 1 : 0;
    const bool hexadecimal =
        rest().substr(length).starts_with("0x") || rest().substr(length).starts_with("0X");
    while (length < rest().size()) {
      const char c = rest()[length];
      const char before = length > 0 ? rest()[length - 1] : ' ';
      const bool exponent_sign =
          (c == '+' || c == '-') &&
          (before == 'p' || before == 'P' || (!hexadecimal && (before == 'e' || before == 'E')));
      if (!is_word(c) && c != '.' && !exponent_sign) break;
      ++length;
    }
    take(Kind::number, length);
  }

  static std::string unicode(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7F ? fmt::format("U+{:04X} '{}'", byte, c)
                                      : fmt::format("U+{:04X}", byte);
  }

  std::string_view rest() const { return source_.substr(position_); }

  void take(Kind kind, std::size_t length) {
    add(kind, std::string(rest().substr(0, length)));
    advance(length);
  }

  void add(Kind kind, std::string text) {
    tokens_.push_back({kind, position_, line_, std::move(text)});
  }

  void advance(std::size_t length) {
    const auto passed = rest().substr(0, length);
    line_ += static_cast<int>(std::count(passed.begin(), passed.end(), '\n'));
    position_ += length;
  }

  void fail(std::string why) {
    add(Kind::error, std::move(why));
    failed_ = true;
  }

  std::string_view source_;
  std::size_t position_ = 0;
  int line_ = 1;
  int parentheses_ = 0;
  bool failed_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::string go_quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view plain = "\a\b\f\n\r\t\v\\\"";
    constexpr std::string_view letters = "abfnrtv\\\"";
    if (const auto at = plain.find(c); at != std::string_view::npos)
      quoted += {'\\', letters[at]};
    else if (byte < 0x20 || byte == 0x7F)
      quoted += fmt::format("\\x{:02x}", byte);
    else
      quoted += c;
  }
  return quoted + "\"";
}

std::string Token::shown() const {
  if (kind == Kind::end) return "EOF";
  if (kind == Kind::error) return text;
  if (kind == Kind::keyword || kind == Kind::dot) return "<" + text + ">";
  constexpr std::size_t longest = 10;
  return text.size() > longest ? go_quote(text.substr(0, longest)) + "..." : go_quote(text);
}

std::vector<Token> lex_template(std::string_view source) {
  return Lexer(source).lex();
}

}  // namespace render
