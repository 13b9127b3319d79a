// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file that users, other programs or images leave where berth reads: registries.conf, auth.json, passwd,
// subuid, a container's log. Files of the host may be refused; what a container writes is taken as far as it makes sense.
//   fuzz-config -max_len=16384 CORPUS
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/account.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/subordinate_ids.hpp"
#include "base/sys.hpp"
#include "container/log_reader.hpp"
#include "image/transfer/credentials.hpp"
#include "image/transfer/registries_conf.hpp"

namespace {

[[noreturn]] void found(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

void read_registries(const std::string& path) {
  const auto conf = image::RegistriesConf::load({path});
  for (const char* name : {"busybox", "quay.io/a/b:1", "127.0.0.1:5000/x/y"}) {
    for (const auto& candidate : conf.candidates(name)) conf.endpoints(candidate);
  }
}

void read_credentials(const std::string& path) {
  const image::CredentialStore store("", path);
  store.find(image::parse_reference("registry.example/team/app"));
}

void read_log(const std::string& text, container::LogDriver driver) {
  const auto entry = container::parse_log_line(text, driver);
  if (entry && entry->text.size() > 8 * text.size() + 8) found("a line that grows");
}

void read(std::uint8_t what, const std::string& text, const std::string& path) {
  switch (what % 6) {
    case 0:
      return base::write_file(path, text), read_registries(path);
    case 1:
      return base::write_file(path, text), read_credentials(path);
    case 2:
      return read_log(text, container::LogDriver::json_file);
    case 3:
      return read_log(text, container::LogDriver::k8s_file);
    case 4:
      base::parse_passwd(text, 1000);
      return;
    default:
      base::parse_subordinate_ids(text, "1000", "user", 1000);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const base::TempDir temp("/dev/shm", "fuzz-config");
  if (size == 0) return 0;
  const std::string path = temp.path() + "/file";
  try {
    read(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1}, path);
  } catch (const base::Error& e) {
    switch (e.kind()) {
      case base::Kind::usage:
      case base::Kind::corrupt:
      case base::Kind::denied:
        break;  // a blocked registry
      default:
        found("refused oddly: " + e.message());
    }
  }
  return 0;
}
