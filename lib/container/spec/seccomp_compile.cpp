// SPDX-License-Identifier: Apache-2.0
#include "container/spec/seccomp_compile.hpp"

#include <cerrno>
#include <memory>
#include <unistd.h>

#include <seccomp.h>

#include "base/sys.hpp"
#include "base/text.hpp"

namespace container::seccomp {

namespace {

struct Release {
  void operator()(void* context) const { ::seccomp_release(context); }
};

using Context = std::unique_ptr<void, Release>;

[[noreturn]] void library_fail(int result, const std::string& what) {
  base::fail(base::Kind::corrupt, "{}: {}", what, base::errno_text(-result));
}

scmp_compare operator_of(const std::string& op) {
  if (op == "SCMP_CMP_NE") return SCMP_CMP_NE;
  if (op == "SCMP_CMP_LT") return SCMP_CMP_LT;
  if (op == "SCMP_CMP_LE") return SCMP_CMP_LE;
  if (op == "SCMP_CMP_EQ") return SCMP_CMP_EQ;
  if (op == "SCMP_CMP_GE") return SCMP_CMP_GE;
  if (op == "SCMP_CMP_GT") return SCMP_CMP_GT;
  if (op == "SCMP_CMP_MASKED_EQ") return SCMP_CMP_MASKED_EQ;
  base::fail(base::Kind::corrupt, "unknown operator {}", op);
}

/// Decided in a few steps instead of one for each call that is allowed: the kernel tries every number once when a filter is
/// loaded, which took more than a millisecond of each start.
void sort_as_tree(void* context) {
  constexpr std::uint32_t kBinaryTree = 2;
  const int result = ::seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, kBinaryTree);
  if (result < 0) library_fail(result, "sort the filter");
}

void add_architectures(void* context, const Filter& filter) {
  for (const auto& token : filter.architectures) {
    const std::string name =
        base::lower(token.starts_with("SCMP_ARCH_") ? token.substr(10) : token);
    const std::uint32_t arch = ::seccomp_arch_resolve_name(name.c_str());
    if (arch == 0) base::fail(base::Kind::corrupt, "unknown architecture {}", token);
    if (const int result = ::seccomp_arch_add(context, arch); result < 0 && result != -EEXIST) {
      library_fail(result, "add architecture " + token);
    }
  }
}

void add_one(void* context,
             std::uint32_t action,
             int number,
             const Rule& rule,
             const std::vector<scmp_arg_cmp>& args) {
  const int result = ::seccomp_rule_add_array(
      context, action, number, static_cast<unsigned>(args.size()), args.data());
  if (result < 0) library_fail(result, "add a rule for " + rule.names.front());
}

/// Several conditions on one argument are alternatives, as every runtime takes them; on several
/// they all must hold.
void add_rule(void* context, std::uint32_t action, int number, const Rule& rule) {
  std::vector<scmp_arg_cmp> args;
  unsigned seen = 0;
  bool repeated = false;
  for (const auto& arg : rule.args) {
    if (arg.index > 5)
      base::fail(base::Kind::corrupt, "no system call has an argument {}", arg.index);
    repeated = repeated || (seen >> arg.index & 1);
    seen |= 1U << arg.index;
    args.push_back({arg.index, operator_of(arg.op), arg.value, arg.value_two});
  }
  if (!repeated) return add_one(context, action, number, rule, args);
  for (const auto& arg : args) add_one(context, action, number, rule, {arg});
}

void add_rules(void* context, const Filter& filter) {
  const auto default_action = action_value(filter.default_action, filter.default_errno_ret);
  for (const auto& rule : filter.syscalls) {
    const auto action = action_value(rule.action, rule.errno_ret);
    if (action == default_action) continue;  // libseccomp refuses what changes nothing
    for (const auto& name : rule.names) {
      const int number = ::seccomp_syscall_resolve_name(name.c_str());
      if (number != __NR_SCMP_ERROR) add_rule(context, action, number, rule);
    }
  }
}

Program export_program(void* context) {
  const base::UniqueFd file = base::make_memory_file("seccomp", "");
  if (const int result = ::seccomp_export_bpf(context, file.get()); result < 0) {
    library_fail(result, "export the filter");
  }
  const auto size = static_cast<std::size_t>(base::stat_of(file.get(), "the filter").st_size);
  Program program(size / sizeof(sock_filter));
  if (::lseek(file.get(), 0, SEEK_SET) < 0) base::sys_fail("rewind the filter");
  base::read_full(file.get(), program.data(), program.size() * sizeof(sock_filter));
  return program;
}

}  // namespace

std::uint32_t action_value(const std::string& action, std::optional<std::uint32_t> errno_ret) {
  const std::uint32_t number = errno_ret.value_or(EPERM) & 0xffff;
  if (action == "SCMP_ACT_ERRNO") return SCMP_ACT_ERRNO(number);
  if (action == "SCMP_ACT_TRACE") return SCMP_ACT_TRACE(number);
  if (errno_ret) base::fail(base::Kind::corrupt, "action {} takes no errnoRet", action);
  if (action == "SCMP_ACT_ALLOW") return SCMP_ACT_ALLOW;
  if (action == "SCMP_ACT_KILL" || action == "SCMP_ACT_KILL_THREAD") return SCMP_ACT_KILL_THREAD;
  if (action == "SCMP_ACT_KILL_PROCESS") return SCMP_ACT_KILL_PROCESS;
  if (action == "SCMP_ACT_TRAP") return SCMP_ACT_TRAP;
  if (action == "SCMP_ACT_LOG") return SCMP_ACT_LOG;
  base::fail(base::Kind::corrupt, "unknown action {}", action);
}

std::string library_version() {
  const scmp_version* version = ::seccomp_version();
  return fmt::format("{}.{}.{}", version->major, version->minor, version->micro);
}

Program compile(const Filter& filter) {
  const Context context(
      ::seccomp_init(action_value(filter.default_action, filter.default_errno_ret)));
  if (!context)
    base::fail(base::Kind::corrupt, "the default action {} is none", filter.default_action);
  sort_as_tree(context.get());
  add_architectures(context.get(), filter);
  add_rules(context.get(), filter);
  Program program = newer_syscalls_program(filter);
  const Program own = export_program(context.get());
  program.insert(program.end(), own.begin(), own.end());
  if (program.size() > kLongestProgram)
    base::fail(base::Kind::corrupt, "the filter is too long for the kernel");
  return program;
}

}  // namespace container::seccomp
