// SPDX-License-Identifier: Apache-2.0
#include "base/interrupt.hpp"

#include <csignal>

#include "base/error.hpp"

namespace base {

namespace {

volatile std::sig_atomic_t arrived = 0;

void remember(int signal) {
  arrived = signal;
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};

  action.sa_handler = remember;  // no SA_RESTART: a blocked call must come back
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
}

bool is_interrupted() {
  return arrived != 0;
}

void check_interrupt() {
  if (arrived != 0) throw Interrupted(arrived);
}

}  // namespace base
