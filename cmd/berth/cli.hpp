// SPDX-License-Identifier: Apache-2.0
// Verbs and the one list of them. A verb is declared once: parsing, --help, man pages and
// completions all come from that declaration, and only the verb that argv names is declared to
// CLI11.
//
// How flags are declared, and what happens to them (argv follows pflag's rules, flags.hpp):
//   table.add_flag("-d,--detach", o.detach, "Run container in background");  // -d, -d=false
//   table.add_option("--name", o.name, "Assign a name");                     // the last one wins
//   table.add_option_function<std::string>(                                  // each, in argv's order
//       "-m,--memory", [&](const std::string& v) { o.memory = parse(v); }, "Limit").type_name("bytes");
//   table.add_list("-e,--env", o.env, "Set environment variables");          // appends, values raw
// An Error of kind usage that a callback throws becomes `invalid argument "5x" for "-m, --memory"
// flag: …`. CLI11's needs, excludes and required are not looked at: what relates two flags is for
// the verb to check.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "flags.hpp"
#include "speech.hpp"

namespace cli {

class Session;

using Words = std::vector<std::string>;

/// How many positional words a verb takes.
struct Arity {
  int least = 0;
  int most = -1;  ///< -1: any number
};

/// Where a verb stands in the help of its group.
enum class Group { common, management, other, hidden };

/// What completes a verb's positional words.
enum class Completes {
  nothing,
  containers,
  running_containers,
  images,
  volumes,
  networks,
  secrets,
  files
};

struct Verb {
  std::vector<std::string> names;  ///< "run", "container run": the first is the one that help shows
  std::string usage;    ///< "[OPTIONS] IMAGE [COMMAND] [ARG...]"; more forms on further lines
  std::string summary;  ///< "Create and run a new container from an image"
  Arity arity = {};
  Group group = Group::other;
  Completes completes = Completes::nothing;
  /// False: flags end at the first positional word (run, create, exec).
  bool interspersed = true;
  /// How errors of this verb are told, and with which exit code (speech.hpp).
  ErrorStyle errors = ErrorStyle::engine;
  /// False: a rootless user's command is carried out outside the user namespace (version, ps ...).
  bool needs_user_namespace = true;
  /// What containers.conf says of new containers comes before the flags (config_flags.hpp).
  bool takes_defaults = false;
  /// False: containers.conf is not looked at, so that no mistake in it can get in the way.
  bool reads_config = true;
  std::string details = {};                      ///< longer text and examples for the man page
  std::function<void(FlagTable&)> declare = {};  ///< empty: a verb without flags
  /// Carries the verb out; the words are the positional ones, untouched. Returns the exit code.
  std::function<int(Session&, const Words&)> act = {};
};

/// Verbs, in the order of help. Filled by register_verbs.
class Verbs {
 public:
  explicit Verbs(Dialect dialect = Dialect::docker) : dialect_(dialect) {}

  Verbs(const Verbs&) = delete;
  Verbs& operator=(const Verbs&) = delete;

  void add(Verb verb) { verbs_.push_back(std::move(verb)); }

  const std::vector<Verb>& all() const { return verbs_; }

  /// For the few names and flags that only one of the two has.
  Dialect dialect() const { return dialect_; }

  bool is_podman() const { return dialect_ == Dialect::podman; }

 private:
  Dialect dialect_;
  std::vector<Verb> verbs_;
};

/// Registers every verb (commands/list.cpp).
void register_all(Verbs& verbs);

/// Registers the verb that the words begin with, and maybe others; all of them when there is none:
/// a command pays for its own verb only.
void register_verbs(Verbs& verbs, const Words& words);

/// Acts on each target, in order; an Error is printed and the next target follows. Returns 0, or 1
/// (podman: 125) when any failed.
int for_each(Session& session,
             const Words& targets,
             const std::function<void(const std::string&)>& act);

}  // namespace cli
