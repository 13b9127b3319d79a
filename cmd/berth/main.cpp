// SPDX-License-Identifier: Apache-2.0
// The berth command. The name it is called by chooses the dialect (dialect.hpp).
#include <malloc.h>
#include <string>

#include "program.hpp"

namespace {

/// A command is short: memory that it has had once it is not given back and faulted in again. Large blocks are.
void keep_memory() {
  mallopt(M_TOP_PAD, 256 << 10);
  mallopt(M_TRIM_THRESHOLD, 8 << 20);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory();
  const std::string path = argc > 0 ? argv[0] : "berth";
  const cli::Words words(argv + (argc > 0 ? 1 : 0), argv + argc);
  return cli::run_program(path.substr(path.rfind('/') + 1), words, cli::register_verbs);
}
