// SPDX-License-Identifier: Apache-2.0
// Verbs and the one list of them. A verb is declared once: parsing, --help, man pages and completions all come
// from that declaration, and only the verb that argv names is declared to CLI11.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

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
enum class Completes { nothing, containers, running_containers, images, volumes, networks, files };

struct Verb {
  std::vector<std::string> names;  ///< "run", "container run": the first is the one that help shows
  std::string usage;               ///< "[OPTIONS] IMAGE [COMMAND] [ARG...]"
  std::string summary;             ///< "Create and run a new container from an image"
  Arity arity;
  Group group = Group::other;
  Completes completes = Completes::nothing;
  /// False: flags end at the first positional word (run, create, exec).
  bool interspersed = true;
  std::string details = {};        ///< longer text and examples for the man page
  std::function<void(CLI::App&)> declare;
  /// Carries the verb out; the words are the positional ones, untouched. Returns the exit code.
  std::function<int(Session&, const Words&)> act;
};

/// All verbs, in the order of help. Declared in commands/list.cpp.
class Verbs {
 public:
  void add(Verb verb) { verbs_.push_back(std::move(verb)); }

  const std::vector<Verb>& all() const { return verbs_; }

 private:
  std::vector<Verb> verbs_;
};

/// Registers every verb.
void register_all(Verbs& verbs);

/// Acts on each target, in order; an Error is printed and the next target follows. Returns 0, or 1 (podman: 125)
/// when any failed.
int for_each(Session& session, const Words& targets, const std::function<void(const std::string&)>& act);

}  // namespace cli
