// SPDX-License-Identifier: Apache-2.0
// Any bytes as a template of --format, over a row that has all kinds of values: it is refused with Go's words or executed
// within its bounds of steps and output.
//   fuzz-template -max_len=1024 CORPUS
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "render/go_template.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const render::Json row = {{"Name", "web"},
                                   {"Size", 12},
                                   {"Share", 0.5},
                                   {"Up", true},
                                   {"Labels", {{"a", "b"}}},
                                   {"Ports", {80, 443}},
                                   {"None", nullptr}};
  try {
    std::string out;
    const auto parsed =
        render::Template::parse("fuzz", {reinterpret_cast<const char*>(data), size});
    parsed.execute({.value = row, .missing = render::Missing::print}, out);
  } catch (const base::Error& e) {
    if (e.kind() != base::Kind::usage) {
      std::fprintf(stderr, "refused oddly: %s\n", e.message().c_str());
      std::abort();
    }
  }
  return 0;
}
