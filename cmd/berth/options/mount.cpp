// SPDX-License-Identifier: Apache-2.0
// --mount
#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"
#include "options/parse.hpp"
#include "options/volume.hpp"

namespace cli {

namespace {

using base::fail;
using base::Kind;
using container::MountOption;

struct Field {
  std::string text, key, value;
  bool has_value = false;
};

Field read_field(const std::string& text) {
  auto [key, value] = base::split_pair(text, '=');
  if (const auto trimmed = base::trim(key); trimmed != key) {
    fail(Kind::usage,
         "invalid option '{}' in '{}': option should not have whitespace",
         trimmed,
         text);
  }
  if (value && base::trim(*value).empty())
    fail(Kind::usage, "invalid value for '{}': value is empty", key);
  if (value && base::trim(*value) != *value) {
    fail(
        Kind::usage, "invalid value for '{}' in '{}': value should not have whitespace", key, text);
  }
  Field field{text, base::lower(key), value.value_or(""), value.has_value()};
  constexpr std::array<std::string_view, 22> switches{"readonly",
                                                      "ro",
                                                      "volume-nocopy",
                                                      "bind-nonrecursive",
                                                      "bind-create-src",
                                                      "rw",
                                                      "u",
                                                      "chown",
                                                      "idmap",
                                                      "exec",
                                                      "noexec",
                                                      "suid",
                                                      "nosuid",
                                                      "dev",
                                                      "nodev",
                                                      "readwrite",
                                                      "relatime",
                                                      "noatime",
                                                      "notmpcopyup",
                                                      "tmpcopyup",
                                                      "z",
                                                      "noswap"};
  if (!value && std::find(switches.begin(), switches.end(), field.key) == switches.end()) {
    fail(Kind::usage, "invalid field '{}' must be a key=value pair", text);
  }
  return field;
}

bool truth(const Field& field) {
  if (!field.has_value || field.value == "1" || field.value == "true") return true;
  if (field.value == "0" || field.value == "false") return false;
  fail(Kind::usage,
       "invalid value for '{}': invalid boolean value (\"{}\"): must be one of \"true\", \"1\", "
       "\"false\", or \"0\" "
       "(default \"true\")",
       field.key,
       field.value);
}

[[noreturn]] void refuse_value(const Field& field) {
  fail(Kind::usage, "invalid value for {}: {}", field.key, field.value);
}

void set_recursion(MountOption& mount, const Field& field) {
  if (field.value == "disabled") {
    mount.recursive = false;
  } else if (field.value == "writable") {
    mount.read_only_recursive = false;
  } else if (field.value == "readonly") {
    fail(Kind::unsupported, "bind-recursive=readonly is not supported yet");
  } else if (field.value != "enabled") {
    fail(Kind::usage,
         "invalid value for {}: {} (must be \"enabled\", \"disabled\", \"writable\", or "
         "\"readonly\")",
         field.key,
         field.value);
  }
}

bool set_bind(MountOption& mount, const Field& field) {
  if (field.key == "bind-propagation") {
    mount.propagation = base::lower(field.value);
  } else if (field.key == "bind-nonrecursive") {
    mount.recursive = !truth(field);
  } else if (field.key == "bind-recursive") {
    set_recursion(mount, field);
  } else if (field.key == "bind-create-src") {
    mount.create_source = truth(field);
  } else {
    return false;
  }
  return true;
}

void add_pair(std::map<std::string, std::string>& map, const std::string& text) {
  const auto [key, value] = base::split_pair(text, '=');
  map[key] = value.value_or("");
}

bool set_volume(MountOption& mount, const Field& field) {
  if (field.key == "volume-nocopy") {
    mount.copy = !truth(field);
  } else if (field.key == "volume-subpath") {
    mount.subpath = field.value;
  } else if (field.key == "volume-label") {
    add_pair(mount.volume_labels, field.value);
  } else if (field.key == "volume-opt") {
    add_pair(mount.volume_options, field.value);
  } else if (field.key == "volume-driver") {
    if (field.value != "local")
      fail(Kind::unsupported, "volume driver {} is not supported yet", field.value);
  } else {
    return false;
  }
  return true;
}

bool set_tmpfs(MountOption& mount, const Field& field) {
  if (field.key == "tmpfs-size") {
    mount.size = base::parse_bytes(field.value);
    if (!mount.size) refuse_value(field);
    return true;
  }
  if (field.key != "tmpfs-mode") return false;
  const auto mode = base::parse_number<std::uint32_t>(field.value, 8);
  if (!mode) refuse_value(field);
  mount.mode = static_cast<int>(*mode & 07777);
  return true;
}

bool set_common(MountOption& mount, const Field& field) {
  if (field.key == "type") {
    mount.type = base::lower(field.value);
  } else if (field.key == "source" || field.key == "src") {
    mount.source = absolute_source(field.value);
  } else if (field.key == "target" || field.key == "dst" || field.key == "destination") {
    mount.target = field.value;
  } else if (field.key == "readonly" || field.key == "ro") {
    mount.read_only = truth(field);
  } else {
    return field.key == "consistency";  // means nothing on Linux, for docker neither
  }
  return true;
}

/// Podman's words that hold for several types, and those of image and devpts.
bool set_podmans(MountOption& mount, const Field& field) {
  constexpr std::array<std::string_view, 8> plain{
      "exec", "noexec", "suid", "nosuid", "dev", "nodev", "tmpcopyup", "notmpcopyup"};
  if (field.key == "u" || field.key == "chown") {
    mount.chown = truth(field);
  } else if (field.key == "z") {
    mount.relabel = field.text.starts_with('Z') ? "private" : "shared";
  } else if (field.key == "relabel") {
    if (field.value != "shared" && field.value != "private") refuse_value(field);
    mount.relabel = field.value;
  } else if (field.key == "noswap" && mount.type == "tmpfs") {
    if (base::is_rootless())
      fail(Kind::usage,
           "the 'noswap' option is only allowed with rootful tmpfs mounts: must provide an "
           "argument for option");
    mount.options.push_back(field.key);
  } else if (field.key == "idmap") {
    mount.idmap = field.value;
  } else if (field.key == "rw" || field.key == "readwrite") {
    mount.read_only = !truth(field);
  } else if (field.key == "subpath" || field.key == "image-subpath") {
    mount.subpath = field.value;
  } else if (std::find(plain.begin(), plain.end(), field.key) != plain.end()) {
    mount.options.push_back(field.key);
  } else if (mount.type == "devpts" && (field.key == "uid" || field.key == "gid" ||
                                        field.key == "mode" || field.key == "max")) {
    mount.options.push_back(field.key + "=" + field.value);
  } else {
    return false;
  }
  return true;
}

/// Options of one type of mount may not stand beside another type.
void check_mixture(const MountOption& mount, const std::vector<Field>& fields) {
  for (const char* type : {"bind", "volume", "image", "tmpfs"}) {
    const bool has = std::any_of(fields.begin(), fields.end(), [&](const Field& field) {
      return field.key.starts_with(std::string(type) + "-");
    });
    if (has && mount.type != type) {
      fail(Kind::usage, "cannot mix '{}-*' options with mount type '{}'", type, mount.type);
    }
  }
}

}  // namespace

MountOption parse_mount(const std::string& given) {
  const std::string text(base::trim(given));
  if (text.empty()) fail(Kind::usage, "value is empty");
  MountOption mount;
  mount.type = "volume";
  std::vector<Field> fields;
  for (const auto& part : parse_csv(text)) {
    const Field field = read_field(part);
    if (!set_common(mount, field) && !set_bind(mount, field) && !set_tmpfs(mount, field) &&
        !set_volume(mount, field) && !set_podmans(mount, field)) {
      fail(Kind::usage, "unknown option '{}' in '{}'", field.key, field.text);
    }
    fields.push_back(field);
  }
  // An image is for reading unless somebody says otherwise.
  const bool says_access = std::any_of(fields.begin(), fields.end(), [](const Field& field) {
    return field.key == "rw" || field.key == "readwrite" || field.key == "ro" ||
           field.key == "readonly";
  });
  if (mount.type == "image" && !says_access) mount.read_only = true;
  if (mount.type == "cluster" || mount.type == "npipe") {
    fail(Kind::unsupported, "mount type {} is not supported yet", mount.type);
  }
  check_mixture(mount, fields);
  if (!mount.read_only_recursive && !mount.read_only) {
    fail(Kind::usage,
         "option 'bind-recursive=writable' requires 'readonly' to be specified in conjunction");
  }
  if (!mount.target.empty()) mount.target = container::clean_path(mount.target);
  if (mount.type == "bind" && !mount.source.empty())
    mount.source = container::clean_path(mount.source);
  return mount;
}

}  // namespace cli
