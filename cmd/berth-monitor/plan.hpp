// SPDX-License-Identifier: Apache-2.0
// The plan as berth wrote it (container/monitor_protocol.hpp), checked and cut into texts. All
// pointers lead into one mapping that stays for the monitor's life.
#pragma once

#include "container/monitor_protocol.hpp"

namespace monitor {

namespace protocol = container::protocol;

struct Plan {
  const protocol::PlanHeader* header;
  const char* log_path;
  const char* log_attributes;
  const char* pid_file;
  const char* oom_events;
  const char* cgroup_join;
  const char* lists;  ///< mount targets, runtime, clean-up, restart and health-check arguments, ...

  bool has(uint32_t flag) const { return (header->flags & flag) != 0; }
};

/// Maps and checks the plan; false when it is not one that this monitor understands.
bool read_plan(int fd, Plan& plan);

/// The text that follows `text` in the plan.
const char* next_text(const char* text);

}  // namespace monitor
