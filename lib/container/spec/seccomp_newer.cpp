// SPDX-License-Identifier: Apache-2.0
// The part of the filter for system calls that libseccomp is too old to know.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string_view>

#include <seccomp.h>

#include "base/text.hpp"
#include "container/spec/seccomp_compile.hpp"

namespace container::seccomp {

namespace {

struct Newer {
  std::string_view name;
  int number;
};

constexpr std::array<Newer, 19> kNewer{{
    {"cachestat", 451},         {"fchmodat2", 452},        {"map_shadow_stack", 453},
    {"futex_wake", 454},        {"futex_wait", 455},       {"futex_requeue", 456},
    {"statmount", 457},         {"listmount", 458},        {"lsm_get_self_attr", 459},
    {"lsm_set_self_attr", 460}, {"lsm_list_modules", 461}, {"mseal", 462},
    {"setxattrat", 463},        {"getxattrat", 464},       {"listxattrat", 465},
    {"removexattrat", 466},     {"open_tree_attr", 467},   {"file_getattr", 468},
    {"file_setattr", 469},
}};

constexpr std::uint32_t kX32Bit = 0x40000000;

/// One system call table that a filter is for. x32 shares x86_64's token and tells itself apart by
/// a bit.
struct Table {
  std::uint32_t token;    ///< AUDIT_ARCH_…
  std::uint32_t library;  ///< SCMP_ARCH_…
  std::uint32_t bit = 0;
};

std::vector<Table> tables_of(const Filter& filter) {
  static const std::pair<const char*, Table> known[] = {
      {"SCMP_ARCH_X86_64", {AUDIT_ARCH_X86_64, SCMP_ARCH_X86_64}},
      {"SCMP_ARCH_X86", {AUDIT_ARCH_I386, SCMP_ARCH_X86}},
      {"SCMP_ARCH_X32", {AUDIT_ARCH_X86_64, SCMP_ARCH_X32, kX32Bit}},
      {"SCMP_ARCH_AARCH64", {AUDIT_ARCH_AARCH64, SCMP_ARCH_AARCH64}},
      {"SCMP_ARCH_ARM", {AUDIT_ARCH_ARM, SCMP_ARCH_ARM}},
      {"SCMP_ARCH_RISCV64", {AUDIT_ARCH_RISCV64, SCMP_ARCH_RISCV64}},
  };
  auto names = filter.architectures;
  if (names.empty()) names.emplace_back(native_machine().token);
  std::vector<Table> tables;
  for (const auto& name : names) {
    for (const auto& [token, table] : known) {
      if (name == token) tables.push_back(table);
    }
  }
  return tables;
}

bool is_unknown(const std::string& name) {
  return ::seccomp_syscall_resolve_name(name.c_str()) == __NR_SCMP_ERROR;
}

/// The highest number in the profile, of this table.
int highest(const Filter& filter, const Table& table) {
  int most = 0;
  for (const auto& rule : filter.syscalls) {
    for (const auto& name : rule.names) {
      int number = ::seccomp_syscall_resolve_name_arch(table.library, name.c_str());
      if (number == __NR_SCMP_ERROR) number = newer_syscall(name).value_or(0);
      if (number > 0)
        most = std::max(most, static_cast<int>(static_cast<std::uint32_t>(number) & ~table.bit));
    }
  }
  return most;
}

struct Known {
  std::uint32_t number, action;
};

/// Rules without conditions for calls that libseccomp does not know; the first one of a call
/// counts.
std::vector<Known> unknown_calls(const Filter& filter) {
  std::vector<Known> calls;
  for (const auto& rule : filter.syscalls) {
    if (!rule.args.empty()) continue;
    for (const auto& name : rule.names) {
      const auto number = newer_syscall(name);
      if (number && is_unknown(name)) {
        calls.push_back(
            {static_cast<std::uint32_t>(*number), action_value(rule.action, rule.errno_ret)});
      }
    }
  }
  return calls;
}

sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

sock_filter give(std::uint32_t value) {
  return BPF_STMT(BPF_RET | BPF_K, value);
}

/// Goes on when the comparison holds, else leaves out `count` instructions.
sock_filter unless_skip(std::uint16_t comparison, std::uint32_t value, std::size_t count) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K),
                  value,
                  0,
                  static_cast<std::uint8_t>(count));
}

/// Decides calls of one table; what it leaves undecided falls through to what follows.
Program block(const Filter& filter, const Table& table, const std::vector<Known>& calls) {
  Program inside{load(offsetof(seccomp_data, nr))};
  for (const auto& call : calls) {
    inside.push_back(unless_skip(BPF_JEQ, call.number | table.bit, 1));
    inside.push_back(give(call.action));
  }
  const auto beyond = static_cast<std::uint32_t>(highest(filter, table)) + 1;
  if (filter.default_action == "SCMP_ACT_ERRNO" && beyond > 1) {
    // x86_64's own numbers end where x32's begin.
    const bool shared = table.token == AUDIT_ARCH_X86_64 && table.bit == 0;
    if (shared) inside.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kX32Bit, 2, 0));
    inside.push_back(unless_skip(BPF_JGE, beyond | table.bit, 1));
    inside.push_back(give(SECCOMP_RET_ERRNO | ENOSYS));
  }
  Program whole{load(offsetof(seccomp_data, arch)),
                unless_skip(BPF_JEQ, table.token, inside.size())};
  whole.insert(whole.end(), inside.begin(), inside.end());
  return whole;
}

}  // namespace

std::optional<int> newer_syscall(const std::string& name) {
  for (const auto& call : kNewer) {
    if (call.name == name) return call.number;
  }
  return std::nullopt;
}

Program newer_syscalls_program(const Filter& filter) {
  Program program;
  const auto calls = unknown_calls(filter);
  if (calls.size() > 100) return program;  // names many times over: jumps would not reach
  for (const auto& table : tables_of(filter)) {
    const Program part = block(filter, table, calls);
    program.insert(program.end(), part.begin(), part.end());
  }
  return program;
}

}  // namespace container::seccomp
