// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "container/engine.hpp"
#include "container/logs.hpp"

namespace container {

/// Where a container's log is.
LogSource log_source(Engine& engine, const Record& record);

/// `logs` of a container by name. Kind unsupported "configured logging driver does not support reading".
void read_log(Engine& engine,
              const std::string& name,
              const LogRequest& request,
              const LogSink& sink);

}  // namespace container
