// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/credentials.hpp"

#include <array>
#include <map>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace image {

namespace {

using base::Json;
using base::Kind;

constexpr const char* kHubKey = "https://index.docker.io/v1/";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct AuthEntry {
  std::string auth, username, password, identity_token, registry_token;
};

template <typename Io>
void fields(Io& io, AuthEntry& e) {
  io.maybe("auth", e.auth);
  io.maybe("username", e.username);
  io.maybe("password", e.password);
  io.maybe("identitytoken", e.identity_token);
  io.maybe("registrytoken", e.registry_token);
}

struct AuthFile {
  std::map<std::string, AuthEntry> auths;
  std::map<std::string, std::string> helpers;
  std::string store;
};

template <typename Io>
void fields(Io& io, AuthFile& f) {
  io.maybe("auths", f.auths);
  io.maybe("credHelpers", f.helpers);
  io.maybe("credsStore", f.store);
}

struct HelperAnswer {
  std::string user, secret;
};

template <typename Io>
void fields(Io& io, HelperAnswer& a) {
  io("Username", a.user);
  io("Secret", a.secret);
}

/// docker's keys may be addresses: "https://host/v1/" is "host". Docker Hub has three names.
std::string normal_key(std::string key) {
  const auto scheme = key.find("://");
  const bool address = scheme != std::string::npos;
  if (address) key.erase(0, scheme + 3);
  while (key.ends_with('/')) key.pop_back();
  if (key.ends_with("/v1") || key.ends_with("/v2")) key.resize(key.size() - 3);
  if (address) key = key.substr(0, key.find('/'));
  if (key == "index.docker.io" || key == "registry-1.docker.io") return "docker.io";
  return key;
}

std::optional<Credentials> from_entry(const AuthEntry& entry) {
  Credentials found{entry.username, entry.password, entry.identity_token, entry.registry_token};
  if (!entry.auth.empty()) {
    const auto decoded = decode_base64(std::string(base::trim(entry.auth)));
    const auto colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos)
      base::fail(Kind::corrupt, "an \"auth\" is not base64 of user:password");
    found.user = decoded->substr(0, colon);
    found.password = decoded->substr(colon + 1);
    // Some writers pad with zero bytes.
    found.password.resize(
        std::min(found.password.size(), found.password.find_last_not_of('\0') + 1));
  }
  if (found == Credentials{}) return std::nullopt;
  return found;
}

std::optional<Credentials> ask_helper(const std::string& helper, const std::string& server) {
  if (helper.empty() || helper.find('/') != std::string::npos) {
    base::warn("credential helper \"{}\" has no valid name, ignoring", base::printable(helper));
    return std::nullopt;
  }
  const std::string program = "docker-credential-" + helper;
  try {
    const auto result = base::run_captured({.argv = {program, "get"}}, server);
    if (!result.status.ok()) {
      // What it wrote to stdout is its error text; "not found" is no error.
      if (result.out.find("credentials not found") == std::string::npos) {
        base::warn("{} failed: {}, ignoring",
                   program,
                   base::printable(base::trim(result.out.substr(0, 300))));
      }
      return std::nullopt;
    }
    const auto answer = base::from_json_text<HelperAnswer>(result.out, program + "'s answer");
    if (answer.user.empty() && answer.secret.empty()) return std::nullopt;
    if (answer.user == "<token>")
      return Credentials{
          .user = {}, .password = {}, .identity_token = answer.secret, .registry_token = {}};
    return Credentials{
        .user = answer.user, .password = answer.secret, .identity_token = {}, .registry_token = {}};
  } catch (const base::Error& e) {
    base::warn("cannot ask {}: {}, ignoring", program, e.message());
    return std::nullopt;
  }
}

/// What helpers know a registry by.
std::string server_name(const Reference& reference) {
  return reference.domain == "docker.io" ? kHubKey : reference.domain;
}

std::optional<Credentials> find_in(const AuthFile& file, const Reference& reference) {
  const std::string server = server_name(reference);
  for (const auto& [key, helper] : file.helpers) {
    if (normal_key(key) != reference.domain) continue;
    if (auto found = ask_helper(helper, server)) return found;
  }
  std::map<std::string, const AuthEntry*> entries;
  for (const auto& [key, entry] : file.auths) {
    // A plain key wins over an address that means the same host.
    const std::string normal = normal_key(key);
    if (normal == key || !entries.contains(normal)) entries[normal] = &entry;
  }
  for (std::string key = reference.repository();;) {
    if (const auto entry = entries.find(key); entry != entries.end()) {
      if (auto found = from_entry(*entry->second)) return found;
    }
    const auto slash = key.rfind('/');
    if (slash == std::string::npos) break;
    key.resize(slash);
  }
  return file.store.empty() ? std::nullopt : ask_helper(file.store, server);
}

/// ~/.dockercfg: the entries alone.
AuthFile parse_file(const std::string& text, const std::string& path) {
  const Json json = base::parse_json(text, path);
  AuthFile file;
  if (path.ends_with("/.dockercfg"))
    base::read_value(json, file.auths, path);
  else
    file = base::from_json<AuthFile>(json, path);
  return file;
}

std::vector<std::string> usual_files() {
  std::vector<std::string> files;
  const auto home = base::environment("HOME");
  if (const auto run = base::environment("XDG_RUNTIME_DIR"))
    files.push_back(*run + "/containers/auth.json");
  if (const auto config = base::environment("XDG_CONFIG_HOME")) {
    files.push_back(*config + "/containers/auth.json");
  } else if (home) {
    files.push_back(*home + "/.config/containers/auth.json");
  }
  if (const auto docker = base::environment("DOCKER_CONFIG"))
    files.push_back(*docker + "/config.json");
  else if (home)
    files.push_back(*home + "/.docker/config.json");
  if (home) files.push_back(*home + "/.dockercfg");
  return files;
}

}  // namespace

std::optional<std::string> decode_base64(const std::string& text) {
  std::string bytes;
  unsigned bits = 0, held = 0;
  const auto end = text.find_last_not_of('=');
  for (const char c : text.substr(0, end == std::string::npos ? 0 : end + 1)) {
    const auto value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = held << 6 | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFF);
  }
  return bytes;
}

std::string encode_base64(const std::string& bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned held = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      held = held << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    const std::size_t digits = std::min<std::size_t>(4, bytes.size() - i + 1);
    for (std::size_t j = 0; j < 4; ++j)
      text += j < digits ? kAlphabet[held >> (18 - 6 * j) & 0x3F] : '=';
  }
  return text;
}

CredentialStore::CredentialStore(const std::string& creds,
                                 const std::string& authfile,
                                 std::vector<std::string> helpers)
    : helpers_(std::move(helpers)) {
  if (!creds.empty()) {
    const auto [user, password] = base::split_pair(creds, ':');
    if (user.empty() || !password)
      base::fail(Kind::usage, "credentials must be given as user:password");
    given_ = Credentials{
        .user = user, .password = *password, .identity_token = {}, .registry_token = {}};
    return;
  }
  std::string only = authfile;
  if (only.empty()) only = base::environment("REGISTRY_AUTH_FILE").value_or("");
  must_exist_ = !only.empty();
  files_ = must_exist_ ? std::vector{only} : usual_files();
}

std::optional<Credentials> CredentialStore::find(const Reference& reference) const {
  if (given_) return given_;
  if (!must_exist_) {
    // As docker 29: beats the files; their content is told nowhere.
    const auto text = base::environment("DOCKER_AUTH_CONFIG");
    const auto found =
        text ? find_in(parse_file(*text, "DOCKER_AUTH_CONFIG"), reference) : std::nullopt;
    if (found) return found;
  }
  for (const auto& helper : helpers_) {
    auto found = helper == kAuthFiles ? find_in_files(reference)
                                      : ask_helper(helper, server_name(reference));
    if (found) return found;
  }
  return std::nullopt;
}

std::optional<Credentials> CredentialStore::find_in_files(const Reference& reference) const {
  for (const auto& path : files_) {
    const auto text = must_exist_ ? base::read_file(path) : base::find_file_text(path);
    if (!text || base::trim(*text).empty()) continue;
    const AuthFile file = parse_file(*text, path);
    const auto found = base::in_context(path, [&] { return find_in(file, reference); });
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace image
