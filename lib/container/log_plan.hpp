// SPDX-License-Identifier: Apache-2.0
// What the monitor is told of a container's log.
#pragma once

#include "container/monitor.hpp"
#include "container/record.hpp"

namespace container {

/// The driver that writes a container's log: what was asked for may be another name of it.
LogDriver log_driver(const CreateOptions& options);

/// Kind unsupported when the driver's daemon does not run here.
LogPlan plan_log(const Record& record, const Details& details);

}  // namespace container
