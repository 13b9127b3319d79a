// SPDX-License-Identifier: Apache-2.0
#include "image/change_words.hpp"

#include "base/error.hpp"
#include "base/json_fields.hpp"
#include "base/text.hpp"

namespace image {

namespace {

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Reads one word's quotes and variables from left to right.
class Expander {
 public:
  Expander(std::string_view word, const Variables& variables)
      : word_(word), variables_(variables) {}

  std::string run() {
    while (at_ < word_.size()) step();
    return result_;
  }

 private:
  void step() {
    const char c = word_[at_];
    if (c == '\'' && quote_ != '"') {
      toggle('\'');
    } else if (c == '"' && quote_ != '\'') {
      toggle('"');
    } else if (c == '\\' && quote_ != '\'' && at_ + 1 < word_.size()) {
      take_escaped();
    } else if (c == '$' && quote_ != '\'') {
      take_variable();
    } else {
      result_ += c;
      ++at_;
    }
  }

  void toggle(char quote) {
    quote_ = quote_ == quote ? '\0' : quote;
    ++at_;
  }

  /// Inside double quotes a backslash stands for itself, unless what follows means something there.
  void take_escaped() {
    const char next = word_[at_ + 1];
    if (quote_ == '"' && next != '"' && next != '$' && next != '\\') result_ += '\\';
    result_ += next;
    at_ += 2;
  }

  void take_variable() {
    ++at_;
    if (at_ < word_.size() && word_[at_] == '{') return take_braced();
    const std::size_t start = at_;
    while (at_ < word_.size() && is_name_char(word_[at_])) ++at_;
    if (at_ == start)
      result_ += '$';
    else
      result_ += value(std::string(word_.substr(start, at_ - start))).value_or("");
  }

  void take_braced() {
    const auto end = word_.find('}', at_);
    if (end == std::string_view::npos)
      base::fail(base::Kind::usage, "missing '}}' in \"{}\"", word_);
    const std::string inner(word_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    const auto colon = inner.find(':');
    const auto set = value(inner.substr(0, colon));
    if (colon == std::string::npos) {
      result_ += set.value_or("");
      return;
    }
    const char modifier = colon + 1 < inner.size() ? inner[colon + 1] : '\0';
    const std::string other = inner.substr(std::min(colon + 2, inner.size()));
    const bool has = set && !set->empty();
    if (modifier == '-')
      result_ += has ? *set : other;
    else if (modifier == '+')
      result_ += has ? other : "";
    else
      base::fail(base::Kind::usage, "unsupported modifier in \"${{{}}}\"", inner);
  }

  std::optional<std::string> value(const std::string& name) const { return variables_(name); }

  std::string_view word_;
  const Variables& variables_;
  std::string result_;
  std::size_t at_ = 0;
  char quote_ = '\0';
};

}  // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  char quote = '\0';
  bool in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quote && is_blank(c)) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    in_word = true;
    word += c;
    if (c == '\\' && quote != '\'' && i + 1 < text.size())
      word += text[++i];
    else if (quote && c == quote)
      quote = '\0';
    else if (!quote && (c == '"' || c == '\''))
      quote = c;
  }
  if (in_word) words.push_back(word);
  return words;
}

std::string expand_word(std::string_view word, const Variables& variables) {
  return Expander(word, variables).run();
}

std::optional<std::vector<std::string>> parse_exec_form(const std::string& text) {
  const auto trimmed = base::trim(text);
  if (!trimmed.starts_with('[')) return std::nullopt;
  try {
    return base::from_json_text<std::vector<std::string>>(trimmed, "list");
  } catch (const base::Error&) {
    return std::nullopt;  // as Docker: what is no JSON list is a shell command
  }
}

std::vector<std::pair<std::string, std::string>> split_pairs(const std::string& instruction,
                                                             const std::string& text) {
  const auto words = split_words(text);
  if (words.empty())
    base::fail(base::Kind::usage, "{} requires at least one argument", instruction);
  if (words[0].find('=') == std::string::npos) {
    if (words.size() < 2) base::fail(base::Kind::usage, "{} must have two arguments", instruction);
    const auto rest = base::trim(base::trim(text).substr(words[0].size()));
    return {{words[0], std::string(rest)}};
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& word : words) {
    const auto [key, value] = base::split_pair(word, '=');
    if (!value) {
      base::fail(base::Kind::usage,
                 "Syntax error - can't find = in \"{}\". Must be of the form: name=value",
                 word);
    }
    if (key.empty()) base::fail(base::Kind::usage, "{} names can not be blank", instruction);
    pairs.emplace_back(key, *value);
  }
  return pairs;
}

}  // namespace image
