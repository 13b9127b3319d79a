// SPDX-License-Identifier: Apache-2.0
#include "container/listing.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <regex>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "container/finish.hpp"
#include "container/inspect.hpp"
#include "container/podman_filters.hpp"
#include "container/start.hpp"

namespace container {

namespace {

using Test = ListTest;

[[noreturn]] void invalid(const std::string& key,
                          const std::string& value,
                          const std::string& why = {}) {
  base::fail(
      base::Kind::usage, "invalid filter '{}={}'{}{}", key, value, why.empty() ? "" : ": ", why);
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

/// Docker takes names and ids as regular expressions; most are plain text, which costs nothing.
Test matches_text(const std::string& pattern,
                  const std::function<std::string(const Record&)>& text_of) {
  const auto special = pattern.find_first_of("^$.[](){}*+?|\\");
  if (special == std::string::npos) {
    return [=](const Listed& l) { return text_of(l.record).find(pattern) != std::string::npos; };
  }
  try {
    const std::regex expression(pattern, std::regex::extended);
    return [=](const Listed& l) { return std::regex_search(text_of(l.record), expression); };
  } catch (const std::regex_error&) {
    return [](const Listed&) { return false; };
  }
}

Test has_label(const std::string& wanted) {
  const auto [key, value] = base::split_pair(wanted, '=');
  return [key = key, value = value](const Listed& l) {
    const auto found = l.record.summary.labels.find(key);
    return found != l.record.summary.labels.end() && (!value || found->second == *value);
  };
}

Test has_status(const std::string& word) {
  Status status{};
  if (!from_text(word, status)) {
    invalid("status",
            word,
            fmt::format("invalid value for state ({}): must be one of created, running, paused, "
                        "restarting, removing, "
                        "exited, dead",
                        word));
  }
  return [status](const Listed& l) { return l.state.status == status; };
}

Test has_exit_code(const std::string& text) {
  const auto code = base::parse_number<int>(text);
  if (!code) invalid("exited", text);
  return [code](const Listed& l) {
    return l.state.status == Status::exited && l.state.exit_code == *code;
  };
}

Test is_of_image(Engine& engine, const std::string& text) {
  const auto image = engine.images.find(text);
  const std::string id = image ? image->id : "";
  std::vector<std::string> layers;
  if (image) {
    for (const auto& layer : engine.layers.of_image(id)) layers.push_back(layer.id);
  }
  return [&engine, id, layers, text](const Listed& l) {
    if (id.empty()) return l.record.summary.image_name == text;
    if (l.record.image == id) return true;
    // An ancestor's layers are the lowest ones of whatever was built on it.
    const auto own = engine.layers.of_container(l.record.id);
    return !layers.empty() && own.size() > layers.size() &&
           std::equal(layers.begin(), layers.end(), own.begin(), [](const auto& a, const auto& b) {
             return a == b.id;
           });
  };
}

Test is_older(Engine& engine, const std::string& name) {
  const auto created = engine.containers.get(name).created;
  return [created](const Listed& l) { return l.record.created < created; };
}

Test is_newer(Engine& engine, const std::string& name) {
  const auto created = engine.containers.get(name).created;
  return [created](const Listed& l) { return l.record.created > created; };
}

Test has_mount(const std::string& text) {
  return [text](const Listed& l) {
    return contains(l.record.summary.mounts, text) ||
           contains(l.record.summary.mount_targets, text);
  };
}

Test has_network(const std::string& text) {
  return [text](const Listed& l) { return l.record.summary.network == text; };
}

/// "80", "80/tcp", "8000-8010/udp"
bool holds_port(const std::vector<network::PortMapping>& wanted,
                std::uint16_t port,
                const std::string& protocol) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const auto& w) {
    return w.container_port == port && w.protocol == protocol;
  });
}

Test exposes(const std::string& text) {
  const auto wanted = network::parse_expose(text);
  return [wanted](const Listed& l) {
    const auto& ports = l.record.summary.expose;
    return std::any_of(ports.begin(), ports.end(), [&](const auto& p) {
      return holds_port(wanted, p.container_port, p.protocol);
    });
  };
}

Test publishes(Engine& engine, const std::string& text) {
  const auto wanted = network::parse_expose(text);
  return [&engine, wanted](const Listed& l) {
    const auto taken = l.state.is_running() ? read_taken(engine, l.record.id) : std::nullopt;
    if (!taken || !taken->endpoint) return false;
    const auto& ports = taken->endpoint->ports;
    return std::any_of(ports.begin(), ports.end(), [&](const auto& p) {
      return holds_port(wanted, p.host_port, p.protocol) ||
             holds_port(wanted, p.container_port, p.protocol);
    });
  };
}

/// "none" is also a container that does not run.
Test has_health(const std::string& word) {
  if (word != "starting" && word != "healthy" && word != "unhealthy" && word != "none")
    invalid("health", word);
  return [word](const Listed& l) {
    return word == "none" ? l.state.health.empty() : l.state.health == word;
  };
}

Test has_restart_policy(Engine& engine, const std::string& name) {
  return [&engine, name](const Listed& l) {
    return engine.containers.details(l.record.id).options.restart.name == name;
  };
}

Test make_test(Engine& engine, const std::string& key, const std::string& value) {
  if (key == "id") return matches_text(value, [](const Record& r) { return r.id; });
  if (key == "name") return matches_text(value, [](const Record& r) { return r.name; });
  if (key == "label") return has_label(value);
  if (key == "status") return has_status(value);
  if (key == "exited") return has_exit_code(value);
  if (key == "ancestor") return is_of_image(engine, value);
  if (key == "before") return is_older(engine, value);
  if (key == "since") return is_newer(engine, value);
  if (key == "volume") return has_mount(value);
  if (key == "network") return has_network(value);
  if (key == "expose") return exposes(value);
  if (key == "health") return has_health(value);
  if (key == "restart-policy") return has_restart_policy(engine, value);
  if (key == "publish") return publishes(engine, value);
  base::fail(base::Kind::usage, "invalid filter '{}'", key);
}

/// All keys must agree; of one key any value, of labels every one.
std::vector<Test> make_tests(Engine& engine, const Filters& filters) {
  std::vector<Test> tests;
  for (const auto& [key, values] : filters) {
    std::vector<Test> any;
    for (const auto& value : values) any.push_back(make_test(engine, key, value));
    if (key == "label") {
      tests.insert(tests.end(), any.begin(), any.end());
    } else {
      tests.emplace_back([any](const Listed& l) {
        return std::any_of(any.begin(), any.end(), [&](const Test& test) { return test(l); });
      });
    }
  }
  return tests;
}

/// Asking for a state, an exit code or the newest ones means stopped containers, too.
bool wants_all(const ListOptions& options) {
  if (options.all || options.last > 0 || options.filters.contains("status")) return true;
  return options.words == FilterWords::docker && options.filters.contains("exited");
}

/// Without --all: Podman shows what runs, Docker also what is paused or about to run again.
bool is_live(const State& state, FilterWords words) {
  if (words == FilterWords::podman) return state.status == Status::running && !state.stopping;
  return state.is_running() || state.status == Status::restarting;
}

}  // namespace

std::vector<Listed> list(Engine& engine, const ListOptions& options) {
  const auto tests = options.words == FilterWords::podman ? podman_tests(engine, options.filters)
                                                          : make_tests(engine, options.filters);
  const bool all = wants_all(options);
  auto records = all ? engine.containers.list() : engine.containers.list_that_may_run();
  std::vector<Listed> result;
  result.reserve(records.size());
  for (auto& record : records) {
    Listed listed{std::move(record), {}};
    listed.state = state_of(engine, listed.record);
    if (!all && !is_live(listed.state, options.words)) continue;
    if (!std::all_of(tests.begin(), tests.end(), [&](const Test& test) { return test(listed); }))
      continue;
    result.push_back(std::move(listed));
    if (options.last > 0 && result.size() == static_cast<std::size_t>(options.last)) break;
  }
  return result;
}

void repair(Engine& engine, const std::vector<Listed>& listed) {
  for (const auto& [record, state] : listed) {
    if (!state.needs_cleanup) continue;
    // A monitor that lives has just written the exit, or is about to: it cleans up itself.
    const auto running = read_running(engine.run_directory(record.id));
    if (running && running->monitor.is_alive()) continue;
    clean_up(engine, record.id);
  }
}

}  // namespace container
