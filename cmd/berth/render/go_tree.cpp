// SPDX-License-Identifier: Apache-2.0
#include "render/go_tree.hpp"

namespace render {

namespace {

std::string joined(const std::vector<std::string>& parts, const char* before, const char* between) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? before : between) + part;
  return text;
}

std::string list_source(const std::vector<NodePtr>& list) {
  std::string text;
  for (const auto& node : list) text += node->source();
  return text;
}

/// Pipelines inside commands stand in parentheses.
std::string argument_source(const Node& node) {
  return node.kind == Node::Kind::pipe ? "(" + node.source() + ")" : node.source();
}

std::string pipe_source(const Node& pipe) {
  std::string text = joined(pipe.fields, "", ", ");
  if (!text.empty()) text += pipe.assigns ? " = " : " := ";
  for (std::size_t i = 0; i < pipe.children.size(); ++i)
    text += (i == 0 ? "" : " | ") + pipe.children[i]->source();
  return text;
}

std::string command_source(const Node& command) {
  std::string text;
  for (const auto& child : command.children)
    text += (text.empty() ? "" : " ") + argument_source(*child);
  return text;
}

std::string control_source(const Node& node, const char* word) {
  std::string text =
      std::string("{{") + word + " " + node.pipe->source() + "}}" + list_source(node.list);
  if (!node.else_list.empty()) text += "{{else}}" + list_source(node.else_list);
  return text + "{{end}}";
}

}  // namespace

std::string Node::source() const {
  switch (kind) {
    case Kind::text:
    case Kind::identifier:
    case Kind::number:
    case Kind::string:
      return text;
    case Kind::action:
      return "{{" + pipe->source() + "}}";
    case Kind::if_:
      return control_source(*this, "if");
    case Kind::with:
      return control_source(*this, "with");
    case Kind::range:
      return control_source(*this, "range");
    case Kind::template_:
      return "{{template " + text + (pipe ? " " + pipe->source() : "") + "}}";
    case Kind::break_:
      return "{{break}}";
    case Kind::continue_:
      return "{{continue}}";
    case Kind::pipe:
      return pipe_source(*this);
    case Kind::command:
      return command_source(*this);
    case Kind::field:
      return joined(fields, ".", ".");
    case Kind::variable:
      return joined(fields, "", ".");
    case Kind::chain:
      return argument_source(*children[0]) + joined(fields, ".", ".");
    case Kind::dot:
      return ".";
    case Kind::nil:
      return "nil";
    case Kind::boolean:
      return integer != 0 ? "true" : "false";
  }
  return "";
}

}  // namespace render
