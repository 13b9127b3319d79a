// SPDX-License-Identifier: Apache-2.0
// berth push
#include <array>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "commands/archive_names.hpp"
#include "commands/image_words.hpp"
#include "commands/list.hpp"
#include "image/transfer.hpp"
#include "options/registry_flags.hpp"
#include "render/output.hpp"
#include "session.hpp"

namespace cli {

namespace {

struct Flags {
  image::PushRequest request;
  RegistryFlags registry;
  std::string digest_file, compression, level;
  bool no_content_trust = true, remove_signatures = false, compress = false;
};

/// What podman knows beside registries: "dir:PATH", "oci-archive:PATH[:NAME]" and their like.
struct Archive {
  std::string format, path, name;
};

std::optional<Archive> archive_of(const std::string& destination) {
  constexpr std::array<std::pair<std::string_view, const char*>, 4> kTransports = {
      {{"dir:", "docker-dir"},
       {"oci-archive:", "oci-archive"},
       {"oci:", "oci-dir"},
       {"docker-archive:", "docker-archive"}}};
  for (const auto& [prefix, format] : kTransports) {
    if (!destination.starts_with(prefix)) continue;
    const std::string rest = destination.substr(prefix.size());
    if (prefix == "dir:") return Archive{format, rest, ""};
    const auto colon = rest.find(':');
    const bool is_named = colon != std::string::npos;
    return Archive{format, rest.substr(0, colon), is_named ? rest.substr(colon + 1) : ""};
  }
  for (const char* other : {"containers-storage:", "docker-daemon:", "ostree:", "tarball:"}) {
    if (destination.starts_with(other))
      base::fail(base::Kind::unsupported, "pushing to {} is not supported", destination);
  }
  return std::nullopt;
}

void save_as(Session& session, const Flags& flags, const std::string& image, Archive archive) {
  image::SaveRequest request;
  request.images = {session.engine().images.get(image).id};
  request.format = archive.format;
  request.path = archive.path;
  request.name = archive.name;
  request.compress = flags.compress;
  request.podman = true;
  request.tells = !flags.request.quiet;
  image::Transfer(session.store()).save(request);
}

void check_format(const std::string& format) {
  if (format.empty() || format == "oci" || format == "v2s2" || format == "docker") return;
  if (format == "v2s1")
    base::fail(base::Kind::unsupported, "manifests of format \"v2s1\" are not supported");
  client_fail("unknown format \"{}\". Choose on of the supported formats: 'oci', 'v2s1', or 'v2s2'",
              format);
}

void read_compression(Flags& flags) {
  if (!flags.compression.empty()) {
    if (flags.compression != "gzip")
      base::fail(base::Kind::unsupported,
                 "compression format {} is not supported: layers are sent as gzip",
                 flags.compression);
    flags.request.force_compression = true;
  }
  if (flags.level.empty()) return;
  const auto level = base::parse_number<int>(flags.level);
  if (!level || *level < 1 || *level > 9)
    client_fail("compression level {} is not one of gzip's: 1 to 9", flags.level);
  flags.request.level = *level;
}

int push_podman(Session& session, Flags flags, const Words& words) {
  check_format(flags.request.format);
  read_compression(flags);
  const std::string& destination = words.back();
  const std::string id = session.engine().images.get(words[0]).id;
  if (const auto archive = archive_of(destination)) {
    save_as(session, flags, words[0], *archive);
  } else {
    image::PushRequest request = flags.request;
    constexpr std::string_view kRegistry = "docker://";
    request.image = id;
    request.destination =
        destination.starts_with(kRegistry) ? destination.substr(kRegistry.size()) : destination;
    request.registry = finish(session, flags.registry);
    request.retries = flags.registry.retries;
    request.retry_delay_ms = flags.registry.retry_delay_ms;
    const auto result = image::Transfer(session.store()).push(request);
    if (!flags.digest_file.empty()) base::write_file(flags.digest_file, result.pushed.at(0).digest);
  }
  record_podman_image_event(session, "push", id, destination);
  return 0;
}

constexpr const char* kPlatformNote =
    "\n Info -> Using --platform pushes only the specified platform manifest of a multi-platform "
    "image index.\n         Other components, like attestations, will not be included.\n         "
    "To "
    "push the complete multi-platform image, remove the --platform flag.\n         \n";

image::Reference parse_name(const std::string& name) {
  try {
    return image::parse_reference(name);
  } catch (const base::Error& e) {
    throw ClientError(e.message());
  }
}

int push_docker(Session& session, const Flags& flags, const Words& words) {
  image::PushRequest request = flags.request;
  image::Reference name = parse_name(words[0]);
  const bool is_bare = name.tag.empty() && name.digest.empty();
  if (!request.platform.empty()) fmt::print("{}", kPlatformNote);
  if (request.all_tags && !is_bare) client_fail("tag can't be used with --all-tags/-a");
  if (!request.all_tags && is_bare && !request.quiet) fmt::print("Using default tag: latest\n");
  if (!request.all_tags) name = name.with_default_tag();
  std::fflush(stdout);  // what follows comes from another process
  request.image = words[0];
  request.registry = finish(session, flags.registry);
  request.retries = flags.registry.retries;
  request.retry_delay_ms = flags.registry.retry_delay_ms;
  try {
    for (const auto& pushed : image::Transfer(session.store()).push(request).pushed) {
      const auto there = image::parse_reference(pushed.name);
      record_image_event(session, "push", there.familiar(), there.familiar_repository());
    }
  } catch (const base::Error& e) {
    // Told as part of the answer that has begun, without the daemon's name in front.
    throw ClientError(e.message());
  }
  if (request.quiet) render::print_line(name.full());
  return 0;
}

void refuse(FlagTable& table, const char* name, const char* what) {
  table.add_option_function<std::string>(
      name,
      [what](const std::string&) {
        base::fail(base::Kind::unsupported, "{} is not supported yet", what);
      },
      fmt::format("Not supported yet: {}", what));
}

void declare_podman(FlagTable& table, Flags& flags) {
  table
      .add_option("-f,--format",
                  flags.request.format,
                  "Manifest type (oci, v2s2) to use at the destination")
      .type_name("string");
  table.add_option(
      "--digestfile", flags.digest_file, "Write the digest of the pushed image to this file");
  table.add_option("--compression-format", flags.compression, "Compression format to use (gzip)");
  table.add_option("--compression-level", flags.level, "Compression level to use").type_name("int");
  table.add_flag("--force-compression",
                 flags.request.force_compression,
                 "Use gzip even where the destination has a layer in another compression");
  table.add_flag("--compress", flags.compress, "Compress the layers of a directory (dir:)");
  table.add_flag("--remove-signatures",
                 flags.remove_signatures,
                 "Discard signatures of the image, of which there are none");
  for (const char* name : {"--sign-by",
                           "--sign-by-sigstore",
                           "--sign-by-sigstore-private-key",
                           "--sign-by-sq-fingerprint",
                           "--sign-passphrase-file"})
    refuse(table, name, "signing images");
  refuse(table, "--encryption-key", "encrypting images");
  refuse(table, "--encrypt-layer", "encrypting images");
}

void declare(FlagTable& table, Flags& flags, bool is_podman) {
  table.add_flag("-q,--quiet", flags.request.quiet, "Suppress verbose output");
  table.add_flag("--disable-content-trust", flags.no_content_trust, "Skip image signing");
  add_registry_flags(table, flags.registry);
  if (is_podman) return declare_podman(table, flags);
  table.add_flag(
      "-a,--all-tags", flags.request.all_tags, "Push all tags of an image to the repository");
  table.add_option("--platform",
                   flags.request.platform,
                   "Push a platform-specific manifest as a single-platform image to the registry");
}

}  // namespace

void register_push(Verbs& verbs) {
  const auto flags = std::make_shared<Flags>();
  const bool is_podman = verbs.is_podman();
  verbs.add({
      .names = {"push", "image push"},
      .usage = is_podman ? "[OPTIONS] IMAGE [DESTINATION]" : "[OPTIONS] NAME[:TAG]",
      .summary =
          is_podman ? "Push an image to a specified destination" : "Upload an image to a registry",
      .arity = {1, is_podman ? 2 : 1},
      .group = Group::common,
      .completes = Completes::images,
      .declare = [flags, is_podman](FlagTable& table) { declare(table, *flags, is_podman); },
      .act =
          [flags](Session& session, const Words& words) {
            if (!flags->no_content_trust) client_fail("content trust is not supported");
            return session.is_podman() ? push_podman(session, *flags, words)
                                       : push_docker(session, *flags, words);
          },
  });
}

}  // namespace cli
