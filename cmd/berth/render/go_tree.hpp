// SPDX-License-Identifier: Apache-2.0
// A parsed template. Nodes print as their source does in Go's error texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace render {

struct Node;
using NodePtr = std::unique_ptr<Node>;

struct Node {
  enum class Kind {
    text,       ///< text
    action,     ///< pipe
    if_,        ///< pipe, list, else_list
    with,       ///< pipe, list, else_list
    range,      ///< pipe, list, else_list
    template_,  ///< text: name; pipe, or none
    break_,
    continue_,
    pipe,        ///< fields: declared variables; children: commands
    command,     ///< children: the function or value, and arguments
    field,       ///< fields: .A.B
    variable,    ///< fields: $x.A.B
    chain,       ///< pipe or children[0]: (…).A.B
    identifier,  ///< text: a function
    dot,
    nil,
    boolean,  ///< integer
    number,   ///< text; integer or real
    string,   ///< text: source with quotes; value
  };

  Kind kind;
  std::size_t position = 0;  ///< in the source
  std::string text;
  std::string value;
  std::vector<std::string> fields;
  std::vector<NodePtr> children;
  NodePtr pipe;
  std::vector<NodePtr> list, else_list;
  bool assigns = false;  ///< pipe: = instead of :=
  bool is_real = false;  ///< number: a floating-point one
  std::int64_t integer = 0;
  double real = 0;

  /// The source, normalised as Go prints it.
  std::string source() const;
};

struct Tree {
  std::string name;                                       ///< for error texts
  std::string source;                                     ///< to tell columns
  std::map<std::string, std::vector<NodePtr>> templates;  ///< the main one under `name`
};

}  // namespace render
