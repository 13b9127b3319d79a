// SPDX-License-Identifier: Apache-2.0
#include "render/go_template.hpp"

#include <fmt/format.h>

#include "render/go_executor.hpp"
#include "render/go_parser.hpp"

namespace render {

Template Template::parse(const std::string& name, const std::string& text) {
  return Template(parse_template(name, text));
}

void Template::execute(const Data& data, std::string& out) const {
  execute_template(*tree_, data, out);
}

}  // namespace render
