// SPDX-License-Identifier: Apache-2.0
#include "revive.hpp"

#include <unistd.h>

#include "sys.hpp"

namespace monitor {

namespace {

uint64_t run_began;

struct Policy {
  protocol::Restart restart;
  uint64_t left;
};

/// What berth update has written to the file `policy`: "POLICY LEFT".
void read_changed(Policy& policy) {
  char text[64];
  const char* rest = nullptr;
  if (read_small("policy", text, sizeof text) <= 0) return;
  policy.restart = static_cast<protocol::Restart>(parse_number(text, &rest));
  policy.left = *rest == ' ' ? parse_number(rest + 1, nullptr) : 0;
}

}  // namespace

void note_run_begins() {
  run_began = now();
}

bool wants_restart(const Plan& plan, int exit_code) {
  Policy policy{plan.header->restart, plan.header->restarts_left};
  read_changed(policy);
  if (plan.header->restart_arguments == 0 || policy.left == 0) return false;
  if (policy.restart == protocol::Restart::never) return false;
  if (policy.restart == protocol::Restart::on_failure && exit_code == 0) return false;
  return access("stopped", F_OK) != 0;
}

uint64_t restart_delay_ms(const Plan& plan) {
  const uint64_t time = now();
  const bool ran_well = time > run_began && time - run_began >= protocol::kGoodRunMs * 1000000;
  return ran_well ? protocol::kFirstRestartDelayMs : plan.header->restart_delay_ms;
}

}  // namespace monitor
