// SPDX-License-Identifier: Apache-2.0
// How lines of the log look.
#pragma once

namespace base {

/// "WARNING: x", or `time="…" level=warning msg="x"` as programs look for that know Podman's.
enum class LogStyle { plain, fields };

void set_log_style(LogStyle style);

}  // namespace base
