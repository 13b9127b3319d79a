// SPDX-License-Identifier: Apache-2.0
#include "container/spec/seccomp.hpp"

#include <chrono>
#include <linux/audit.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sys.hpp"
#include "container/spec/seccomp_compile.hpp"
#include "container/spec/seccomp_shrink.hpp"

namespace container {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> kDefaults{"CAP_CHOWN", "CAP_SYS_CHROOT"};

std::string failure(const std::string& profile) {
  base::TempDir cache("/tmp", "berth-seccomp");
  try {
    seccomp_bpf(profile, {}, cache.path());
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::Kind::corrupt) << profile;
    EXPECT_TRUE(base::list_directory(cache.path()).empty());
    return error.message();
  }
  return "no failure";
}

std::vector<std::string> allowed(const base::Json& spec) {
  std::vector<std::string> names;
  for (const auto& rule : spec["syscalls"]) {
    if (rule["action"] != "SCMP_ACT_ALLOW") continue;
    for (const auto& name : rule["names"]) names.push_back(name);
  }
  return names;
}

/// Runs a program over one system call, as the kernel does.
std::uint32_t verdict(const seccomp::Program& program,
                      std::uint32_t arch,
                      std::uint32_t number,
                      std::uint64_t arg = 0) {
  std::uint32_t a = 0;
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const auto& i = program[pc];
    const std::uint32_t data[] = {
        number, arch, 0, 0, static_cast<std::uint32_t>(arg), static_cast<std::uint32_t>(arg >> 32)};
    bool holds = false;
    switch (i.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        a = i.k / 4 < 6 ? data[i.k / 4] : 0;
        continue;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= i.k;
        continue;
      case BPF_RET | BPF_K:
        return i.k;
      case BPF_JMP | BPF_JA:
        pc += i.k;
        continue;
      case BPF_JMP | BPF_JEQ | BPF_K:
        holds = a == i.k;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        holds = a >= i.k;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        holds = a > i.k;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        holds = (a & i.k) != 0;
        break;
      default:
        ADD_FAILURE() << "instruction " << i.code;
        return 0;
    }
    pc += holds ? i.jt : i.jf;
  }
  ADD_FAILURE() << "fell off the end";
  return 0;
}

constexpr std::uint32_t kErrno = 0x00050000, kAllow = 0x7fff0000;

TEST(SeccompProfile, RefusesMalformedOnes) {
  EXPECT_THAT(failure("{"), HasSubstr("decoding seccomp profile failed"));
  EXPECT_THAT(failure("[]"), HasSubstr("profile must be an object"));
  EXPECT_THAT(failure("{}"), HasSubstr("defaultAction is missing"));
  EXPECT_THAT(failure(R"({"defaultAction":1})"), HasSubstr("must be a string"));
  EXPECT_THAT(failure(R"({"defaultAction":"SCMP_ACT_NOSUCH"})"),
              HasSubstr("unknown action SCMP_ACT_NOSUCH"));
  EXPECT_THAT(failure(R"({"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_NOSUCH"]})"),
              HasSubstr("unknown architecture"));
  EXPECT_THAT(failure(R"({"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],
                          "archMap":[{"architecture":"SCMP_ARCH_X86_64"}]})"),
              HasSubstr("use either"));
  EXPECT_THAT(failure(R"({"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":3})"),
              HasSubstr("takes no errnoRet"));
  const std::string head = R"({"defaultAction":"SCMP_ACT_ERRNO","syscalls":[)";
  EXPECT_THAT(failure(head + R"({"names":["read"],"name":"x","action":"SCMP_ACT_ALLOW"}]})"),
              HasSubstr("use either"));
  EXPECT_THAT(failure(head + R"({"names":["read"]}]})"),
              HasSubstr("syscalls[0].action is missing"));
  EXPECT_THAT(
      failure(
          head +
          R"({"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":9,"value":1,"op":"SCMP_CMP_EQ"}]}]})"),
      HasSubstr("no system call has an argument 9"));
  EXPECT_THAT(
      failure(
          head +
          R"({"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"op":"?"}]}]})"),
      HasSubstr("unknown operator ?"));
  EXPECT_THAT(
      failure(head +
              R"({"names":["read"],"action":"SCMP_ACT_ALLOW","includes":{"minKernel":"x"}}]})"),
      HasSubstr("invalid kernel version"));
}

TEST(SeccompProfile, DecidesConditions) {
  const auto plain = allowed(seccomp_for_spec(default_seccomp_profile(), kDefaults));
  EXPECT_THAT(plain, Contains("chroot"));
  EXPECT_THAT(plain, Contains("ptrace"));
  EXPECT_THAT(plain, Not(Contains("mount")));
  EXPECT_THAT(plain, Not(Contains("keyctl")));
  const auto admin = allowed(seccomp_for_spec(default_seccomp_profile(), {"CAP_SYS_ADMIN"}));
  EXPECT_THAT(admin, Contains("mount"));
  EXPECT_THAT(admin, Contains("clone3"));
  EXPECT_THAT(admin, Not(Contains("chroot")));
}

TEST(SeccompProfile, KeepsAllArchitecturesOfTheMachine) {
#if defined(__x86_64__)
  EXPECT_EQ(seccomp_for_spec(default_seccomp_profile(), {})["architectures"],
            (base::Json{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"}));
#endif
}

TEST(SeccompProfile, ReadsOldProfilesWithSingleNames) {
  const auto spec = seccomp_for_spec(
      R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"name":"mkdir","action":"SCMP_ACT_ERRNO","args":null}]})",
      {});
  EXPECT_EQ(spec["syscalls"][0]["names"], base::Json{"mkdir"});
}

#if defined(__x86_64__)
class DefaultProgram : public testing::Test {
 protected:
  const seccomp::Program program_ = seccomp::compile(
      seccomp::resolve(default_seccomp_profile(), kDefaults, seccomp::running_kernel()));
};

TEST_F(DefaultProgram, RefusesWhatIsDangerous) {
  for (const int number :
       {SYS_mount, SYS_unshare, SYS_keyctl, SYS_bpf, SYS_setns, SYS_kexec_load, SYS_add_key}) {
    EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, static_cast<std::uint32_t>(number)),
              kErrno | EPERM)
        << number;
  }
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, SYS_socket, 38), kErrno | EPERM) << "AF_ALG";
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, SYS_clone, 0x10000000), kErrno | EPERM)
      << "CLONE_NEWUSER";
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, SYS_clone3), kErrno | ENOSYS);
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_AARCH64, 0), 0U) << "a foreign architecture is killed";
}

TEST_F(DefaultProgram, AllowsWhatProgramsNeedOnEveryArchitecture) {
  for (const int number : {SYS_read, SYS_execve, SYS_openat2, SYS_futex, SYS_clone, SYS_ptrace}) {
    EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, static_cast<std::uint32_t>(number)), kAllow)
        << number;
  }
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, SYS_socket, 2), kAllow);
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_I386, 3), kAllow) << "read";
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_I386, 21), kErrno | EPERM) << "mount";
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, 0x40000000), kAllow) << "read of x32";
}

TEST_F(DefaultProgram, KnowsCallsThatAreNewerThanTheLibrary) {
  for (const std::uint32_t bit : {0U, 0x40000000U}) {
    EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, bit | 452), kAllow) << "fchmodat2";
    EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, bit | 460), kErrno | EPERM)
        << "lsm_set_self_attr needs a capability";
    EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, bit | 5000), kErrno | ENOSYS);
  }
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_X86_64, 467), kErrno | ENOSYS) << "newer than the profile";
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_I386, 452), kAllow);
  EXPECT_EQ(verdict(program_, AUDIT_ARCH_I386, 5000), kErrno | ENOSYS);
}

/// Each call that either program could tell from its neighbours, with all kinds of arguments.
void expect_same_verdicts(const seccomp::Program& a, const seccomp::Program& b) {
  for (const std::uint32_t arch : std::initializer_list<std::uint32_t>{
           AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, 0}) {
    for (const std::uint32_t base : {0U, 0x3ffffff0U, 0x40000000U, 0xfffffc00U}) {
      for (std::uint32_t number = base; number - base < 1024; ++number) {
        for (const std::uint64_t arg : {0ULL,
                                        1ULL,
                                        8ULL,
                                        38ULL,
                                        40ULL,
                                        0x20008ULL,
                                        0x7e020000ULL,
                                        0x10000000ULL,
                                        0xffffffffULL,
                                        1ULL << 32,
                                        ~0ULL}) {
          ASSERT_EQ(verdict(a, arch, number, arg), verdict(b, arch, number, arg))
              << std::hex << arch << ' ' << number << ' ' << arg;
        }
      }
    }
  }
}

TEST_F(DefaultProgram, IsTheSameInFewerInstructions) {
  const auto shrunk = seccomp::shrink(program_);
  EXPECT_LT(shrunk.size(), program_.size() / 2);
  expect_same_verdicts(shrunk, program_);
}

TEST(SeccompShrink, KeepsConditionsOnArguments) {
  const char* profiles[] = {
      R"({"defaultAction":"SCMP_ACT_ALLOW"})",
      R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","chmod"],"action":"SCMP_ACT_ERRNO"}]})",
      R"({"defaultAction":"SCMP_ACT_KILL","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86","SCMP_ARCH_X32"],
          "syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":1,"op":"SCMP_CMP_GT"}]},
                      {"names":["write","clone","socket"],"action":"SCMP_ACT_LOG","args":[
                        {"index":0,"value":268435456,"valueTwo":0,"op":"SCMP_CMP_MASKED_EQ"}]},
                      {"names":["ioctl"],"action":"SCMP_ACT_TRAP","args":[{"index":0,"value":8,"op":"SCMP_CMP_NE"},
                        {"index":0,"value":4294967296,"op":"SCMP_CMP_LT"}]}]})"};
  for (const auto* profile : profiles) {
    const auto program = seccomp::compile(seccomp::resolve(profile, {}, seccomp::running_kernel()));
    expect_same_verdicts(seccomp::shrink(program), program);
  }
}

TEST(SeccompShrink, LeavesStrangeProgramsAlone) {
  const sock_filter load = BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                    allow = BPF_STMT(BPF_RET | BPF_K, kAllow);
  for (const auto& program : {
           seccomp::Program{load},
           seccomp::Program{load, BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 7, 0), allow},
           seccomp::Program{load, BPF_STMT(BPF_JMP | BPF_JA, 7), allow},
           seccomp::Program{load, BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 0, 0), allow},
           seccomp::Program{load, BPF_STMT(BPF_MISC | BPF_TAX, 0), allow},
       }) {
    EXPECT_EQ(seccomp::shrink(program).size(), program.size());
  }
}
#endif

TEST(SeccompBpf, LeavesToTheRuntimeWhatAFilterCannotSay) {
  base::TempDir cache("/tmp", "berth-seccomp");
  EXPECT_EQ(seccomp_bpf(R"({"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_LOG"]})",
                        {},
                        cache.path()),
            "");
  EXPECT_EQ(
      seccomp_bpf(
          R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]})",
          {},
          cache.path()),
      "");
}

TEST(SeccompBpf, DoesWithoutACacheThatCannotBeWritten) {
  EXPECT_FALSE(seccomp_bpf(default_seccomp_profile(), kDefaults, "/proc/nosuch/cache").empty());
}

class SeccompCache : public testing::Test {
 protected:
  std::string compile(const std::vector<std::string>& capabilities = kDefaults) {
    return seccomp_bpf(default_seccomp_profile(), capabilities, cache_.path() + "/seccomp");
  }

  std::vector<std::string> files() { return base::list_directory(cache_.path() + "/seccomp"); }

  base::TempDir cache_{"/tmp", "berth-seccomp"};
};

TEST_F(SeccompCache, MakesABrokenFileAnew) {
  const auto first = compile();
  ASSERT_EQ(files().size(), 1U);
  const std::string path = cache_.path() + "/seccomp/" + files()[0];
  const auto content = base::read_file(path);
  for (const auto& broken :
       {std::string(), content.substr(0, content.size() / 2), "x" + content, std::string("\n")}) {
    base::write_file(path, broken);
    EXPECT_EQ(compile(), first);
    EXPECT_EQ(base::read_file(path), content);
  }
}

TEST_F(SeccompCache, IsNotFooledByADirectoryInItsPlace) {
  const auto first = compile();
  const std::string path = cache_.path() + "/seccomp/" + files()[0];
  base::remove_file(path);
  base::make_directory(path);
  EXPECT_EQ(compile(), first);
}

TEST_F(SeccompCache, RemovesWhatAKilledCommandLeft) {
  base::make_directory(cache_.path() + "/seccomp");
  base::write_file(cache_.path() + "/seccomp/x.bpf.1234.tmp", "half");
  compile();
  EXPECT_THAT(files(), testing::ElementsAre(testing::EndsWith(".bpf")));
}

TEST_F(SeccompCache, KeepsFiltersApart) {
  EXPECT_NE(compile(), compile({"CAP_SYS_ADMIN"}));
  EXPECT_EQ(files().size(), 2U);
}

TEST_F(SeccompCache, AnswersQuickly) {
  const auto first = compile();
  auto best = std::chrono::nanoseconds::max();
  for (int round = 0; round < 20; ++round) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(compile(), first);
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - start);
  }
  RecordProperty("nanoseconds", static_cast<int>(best.count()));
  // Compiling takes 10 ms and more; sanitizers and unoptimised builds make the look-up slower than
  // its 0.1 ms.
  EXPECT_LT(best, std::chrono::milliseconds(5));
}

}  // namespace
}  // namespace container
