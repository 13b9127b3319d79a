// SPDX-License-Identifier: Apache-2.0
#include "container/log_plan.hpp"

#include "base/error.hpp"
#include "base/sys.hpp"
#include "base/time.hpp"
#include "container/journal.hpp"
#include "container/log_attributes.hpp"

namespace container {

LogDriver log_driver(const CreateOptions& options) {
  const LogDriver driver = log_driver(options.log.driver);
  return driver == LogDriver::json_file && options.rules.logs_lines ? LogDriver::k8s_file : driver;
}

LogPlan plan_log(const Record& record, const Details& details) {
  const auto& options = details.options.log;
  LogPlan log;
  log.driver = log_driver(details.options);
  log.path = details.log_path;
  log.max_size = options.max_size;
  log.max_files = options.max_files;
  if (log.driver == LogDriver::k8s_file) log.utc_offset = base::utc_offset(base::now());
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
