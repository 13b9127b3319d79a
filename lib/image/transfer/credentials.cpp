// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/credentials.hpp"

#include <map>

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace image {

namespace {

std::optional<Credentials> find_in(const AuthFile& file, const Reference& reference) {
  const std::string server = helper_key(reference.domain);
  for (const auto& [key, helper] : file.helpers) {
    if (normal_auth_key(key) != reference.domain) continue;
    if (auto found = ask_helper(helper, server)) return found;
  }
  std::map<std::string, const AuthEntry*> entries;
  for (const auto& [key, entry] : file.auths) {
    // A plain key wins over an address that means the same host.
    const std::string normal = normal_auth_key(key);
    if (normal == key || !entries.contains(normal)) entries[normal] = &entry;
  }
  for (std::string key = reference.repository();;) {
    if (const auto entry = entries.find(key); entry != entries.end()) {
      if (auto found = credentials_of(*entry->second)) return found;
    }
    const auto slash = key.rfind('/');
    if (slash == std::string::npos) break;
    key.resize(slash);
  }
  return file.store.empty() ? std::nullopt : ask_helper(file.store, server);
}

}  // namespace

CredentialStore::CredentialStore(const std::string& creds,
                                 const std::string& authfile,
                                 std::vector<std::string> helpers,
                                 AuthDialect dialect)
    : helpers_(std::move(helpers)) {
  if (!creds.empty()) {
    const auto [user, password] = base::split_pair(creds, ':');
    if (user.empty() || !password)
      base::fail(base::Kind::usage, "credentials must be given as user:password");
    given_ = Credentials{
        .user = user, .password = *password, .identity_token = {}, .registry_token = {}};
    return;
  }
  std::string only = authfile;
  if (only.empty()) only = base::environment("REGISTRY_AUTH_FILE").value_or("");
  must_exist_ = !only.empty();
  files_ = must_exist_ ? std::vector{only} : usual_auth_files(dialect);
}

std::optional<Credentials> CredentialStore::find(const Reference& reference) const {
  if (given_) return given_;
  if (!must_exist_) {
    // As docker 29: beats the files; their content is told nowhere.
    const auto text = base::environment("DOCKER_AUTH_CONFIG");
    const auto found =
        text ? find_in(parse_auth_file(*text, "DOCKER_AUTH_CONFIG"), reference) : std::nullopt;
    if (found) return found;
  }
  for (const auto& helper : helpers_) {
    auto found = helper == kAuthFiles ? find_in_files(reference)
                                      : ask_helper(helper, helper_key(reference.domain));
    if (found) return found;
  }
  return std::nullopt;
}

std::optional<Credentials> CredentialStore::find_in_files(const Reference& reference) const {
  for (const auto& path : files_) {
    const auto text = must_exist_ ? base::read_file(path) : base::find_file_text(path);
    if (!text || base::trim(*text).empty()) continue;
    const AuthFile file = parse_auth_file(*text, path);
    const auto found = base::in_context(path, [&] { return find_in(file, reference); });
    if (found) return found;
  }
  return std::nullopt;
}

}  // namespace image
