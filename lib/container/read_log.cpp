// SPDX-License-Identifier: Apache-2.0
#include "container/read_log.hpp"

#include "container/log_plan.hpp"
#include "container/state.hpp"

namespace container {

LogSource log_source(Engine& engine, const Record& record) {
  const Details details = engine.containers.details(record.id);
  const State state = state_of(engine, record);
  LogSource source;
  source.driver = log_driver(details.options);
  source.path = source.driver == LogDriver::journald ? record.id : details.log_path;
  if (state.has_process()) {
    source.run_directory = engine.run_directory(record.id);
    source.monitor = state.running.monitor;
  }
  return source;
}

void read_log(Engine& engine,
              const std::string& name,
              const LogRequest& request,
              const LogSink& sink) {
  read_logs(log_source(engine, engine.containers.get(name)), request, sink);
}

}  // namespace container
