// SPDX-License-Identifier: Apache-2.0
// The berth command. The name it is called by chooses the dialect (dialect.hpp).
#include <string>

#include "program.hpp"

int main(int argc, char** argv) {
  const std::string path = argc > 0 ? argv[0] : "berth";
  const cli::Words words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return cli::run_program(path.substr(path.rfind('/') + 1), words, cli::register_verbs);
}
