// SPDX-License-Identifier: Apache-2.0
// berth secret create, ls, inspect, rm: Podman's words in both dialects, as Docker has secrets in a swarm only.
#include <algorithm>
#include <cstdlib>
#include <regex>

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "commands/list.hpp"
#include "container/events.hpp"
#include "options/filters.hpp"
#include "render/go_format.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

using base::Json;
using storage::Secret;
using storage::SecretStore;

struct CreateFlags {
  std::string driver = "file";
  std::vector<std::string> labels, options;
  bool env = false, replace = false, ignore = false;
};

void record_secret_event(Session& session, const char* action, const std::string& id) {
  container::record_event(session.store(),
                          {.type = "secret", .action = action, .id = id, .attributes = {}});
}

/// One byte more than may be kept at most, for the store to refuse it.
std::string read_bounded(int fd) {
  std::string data(SecretStore::kTooLarge, '\0');
  data.resize(base::read_full(fd, data.data(), data.size()));
  return data;
}

std::string read_source(const CreateFlags& flags, const std::string& source) {
  if (flags.env) {
    const char* value = std::getenv(source.c_str());
    if (!value || !*value)
      client_fail("cannot create store secret data: environment variable {} is not set", source);
    return value;
  }
  if (source == "-" || source == "/dev/stdin") return read_bounded(STDIN_FILENO);
  const auto file = base::find_file(source, O_RDONLY);
  if (!file) client_fail("open {}: no such file or directory", source);
  return read_bounded(file->get());
}

int create(Session& session, const CreateFlags& flags, const Words& words) {
  if (flags.ignore && flags.replace)
    client_fail("cannot use --ignore and --replace flags together");
  if (!flags.options.empty()) {
    base::fail(base::Kind::unsupported,
               "--driver-opts {} is not supported: secrets lie in the store's own directory",
               flags.options[0]);
  }
  Secret wanted;
  wanted.name = words[0];
  wanted.driver = flags.driver;
  for (const auto& label : flags.labels) {
    const auto [key, value] = base::split_pair(label, '=');
    wanted.labels[key] = value.value_or("");
  }
  using storage::TakenName;
  const auto taken = flags.replace  ? TakenName::replace
                     : flags.ignore ? TakenName::keep
                                    : TakenName::refuse;
  const auto secret = session.engine().secrets.create(wanted, read_source(flags, words[1]), taken);
  record_secret_event(session, "create", secret.id);
  render::print_line(secret.id);
  return 0;
}

struct ListFlags {
  container::Filters filters;
  std::string format;
  bool quiet = false, no_heading = false;
};

bool matches(const Secret& secret, const container::Filters& filters) {
  for (const auto& [key, values] : filters) {
    if (key != "name" && key != "id") client_fail("invalid filter \"{}\"", key);
    const std::string& text = key == "name" ? secret.name : secret.id;
    const auto fits = [&](const std::string& pattern) {
      try {
        return std::regex_search(text, std::regex(pattern));
      } catch (const std::regex_error&) {
        return text == pattern;
      }
    };
    if (std::none_of(values.begin(), values.end(), fits)) return false;
  }
  return true;
}

int list(Session& session, const ListFlags& flags) {
  matches({}, flags.filters);  // an unknown key is told even when there is no secret
  const auto now = base::now();
  std::vector<Json> rows;
  for (const auto& secret : session.engine().secrets.list()) {
    if (!matches(secret, flags.filters)) continue;
    rows.push_back({{"ID", secret.id},
                    {"Name", secret.name},
                    {"Driver", secret.driver},
                    {"CreatedAt", base::human_duration(now - secret.created) + " ago"},
                    {"UpdatedAt", base::human_duration(now - secret.updated) + " ago"}});
  }
  render::Listing listing;
  listing.table = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.CreatedAt}}\t{{.UpdatedAt}}";
  listing.headers = {{"ID", "ID"},
                     {"Name", "NAME"},
                     {"Driver", "DRIVER"},
                     {"CreatedAt", "CREATED"},
                     {"UpdatedAt", "UPDATED"}};
  listing.type = "*types.SecretListReport";
  listing.name = "ls";
  listing.heading = !flags.no_heading;
  listing.style = session.is_podman() ? render::Style::podman : render::Style::docker;
  render::print_listing(listing, rows, flags.format, flags.quiet);
  return 0;
}

struct InspectFlags {
  std::string format;
  bool show_secret = false, pretty = false;
};

constexpr const char* kPretty =
    "ID:              {{.ID}}\n"
    "Name:              {{.Spec.Name}}\n"
    "{{- if .Spec.Labels }}\n"
    "Labels:\n"
    "{{- range $k, $v := .Spec.Labels }}\n"
    " - {{ $k }}{{if $v }}={{ $v }}{{ end }}\n"
    "{{- end }}{{ end }}\n"
    "Driver:            {{.Spec.Driver.Name}}\n"
    "Created at:        {{.CreatedAt}}\n"
    "Updated at:        {{.UpdatedAt}}";

Json secret_json(Session& session, const Secret& secret, bool show_secret) {
  const Json options = {{"path", session.store().paths().secrets()}};
  Json json = {{"ID", secret.id},
               {"CreatedAt", base::rfc3339(secret.created)},
               {"UpdatedAt", base::rfc3339(secret.updated)},
               {"Spec",
                {{"Name", secret.name},
                 {"Driver", {{"Name", secret.driver}, {"Options", options}}},
                 {"Labels", secret.labels}}}};
  if (show_secret) json["SecretData"] = session.engine().secrets.data(secret);
  return json;
}

int inspect(Session& session, const InspectFlags& flags, const Words& names) {
  Json objects = Json::array();
  const int code = for_each(session, names, [&](const std::string& name) {
    const auto secret =
        base::in_context("inspecting secret", [&] { return session.engine().secrets.get(name); });
    objects.push_back(secret_json(session, secret, flags.show_secret));
  });
  if (flags.format.empty() && !flags.pretty) {
    render::print_line(render::go_json(objects, 4));
    return code;
  }
  render::print_inspected(objects, flags.pretty ? kPretty : flags.format, render::Style::podman);
  return code;
}

struct RemoveFlags {
  bool all = false, ignore = false;
};

int remove(Session& session, const RemoveFlags& flags, const Words& words) {
  if (flags.all == !words.empty()) {
    client_fail("`{} secret rm` requires one argument, or the --all flag", session.program());
  }
  auto& secrets = session.engine().secrets;
  Words names = words;
  if (flags.all)
    for (const auto& secret : secrets.list()) names.push_back(secret.id);
  return for_each(session, names, [&](const std::string& name) {
    if (flags.ignore && !secrets.find(name)) return;
    const auto id = secrets.remove(name);
    record_secret_event(session, "remove", id);
    render::print_line(id);
  });
}

}  // namespace

void register_secret_create(Verbs& verbs) {
  const auto flags = std::make_shared<CreateFlags>();
  verbs.add({
      .names = {"secret create"},
      .usage = "[OPTIONS] NAME FILE|-",
      .summary = "Create a new secret",
      .arity = {2, 2},
      .completes = Completes::files,
      .details = "The data is at most 512,000 bytes; it comes from a file, from stdin (-) or, with "
                 "--env, from a variable.\n\n"
                 "    berth secret create cert ./cert.pem\n"
                 "    printf s3cret | berth secret create password -\n",
      .declare =
          [flags](FlagTable& table) {
            table.add_option("-d,--driver", flags->driver, "Specify secret driver");
            table.add_list("--driver-opts", flags->options, "Specify driver specific options");
            table.add_flag("--env", flags->env, "Read secret data from environment variable");
            table.add_flag("--ignore",
                           flags->ignore,
                           "If a secret with the same name exists, ignore and do not create a new "
                           "secret");
            table.add_list("-l,--label", flags->labels, "Specify labels on the secret");
            table.add_flag(
                "--replace", flags->replace, "If a secret with the same name exists, replace it");
          },
      .act = [flags](Session& session,
                     const Words& words) { return create(session, *flags, words); },
  });
}

void register_secret_ls(Verbs& verbs) {
  const auto flags = std::make_shared<ListFlags>();
  verbs.add({
      .names = {"secret ls", "secret list"},
      .usage = "[OPTIONS]",
      .summary = "List secrets",
      .arity = {0, 0},
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            add_filters(table, flags->filters);
            table.add_option("--format", flags->format, "Format secret output using Go template");
            table.add_flag("-n,--noheading", flags->no_heading, "Do not print headers");
            table.add_flag("-q,--quiet", flags->quiet, "Print secret IDs only");
          },
      .act = [flags](Session& session, const Words&) { return list(session, *flags); },
  });
}

void register_secret_inspect(Verbs& verbs) {
  const auto flags = std::make_shared<InspectFlags>();
  verbs.add({
      .names = {"secret inspect"},
      .usage = "[OPTIONS] SECRET [SECRET...]",
      .summary = "Inspect a secret",
      .arity = {1, -1},
      .completes = Completes::secrets,
      .needs_user_namespace = false,
      .declare =
          [flags](FlagTable& table) {
            table.add_option(
                "-f,--format", flags->format, "Format inspect output using Go template");
            table.add_flag(
                "--pretty", flags->pretty, "Print inspect output in human-readable format");
            table.add_flag("--showsecret", flags->show_secret, "Display the secret");
          },
      .act = [flags](Session& session,
                     const Words& words) { return inspect(session, *flags, words); },
  });
}

void register_secret_rm(Verbs& verbs) {
  const auto flags = std::make_shared<RemoveFlags>();
  verbs.add({
      .names = {"secret rm"},
      .usage = "[OPTIONS] SECRET [SECRET...]",
      .summary = "Remove one or more secrets",
      .completes = Completes::secrets,
      .declare =
          [flags](FlagTable& table) {
            table.add_flag("-a,--all", flags->all, "Remove all secrets");
            table.add_flag(
                "-i,--ignore", flags->ignore, "Ignore errors when a specified secret is missing");
          },
      .act = [flags](Session& session,
                     const Words& words) { return remove(session, *flags, words); },
  });
}

}  // namespace cli
