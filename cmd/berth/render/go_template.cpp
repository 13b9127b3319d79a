// SPDX-License-Identifier: Apache-2.0
#include "render/go_template.hpp"

#include <fmt/format.h>

#include "render/go_executor.hpp"
#include "render/go_parser.hpp"

namespace render {

namespace {

/// The field that an action prints; nullptr when there is more to it.
const std::string* find_plain_field(const Node& action) {
  const auto& pipe = *action.pipe;
  if (!pipe.fields.empty() || pipe.children.size() != 1) return nullptr;
  const auto& command = *pipe.children[0];
  if (command.children.size() != 1) return nullptr;
  const auto& value = *command.children[0];
  return value.kind == Node::Kind::field && value.fields.size() == 1 ? &value.fields[0] : nullptr;
}

}  // namespace

Template Template::parse(const std::string& name, const std::string& text) {
  return Template(parse_template(name, text));
}

void Template::execute(const Data& data, std::string& out) const {
  execute_template(*tree_, data, out);
}

std::optional<std::vector<Template::Part>> Template::plain_parts() const {
  std::vector<Part> parts;
  for (const auto& node : tree_->templates.at(tree_->name)) {
    const auto* field = node->kind == Node::Kind::action ? find_plain_field(*node) : nullptr;
    if (!field && node->kind != Node::Kind::text) return std::nullopt;
    parts.push_back(field ? Part{"", *field} : Part{node->text, ""});
  }
  return parts;
}

}  // namespace render
