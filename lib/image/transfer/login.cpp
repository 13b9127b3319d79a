// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/login.hpp"

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "image/transfer/auth_file.hpp"

namespace image {

namespace {

using base::Json;
using base::Kind;

/// One registry's password in the files and helpers of a dialect.
class LoginStore {
 public:
  LoginStore(const LoginPlace& place, const RegistrySettings& settings)
      : place_(place),
        conf_(RegistriesConf::load(
            settings.registries_conf.value_or(RegistriesConf::default_files()))) {
    find_file();
    find_key();
  }

  const std::string& key() const { return key_; }

  const std::string& registry() const { return registry_; }

  /// What the registry is called where requests are made.
  Reference reference() const {
    Reference reference;
    reference.domain = registry_;
    const bool is_hub = registry_ == "index.docker.io" || key_ == kHubKey;
    if (is_hub) reference.domain = "docker.io";
    if (key_.starts_with(registry_ + "/")) reference.path = key_.substr(registry_.size() + 1);
    return reference;
  }

  std::optional<Credentials> find() const {
    const bool is_named = !only_file_.empty();
    if (is_named && !base::exists(only_file_)) return std::nullopt;
    return CredentialStore("", only_file_, conf_.credential_helpers(), dialect()).find(reference());
  }

  LoginResult store(const Credentials& credentials);
  LogoutResult erase();
  LogoutResult erase_all();

 private:
  bool is_podman() const { return place_.registry.podman; }

  AuthDialect dialect() const { return is_podman() ? AuthDialect::podman : AuthDialect::docker; }

  void find_file();
  void find_key();
  std::vector<std::string> aliases() const;
  std::optional<std::string> helper_of(const Json& json, const std::string& key) const;
  LoginResult store_in_file(const Credentials& credentials);
  bool erase_entry(Json& json, const std::string& key, LogoutResult& result);

  const LoginPlace& place_;
  RegistriesConf conf_;
  std::string only_file_;  ///< the file that was named, or empty
  std::string file_;       ///< what is written
  bool is_docker_form_ = false;
  std::string key_, registry_;
};

void LoginStore::find_file() {
  const auto environment = base::environment("REGISTRY_AUTH_FILE");
  only_file_ = place_.registry.authfile;
  is_docker_form_ = !is_podman();
  if (only_file_.empty() && !place_.compat_file.empty()) {
    only_file_ = place_.compat_file;
    is_docker_form_ = true;
  }
  if (only_file_.empty() && environment) only_file_ = *environment;
  file_ = only_file_;
  if (!file_.empty()) return;
  // As Podman does: docker's file where the user says where it is.
  is_docker_form_ = is_docker_form_ || base::environment("DOCKER_CONFIG");
  file_ = own_auth_file(is_docker_form_ ? AuthDialect::docker : AuthDialect::podman);
}

/// "https://host/v1/" is "host"; podman's may go on with a namespace.
void LoginStore::find_key() {
  std::string name = place_.server;
  if (name.empty() && is_podman()) name = conf_.candidates("x").front().domain;
  const auto scheme = name.find("://");
  if (scheme != std::string::npos) {
    name.erase(0, scheme + 3);
    name.resize(std::min(name.size(), name.find('/')));
  }
  if (!is_podman()) name.resize(std::min(name.size(), name.find('/')));
  if (name.empty() || name == "docker.io") {
    registry_ = "docker.io";
    key_ = is_docker_form_ ? kHubKey : "docker.io";
    return;
  }
  registry_ = name.substr(0, name.find('/'));
  key_ = name;
  const std::string rest = name.substr(registry_.size());
  if (rest.find_first_of("@:") != std::string::npos)
    base::fail(Kind::usage, "reference \"{}\" contains tag or digest", name);
  parse_reference(registry_ + (rest.empty() ? "/x" : rest));
  if (!rest.empty() && is_docker_form_) {
    base::fail(Kind::usage,
               "Credentials cannot be recorded in Docker-compatible format with namespaced key "
               "\"{}\"",
               key_);
  }
}

/// The helper that the file has for a registry, if any.
std::optional<std::string> LoginStore::helper_of(const Json& json, const std::string& key) const {
  const auto file = base::from_json<AuthFile>(json, file_);
  const auto own = file.helpers.find(key);
  if (own != file.helpers.end()) return own->second;
  if (file.store.empty()) return std::nullopt;
  return file.store;
}

[[noreturn]] void refuse_namespace(const std::string& helper) {
  base::fail(Kind::unsupported, "namespaced key is not supported for credential helper {}", helper);
}

LoginResult LoginStore::store_in_file(const Credentials& credentials) {
  LoginResult result{file_, true};
  edit_auth_file(file_, [&](Json& json) {
    const auto helper = helper_of(json, key_);
    Json entry = Json::object();
    if (helper) {
      if (key_ != registry_ && key_ != kHubKey) refuse_namespace(*helper);
      store_in_helper(*helper, helper_key(key_), credentials);
      result = {"credential helper: " + *helper, false};
      // Docker leaves an empty entry, by which it knows that there is one.
      if (!is_docker_form_) return false;
    } else {
      entry["auth"] = encode_base64(credentials.user + ":" + credentials.password);
    }
    Json& auths = json["auths"];
    const auto known = auths.find(key_);
    if (known != auths.end() && *known == entry) {
      if (!helper) result.stored_in.clear();
      return false;
    }
    auths[key_] = entry;
    return true;
  });
  return result;
}

LoginResult LoginStore::store(const Credentials& credentials) {
  if (is_docker_form_) return store_in_file(credentials);
  std::optional<base::Error> first;
  for (const auto& helper : conf_.credential_helpers()) {
    try {
      if (helper == kAuthFiles) return store_in_file(credentials);
      if (key_ != registry_) refuse_namespace(helper);
      store_in_helper(helper, helper_key(key_), credentials);
      return {"credential helper: " + helper, false};
    } catch (const base::Error& e) {
      if (!first) first = e;
    }
  }
  if (first) throw *first;
  base::fail(Kind::usage, "registries.conf names no credential helper");
}

/// All that docker's users may have stored a registry as.
std::vector<std::string> LoginStore::aliases() const {
  if (is_podman() || key_ == kHubKey) return {key_};
  return {key_, "http://" + key_, "https://" + key_};
}

/// False when nothing was there.
bool LoginStore::erase_entry(Json& json, const std::string& key, LogoutResult& result) {
  bool changed = false;
  if (const auto helper = helper_of(json, key)) {
    try {
      if (erase_from_helper(*helper, helper_key(key))) result.was_known = true;
    } catch (const base::Error& e) {
      result.complaints.push_back(key + ": " + e.message());
    }
  }
  const auto auths = json.find("auths");
  if (auths != json.end() && auths->is_object() && auths->erase(key) > 0) {
    result.was_known = true;
    changed = true;
  }
  return changed;
}

LogoutResult LoginStore::erase() {
  LogoutResult result;
  result.key = key_;
  if (base::exists(file_)) {
    edit_auth_file(file_, [&](Json& json) {
      bool changed = false;
      for (const auto& key : aliases()) changed = erase_entry(json, key, result) || changed;
      return changed;
    });
  }
  if (!is_docker_form_) {
    for (const auto& helper : conf_.credential_helpers()) {
      if (helper != kAuthFiles && erase_from_helper(helper, helper_key(key_)))
        result.was_known = true;
    }
  }
  if (!result.was_known) {
    const auto other = find();
    result.known_elsewhere = other && !other->user.empty();
  }
  return result;
}

LogoutResult LoginStore::erase_all() {
  LogoutResult result;
  result.was_known = true;
  if (base::exists(file_)) {
    edit_auth_file(file_, [&](Json& json) {
      const auto file = base::from_json<AuthFile>(json, file_);
      for (const auto& [server, helper] : file.helpers) erase_from_helper(helper, server);
      json["auths"] = Json::object();
      if (!is_docker_form_) json.erase("credHelpers");
      return true;
    });
  }
  if (is_docker_form_) return result;
  for (const auto& helper : conf_.credential_helpers()) {
    if (helper == kAuthFiles) continue;
    for (const auto& server : list_helper(helper)) erase_from_helper(helper, server);
  }
  return result;
}

void check_at_registry(const LoginStore& store,
                       const LoginPlace& place,
                       const Credentials& credentials,
                       const RegistrySettings& settings) {
  RegistryOptions options = place.registry;
  options.creds = credentials.user + ":" + credentials.password;
  RegistryAccess access(options, settings, settings.retry, Purpose::login);
  access.open_own(store.reference())->check_access();
}

}  // namespace

KnownLogin find_login(const LoginPlace& place, const RegistrySettings& settings) {
  const LoginStore store(place, settings);
  KnownLogin known;
  known.key = store.key();
  known.registry = store.registry();
  const auto found = store.find();
  if (!found) return known;
  known.user = found->user;
  known.has_password = !found->password.empty();
  known.has_token = !found->identity_token.empty();
  return known;
}

LoginResult login(const LoginRequest& request, const RegistrySettings& settings) {
  LoginStore store(request.place, settings);
  Credentials credentials{request.user, request.password, {}, {}};
  const bool is_known = request.user.empty();
  if (is_known) {
    const auto found = store.find();
    if (!found) base::fail(Kind::not_found, "not logged into {}", store.key());
    credentials = *found;
  }
  if (credentials.user.find(':') != std::string::npos)
    base::fail(Kind::usage, "a user name cannot have a colon in it");
  check_at_registry(store, request.place, credentials, settings);
  return is_known ? LoginResult{} : store.store(credentials);
}

LogoutResult logout(const LogoutRequest& request, const RegistrySettings& settings) {
  LoginStore store(request.place, settings);
  return request.all ? store.erase_all() : store.erase();
}

}  // namespace image
