// SPDX-License-Identifier: Apache-2.0
#include "argv.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "errors.hpp"

namespace cli {

namespace {

[[noreturn]] void refuse(std::string message) {
  throw UsageError(UsageError::What::flag, std::move(message));
}

/// The words that Go's strconv.ParseBool takes.
std::optional<bool> parse_bool(std::string_view text) {
  for (const auto* yes : {"1", "t", "T", "true", "TRUE", "True"}) {
    if (text == yes) return true;
  }
  for (const auto* no : {"0", "f", "F", "false", "FALSE", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

class Splitter {
 public:
  Splitter(const std::vector<Flag>& flags, const std::vector<std::string>& words)
      : flags_(flags), words_(words) {}

  Argv split(bool interspersed) {
    while (next_ < words_.size()) {
      const std::string& word = words_[next_++];
      if (word.size() < 2 || word[0] != '-') {
        argv_.words.push_back(word);
        if (!interspersed) break;
      } else if (word == "--") {
        break;
      } else if (word[1] == '-') {
        take_long(word);
      } else {
        take_letters(std::string_view(word).substr(1));
      }
    }
    argv_.words.insert(
        argv_.words.end(), words_.begin() + static_cast<std::ptrdiff_t>(next_), words_.end());
    return std::move(argv_);
  }

 private:
  void take_long(const std::string& word) {
    const auto equals = word.find('=', 2);
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (name.empty() || name[0] == '-') refuse("bad flag syntax: " + word);
    const auto index = find([&](const Flag& flag) {
      return std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end();
    });
    if (!index) {
      if (name != "help") refuse("unknown flag: --" + name);
      argv_.help = true;
      return;
    }
    const Flag& flag = flags_[*index];
    if (equals != std::string::npos) {
      give(*index, word.substr(equals + 1));
    } else if (flag.takes != Flag::Takes::value) {
      give(*index, flag.bare);
    } else if (next_ < words_.size()) {
      give(*index, words_[next_++]);
    } else {
      refuse("flag needs an argument: --" + name);
    }
  }

  /// A cluster of letters: flags without a value, then maybe one with.
  void take_letters(std::string_view letters) {
    while (!letters.empty()) {
      const char letter = letters[0];
      const auto index =
          find([&](const Flag& flag) { return flag.letters.find(letter) != std::string::npos; });
      if (!index) {
        if (letter != 'h')
          refuse(fmt::format("unknown shorthand flag: '{}' in -{}", letter, letters));
        argv_.help = argv_.short_help = true;
        return;
      }
      const Flag& flag = flags_[*index];
      if (letters.size() > 2 && letters[1] == '=') {
        give(*index, std::string(letters.substr(2)));
        return;
      }
      if (flag.takes != Flag::Takes::value) {
        give(*index, flag.bare);
        letters.remove_prefix(1);
        continue;
      }
      if (letters.size() > 1) {
        give(*index, std::string(letters.substr(1)));
      } else if (next_ < words_.size()) {
        give(*index, words_[next_++]);
      } else {
        refuse(fmt::format("flag needs an argument: '{}' in -{}", letter, letters));
      }
      return;
    }
  }

  void give(std::size_t index, std::string value) {
    const Flag& flag = flags_[index];
    if (flag.takes == Flag::Takes::nothing) {
      const auto on = parse_bool(value);
      if (!on) {
        throw invalid_argument(
            value, flag, fmt::format("strconv.ParseBool: parsing \"{}\": invalid syntax", value));
      }
      value = *on ? "true" : "false";
    }
    argv_.flags.push_back({index, std::move(value)});
  }

  template <typename Is>
  std::optional<std::size_t> find(Is is) const {
    const auto found = std::find_if(flags_.begin(), flags_.end(), is);
    if (found == flags_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - flags_.begin());
  }

  const std::vector<Flag>& flags_;
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  Argv argv_;
};

}  // namespace

std::string Flag::label() const {
  const std::string letter = letters.empty() ? "" : std::string("-") + letters[0];
  if (names.empty()) return letter;
  return (letter.empty() ? "" : letter + ", ") + "--" + names[0];
}

UsageError invalid_argument(const std::string& value, const Flag& flag, const std::string& why) {
  return {UsageError::What::flag,
          fmt::format("invalid argument \"{}\" for \"{}\" flag: {}", value, flag.label(), why)};
}

Argv split_argv(const std::vector<Flag>& flags,
                const std::vector<std::string>& words,
                bool interspersed) {
  return Splitter(flags, words).split(interspersed);
}

}  // namespace cli
