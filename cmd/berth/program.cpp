// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <cstdio>

#include "base/interrupt.hpp"
#include "base/log.hpp"
#include "base/log_style.hpp"
#include "base/rollback.hpp"
#include "base/user_namespace.hpp"
#include "catalogue.hpp"
#include "config_flags.hpp"
#include "container/survivors.hpp"
#include "globals.hpp"
#include "help.hpp"
#include "session.hpp"
#include "version.hpp"

namespace cli {

namespace {

class Program {
 public:
  Program(const std::string& name, const Words& words)
      : verbs_(name == "podman" ? Dialect::podman : Dialect::docker), globals_table_(words) {
    speech_.dialect = verbs_.dialect();
    speech_.program = name;
    speech_.usage = "[OPTIONS] COMMAND [ARG...]";
    if (verbs_.is_podman()) base::set_log_style(base::LogStyle::fields);
  }

  const Speech& speech() const { return speech_; }

  int run(const Words& words, const FillVerbs& fill) {
    declare_globals(globals_table_, verbs_.dialect(), globals_);
    const auto flags = globals_table_.flags();
    const Argv argv = split_argv(flags, words, /*interspersed=*/false);
    globals_table_.apply(flags, argv);
    fill(verbs_, argv.help ? Words() : argv.words);
    if (argv.help) return print_group("", stdout);
    if (globals_.version) return print(version_line(speech_));
    const Found found = find_command(verbs_, argv.words);
    // A module that is not there is told before a verb that is not there.
    if (found.verb ? found.verb->reads_config : !globals_.modules.empty()) load_config();
    if (argv.words.empty() && !speech_.is_podman()) return print_group("", stderr);
    const Words rest(argv.words.begin() + static_cast<std::ptrdiff_t>(found.words),
                     argv.words.end());
    if (!found.verb) return run_group(found.command, rest);
    return run_verb(*found.verb, found.command, rest);
  }

 private:
  static int print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }

  int print_group(const std::string& group, std::FILE* to) {
    FlagTable all;
    declare_globals(all, verbs_.dialect(), globals_);
    const std::string text = group_help(speech_, verbs_, group, all);
    std::fwrite(text.data(), 1, text.size(), to);
    return 0;
  }

  /// `docker container`, `docker container --help`, `docker container nosuch`, `docker nosuch`.
  int run_group(const std::string& group, const Words& words) {
    speech_.command = group;
    if (!group.empty()) speech_.usage = "";
    const Argv argv = split_argv({}, words, /*interspersed=*/true);
    if (argv.help) return print_group(group, stdout);
    if (!argv.words.empty()) {
      throw UsageError(
          UsageError::What::command, argv.words[0], similar_names(verbs_, group, argv.words[0]));
    }
    if (!speech_.is_podman()) return print_group(group, stderr);
    print_group(group, stdout);
    client_fail("missing command '{} COMMAND'", speech_.path());
  }

  int run_verb(const Verb& verb, const std::string& command, const Words& words) {
    speech_.command = command;
    speech_.usage = verb.usage;
    speech_.style = verb.errors;
    const auto defaults = verb.takes_defaults ? default_flags(config_) : std::vector<DefaultFlag>();
    Words named = words;
    for (const auto& flag : defaults) named.push_back("--" + flag.name);
    FlagTable table(named);
    if (verb.declare) verb.declare(table);
    // Podman's global flags may stand behind the verb, too, unless the verb has one of the same
    // name.
    auto flags = table.flags();
    const std::size_t own = flags.size();
    if (speech_.is_podman()) append_globals(flags);
    Argv argv;
    if (verb.parses_flags)
      argv = split_argv(flags, words, verb.interspersed);
    else
      argv.words = words;
    if (argv.help) {
      if (argv.short_help && !speech_.is_podman()) {
        print_error({"Flag shorthand -h has been deprecated, use --help", 0});
      }
      return print(verb_help(speech_, verb, table));
    }
    apply_defaults(table, defaults, of_verb(argv.flags, own));
    apply_both(table, flags, own, std::move(argv.flags));
    check_arity(verb.arity, argv.words.size());
    globals_.session.storage.usual_places = speech_.program != "docker";
    use_globals(globals_, verbs_.dialect(), config_);
    if (verb.needs_user_namespace && base::is_rootless()) {
      const auto& runroot = globals_.session.runroot;
      base::enter_user_namespace(runroot, [&] { return container::find_first_processes(runroot); });
    }
    Session session(speech_, globals_.session);
    base::debug("Called {}", command);
    const base::Finally end([] { base::debug("Shutting down engines"); });
    return verb.act(session, argv.words);
  }

  /// Who calls us docker has Docker's behaviour, unless the environment names a file.
  void load_config() {
    try {
      config_ = container::Config::load(
          {.usual_places = speech_.program != "docker", .modules = globals_.modules});
    } catch (const base::Error& e) {
      throw ClientError("Failed to obtain " + speech_.program +
                            " configuration: parsing containers.conf: " + e.message(),
                        1,
                        ClientError::Form::bare);
    }
  }

  static std::vector<GivenFlag> of_verb(const std::vector<GivenFlag>& given, std::size_t own) {
    std::vector<GivenFlag> flags;
    for (const auto& flag : given)
      if (flag.flag < own) flags.push_back(flag);
    return flags;
  }

  void append_globals(std::vector<Flag>& flags) const {
    for (auto& flag : globals_table_.flags()) {
      // What the defaults come from must be known before the verb.
      if (flag.names == Words{"module"}) flag.names.clear();
      flag.letters.clear();
      flags.push_back(std::move(flag));
    }
  }

  void apply_both(FlagTable& table,
                  const std::vector<Flag>& flags,
                  std::size_t own,
                  std::vector<GivenFlag> given) {
    Argv of_verb, of_program;
    for (auto& flag : given) {
      if (flag.flag < own)
        of_verb.flags.push_back(std::move(flag));
      else
        of_program.flags.push_back({flag.flag - own, std::move(flag.value)});
    }
    globals_table_.apply(globals_table_.flags(), of_program);
    table.apply(flags, of_verb);
  }

  void check_arity(const Arity& arity, std::size_t given) const {
    const int count = static_cast<int>(given);
    if (count >= arity.least && (arity.most < 0 || count <= arity.most)) return;
    throw UsageError(UsageError::What::arity,
                     speech_.is_podman() ? podman_arity(arity, count) : docker_arity(arity));
  }

  static std::string docker_arity(const Arity& arity) {
    const auto words = [](int n) { return fmt::format("{} argument{}", n, n == 1 ? "" : "s"); };
    if (arity.most == 0) return "accepts no arguments";
    if (arity.least == arity.most) return "requires " + words(arity.least);
    if (arity.most < 0) return "requires at least " + words(arity.least);
    if (arity.least == 0) return "requires at most " + words(arity.most);
    return fmt::format("requires at least {} and at most {}", arity.least, words(arity.most));
  }

  std::string podman_arity(const Arity& arity, int given) const {
    if (arity.most == 0) return fmt::format("`{}` takes no arguments", speech_.path());
    if (arity.least == arity.most)
      return fmt::format("accepts {} arg(s), received {}", arity.least, given);
    if (arity.most < 0)
      return fmt::format("requires at least {} arg(s), only received {}", arity.least, given);
    if (arity.least == 0)
      return fmt::format("accepts at most {} arg(s), received {}", arity.most, given);
    return fmt::format(
        "accepts between {} and {} arg(s), received {}", arity.least, arity.most, given);
  }

  Verbs verbs_;
  Speech speech_;
  Globals globals_;
  FlagTable globals_table_;
  container::Config config_;
};

int fail_with(const Told& told) {
  print_error(told);
  return told.code;
}

/// What was printed must have arrived: a full disk is no success.
int finish(int code) {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return code;
  std::fprintf(stderr, "write /dev/stdout: %s\n", base::errno_text(errno).c_str());
  return code == 0 ? 1 : code;
}

}  // namespace

int run_program(const std::string& name, const Words& words, const FillVerbs& fill) {
  Program program(name, words);
  try {
    return finish(program.run(words, fill));
  } catch (const UsageError& e) {
    return fail_with(program.speech().tell(e));
  } catch (const ClientError& e) {
    return fail_with(program.speech().tell(e));
  } catch (const base::Error& e) {
    return fail_with(program.speech().tell(e));
  } catch (const base::Interrupted& e) {
    std::fflush(stdout);
    return 128 + e.signal();
  } catch (const std::exception& e) {
    const base::Error bug(base::Kind::bug, fmt::format("internal error: {}", e.what()));
    return fail_with(program.speech().tell(bug));
  }
}

}  // namespace cli
