// SPDX-License-Identifier: Apache-2.0
// berth login, logout
#include <unistd.h>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "image/transfer.hpp"
#include "options/registry_flags.hpp"
#include "prompt.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

constexpr std::size_t kLongestPassword = 64 * 1024;

struct Flags {
  std::string user, password, secret, compat_file;
  bool from_stdin = false, get_login = false, verbose = false, all = false;
  RegistryFlags registry;
};

image::LoginPlace place_of(const Session& session, const Flags& flags, const Words& words) {
  if (!flags.registry.options.authfile.empty() && !flags.compat_file.empty()) {
    client_fail(
        "options for paths to the credential file and to the Docker-compatible credential file can "
        "not be set simultaneously");
  }
  image::LoginPlace place;
  place.server = words.empty() ? "" : words[0];
  place.compat_file = flags.compat_file;
  place.registry = flags.registry.options;
  place.registry.podman = session.is_podman();
  return place;
}

void print_error_line(const std::string& text) {
  std::fwrite((text + "\n").data(), 1, text.size() + 1, stderr);
}

/// docker takes all but a last newline, podman takes the newlines away.
std::string read_password(bool is_podman) {
  std::string text = base::read_rest(STDIN_FILENO, kLongestPassword);
  if (is_podman) {
    std::erase(text, '\n');
    std::erase(text, '\r');
    return text;
  }
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

/// Where the password comes from, if not from a question.
void read_given(Session& session, Flags& flags) {
  const bool is_podman = session.is_podman();
  if (!flags.password.empty() && !is_podman)
    print_error_line("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
  if (!flags.secret.empty()) {
    if (!flags.password.empty()) client_fail("--secret can not be used with --password options");
    auto& secrets = session.engine().secrets;
    const auto secret = secrets.get(flags.secret);
    if (flags.user.empty()) flags.user = flags.secret;
    flags.password = secrets.data(secret);
  }
  if (!flags.from_stdin) return;
  if (!flags.password.empty())
    client_fail("{}",
                is_podman ? "can't specify both --password-stdin and --password"
                          : "--password and --password-stdin are mutually exclusive");
  if (flags.user.empty())
    client_fail("{} provide --username with --password-stdin", is_podman ? "must" : "Must");
  flags.password = read_password(is_podman);
}

std::string question_for(const std::string& known_user) {
  return known_user.empty() ? "Username: " : fmt::format("Username ({}): ", known_user);
}

/// Asks for what was not given.
void ask_rest(const Session& session, Flags& flags, const std::string& known_user) {
  const bool is_complete = !flags.user.empty() && !flags.password.empty();
  if (is_complete) return;
  if (!session.is_podman() && !::isatty(STDIN_FILENO))
    client_fail("Error: Cannot perform an interactive login from a non TTY device");
  const std::string context = "getting username and password: reading ";
  const auto ask = [&](const char* what, const auto& act) {
    try {
      return act();
    } catch (const base::Error& e) {
      client_fail("{}", session.is_podman() ? context + what + ": " + e.message() : e.message());
    }
  };
  if (flags.user.empty()) {
    const std::string answer = ask("username", [&] { return ask_line(question_for(known_user)); });
    flags.user = base::trim(answer);
    if (flags.user.empty()) flags.user = known_user;
    if (flags.user.empty()) client_fail("error: username is required");
  }
  if (flags.password.empty())
    flags.password = ask("password", [] { return ask_secret("Password: "); });
  if (flags.password.empty() && !session.is_podman()) client_fail("error: password is required");
}

/// True when what is known already lets in.
bool try_known(Session& session, const image::LoginPlace& place, const image::KnownLogin& known) {
  const bool is_podman = session.is_podman();
  if (is_podman) {
    fmt::print("Authenticating with existing credentials for {}\n", known.key);
  } else {
    fmt::print(
        "Authenticating with existing credentials... [Username: {}]\nTo login with a different "
        "account, run '{} logout' followed by '{} login'\n\n",
        known.user,
        session.program(),
        session.program());
  }
  std::fflush(stdout);
  try {
    image::Transfer(session.store()).login({place, "", ""});
  } catch (const base::Error& e) {
    if (is_podman)
      render::print_line(
          "Existing credentials are invalid, please enter valid username and password");
    else if (e.kind() == base::Kind::denied)
      print_error_line("Stored credentials invalid or expired");
    else
      print_error_line("Login did not succeed, error: " + e.message());
    return false;
  }
  render::print_line(is_podman
                         ? "Existing credentials are valid. Already logged in to " + known.registry
                         : "Login Succeeded");
  return true;
}

image::LoginResult log_in(Session& session,
                          const image::LoginPlace& place,
                          const image::KnownLogin& known,
                          const Flags& flags) {
  try {
    return image::Transfer(session.store()).login({place, flags.user, flags.password});
  } catch (const base::Error& e) {
    if (!session.is_podman()) throw;
    if (e.kind() == base::Kind::denied)
      client_fail("logging into \"{}\": invalid username/password", known.key);
    if (e.kind() != base::Kind::remote && e.kind() != base::Kind::io) throw;
    client_fail("authenticating creds for \"{}\": {}", known.key, e.message());
  }
}

void tell_stored(const Session& session, const Flags& flags, const image::LoginResult& result) {
  if (session.is_podman()) {
    if (flags.verbose) render::print_line("Used:  " + result.stored_in);
    return render::print_line("Login Succeeded!");
  }
  if (result.is_plain && !result.stored_in.empty()) {
    print_error_line(
        fmt::format("\nWARNING! Your credentials are stored unencrypted in '{}'.\nConfigure a "
                    "credential helper "
                    "to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n",
                    result.stored_in));
  }
  render::print_line("Login Succeeded");
}

int login(Session& session, Flags flags, const Words& words) {
  const auto place = place_of(session, flags, words);
  const auto known = image::Transfer(session.store()).find_login(place);
  if (flags.get_login) {
    if (known.user.empty()) client_fail("not logged into {}", known.key);
    render::print_line(known.user);
    return 0;
  }
  if (session.is_podman() && known.has_token)
    client_fail("currently logged in, auth file contains an Identity token");
  read_given(session, flags);
  const bool is_given = !flags.user.empty() || !flags.password.empty();
  if (!is_given && known.has_password && try_known(session, place, known)) return 0;
  ask_rest(session, flags, known.user);
  tell_stored(session, flags, log_in(session, place, known, flags));
  return 0;
}

int logout(Session& session, const Flags& flags, const Words& words) {
  require_auth_file(flags.registry.options.authfile);
  require_auth_file(flags.compat_file);
  if (flags.all && !words.empty()) client_fail("--all takes no arguments");
  image::LogoutRequest request{place_of(session, flags, words), flags.all};
  const auto result = image::Transfer(session.store()).logout(request);
  if (flags.all) {
    render::print_line("Removed login credentials for all registries");
    return 0;
  }
  if (!session.is_podman()) {
    render::print_line("Removing login credentials for " + result.key);
    if (result.complaints.empty()) return 0;
    print_error_line("WARNING: could not erase credentials:");
    for (const auto& complaint : result.complaints) print_error_line(complaint);
    return 0;
  }
  if (!result.complaints.empty())
    client_fail("logging out of \"{}\": {}", result.key, result.complaints[0]);
  if (result.was_known) {
    render::print_line("Removed login credentials for " + result.key);
  } else if (result.known_elsewhere) {
    render::print_line(fmt::format(
        "Not logged into {} with current tool. Existing credentials were established via docker "
        "login. Please use docker logout instead.",
        result.key));
  } else {
    client_fail("not logged into {}", result.key);
  }
  return 0;
}

void add_file_flags(FlagTable& table, Flags& flags) {
  table.add_option("--compat-auth-file",
                   flags.compat_file,
                   "Path of a Docker-compatible config file to update instead");
}

void declare_login(FlagTable& table, Flags& flags) {
  table.add_option("-u,--username", flags.user, "Username");
  table.add_option("-p,--password", flags.password, "Password or personal access token");
  table.add_flag("--password-stdin", flags.from_stdin, "Take the password from stdin");
  table.add_flag("--get-login", flags.get_login, "Print the user that is logged in");
  table.add_flag("-v,--verbose", flags.verbose, "Tell where the password is kept");
  table.add_option("--secret", flags.secret, "Take the password from a secret");
  add_trust_flags(table, flags.registry);
  add_file_flags(table, flags);
}

}  // namespace

void register_login(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"login"},
      .usage = is_podman ? "[OPTIONS] [REGISTRY]" : "[OPTIONS] [SERVER]",
      .summary = is_podman ? "Log in to a container registry" : "Authenticate to a registry",
      .arity = {0, 1},
      .group = Group::common,
      // Helpers talk to the user's own session.
      .needs_user_namespace = false,
      .declare = [flags](FlagTable& table) { declare_login(table, *flags); },
      .act = [flags](Session& session,
                     const Words& words) { return login(session, *flags, words); },
  });
}

void register_logout(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"logout"},
      .usage = is_podman ? "[OPTIONS] [REGISTRY]" : "[OPTIONS] [SERVER]",
      .summary = is_podman ? "Log out of a container registry" : "Log out from a registry",
      .arity = {0, 1},
      .group = Group::common,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            table.add_flag("-a,--all", flags->all, "Forget the passwords for all registries");
            table.add_option(
                "--authfile", flags->registry.options.authfile, "Path of the authentication file");
            add_file_flags(table, *flags);
          },
      .act = [flags](Session& session,
                     const Words& words) { return logout(session, *flags, words); },
  });
}

}  // namespace cli
