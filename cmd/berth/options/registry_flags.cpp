// SPDX-License-Identifier: Apache-2.0
#include "options/registry_flags.hpp"

#include <chrono>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "errors.hpp"
#include "flags.hpp"
#include "options/parse.hpp"
#include "prompt.hpp"
#include "session.hpp"

namespace cli {

namespace {

bool parse_verify(const std::string& text) {
  const auto verify = parse_bool(text);
  if (!verify)
    base::fail(base::Kind::usage, "strconv.ParseBool: parsing \"{}\": invalid syntax", text);
  return *verify;
}

int parse_retries(const std::string& text) {
  constexpr int kMost = 100;
  const auto retries = base::parse_number<int>(text);
  if (!retries || *retries < 0)
    base::fail(base::Kind::usage, "strconv.ParseUint: parsing \"{}\": invalid syntax", text);
  if (*retries > kMost) base::fail(base::Kind::usage, "at most {} retries are made", kMost);
  return *retries;
}

std::int64_t parse_delay(const std::string& text) {
  const auto delay = base::parse_duration(text);
  if (!delay || *delay < std::chrono::nanoseconds(0) || *delay > std::chrono::hours(1))
    base::fail(base::Kind::usage, "time: invalid duration \"{}\"", text);
  return std::chrono::duration_cast<std::chrono::milliseconds>(*delay).count();
}

}  // namespace

void add_trust_flags(FlagTable& table, RegistryFlags& flags) {
  table
      .add_option_function<std::string>(
          "--tls-verify",
          [&flags](const std::string& text) { flags.options.tls_verify = parse_verify(text); },
          "Require HTTPS and verify certificates when contacting registries")
      .alone_means("true");
  table.add_option("--authfile", flags.options.authfile, "Path of the authentication file");
  table.add_option(
      "--cert-dir", flags.options.cert_dir, "Directory with TLS certificates and keys");
}

void add_registry_flags(FlagTable& table, RegistryFlags& flags) {
  add_trust_flags(table, flags);
  table.add_option(
      "--creds", flags.options.creds, "Credentials (USERNAME:PASSWORD) to use with the registry");
  table
      .add_option_function<std::string>(
          "--retry",
          [&flags](const std::string& text) { flags.retries = parse_retries(text); },
          "Number of times to retry a request that failed on the way (default 3)")
      .type_name("uint");
  table
      .add_option_function<std::string>(
          "--retry-delay",
          [&flags](const std::string& text) { flags.retry_delay_ms = parse_delay(text); },
          "Delay before the first retry; it doubles each time (default 500ms)")
      .type_name("string");
}

void require_auth_file(const std::string& path) {
  if (path.empty() || base::exists(path)) return;
  client_fail("credential file is not accessible: faccessat {}: no such file or directory", path);
}

image::RegistryOptions finish(const Session& session, const RegistryFlags& flags) {
  image::RegistryOptions options = flags.options;
  options.podman = session.is_podman();
  require_auth_file(options.authfile);
  const bool lacks_password =
      !options.creds.empty() && options.creds.find(':') == std::string::npos;
  if (lacks_password) options.creds += ":" + ask_secret("Password: ");
  return options;
}

}  // namespace cli
