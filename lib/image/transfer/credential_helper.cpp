// SPDX-License-Identifier: Apache-2.0
#include "image/transfer/credential_helper.hpp"

#include "base/error.hpp"
#include "base/json_fields.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace image {

namespace {

using base::Kind;

constexpr const char* kNotFound = "credentials not found";

struct HelperAnswer {
  std::string user, secret;
};

template <typename Io>
void fields(Io& io, HelperAnswer& a) {
  io("Username", a.user);
  io("Secret", a.secret);
}

struct HelperEntry {
  std::string server, user, secret;
};

template <typename Io>
void fields(Io& io, HelperEntry& e) {
  io("ServerURL", e.server);
  io("Username", e.user);
  io("Secret", e.secret);
}

bool is_name(const std::string& helper) {
  return !helper.empty() && helper.find('/') == std::string::npos;
}

/// What the helper wrote to stdout is its error text; "not found" is no error.
std::string complaint(const base::Captured& result) {
  return base::printable(base::trim(std::string_view(result.out).substr(0, 300)));
}

base::Captured run(const std::string& helper, const char* verb, const std::string& input) {
  if (!is_name(helper))
    base::fail(Kind::usage, "credential helper \"{}\" has no valid name", base::printable(helper));
  return base::run_captured({.argv = {"docker-credential-" + helper, verb}}, input);
}

}  // namespace

std::string helper_key(const std::string& registry) {
  return registry == "docker.io" ? kHubKey : registry;
}

std::optional<Credentials> ask_helper(const std::string& helper, const std::string& server) {
  try {
    const auto result = run(helper, "get", server);
    if (!result.status.ok()) {
      if (result.out.find(kNotFound) == std::string::npos)
        base::warn("docker-credential-{} failed: {}, ignoring", helper, complaint(result));
      return std::nullopt;
    }
    const auto answer =
        base::from_json_text<HelperAnswer>(result.out, "docker-credential-" + helper + "'s answer");
    if (answer.user.empty() && answer.secret.empty()) return std::nullopt;
    if (answer.user == "<token>")
      return Credentials{
          .user = {}, .password = {}, .identity_token = answer.secret, .registry_token = {}};
    return Credentials{
        .user = answer.user, .password = answer.secret, .identity_token = {}, .registry_token = {}};
  } catch (const base::Error& e) {
    base::warn("cannot ask the credential helper: {}, ignoring", e.message());
    return std::nullopt;
  }
}

void store_in_helper(const std::string& helper,
                     const std::string& server,
                     const Credentials& credentials) {
  HelperEntry entry{server, credentials.user, credentials.password};
  if (!credentials.identity_token.empty()) entry = {server, "<token>", credentials.identity_token};
  const auto result = run(helper, "store", base::to_json(entry).dump());
  if (!result.status.ok())
    base::fail(Kind::io,
               "error storing credentials - docker-credential-{}: {}",
               helper,
               complaint(result));
}

bool erase_from_helper(const std::string& helper, const std::string& server) {
  const auto result = run(helper, "erase", server);
  if (result.status.ok()) return true;
  if (result.out.find(kNotFound) != std::string::npos) return false;
  base::fail(
      Kind::io, "error erasing credentials - docker-credential-{}: {}", helper, complaint(result));
}

std::vector<std::string> list_helper(const std::string& helper) {
  const auto result = run(helper, "list", "");
  if (!result.status.ok())
    base::fail(Kind::io,
               "error listing credentials - docker-credential-{}: {}",
               helper,
               complaint(result));
  std::map<std::string, std::string> users;
  base::read_value(base::parse_json(result.out, "list"), users, "docker-credential-" + helper);
  std::vector<std::string> servers;
  for (const auto& [server, user] : users) servers.push_back(server);
  return servers;
}

}  // namespace image
