// SPDX-License-Identifier: Apache-2.0
// Compiled filters and their cache.
//
//   CACHE/<128-bit key>.bpf     "berth-seccomp 1 <64-bit sum of the rest>\n" + base64 of the
//   program
#include "container/spec/seccomp.hpp"

#include <array>
#include <fcntl.h>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/spec/seccomp_compile.hpp"
#include "container/spec/seccomp_shrink.hpp"

namespace container {

namespace {

constexpr std::size_t kLargestCacheFile = std::size_t{1} << 20;

/// Two independent 64-bit sums (FNV-1a and one with another prime and order). The cache is the
/// store's own, so they need only keep chance apart, not malice.
class Sum {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      first_ = (first_ ^ byte) * 0x100000001b3ULL;
      second_ = (second_ + byte + 1) * 0x9e3779b97f4a7c15ULL;
    }
    second_ ^= second_ >> 29;
  }

  std::string first() const { return fmt::format("{:016x}", first_); }

  std::string both() const { return fmt::format("{:016x}{:016x}", first_, second_); }

 private:
  std::uint64_t first_ = 0xcbf29ce484222325ULL, second_ = 0x51afd7ed558ccd5dULL;
};

/// Counts up whenever the same profile comes to another program.
constexpr int kEdition = 2;

std::string cache_name(const std::string& profile, const std::vector<std::string>& capabilities) {
  const auto kernel = seccomp::running_kernel();
  Sum sum;
  sum.add(fmt::format("{} {} {} {}.{} ",
                      kEdition,
                      seccomp::native_machine().name,
                      seccomp::library_version(),
                      kernel.major,
                      kernel.minor));
  for (const auto& capability : capabilities) sum.add(capability + " ");
  sum.add(profile);
  return sum.both() + ".bpf";
}

std::string header_of(std::string_view body) {
  Sum sum;
  sum.add(body);
  return "berth-seccomp 1 " + sum.first() + "\n";
}

std::optional<std::string> find_cached(const std::string& path) {
  const auto fd = base::find_file(path, O_RDONLY | O_NONBLOCK);
  if (!fd) return std::nullopt;
  std::string text = base::read_rest(fd->get(), kLargestCacheFile);
  const auto end = text.find('\n');
  if (end == std::string::npos ||
      text.compare(0, end + 1, header_of(std::string_view(text).substr(end + 1))) != 0) {
    base::debug("{} is broken, making it anew", path);
    return std::nullopt;
  }
  text.erase(0, end + 1);
  return text;
}

void keep(const std::string& directory, const std::string& name, const std::string& body) {
  base::make_directories(directory, 0700);
  // What a killed command left; a live one whose file goes with it does without the cache.
  for (const auto& entry : base::list_directory(directory)) {
    if (entry.ends_with(".tmp")) base::remove_file(directory + "/" + entry);
  }
  base::replace_file(directory + "/" + name, header_of(body) + body, 0600);
}

std::string base64(const void* data, std::size_t size) {
  static constexpr char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto* bytes = static_cast<const unsigned char*>(data);
  std::string text;
  text.reserve((size + 2) / 3 * 4);
  for (std::size_t at = 0; at < size; at += 3) {
    const std::size_t left = size - at;
    const std::uint32_t group = static_cast<std::uint32_t>(bytes[at]) << 16 |
                                (left > 1 ? static_cast<std::uint32_t>(bytes[at + 1]) << 8 : 0) |
                                (left > 2 ? bytes[at + 2] : 0U);
    text += digits[group >> 18];
    text += digits[group >> 12 & 63];
    text += left > 1 ? digits[group >> 6 & 63] : '=';
    text += left > 2 ? digits[group & 63] : '=';
  }
  return text;
}

bool is_expressible(const seccomp::Filter& filter) {
  const auto notifies = [](const std::string& action) { return action == "SCMP_ACT_NOTIFY"; };
  if (!filter.flags.empty() || !filter.listener_path.empty() || notifies(filter.default_action))
    return false;
  for (const auto& rule : filter.syscalls) {
    if (notifies(rule.action)) return false;
  }
  return true;
}

}  // namespace

std::string seccomp_bpf(const std::string& profile,
                        const std::vector<std::string>& capabilities,
                        const std::string& cache_directory) {
  const std::string name = cache_name(profile, capabilities);
  try {
    if (auto cached = find_cached(cache_directory + "/" + name)) return std::move(*cached);
  } catch (const base::Error& error) {
    base::debug("cannot read the seccomp cache: {}", error.message());
  }
  const auto filter = seccomp::resolve(profile, capabilities, seccomp::running_kernel());
  if (!is_expressible(filter)) return {};
  const auto program = base::in_context("compile the seccomp profile",
                                        [&] { return seccomp::shrink(seccomp::compile(filter)); });
  std::string body = base64(program.data(), program.size() * sizeof program[0]);
  try {
    keep(cache_directory, name, body);
  } catch (const base::Error& error) {
    // A read-only or full store: the next start compiles again.
    base::debug("cannot keep the seccomp filter: {}", error.message());
  }
  return body;
}

}  // namespace container
