// SPDX-License-Identifier: Apache-2.0
// berth pull
#include "base/error.hpp"
#include "commands/archive_names.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/image_store.hpp"
#include "image/platform.hpp"
#include "image/transfer.hpp"
#include "options/registry_flags.hpp"
#include "session.hpp"

namespace cli {

namespace {

enum class Policy { always, missing, never, newer };

struct Options {
  image::PullRequest request;
  RegistryFlags registry;
  std::string os, arch, variant;
  Policy policy = Policy::always;
  bool no_content_trust = true;
};

Policy parse_policy(const std::string& text, bool is_podman) {
  if (text == "always") return Policy::always;
  if (text == "newer" || text == "ifnewer") return Policy::newer;
  if (text == "missing" || text == "ifnotpresent") return Policy::missing;
  if (text == "never") return Policy::never;
  if (is_podman) client_fail("unsupported pull policy \"{}\"", text);
  base::fail(base::Kind::usage, "must be one of \"always\", \"missing\", \"never\" or \"newer\"");
}

void declare(FlagTable& table, Options& o, bool is_podman) {
  table.add_flag(
      "-a,--all-tags", o.request.all_tags, "Download all tagged images in the repository");
  table.add_flag("-q,--quiet", o.request.quiet, "Suppress verbose output");
  table.add_option(
      "--platform", o.request.platform, "Set platform if server is multi-platform capable");
  table.add_flag("--disable-content-trust", o.no_content_trust, "Skip image verification");
  table.add_option("--os", o.os, "Use OS instead of the running OS for choosing images");
  table.add_option(
      "--arch", o.arch, "Use ARCH instead of the architecture of the machine for choosing images");
  table.add_option(
      "--variant", o.variant, "Use VARIANT instead of the running architecture variant");
  table
      .add_option_function<std::string>(
          "--policy",
          [&o, is_podman](const std::string& text) { o.policy = parse_policy(text, is_podman); },
          "Pull image policy (always, missing, never, newer)")
      .type_name("string");
  add_registry_flags(table, o.registry);
}

/// --os, --arch and --variant are --platform in parts.
std::string platform_of(const Options& o) {
  const std::string parts = platform_text(o.os, o.arch, o.variant);
  if (parts.empty()) return o.request.platform;
  if (!o.request.platform.empty())
    client_fail("--platform option can not be specified with --arch or --os");
  return parts;
}

/// What is wrong with a name, docker's client finds by itself.
image::Reference parse(const std::string& name) {
  try {
    return image::parse_reference(name);
  } catch (const base::Error& e) {
    throw ClientError(e.message());
  }
}

void print_image(const Session& session, const std::string& id, const std::string& name) {
  // podman: the id, without its algorithm
  fmt::print("{}\n", session.is_podman() ? id.substr(id.find(':') + 1) : name);
}

void pull_archive(Session& session,
                  const Options& o,
                  const std::string& name,
                  const std::string& path) {
  for (const auto& id : load_archive(session, name, path, platform_of(o), o.request.quiet).images) {
    record_image_event(session, "pull", id, name);
    print_image(session, id, name);
  }
}

/// What is here already, where the policy is content with it.
bool is_here(Session& session, const Options& o, const std::string& name) {
  if (o.policy == Policy::always || o.policy == Policy::newer) return false;
  const auto full = parse(name).with_default_tag();
  if (const auto here = session.engine().images.find(name)) {
    print_image(session, here->id, full.full());
    record_podman_image_event(session, "pull", here->id, name);
    return true;
  }
  if (o.policy != Policy::never) return false;
  base::fail(
      base::Kind::not_found, "No such image: {}", session.is_podman() ? name : full.familiar());
}

image::PullResult fetch(Session& session,
                        const image::PullRequest& request,
                        const std::string& name) {
  try {
    const auto result = image::Transfer(session.store()).pull(request);
    const auto shown = image::parse_reference(result.name);
    if (session.is_podman())
      record_image_event(session, "pull", result.image, name);
    else
      record_image_event(session, "pull", shown.familiar(), shown.familiar_repository());
    return result;
  } catch (const base::Error& e) {
    record_podman_image_event(session, "pull-error", "", name, e.message());
    throw;
  }
}

void pull(Session& session, const Options& o, std::string name) {
  if (session.is_podman()) {
    if (auto path = archive_path(name)) return pull_archive(session, o, name, *path);
    constexpr std::string_view kRegistry = "docker://";
    if (name.starts_with(kRegistry)) name = name.substr(kRegistry.size());
  }
  image::PullRequest request = o.request;
  request.reference = name;
  request.podman = session.is_podman();
  request.registry = finish(session, o.registry);
  request.retries = o.registry.retries;
  request.retry_delay_ms = o.registry.retry_delay_ms;
  request.newer = o.policy == Policy::newer;
  request.platform = platform_of(o);
  const image::Reference reference = parse(name);
  if (request.all_tags && !(reference.tag + reference.digest).empty()) {
    client_fail("tag can't be used with --all-tags/-a");
  }
  if (is_here(session, o, name)) return;
  const bool lacks_tag = reference.tag.empty() && reference.digest.empty() && !request.all_tags;
  if (lacks_tag && !request.quiet && !request.podman) fmt::print("Using default tag: latest\n");
  std::fflush(stdout);  // what follows comes from another process
  const image::PullResult result = fetch(session, request, name);
  print_image(session, result.image, request.all_tags ? reference.repository() : result.name);
}

}  // namespace

void register_pull(Verbs& verbs) {
  const auto options = std::make_shared<Options>();
  verbs.add({
      .names = {"pull", "image pull"},
      .usage = verbs.is_podman() ? "[OPTIONS] IMAGE [IMAGE...]" : "[OPTIONS] NAME[:TAG|@DIGEST]",
      .summary = "Download an image from a registry",
      .arity = {1, verbs.is_podman() ? -1 : 1},
      .group = Group::common,
      .completes = Completes::images,
      .declare = [options, is_podman = verbs.is_podman()](
                     FlagTable& table) { declare(table, *options, is_podman); },
      .act =
          [options](Session& session, const Words& names) {
            if (!options->no_content_trust) client_fail("content trust is not supported");
            return for_each(
                session, names, [&](const std::string& name) { pull(session, *options, name); });
          },
  });
}

}  // namespace cli
