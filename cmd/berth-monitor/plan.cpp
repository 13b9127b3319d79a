// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace monitor {

namespace {

using protocol::PlanHeader;

uint32_t length_before(const char* text) {
  uint32_t length;
  memcpy(&length, text - sizeof length, sizeof length);
  return length;
}

bool is_plan(const PlanHeader& header, uint64_t size) {
  return header.magic == protocol::kPlanMagic && header.version == protocol::kVersion &&
         header.size == size && header.mounts <= protocol::kMaxMounts &&
         header.held <= protocol::kMaxHeld && header.preserved <= protocol::kMaxPreserved &&
         header.runtime >= 1 && header.runtime <= protocol::kMaxArguments &&
         header.cleanup <= protocol::kMaxArguments &&
         header.restart_arguments <= protocol::kMaxArguments &&
         header.health <= protocol::kMaxArguments && header.begin <= protocol::kMaxArguments;
}

/// Follows the lengths of `count` texts from `at`: every one must end, with its zero, before `end`.
bool texts_fit(const char* at, const char* end, uint32_t count) {
  for (; count > 0; --count) {
    if (end - at < 4) return false;
    const uint32_t length = length_before(at + 4);
    at += 4;
    if (static_cast<uint64_t>(end - at) <= length || at[length] != 0) return false;
    at += length + 1;
  }
  return at == end;
}

}  // namespace

const char* next_text(const char* text) {
  return text + length_before(text) + 1 + 4;
}

bool read_plan(int fd, Plan& plan) {
  struct stat file {};

  if (fstat(fd, &file) < 0) return false;
  const uint64_t size = static_cast<uint64_t>(file.st_size);
  if (size < sizeof(PlanHeader) || size > protocol::kMaxPlan) return false;
  void* mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) return false;
  plan.header = static_cast<const PlanHeader*>(mapped);
  const char* bytes = static_cast<const char*>(mapped);
  constexpr uint32_t kSingleTexts = 5;
  const PlanHeader& header = *plan.header;
  if (!is_plan(header, size) ||
      !texts_fit(bytes + sizeof header,
                 bytes + size,
                 kSingleTexts + header.mounts + header.runtime + header.cleanup +
                     header.restart_arguments + header.health + header.preserved + header.begin)) {
    return false;
  }
  plan.log_path = bytes + sizeof header + 4;
  plan.log_attributes = next_text(plan.log_path);
  plan.pid_file = next_text(plan.log_attributes);
  plan.oom_events = next_text(plan.pid_file);
  plan.cgroup_join = next_text(plan.oom_events);
  plan.lists = next_text(plan.cgroup_join);
  return true;
}

}  // namespace monitor
