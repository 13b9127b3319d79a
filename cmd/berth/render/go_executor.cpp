// SPDX-License-Identifier: Apache-2.0
#include "render/go_executor.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "render/go_format.hpp"
#include "render/go_functions.hpp"
#include "render/go_value.hpp"

namespace render {

namespace {

using Kind = Node::Kind;
using List = std::vector<NodePtr>;
/// The value that comes through a pipe as the last argument, if any.
using Final = std::optional<Value>;

constexpr int kDeepest = 1'000;                          ///< templates that call templates
constexpr std::size_t kLongest = std::size_t{64} << 20;  ///< bytes of output
constexpr std::int64_t kSteps = 1'000'000;               ///< nodes walked

Shape shape_of(Missing missing) {
  switch (missing) {
    case Missing::print:
      return Shape::map;
    case Missing::error:
      return Shape::strict;
    case Missing::field:
      return Shape::row;
  }
  return Shape::map;
}

class Executor {
 public:
  Executor(const Tree& tree, const Data& data, std::string& out)
      : tree_(tree), data_(data), out_(out), start_(out.size()) {}

  void run() {
    const Value top = Value::in(data_.value, shape_of(data_.missing));
    run_template(tree_.name, top);
  }

 private:
  enum class Leave { no, break_, continue_ };

  struct Variable {
    std::string name;
    Value value;
  };

  // Errors.

  /// The place where an error that follows happened.
  void at(const Node& node) { node_ = &node; }

  [[noreturn]] void fail(const std::string& why) const {
    const auto before = std::string_view(tree_.source).substr(0, node_->position);
    const auto line_start = before.rfind('\n');
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t column =
        line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1;
    base::fail(base::Kind::usage,
               "template: {}:{}:{}: executing \"{}\" at <{}>: {}",
               tree_.name,
               line,
               column,
               template_,
               node_->source(),
               why);
  }

  void step() {
    if (++steps_ > kSteps) fail("too many steps");
  }

  void write(std::string_view text) {
    if (out_.size() - start_ + text.size() > kLongest) fail("output is too long");
    out_ += text;
  }

  // Lists and control.

  void run_template(const std::string& name, const Value& dot) {
    const auto outer_name = std::exchange(template_, name);
    auto outer_variables = std::exchange(variables_, {{"$", dot}});
    walk_list(tree_.templates.at(name), dot);
    variables_ = std::move(outer_variables);
    template_ = outer_name;
  }

  Leave walk_list(const List& list, const Value& dot) {
    for (const auto& node : list) {
      const Leave leave = walk(*node, dot);
      if (leave != Leave::no) return leave;
    }
    return Leave::no;
  }

  Leave walk(const Node& node, const Value& dot) {
    at(node);
    step();
    switch (node.kind) {
      case Kind::text:
        write(node.text);
        break;
      case Kind::action:
        walk_action(node, dot);
        break;
      case Kind::if_:
      case Kind::with:
        return walk_choice(node, dot);
      case Kind::range:
        return walk_range(node, dot);
      case Kind::template_:
        walk_template(node, dot);
        break;
      case Kind::break_:
        return Leave::break_;
      case Kind::continue_:
        return Leave::continue_;
      default:
        fail("unknown node");
    }
    return Leave::no;
  }

  void walk_action(const Node& node, const Value& dot) {
    const Value value = pipe(*node.pipe, dot);
    if (!node.pipe->fields.empty()) return;
    at(node);
    write(value.is_valid() ? go_text(value.json()) : "<no value>");
  }

  Leave walk_choice(const Node& node, const Value& dot) {
    const std::size_t mark = variables_.size();
    const Value value = pipe(*node.pipe, dot);
    Leave leave = Leave::no;
    if (value.is_true())
      leave = walk_list(node.list, node.kind == Kind::with ? value : dot);
    else
      leave = walk_list(node.else_list, dot);
    variables_.resize(mark);
    return leave;
  }

  Leave walk_range(const Node& node, const Value& dot) {
    const std::size_t mark = variables_.size();
    const Value over = pipe(*node.pipe, dot);
    const Json& json = over.json();
    bool any = false;
    if (json.is_number_integer())
      any = range_numbers(node, over);
    else if (json.is_structured())
      any = range_items(node, over);
    else if (!json.is_null())
      fail("range can't iterate over " + go_text(json));
    const Leave leave = any ? Leave::no : walk_list(node.else_list, dot);
    variables_.resize(mark);
    return leave;
  }

  bool range_numbers(const Node& node, const Value& over) {
    const auto most = over.json().get<std::int64_t>();
    if (node.pipe->fields.size() > 1)
      fail(fmt::format("can't use {} to iterate over more than one variable", most));
    for (std::int64_t i = 0; i < most; ++i) {
      const Value number{Json(i)};
      if (!iterate(node, number, number)) break;
    }
    return most > 0;
  }

  bool range_items(const Node& node, const Value& over) {
    std::int64_t index = 0;
    const Json& json = over.json();
    for (auto item = json.begin(); item != json.end(); ++item, ++index) {
      const Value key(json.is_object() ? Json(item.key()) : Json(index));
      if (!iterate(node, key, over.part(*item, item_shape(over)))) break;
    }
    return !json.empty();
  }

  /// One round; false after a break.
  bool iterate(const Node& node, const Value& key, const Value& item) {
    const auto& names = node.pipe->fields;
    const std::size_t mark = variables_.size();
    if (names.size() == 1) set(names[0], item, node.pipe->assigns);
    if (names.size() == 2) {
      set(names[0], key, node.pipe->assigns);
      set(names[1], item, node.pipe->assigns);
    }
    const Leave leave = walk_list(node.list, item);
    variables_.resize(mark);
    step();
    return leave != Leave::break_;
  }

  void walk_template(const Node& node, const Value& dot) {
    if (!tree_.templates.contains(node.value))
      fail(fmt::format("template \"{}\" not defined", node.value));
    if (depth_ == kDeepest) fail(fmt::format("exceeded maximum template depth ({})", kDeepest));
    const Value argument = node.pipe ? pipe(*node.pipe, dot) : Value();
    ++depth_;
    run_template(node.value, argument);
    --depth_;
  }

  // Variables.

  void set(const std::string& name, const Value& value, bool assigns) {
    if (!assigns) {
      variables_.push_back({name, value});
      return;
    }
    find_variable(name) = value;
  }

  Value& find_variable(const std::string& name) {
    for (auto variable = variables_.rbegin(); variable != variables_.rend(); ++variable) {
      if (variable->name == name) return variable->value;
    }
    fail("undefined variable: " + name);
  }

  // Pipelines.

  Value pipe(const Node& node, const Value& dot) {
    Value value;
    Final final;
    at(node);
    for (const auto& child : node.children) {
      value = command(*child, dot, final).unboxed(data_.has_pointers);
      final = value;
    }
    // A range sets its variables itself, one item after the other; until then they hold the whole.
    for (const auto& name : node.fields) set(name, value, node.assigns);
    return value;
  }

  Value command(const Node& node, const Value& dot, const Final& final) {
    step();
    const Node& first = *node.children[0];
    switch (first.kind) {
      case Kind::field:
        return field_node(first, dot, &node, final);
      case Kind::chain:
        return chain_node(first, dot, &node, final);
      case Kind::identifier:
        return function(first, node, dot, &node, final);
      case Kind::variable:
        return variable_node(first, &node, final);
      case Kind::pipe:
        refuse_arguments(node, final);
        return pipe(first, dot);
      default:
        break;
    }
    at(first);
    refuse_arguments(node, final);
    if (first.kind == Kind::nil) fail("nil is not a command");
    return constant(first, dot);
  }

  Value constant(const Node& node, const Value& dot) {
    switch (node.kind) {
      case Kind::dot:
        return dot;
      case Kind::boolean:
        return Value(Json(node.integer != 0));
      case Kind::number:
        return node.is_real ? Value(Json(node.real)) : Value(Json(node.integer));
      case Kind::string:
        return Value(Json(node.value));
      default:
        return {};
    }
  }

  void refuse_arguments(const Node& command, const Final& final) {
    if (command.children.size() == 1 && !final) return;
    at(*command.children[0]);
    fail("can't give argument to non-function " + command.children[0]->source());
  }

  /// An argument of a function.
  Value argument(const Node& node, const Value& dot) {
    at(node);
    switch (node.kind) {
      case Kind::field:
        return field_node(node, dot, nullptr, {});
      case Kind::variable:
        return variable_node(node, nullptr, {});
      case Kind::chain:
        return chain_node(node, dot, nullptr, {});
      case Kind::pipe:
        return pipe(node, dot);
      case Kind::identifier:
        return function(node, node, dot, nullptr, {});
      default:
        return constant(node, dot);
    }
  }

  // Fields.

  Value field_node(const Node& node, const Value& dot, const Node* command, const Final& final) {
    at(node);
    return fields(dot, node.fields, 0, dot, command, final);
  }

  Value variable_node(const Node& node, const Node* command, const Final& final) {
    at(node);
    const Value value = find_variable(node.fields[0]);
    if (node.fields.size() == 1) {
      if (command) refuse_arguments(*command, final);
      return value;
    }
    return fields(value, node.fields, 1, value, command, final);
  }

  Value chain_node(const Node& node, const Value& dot, const Node* command, const Final& final) {
    at(node);
    if (node.children[0]->kind == Kind::nil)
      fail("indirection through explicit nil in " + node.source());
    const Value value = argument(*node.children[0], dot);
    return fields(value, node.fields, 0, dot, command, final);
  }

  /// Walks down the names from `from` on; the last one may be a method with arguments.
  Value fields(Value value,
               const std::vector<std::string>& names,
               std::size_t from,
               const Value& dot,
               const Node* command,
               const Final& final) {
    for (std::size_t i = from; i < names.size(); ++i) {
      const std::string parent = i > from ? names[i - 1] : "";
      if (i + 1 == names.size() && command && (command->children.size() > 1 || final)) {
        return call_method(value, names[i], *command, dot, final);
      }
      value = field(value, names[i], parent);
    }
    return value;
  }

  Value field(const Value& value, const std::string& name, const std::string& parent) {
    const Json& json = value.json();
    if (json.is_null()) {
      if (value.is_boxed()) fail(fmt::format("nil pointer evaluating interface {{}}.{}", name));
      if (data_.missing == Missing::error)
        fail(fmt::format("nil data; no entry for key \"{}\"", name));
      return {};
    }
    if (!json.is_object())
      fail(fmt::format("can't evaluate field {} in type {}", name, value.type_name()));
    const auto found = json.find(name);
    if (found != json.end()) return value.part(*found, child_shape(value.shape(), name, parent));
    if (value.shape() == Shape::row) {
      if (data_.methods && data_.methods->contains(name)) {
        fail(fmt::format("wrong number of args for {}: want 1 got 0", name));
      }
      fail(fmt::format("can't evaluate field {} in type {}", name, data_.type));
    }
    if (value.shape() == Shape::strict) fail(fmt::format("map has no entry for key \"{}\"", name));
    return {};
  }

  /// What hangs below a row is a plain map; below a strict object, only named fields are.
  Shape child_shape(Shape parent_shape, const std::string& name, const std::string& parent) const {
    if (parent_shape != Shape::strict) return inner_shape(parent_shape);
    const bool is_map =
        data_.maps && (data_.maps->contains(name) || data_.maps->contains(parent + "." + name));
    return is_map ? Shape::map : Shape::strict;
  }

  /// A list of rows is no row itself.
  Shape item_shape(const Value& over) const {
    if (over.shape() == Shape::row && over.json().is_array()) return Shape::row;
    return inner_shape(over.shape());
  }

  Shape inner_shape(Shape outer) const {
    if (outer == Shape::map && data_.missing == Missing::error) return Shape::strict;
    return outer == Shape::row && !data_.structs_below ? Shape::map
           : outer == Shape::row                       ? Shape::strict
                                                       : outer;
  }

  Value call_method(const Value& value,
                    const std::string& name,
                    const Node& command,
                    const Value& dot,
                    const Final& final) {
    const auto* methods = value.shape() == Shape::row || data_.is_header ? data_.methods : nullptr;
    const auto method = methods ? methods->find(name) : decltype(methods->find(name)){};
    if (!methods || method == methods->end()) {
      if (value.json().is_object() && value.shape() == Shape::row && value.json().contains(name)) {
        const std::size_t given = command.children.size() - 1 + (final ? 1 : 0);
        fail(fmt::format("wrong number of args for {}: want 0 got {}", name, given));
      }
      if (value.shape() == Shape::row)
        fail(fmt::format("can't evaluate field {} in type {}", name, data_.type));
      fail(name + " is not a method but has arguments");
    }
    std::vector<Json> arguments;
    for (std::size_t i = 1; i < command.children.size(); ++i)
      arguments.push_back(argument(*command.children[i], dot).json());
    if (final) arguments.push_back(final->json());
    if (arguments.size() != 1)
      fail(fmt::format("wrong number of args for {}: want 1 got {}", name, arguments.size()));
    return Value(method->second(value.json(), arguments));
  }

  // Functions.

  /// `whole` is the place of errors inside of the function, `command` holds the arguments.
  Value function(const Node& name,
                 const Node& whole,
                 const Value& dot,
                 const Node* command,
                 const Final& final) {
    at(name);
    const Function& function = *find_function(name.text);
    const std::size_t given = (command ? command->children.size() - 1 : 0) + (final ? 1 : 0);
    check_count(function, given);
    if (name.text == "and" || name.text == "or")
      return stop_early(name.text == "or", dot, *command, final);
    std::vector<Value> arguments;
    for (std::size_t i = 1; command && i < command->children.size(); ++i) {
      arguments.push_back(typed_argument(*command->children[i], dot, takes(function, i - 1)));
    }
    if (final) arguments.push_back(checked(*final, takes(function, arguments.size())));
    if (data_.is_header && function.passes_header && !arguments.empty()) return arguments[0];
    try {
      return function.call(arguments);
    } catch (const CallFailure& failure) {
      at(whole);
      fail(fmt::format(
          "error calling {}: {}", name.text, called_why(failure.why, name.text, command)));
    }
  }

  /// `call` names its argument as it is written.
  static std::string called_why(const std::string& why,
                                const std::string& name,
                                const Node* command) {
    const std::string start = "non-function ";
    if (name != "call" || !why.starts_with(start) || !command || command->children.size() < 2)
      return why;
    return start + command->children[1]->source() + why.substr(why.rfind(" of type "));
  }

  void check_count(const Function& function, std::size_t given) const {
    const std::size_t named = function.parameters.size();
    if (!function.variadic && given != named) {
      fail(fmt::format("wrong number of args for {}: want {} got {}", function.name, named, given));
    }
    if (function.variadic && given + 1 < named) {
      fail(fmt::format(
          "wrong number of args for {}: want at least {} got {}", function.name, named - 1, given));
    }
  }

  static Function::Takes takes(const Function& function, std::size_t index) {
    return function.parameters[std::min(index, function.parameters.size() - 1)];
  }

  Value typed_argument(const Node& node, const Value& dot, Function::Takes takes) {
    const bool is_constant =
        node.kind == Kind::number || node.kind == Kind::string || node.kind == Kind::boolean;
    const bool wants_string = takes == Function::Takes::string && node.kind != Kind::string;
    const bool wants_integer =
        takes == Function::Takes::integer && (node.kind != Kind::number || node.is_real);
    if (is_constant && (wants_string || wants_integer)) {
      at(node);
      fail(
          fmt::format("expected {}; found {}", wants_string ? "string" : "integer", node.source()));
    }
    if (node.kind == Kind::nil && takes != Function::Takes::any) {
      at(node);
      fail("cannot assign nil to " + parameter_type(takes));
    }
    return checked(argument(node, dot), takes);
  }

  Value checked(const Value& value, Function::Takes takes) const {
    using Takes = Function::Takes;
    const Json& json = value.json();
    if (takes == Takes::any || (takes == Takes::string && json.is_string()) ||
        (takes == Takes::integer && json.is_number_integer()) ||
        (takes == Takes::list && (json.is_array() || json.is_null()))) {
      return value;
    }
    if (!value.is_valid()) fail("invalid value; expected " + parameter_type(takes));
    const std::string got = json.is_null() ? "interface {}" : go_type_name(json);
    fail(fmt::format("wrong type for value; expected {}; got {}", parameter_type(takes), got));
  }

  Value stop_early(bool at_true, const Value& dot, const Node& command, const Final& final) {
    Value value;
    for (std::size_t i = 1; i < command.children.size(); ++i) {
      value = argument(*command.children[i], dot);
      if (value.is_true() == at_true) return value;
    }
    return final ? *final : value;
  }

  const Tree& tree_;
  const Data& data_;
  std::string& out_;
  std::size_t start_;
  const Node* node_ = nullptr;
  std::string template_;
  std::vector<Variable> variables_;
  int depth_ = 0;
  std::int64_t steps_ = 0;
};

}  // namespace

void execute_template(const Tree& tree, const Data& data, std::string& out) {
  Executor(tree, data, out).run();
}

}  // namespace render
