// SPDX-License-Identifier: Apache-2.0
// Go's text/template over JSON, for --format: parsed once, executed for many rows.
//
//   const auto t = render::Template::parse("", "{{.Name}}: {{json .Labels}}");
//   std::string out;
//   t.execute({.value = row}, out);
//
// All of the language is there (pipelines, variables, if, with, range, define, template, block,
// break, continue, trimming, comments), Go's functions, and those that docker and podman add: json
// split join title lower upper pad truncate. Error texts are Go's. Templates may come from files
// that others wrote: nesting, steps and output are bounded.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace render {

using Json = nlohmann::json;

struct Tree;

/// What a field of a JSON object that is not there means.
enum class Missing {
  print,  ///< "<no value>", as for a Go map
  error,  ///< `map has no entry for key "X"`, as for a map under missingkey=error
  field,  ///< `can't evaluate field X in type …`, as for a Go struct
};

/// A field that takes arguments: {{.Label "app"}}. Gets the object it is called on.
using Method = std::function<Json(const Json& object, const std::vector<Json>& arguments)>;

struct Data {
  const Json& value;
  Missing missing = Missing::print;
  /// Missing::field: the struct's name for error texts ("*formatter.ContainerContext").
  std::string type = "interface {}";
  /// Missing::field: what hangs below the object are structs, too.
  bool structs_below = false;
  /// Names of fields that hold true maps ("Labels", "LogConfig.Config"): there a missing key prints
  /// as in Go.
  const std::set<std::string>* maps = nullptr;
  /// Of the top object. Each takes one argument.
  const std::map<std::string, Method>* methods = nullptr;
  /// null stands for a pointer of a Go struct, which prints as "<nil>".
  bool has_pointers = false;
  /// As docker executes a template to make a table's header line: functions hand their argument on.
  bool is_header = false;
};

class Template {
 public:
  /// Kind usage: "template: NAME:1: unclosed action".
  static Template parse(const std::string& name, const std::string& text);

  /// Appends to `out`; on an Error (kind usage), what came before it is there.
  void execute(const Data& data, std::string& out) const;

  /// Text, or the value of a field.
  struct Part {
    std::string text;
    std::string field;  ///< empty: text
  };

  /// What it consists of, when that is text and fields of the data alone: "{{.ID}}\t{{.Names}}".
  std::optional<std::vector<Part>> plain_parts() const;

 private:
  explicit Template(std::shared_ptr<const Tree> tree) : tree_(std::move(tree)) {}

  std::shared_ptr<const Tree> tree_;
};

}  // namespace render
