// SPDX-License-Identifier: Apache-2.0
#include "container/label_choice.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "container/relabel.hpp"

namespace container {

namespace {

using Words = std::vector<std::string>;

/// The label of one whose processes or shared memory are to be reached; nothing for a namespace of one's own.
Words words_of_joined(Engine& engine, const std::string& mode) {
  constexpr std::string_view kPrefix = "container:";
  if (!mode.starts_with(kPrefix)) return {};
  return same_label(engine.containers.details(mode.substr(kPrefix.size())).process_label);
}

/// What follows from the other options.
Words implied_words(Engine& engine, const CreateOptions& options) {
  const auto& n = options.namespaces;
  if (options.security.privileged || n.pid == "host" || n.ipc == "host") return {"disable"};
  auto pid = words_of_joined(engine, n.pid), ipc = words_of_joined(engine, n.ipc);
  if (pid.empty()) return ipc;
  if (!ipc.empty() && pid != ipc)
    base::fail(base::Kind::usage, "--ipc and --pid containers SELinux labels aren't the same");
  return pid;
}

Words words_of(Engine& engine, const CreateOptions& options) {
  Words words = options.security.label;
  // To Docker, whoever gives any has thought of all.
  if (!words.empty() && !options.rules.joined_labels_win) return words;
  for (auto& word : implied_words(engine, options)) words.push_back(std::move(word));
  return words;
}

std::uint32_t random_number() {
  return base::parse_number<std::uint32_t>(base::random_hex(8), 16).value_or(0);
}

std::string unused_level(Engine& engine) {
  constexpr int kEnough = 1000;
  for (int attempt = 0; attempt < kEnough; ++attempt) {
    auto level = random_level(random_number);
    if (!engine.containers.has_level(level)) return level;
  }
  base::fail(base::Kind::in_use, "all pairs of SELinux categories seem to be in use");
}

/// The kernel knows which there are; the runtime's words for one that it refuses name nothing.
void check_known(const std::string& label) {
  const auto kernel = base::find_file("/sys/fs/selinux/context", O_RDWR);
  if (!kernel || label.empty()) return;
  const auto written =
      base::retry([&] { return ::write(kernel->get(), label.data(), label.size()); });
  if (written < 0 && errno == EINVAL)
    base::fail(base::Kind::usage, "the policy of this host has no SELinux label \"{}\"", label);
}

}  // namespace

Labels choose_labels(Engine& engine, const CreateOptions& options) {
  const auto contexts = label_contexts();
  if (!contexts) return {};
  const bool is_init = options.systemd && options.rules.detects_systemd;
  const auto words = words_of(engine, options);
  auto labels = compose_labels(*contexts, words, unused_level(engine), is_init);
  if (!words.empty()) check_known(labels.process);
  if (!words.empty()) check_known(labels.mount);
  return labels;
}

Labels labels_of(const Details& details) {
  if (details.mount_label.empty() || !has_selinux()) return {};
  return {details.process_label, details.mount_label};
}

void add_labels(Facts& facts, const Details& details) {
  const auto labels = labels_of(details);
  if (labels.mount.empty()) return;
  facts.process_label = labels.process;
  facts.mount_label = labels.mount;
  const auto give = [](const std::string& path, const std::string& label) {
    if (!path.empty()) set_label(base::open_file(path, O_PATH).get(), label, path);
  };
  // Those that come with another container's network stay readable for both.
  const bool joined = details.options.namespaces.network.starts_with("container:");
  const auto of_network = joined ? shared_label(labels.mount) : labels.mount;
  for (const auto& [path, target] : facts.files) give(path, labels.mount);
  give(facts.hostname_file, labels.mount);
  give(facts.hosts, of_network);
  give(facts.resolv, of_network);
}

}  // namespace container
