// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/auth_file.hpp"

#include <sys/file.h>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace image {

namespace {

using base::Json;
using base::Kind;

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The one of the running session; it goes with it.
std::string session_file() {
  if (const auto run = base::environment("XDG_RUNTIME_DIR")) return *run + "/containers/auth.json";
  return fmt::format("/run/containers/{}/auth.json", base::outer_uid());
}

std::string docker_file(const std::string& home) {
  if (const auto directory = base::environment("DOCKER_CONFIG")) return *directory + "/config.json";
  return home.empty() ? "" : home + "/.docker/config.json";
}

}  // namespace

/// docker's keys may be addresses: "https://host/v1/" is "host". Docker Hub has three names.
std::string normal_auth_key(std::string key) {
  const auto scheme = key.find("://");
  const bool address = scheme != std::string::npos;
  if (address) key.erase(0, scheme + 3);
  while (key.ends_with('/')) key.pop_back();
  if (key.ends_with("/v1") || key.ends_with("/v2")) key.resize(key.size() - 3);
  if (address) key = key.substr(0, key.find('/'));
  if (key == "index.docker.io" || key == "registry-1.docker.io") return "docker.io";
  return key;
}

std::optional<Credentials> credentials_of(const AuthEntry& entry) {
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

/// ~/.dockercfg: the entries alone.
AuthFile parse_auth_file(const std::string& text, const std::string& path) {
  const Json json = base::parse_json(text, path);
  AuthFile file;
  if (path.ends_with("/.dockercfg"))
    base::read_value(json, file.auths, path);
  else
    file = base::from_json<AuthFile>(json, path);
  return file;
}

std::vector<std::string> usual_auth_files(AuthDialect dialect) {
  const std::string home = base::environment("HOME").value_or("");
  std::vector<std::string> files = {session_file()};
  if (const auto config = base::environment("XDG_CONFIG_HOME"))
    files.push_back(*config + "/containers/auth.json");
  else if (!home.empty())
    files.push_back(home + "/.config/containers/auth.json");
  const std::string docker = docker_file(home);
  if (!docker.empty())
    files.insert(dialect == AuthDialect::docker ? files.begin() : files.end(), docker);
  if (!home.empty()) files.push_back(home + "/.dockercfg");
  return files;
}

std::string own_auth_file(AuthDialect dialect) {
  if (dialect == AuthDialect::docker) {
    const std::string file = docker_file(base::environment("HOME").value_or(""));
    if (file.empty())
      base::fail(Kind::not_found, "neither HOME nor DOCKER_CONFIG says where to keep passwords");
    return file;
  }
  const auto run = base::environment("XDG_RUNTIME_DIR");
  if (run && !base::is_directory(*run)) {
    base::fail(Kind::not_found,
               "\"{}\" directory set by $XDG_RUNTIME_DIR does not exist. Either create the "
               "directory or unset $XDG_RUNTIME_DIR.",
               *run);
  }
  return session_file();
}

void edit_auth_file(const std::string& path, const std::function<bool(Json&)>& edit) {
  // A link, as keepers of dotfiles make them, stays one.
  const std::string file = base::exists(path) ? base::real_path(path) : path;
  const auto slash = file.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : file.substr(0, slash + 1);
  base::make_directories(directory, 0700);
  // Two logins at once must not forget one of them.
  const base::UniqueFd lock = base::open_file(directory, O_RDONLY | O_DIRECTORY);
  if (base::retry([&] { return ::flock(lock.get(), LOCK_EX); }) < 0)
    base::sys_fail("lock {}", directory);
  const std::string text = base::find_file_text(file).value_or("");
  Json json = base::trim(text).empty() ? Json::object() : base::parse_json(text, path);
  if (!json.is_object()) base::fail(Kind::corrupt, "{} must hold a JSON object", path);
  if (edit(json)) base::replace_file(file, json.dump(1, '\t') + "\n", 0600, base::Durable::yes);
}

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

}  // namespace image
