// SPDX-License-Identifier: Apache-2.0
// The container's log file: lines as Docker's json-file or Kubernetes' (CRI) format has them,
// rotated by size.
//
//   json-file  {"log":"text\n","stream":"stdout","time":"2026-01-02T03:04:05.123456789Z"}
//   k8s-file   2026-01-02T03:04:05.123456789+00:00 stdout F text
//   journald   no file: each line goes to the journal (journal.hpp)
//
// A line is written when it is complete, when it is longer than 16 KiB (then in pieces: no \n at
// the end of the text, or P in place of F), or when the stream has ended.
#pragma once

#include <stddef.h>

#include "plan.hpp"

namespace monitor {

enum class Stream : unsigned { out, err };

constexpr Stream kStreams[] = {Stream::out, Stream::err};

/// Opens the log of the plan, to append; false when that cannot be.
bool open_log(const Plan& plan);

void log_output(Stream stream, const char* data, size_t size);

/// Writes what a stream left without a line end.
void log_end(Stream stream);

/// Gives memory back that only a busy log needs.
void shrink_log();

}  // namespace monitor
