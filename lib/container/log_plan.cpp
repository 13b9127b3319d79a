// SPDX-License-Identifier: Apache-2.0
#include "container/log_plan.hpp"

#include "base/error.hpp"
#include "base/sys.hpp"
#include "container/journal.hpp"
#include "container/log_attributes.hpp"

namespace container {

LogPlan plan_log(const Record& record, const Details& details) {
  const auto& options = details.options.log;
  LogPlan log;
  log.driver = log_driver(options.driver);
  log.path = details.log_path;
  log.max_size = options.max_size;
  log.max_files = options.max_files;
  if (log.driver == LogDriver::json_file) log.attributes = json_attributes(record, details);
  if (log.driver != LogDriver::journald) return log;
  if (!base::exists(kJournalSocket)) {
    base::fail(base::Kind::unsupported,
               "failed to initialize logging driver: journald is not enabled on this host");
  }
  log.attributes = journal_fields(record, details);
  return log;
}

}  // namespace container
