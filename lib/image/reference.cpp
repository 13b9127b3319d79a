// SPDX-License-Identifier: Apache-2.0
#include "image/reference.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace image {

namespace {

constexpr std::string_view kDefaultDomain = "docker.io";
constexpr std::string_view kLegacyDomain = "index.docker.io";
constexpr std::string_view kOfficial = "library/";
constexpr std::size_t kLongestPath = 255;
constexpr std::size_t kLongestTag = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

template <typename Test>
bool all_of(std::string_view text, Test test) {
  for (const char c : text) {
    if (!test(c)) return false;
  }
  return true;
}

/// Letters, digits and inner dashes.
bool is_host_label(std::string_view label) {
  if (label.empty() || label.front() == '-' || label.back() == '-') return false;
  return all_of(label, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_port(std::string_view text) {
  return !text.empty() && all_of(text, is_digit);
}

bool is_ipv6_domain(std::string_view domain) {
  const auto end = domain.find(']');
  if (end == std::string_view::npos || end < 2) return false;
  if (!all_of(domain.substr(1, end - 1), [](char c) { return is_hex_digit(c) || c == ':'; })) {
    return false;
  }
  const auto rest = domain.substr(end + 1);
  return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

bool is_domain(std::string_view domain) {
  if (!domain.empty() && domain.front() == '[') return is_ipv6_domain(domain);
  const auto colon = domain.find(':');
  if (colon != std::string_view::npos && !is_port(domain.substr(colon + 1))) return false;
  for (const auto& label : base::split(domain.substr(0, colon), '.')) {
    if (!is_host_label(label)) return false;
  }
  return true;
}

/// What may stand between letters and digits of a path component: one of . _ __ or dashes.
bool is_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         all_of(text, [](char c) { return c == '-'; });
}

bool is_path_component(std::string_view part) {
  const auto plain = [](char c) { return is_lower(c) || is_digit(c); };
  if (part.empty() || !plain(part.front()) || !plain(part.back())) return false;
  for (std::size_t at = 0; at < part.size();) {
    std::size_t end = at;
    while (end < part.size() && !plain(part[end])) ++end;
    if (end > at && !is_separator(part.substr(at, end - at))) return false;
    at = end + 1;
  }
  return true;
}

bool is_path(std::string_view path) {
  for (const auto& part : base::split(path, '/')) {
    if (!is_path_component(part)) return false;
  }
  return true;
}

bool is_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > kLongestTag || !is_word(tag.front())) return false;
  return all_of(tag, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

/// Digits a digest of this algorithm has; 0 for an unknown one.
std::size_t digest_digits(std::string_view algorithm) {
  if (algorithm == "sha256") return 64;
  if (algorithm == "sha384") return 96;
  if (algorithm == "sha512") return 128;
  return 0;
}

/// Docker's three sentences on digests that have the right shape but cannot be.
void check_digest(std::string_view digest) {
  const auto colon = digest.find(':');
  const auto hex = digest.substr(colon == std::string_view::npos ? digest.size() : colon + 1);
  if (colon == std::string_view::npos || hex.size() < 32 || !all_of(hex, is_hex_digit)) {
    base::fail(base::Kind::usage, "invalid reference format");
  }
  const auto wanted = digest_digits(digest.substr(0, colon));
  if (wanted == 0) base::fail(base::Kind::usage, "unsupported digest algorithm");
  if (hex.size() != wanted) base::fail(base::Kind::usage, "invalid checksum digest length");
  if (!is_digest(digest)) base::fail(base::Kind::usage, "invalid checksum digest format");
}

/// True when the part before the first slash names a registry and not a user (distribution's rule).
bool names_registry(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:") != std::string_view::npos ||
         base::lower(first) != first;
}

/// Domain and the rest (path, tag, digest) of a familiar or full name.
std::pair<std::string, std::string> split_domain(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = text.substr(0, slash);
  if (slash == std::string_view::npos || !names_registry(first)) {
    const bool official = slash == std::string_view::npos;
    return {std::string(kDefaultDomain), std::string(official ? kOfficial : "").append(text)};
  }
  std::string rest(text.substr(slash + 1));
  if (first != kDefaultDomain && first != kLegacyDomain) return {std::string(first), rest};
  if (rest.find('/') == std::string::npos) rest.insert(0, kOfficial);
  return {std::string(kDefaultDomain), rest};
}

void check_case(std::string_view rest) {
  const auto name = rest.substr(0, rest.find_first_of(":@"));
  if (base::lower(name) == name) return;
  base::fail(
      base::Kind::usage, "invalid reference format: repository name ({}) must be lowercase", name);
}

}  // namespace

std::string Reference::full() const {
  return repository() + (tag.empty() ? "" : ":" + tag) + (digest.empty() ? "" : "@" + digest);
}

std::string Reference::familiar() const {
  return familiar_repository() + (tag.empty() ? "" : ":" + tag) +
         (digest.empty() ? "" : "@" + digest);
}

std::string Reference::familiar_repository() const {
  if (domain != kDefaultDomain) return repository();
  const bool official =
      path.starts_with(kOfficial) && path.find('/', kOfficial.size()) == std::string::npos;
  return official ? path.substr(kOfficial.size()) : path;
}

Reference Reference::with_default_tag() const {
  Reference result = *this;
  if (tag.empty() && digest.empty()) result.tag = "latest";
  return result;
}

Reference parse_reference(std::string_view text) {
  if (text.size() == 64 &&
      all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); })) {
    base::fail(base::Kind::usage,
               "invalid repository name ({}), cannot specify 64-byte hexadecimal strings",
               text);
  }
  Reference result;
  std::string rest;
  std::tie(result.domain, rest) = split_domain(text);
  check_case(rest);
  const auto at = rest.find('@');
  if (at != std::string::npos) {
    result.digest = rest.substr(at + 1);
    rest.resize(at);
  }
  const auto colon = rest.find(':');
  if (colon != std::string::npos) {
    result.tag = rest.substr(colon + 1);
    rest.resize(colon);
  }
  result.path = rest;
  const bool tag_fits = colon == std::string::npos || is_tag(result.tag);
  if (!is_domain(result.domain) || !is_path(result.path) || !tag_fits) {
    base::fail(base::Kind::usage, "invalid reference format");
  }
  if (at != std::string::npos) check_digest(result.digest);
  if (result.path.size() > kLongestPath) {
    base::fail(base::Kind::usage,
               "invalid reference format: repository name must not be more than 255 characters");
  }
  return result;
}

bool is_short_name(std::string_view text) {
  const auto slash = text.find('/');
  return slash == std::string_view::npos || !names_registry(text.substr(0, slash));
}

bool is_digest(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const auto hex = text.substr(colon + 1);
  return !hex.empty() && hex.size() == digest_digits(text.substr(0, colon)) &&
         all_of(hex, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

}  // namespace image
