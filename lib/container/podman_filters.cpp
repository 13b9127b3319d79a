// SPDX-License-Identifier: Apache-2.0
#include "container/podman_filters.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <regex>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/text.hpp"

namespace container {

namespace {

using Values = std::vector<std::string>;
using Test = ListTest;

template <typename Pred>
bool any(const Values& values, Pred pred) {
  return std::any_of(values.begin(), values.end(), pred);
}

/// Go's regexp.MatchString; what is no expression is plain text.
std::function<bool(const std::string&)> matcher(const std::string& pattern) {
  if (pattern.find_first_of("^$.[](){}*+?|\\") == std::string::npos)
    return [pattern](const std::string& text) { return text.find(pattern) != std::string::npos; };
  try {
    const std::regex expression(pattern, std::regex::extended);
    return [expression](const std::string& text) { return std::regex_search(text, expression); };
  } catch (const std::regex_error&) {
    return [pattern](const std::string& text) { return text == pattern; };
  }
}

std::vector<std::function<bool(const std::string&)>> matchers(const Values& values) {
  std::vector<std::function<bool(const std::string&)>> all;
  for (const auto& value : values) all.push_back(matcher(value));
  return all;
}

/// Nothing but digits of an id is its beginning, anything else a regular expression.
Test by_id(const Values& values) {
  std::vector<std::function<bool(const std::string&)>> tests;
  for (const auto& value : values) {
    const std::string low = base::lower(value);
    if (base::is_hex(low))
      tests.emplace_back([low](const std::string& id) { return id.starts_with(low); });
    else
      tests.push_back(matcher(low));
  }
  return [tests](const Listed& l) {
    return std::any_of(
        tests.begin(), tests.end(), [&](const auto& test) { return test(l.record.id); });
  };
}

Test by_name(Values values) {
  for (auto& value : values) std::erase(value, '/');
  return [tests = matchers(values)](const Listed& l) {
    return std::any_of(
        tests.begin(), tests.end(), [&](const auto& test) { return test(l.record.name); });
  };
}

bool has_label(const Listed& l, const std::string& wanted) {
  const auto [key, value] = base::split_pair(wanted, '=');
  return std::ranges::any_of(
      l.record.summary.labels, [&, &key = key, &value = value](const auto& label) {
        return ::fnmatch(key.c_str(), label.first.c_str(), 0) == 0 &&
               (!value || ::fnmatch(value->c_str(), label.second.c_str(), 0) == 0);
      });
}

Test by_label(const Values& values) {
  return [values](const Listed& l) {
    return std::ranges::all_of(values, [&](const auto& value) { return has_label(l, value); });
  };
}

Test by_missing_label(const Values& values) {
  return [values](const Listed& l) {
    return !std::ranges::all_of(values, [&](const auto& value) { return has_label(l, value); });
  };
}

Test by_exit_code(const Values& values) {
  std::vector<int> codes;
  for (const auto& value : values) {
    const auto code = base::parse_number<int>(value);
    if (!code)
      base::fail(base::Kind::usage,
                 "exited code out of range \"\\x00\": strconv.ParseInt: parsing \"{}\": invalid "
                 "syntax",
                 value);
    codes.push_back(*code);
  }
  return [codes](const Listed& l) {
    return l.state.status == Status::exited &&
           std::find(codes.begin(), codes.end(), l.state.exit_code) != codes.end();
  };
}

Test by_status(const Values& values) {
  for (const auto& value : values) check_state_word(value, {"unknown", "restarting"});
  return [values](const Listed& l) {
    const std::string own = podman_status(l.state);
    return any(values, [&](const std::string& value) {
      if (value == "configured") return own == "created";
      return own == (value == "stopped" ? "exited" : value);
    });
  };
}

Test by_image(Engine& engine, const Values& values) {
  Values ids;
  for (const auto& value : values) {
    try {
      if (const auto image = engine.images.find(value)) ids.push_back(image->id);
    } catch (const base::Error& e) {
      if (e.kind() != base::Kind::usage) throw;  // an expression is no name
    }
  }
  return [ids, values, tests = matchers(values)](const Listed& l) {
    const auto& r = l.record;
    if (std::find(ids.begin(), ids.end(), r.image) != ids.end()) return true;
    if (any(values, [&](const auto& value) { return r.image.find(value) != std::string::npos; }))
      return true;
    return std::any_of(
        tests.begin(), tests.end(), [&](const auto& test) { return test(r.summary.image_name); });
  };
}

/// Of several containers the oldest counts.
Test by_age(Engine& engine, const Values& values, bool older) {
  std::optional<base::Moment> limit;
  for (const auto& value : values) {
    const auto created = engine.containers.get(value).created;
    limit = limit ? std::min(*limit, created) : created;
  }
  return [limit, older](const Listed& l) {
    return older ? l.record.created < *limit : l.record.created > *limit;
  };
}

/// NAME, DESTINATION of a bind mount, or SOURCE:DESTINATION. `volumes` holds no destination of a volume by itself.
bool has_mount(Engine& engine, const Listed& l, const std::string& text) {
  const auto [source, target] = base::split_pair(text, ':');
  for (const auto& mount : engine.containers.details(l.record.id).options.mounts) {
    if (target && mount.source == source && mount.target == *target) return true;
    if (target) continue;
    if (mount.type == "volume" ? mount.source == source : mount.target == source) return true;
  }
  return false;
}

Test by_volume(Engine& engine, const Values& values) {
  return [&engine, values](const Listed& l) {
    if (l.record.summary.mount_targets.empty() && l.record.summary.mounts.empty()) return false;
    return any(values, [&](const auto& value) { return has_mount(engine, l, value); });
  };
}

Test by_health(const Values& values) {
  return [values](const Listed& l) {
    return any(values, [&](const std::string& value) { return l.state.health == value; });
  };
}

Test by_until(const Values& values) {
  if (values.size() != 1) base::fail(base::Kind::usage, "specify exactly one timestamp for until");
  const auto until = base::parse_moment(values[0], base::now());
  if (!until)
    base::fail(
        base::Kind::usage, "failed to parse \"{}\": unable to interpret time value", values[0]);
  return [until](const Listed& l) { return l.record.created < *until; };
}

/// The default network has Podman's name beside Docker's; "container:NAME" is who shares that one's.
Test by_network(Engine& engine, const Values& values) {
  Values wanted;
  for (const auto& value : values) {
    const auto [kind, name] = base::split_pair(value, ':');
    const auto record = kind == "container" && name ? engine.containers.find(*name) : std::nullopt;
    wanted.push_back(record ? "container:" + record->id : value == "podman" ? "bridge" : value);
  }
  return [wanted](const Listed& l) {
    return any(wanted, [&](const auto& value) { return l.record.summary.network == value; });
  };
}

Test by_restart_policy(Engine& engine, const Values& values) {
  static const Values kKnown = {"none", "", "no", "on-failure", "always", "unless-stopped"};
  Values wrong;
  for (const auto& value : values) {
    if (std::find(kKnown.begin(), kKnown.end(), value) == kKnown.end()) wrong.push_back(value);
  }
  if (!wrong.empty()) {
    base::fail(base::Kind::usage,
               "{} invalid restart {}",
               base::join(wrong, ", "),
               wrong.size() > 1 ? "policies" : "policy");
  }
  return [&engine, values](const Listed& l) {
    const auto own = engine.containers.details(l.record.id).options.restart.name;
    const bool none = own.empty() || own == "no";
    return any(values,
               [&](const auto& value) { return value == own || (value == "none" && none); });
  };
}

Test by_command(const Values& values) {
  return [tests = matchers(values)](const Listed& l) {
    const auto& command = l.record.summary.command;
    return !command.empty() && std::any_of(tests.begin(), tests.end(), [&](const auto& test) {
      return test(command[0]);
    });
  };
}

Test by_boot(Engine& engine, const Values& values) {
  const bool wanted = values.back() == "true" || values.back() == "1";
  return [&engine, wanted](const Listed& l) {
    const auto policy = engine.containers.details(l.record.id).options.restart.name;
    return (policy == "always" || policy == "unless-stopped") == wanted;
  };
}

std::optional<Test> make_test(Engine& engine, const std::string& key, const Values& values) {
  if (key == "label") return by_label(values);
  if (key == "label!") return by_missing_label(values);
  if (key == "until") return by_until(values);
  if (key == "id") return by_id(values);
  if (key == "name") return by_name(values);
  if (key == "exited") return by_exit_code(values);
  if (key == "status") return by_status(values);
  if (key == "ancestor") return by_image(engine, values);
  if (key == "before" || key == "since") return by_age(engine, values, key == "before");
  if (key == "volume") return by_volume(engine, values);
  if (key == "health") return by_health(values);
  if (key == "network") return by_network(engine, values);
  if (key == "restart-policy") return by_restart_policy(engine, values);
  if (key == "command") return by_command(values);
  if (key == "should-start-on-boot") return by_boot(engine, values);
  return std::nullopt;
}

}  // namespace

void check_state_word(const std::string& word, std::initializer_list<std::string_view> more) {
  static constexpr std::string_view kStates[] = {"configured",
                                                 "created",
                                                 "initialized",
                                                 "running",
                                                 "stopped",
                                                 "paused",
                                                 "exited",
                                                 "removing",
                                                 "stopping"};
  if (std::ranges::find(kStates, word) == std::end(kStates) &&
      std::ranges::find(more, word) == more.end())
    base::fail(base::Kind::usage, "unknown container state: {}: invalid argument", word);
}

std::string podman_status(const State& state) {
  return state.stopping && state.status == Status::running ? "stopping" : to_text(state.status);
}

std::vector<ListTest> podman_tests(Engine& engine, const Filters& filters) {
  std::vector<Test> tests;
  for (const auto& [key, values] : filters) {
    auto test = make_test(engine, key, values);
    if (!test) base::fail(base::Kind::usage, "{} is an invalid filter", key);
    tests.push_back(std::move(*test));
  }
  return tests;
}

}  // namespace container
