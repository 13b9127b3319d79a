// SPDX-License-Identifier: Apache-2.0
#include "base/user_namespace.hpp"

#include <algorithm>
#include <optional>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/account.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/lock.hpp"
#include "base/process.hpp"
#include "base/sys.hpp"
#include "base/text.hpp"
#include "base/user_namespace_obstacle.hpp"
#include "base/user_namespace_records.hpp"

namespace base {

std::vector<IdRange> read_map(const std::string& path) {
  std::vector<IdRange> ranges;
  for (const auto& line : split(find_file_text(path).value_or(""), '\n')) {
    std::vector<std::uint32_t> numbers;
    for (const auto& word : split(line, ' ')) {
      if (const auto number = parse_number<std::uint32_t>(word)) numbers.push_back(*number);
    }
    if (numbers.size() == 3) ranges.push_back({numbers[0], numbers[1], numbers[2]});
  }
  return ranges;
}

namespace {

/// Ours maps root alone to the user and everything else to subordinate ids. The root of a machine
/// container has his neighbours in the same range.
bool is_users_own(const std::vector<IdRange>& map) {
  return !map.empty() && map[0].inside == 0 && map[0].count == 1;
}

std::uint32_t outside(std::uint32_t id, const std::vector<IdRange>& map) {
  return is_users_own(map) && id == 0 ? map[0].outside : id;
}

std::string records_path(const std::string& directory) {
  return directory + "/userns";
}

FileLock lock_records(const std::string& directory) {
  return FileLock(directory + "/userns.lock");
}

/// Joins the namespace of one recorded process, if it lives and its namespace is one of ours.
bool try_join(const PidRef& process, std::uint32_t uid) {
  const std::string proc = fmt::format("/proc/{}", process.pid);
  if (!process.is_alive()) return false;
  const UniqueFd ns(
      retry([&] { return ::open((proc + "/ns/user").c_str(), O_RDONLY | O_CLOEXEC); }));
  if (!ns) return false;
  const auto map = read_map(proc + "/uid_map");
  // After the opens: the process that they saw was still the recorded one. From here the descriptor
  // keeps the namespace, however the process ends.
  if (!process.is_alive()) return false;
  if (!is_users_own(map) || map[0].outside != uid || map.size() < 2) return false;
  return ::setns(ns.get(), CLONE_NEWUSER) == 0;
}

struct Mapping {
  std::vector<IdRange> uids, gids;
};

[[noreturn]] void refuse_without_ids(std::uint32_t uid, const std::string& user) {
  const std::string name = user.empty() ? std::to_string(uid) : user;
  const auto first = first_free_subordinate_id(find_file_text("/etc/subuid").value_or(""),
                                               find_file_text("/etc/subgid").value_or(""));
  const auto last = first + 65535;
  fail(Kind::denied,
       "user {} has no subordinate ids: as root add a line {}:{}:65536 to /etc/subuid and "
       "/etc/subgid, or run: "
       "usermod --add-subuids {}-{} --add-subgids {}-{} {}",
       name,
       name,
       first,
       first,
       last,
       first,
       last,
       name);
}

/// What will be mapped, or an Error that says what is missing for it.
Mapping plan_mapping(std::uint32_t uid, std::uint32_t gid) {
  const auto account = find_account(uid);
  const std::string user = account ? account->name : "";
  Mapping mapping{subordinate_ids(IdKind::user, uid, user, uid),
                  subordinate_ids(IdKind::group, uid, user, gid)};
  if (mapping.uids.empty() || mapping.gids.empty()) refuse_without_ids(uid, user);
  for (const char* program : {"newuidmap", "newgidmap"}) {
    if (!find_program(program)) {
      fail(Kind::denied,
           "{} is not installed: it maps the ids of rootless containers; as root run: apt install "
           "uidmap",
           program);
    }
  }
  for (auto* ranges : {&mapping.uids, &mapping.gids}) {
    ranges->insert(ranges->begin(), {0, ranges == &mapping.uids ? uid : gid, 1});
  }
  return mapping;
}

struct RunningMapper {
  Child child;
  UniqueFd errors;
};

RunningMapper start_mapper(const char* program, pid_t target, const std::vector<IdRange>& ranges) {
  Command command{.argv = {program, std::to_string(target)}};
  for (const auto& range : ranges) {
    for (const auto number : {range.inside, range.outside, range.count})
      command.argv.push_back(std::to_string(number));
  }
  Pipe errors = make_pipe();
  command.err = errors.write.get();
  return {spawn(command), std::move(errors.read)};
}

void finish_mapper(const char* program, RunningMapper mapper) {
  const auto status = mapper.child.wait();
  const std::string words = read_rest(mapper.errors.get(), 65536);
  if (!status.ok()) {
    fail(Kind::denied,
         "{} failed: {}; check its line in /etc/{} and that {} is setuid root or has file "
         "capabilities",
         program,
         trim(words),
         program == std::string_view("newuidmap") ? "subuid" : "subgid",
         program);
  }
}

/// Runs in a child that stays in the parent's namespace: the map of a process inside can only be
/// written from there. Returns the sentence of what went wrong, or "".
std::string map_from_outside(int go, pid_t target, const Mapping& mapping) {
  char byte = 0;
  if (read_full(go, &byte, 1) == 0) return "gave up";  // the parent failed or was killed
  try {
    auto uids = start_mapper("newuidmap", target, mapping.uids);
    auto gids = start_mapper("newgidmap", target, mapping.gids);
    finish_mapper("newuidmap", std::move(uids));
    finish_mapper("newgidmap", std::move(gids));
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

/// Unshares and has the ids mapped by a child. The one fork without exec: no thread exists yet.
void make_namespace(std::uint32_t uid, std::uint32_t gid) {
  const Mapping mapping = plan_mapping(uid, gid);
  Pipe go = make_pipe(), answer = make_pipe();
  const pid_t self = ::getpid();
  const pid_t helper = ::fork();
  if (helper < 0) sys_fail("start a process");
  if (helper == 0) {
    go.write.reset();
    answer.read.reset();
    const std::string failure = map_from_outside(go.read.get(), self, mapping);
    const bool told = ::write(answer.write.get(), failure.data(), failure.size()) >= 0;
    ::_exit(failure.empty() && told ? 0 : 1);
  }
  Child child(helper);
  go.read.reset();
  answer.write.reset();
  if (::unshare(CLONE_NEWUSER) < 0) {
    const int error = errno;
    fail(Kind::denied, "make a user namespace: {}", user_namespace_obstacle(error));
  }
  write_full(go.write.get(), "x", 1);
  const std::string failure = read_rest(answer.read.get(), 65536);
  if (!child.wait().ok() || !failure.empty())
    fail(Kind::denied, "make a user namespace: {}", failure);
}

/// The host's mounts, and those that come later, are seen; ours stay ours.
void leave_mount_namespace() {
  if (::unshare(CLONE_NEWNS) < 0) {
    const int error = errno;
    fail(Kind::denied, "make a mount namespace: {}", user_namespace_obstacle(error));
  }
  if (::mount("", "/", nullptr, MS_REC | MS_SLAVE, nullptr) < 0)
    sys_fail("make the mounts of this command its own");
}

}  // namespace

namespace {

/// Asked for again and again; it changes when this process enters a user namespace.
std::optional<std::vector<IdRange>>& known_uid_map() {
  static std::optional<std::vector<IdRange>> map;
  return map;
}

}  // namespace

std::vector<IdRange> uid_map() {
  auto& known = known_uid_map();
  if (!known) known = read_map("/proc/self/uid_map");
  return *known;
}

std::vector<IdRange> gid_map() {
  return read_map("/proc/self/gid_map");
}

bool is_rootless() {
  return ::geteuid() != 0 || is_users_own(uid_map());
}

bool in_user_namespace() {
  // The initial namespace maps every id to itself: "0 0 4294967295".
  return uid_map() != std::vector<IdRange>{{0, 0, 0xffffffff}};
}

std::uint32_t outer_uid() {
  return outside(::geteuid(), uid_map());
}

std::uint32_t outer_gid() {
  return outside(::getegid(), gid_map());
}

namespace {

bool try_join_any(const std::vector<PidRef>& processes, std::uint32_t uid) {
  return std::any_of(processes.begin(), processes.end(), [&](const PidRef& process) {
    return try_join(process, uid);
  });
}

}  // namespace

void enter_user_namespace(const std::string& directory,
                          const std::function<std::vector<PidRef>()>& others) {
  const std::uint32_t uid = ::geteuid(), gid = ::getegid();
  if (uid == 0) return;
  make_directories(directory, 0700);
  const FileLock lock = lock_records(directory);
  UserNamespaceRecords records(records_path(directory));
  // Supplementary groups stay as they are: they give access to files that the user may give to a
  // container.
  const bool joined = records.find([&](const PidRef& process) { return try_join(process, uid); }) ||
                      (others && try_join_any(others(), uid));
  if (!joined) make_namespace(uid, gid);
  known_uid_map().reset();
  if (::geteuid() != 0 || ::getegid() != 0)
    fail(Kind::bug, "the user namespace does not make us root");
  leave_mount_namespace();
  records.add(PidRef::self());
}

void record_user_namespace(const std::string& directory, const PidRef& process) {
  if (!is_rootless()) return;
  const FileLock lock = lock_records(directory);
  UserNamespaceRecords(records_path(directory)).add(process);
}

}  // namespace base
