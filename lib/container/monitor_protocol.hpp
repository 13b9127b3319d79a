// SPDX-License-Identifier: Apache-2.0
// What berth and berth-monitor say to each other. The monitor is built without the C++ library, so
// this header has plain structs only. Both sides of a start come from one build; a later client may
// meet an older monitor, so frames are only ever added, and a kind that is not known is passed
// over.
//
// Descriptors of a monitor when it starts:
//   3       control socket (SOCK_SEQPACKET) of the client that starts the container
//   4       the plan: an anonymous file
//   5 ...   detached mounts, in the order of their targets in the plan, then `held` sockets that keep published
//           ports from other programs: closed when the container ends, then `preserved` descriptors
//           for the container, whose numbers there end the plan, in rising order
// Its working directory is RUNROOT/containers/ID, so `running`, `exit`, `attach` and `console` are
// relative names.
//
// Plan: PlanHeader, then texts, each as its length (4 bytes), its bytes and a zero byte:
//   log path, what each log entry carries (json-file: "attrs":{…}, ready to be written; journald: its fields), pid file, OOM events, cgroup to join, `mounts`
//   targets, `runtime` arguments, `cleanup` arguments, `restart_arguments`, `health` arguments,
//   `preserved` numbers, `begin` arguments
//
// Frame: one packet, a byte of FrameKind and a payload of at most kMaxPayload bytes.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace container::protocol {

constexpr uint32_t kPlanMagic = 0x6874'7262;  // "brth"
constexpr uint32_t kVersion = 5;

constexpr int kControlFd = 3, kPlanFd = 4, kFirstMountFd = 5;
constexpr uint32_t kMaxPlan = 1U << 20, kMaxMounts = 4096, kMaxHeld = 4096, kMaxPreserved = 256,
                   kMaxArguments = 128;

/// Descriptor on which the runtime may tell why it failed: `--log=/proc/self/fd/3`; with preserved ones, the number that follows
/// the last of them.
constexpr int kRuntimeLogFd = 3;

enum PlanFlags : uint32_t {
  kTty = 1U << 0,
  kOpenStdin = 1U << 1,
  kStdinOnce = 1U << 2,
  kHideTmp = 1U << 3,      ///< mount a throw-away tmpfs on /tmp for the runtime
  kPassthrough = 1U << 4,  ///< the container gets the monitor's own standard streams
  kAttachIn = 1U << 5,     ///< streams that the starting client takes part in from the beginning
  kAttachOut = 1U << 6,
  kAttachErr = 1U << 7,
  kClaimed = 1U << 8,             ///< the starting client has promised to clean up, as by `claim`
  kTimeoutIsMinusOne = 1U << 10,  ///< exit code of what ran longer than timeout_ms
  /// Nothing is started before `go`; a client that ends before it wants nothing started.
  kWaitForGo = 1U << 9,
  /// `runtime` only creates the container; its command is run by the arguments of `begin`, at that frame.
  kWaitForBegin = 1U << 11,
};

enum class LogFormat : uint32_t { none, json_file, k8s_file, journald };

/// After which ends the container runs again.
enum class Restart : uint32_t { never, on_failure, always };

/// Docker's waits before a restart: the first, and the longest that doubling leads to. A run that was this long begins
/// with the first again.
constexpr uint32_t kFirstRestartDelayMs = 100, kLongestRestartDelayMs = 60'000;
constexpr uint64_t kGoodRunMs = 10'000;

constexpr uint32_t kUnlimitedRestarts = UINT32_MAX;

struct PlanHeader {
  uint32_t magic, version, size, flags;
  int64_t log_max_size;  ///< bytes, -1: no rotation
  uint32_t log_max_files;
  LogFormat log_format;
  int32_t utc_offset_minutes;  ///< of the times in a k8s-file
  uint16_t rows, columns;      ///< of the terminal, 0: not known
  uint32_t mounts, held, preserved, runtime, cleanup, restart_arguments, health, begin;
  Restart restart;
  uint32_t restarts_left, restart_delay_ms;
  uint64_t timeout_ms;  ///< how long it may run; 0: for ever
  /// interval 0: no checks
  uint64_t health_interval_ms, health_start_interval_ms, health_start_period_ms;
};

constexpr size_t kMaxPayload = 32 * 1024;

/// Of one log entry.
constexpr size_t kMaxLogAttributes = 8 * 1024;

enum class FrameKind : uint8_t {
  // From a client.
  attach = 1,     ///< AttachRequest: from here on output is sent
  input = 2,      ///< bytes for stdin
  input_end = 3,  ///< the client's stdin has ended
  resize = 4,     ///< WindowSize
  claim = 5,  ///< this client cleans up after the exit; while it is connected, the monitor does not
  cleaned = 6,  ///< and has done so
  go = 7,       ///< see kWaitForGo
  duties = 8,   ///< the file `duties` has changed: "INTERVAL START_INTERVAL START_PERIOD" in ms
  begin = 9,  ///< see kWaitForBegin; from here on this client is the one that starts the container
  // From the monitor.
  started = 16,
  failed = 17,  ///< text: why the container did not start
  out = 18,
  err = 19,
  exit = 20,  ///< ExitNotice; nothing follows
};

struct AttachRequest {
  uint32_t version;
  uint8_t in, out, err, unused;
};

struct WindowSize {
  uint16_t rows, columns;
};

struct ExitNotice {
  int32_t code;
  uint32_t oom_killed;
  int64_t finished;  ///< nanoseconds since 1970
};

}  // namespace container::protocol
