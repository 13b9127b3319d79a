// SPDX-License-Identifier: Apache-2.0
#include "cli.hpp"
#include "session.hpp"

namespace cli {

int for_each(Session& session,
             const Words& targets,
             const std::function<void(const std::string&)>& act) {
  int code = 0;
  const auto failed = [&](const auto& error) {
    const Told told = session.speech().tell(error);
    print_error(told);
    code = told.code;
  };
  for (const auto& target : targets) {
    try {
      act(target);
    } catch (const base::Error& e) {
      failed(e);
    } catch (const ClientError& e) {
      failed(e);
    }
  }
  return code;
}

}  // namespace cli
