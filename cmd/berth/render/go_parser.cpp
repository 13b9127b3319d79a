// SPDX-License-Identifier: Apache-2.0
#include "render/go_parser.hpp"

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "render/go_functions.hpp"
#include "render/go_lexer.hpp"
#include "render/go_literals.hpp"

namespace render {

namespace {

using Kind = Node::Kind;
using Tok = Token::Kind;

constexpr int kDeepest = 200;  ///< blocks and parentheses in each other

class Parser {
 public:
  Parser(const std::string& name, const std::string& source) : tokens_(lex_template(source)) {
    tree_->name = name;
    tree_->source = source;
  }

  std::shared_ptr<const Tree> parse() {
    std::vector<NodePtr> list;
    while (!peek().is(Tok::end)) {
      if (peek().is(Tok::left_delimiter) && after_delimiter().is_keyword("define")) {
        next();
        next_word();
        parse_definition();
        continue;
      }
      list.push_back(text_or_action());
      if (end_ != End::none)
        fail("unexpected " + std::string(end_ == End::end ? "{{end}}" : "{{else}}"));
    }
    add_template(tree_->name, std::move(list));
    return tree_;
  }

 private:
  /// What closed a list of nodes.
  enum class End { none, end, else_ };

  // Tokens.

  const Token& peek() const { return tokens_[at_]; }

  const Token& next() {
    const Token& token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    last_line_ = token.line;
    return token;
  }

  void skip_space() {
    while (peek().is(Tok::space)) next();
  }

  const Token& peek_word() {
    skip_space();
    return peek();
  }

  const Token& next_word() {
    skip_space();
    return next();
  }

  const Token& after_delimiter() const {
    std::size_t i = at_ + 1;
    while (i + 1 < tokens_.size() && tokens_[i].is(Tok::space)) ++i;
    return tokens_[std::min(i, tokens_.size() - 1)];
  }

  [[noreturn]] void fail(const std::string& why) const {
    base::fail(base::Kind::usage, "template: {}:{}: {}", tree_->name, last_line_, why);
  }

  [[noreturn]] void unexpected(const Token& token, const std::string& context) {
    last_line_ = token.line;
    if (!token.is(Tok::error)) fail("unexpected " + token.shown() + " in " + context);
    std::string extra;
    if (action_line_ != 0 && action_line_ != token.line) {
      extra = fmt::format(" in action started at {}:{}", tree_->name, action_line_);
      if (token.text.ends_with(" action")) extra = extra.substr(std::string(" in action").size());
    }
    fail(token.text + extra);
  }

  const Token& expect(Tok kind, const std::string& context) {
    const Token& token = next_word();
    if (token.kind != kind) unexpected(token, context);
    return token;
  }

  static NodePtr make(Kind kind, const Token& token) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->position = token.position;
    return node;
  }

  /// Counts how deep we are, against a template that would exhaust the stack.
  class Level {
   public:
    explicit Level(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > kDeepest) parser_.fail("nested too deeply");
    }

    ~Level() { --parser_.depth_; }

    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Parser& parser_;
  };

  // Lists and actions.

  NodePtr text_or_action() {
    end_ = End::none;
    const Token& token = next();
    if (token.is(Tok::text)) {
      auto node = make(Kind::text, token);
      node->text = token.text;
      return node;
    }
    if (!token.is(Tok::left_delimiter)) unexpected(token, "input");
    action_line_ = token.line;
    auto node = action();
    action_line_ = 0;
    return node;
  }

  /// Nodes up to {{end}} or {{else}}; `end_` tells which.
  std::vector<NodePtr> item_list() {
    std::vector<NodePtr> list;
    while (!peek().is(Tok::end)) {
      auto node = text_or_action();
      if (end_ != End::none) return list;
      list.push_back(std::move(node));
    }
    last_line_ = peek().line;
    fail("unexpected EOF");
  }

  NodePtr action() {
    const Token& token = peek_word();
    if (!token.is(Tok::keyword) || token.text == "nil" || token.text == "define") {
      auto node = make(Kind::action, token);
      node->pipe = pipeline("command", Tok::right_delimiter);
      return node;
    }
    next();
    if (token.text == "if") return control(Kind::if_, token);
    if (token.text == "with") return control(Kind::with, token);
    if (token.text == "range") return control(Kind::range, token);
    if (token.text == "template") return template_call();
    if (token.text == "block") return block();
    if (token.text == "break") return leave(Kind::break_, token);
    if (token.text == "continue") return leave(Kind::continue_, token);
    if (token.text == "end") {
      expect(Tok::right_delimiter, "end");
      end_ = End::end;
      return nullptr;
    }
    // {{else}}, or {{else if …}} and {{else with …}}, which the enclosing control reads on.
    if (!peek_word().is_keyword("if") && !peek_word().is_keyword("with"))
      expect(Tok::right_delimiter, "else");
    end_ = End::else_;
    return nullptr;
  }

  NodePtr leave(Kind kind, const Token& token) {
    const std::string shown = "{{" + token.text + "}}";
    auto node = make(kind, token);
    const Token& close = next_word();
    if (!close.is(Tok::right_delimiter)) unexpected(close, shown);
    if (ranges_ == 0) fail(shown + " outside {{range}}");
    return node;
  }

  NodePtr control(Kind kind, const Token& token) {
    const Level level(*this);
    const std::size_t variables = variables_.size();
    auto node = make(kind, token);
    node->pipe = pipeline(token.text, Tok::right_delimiter);
    if (kind == Kind::range) ++ranges_;
    node->list = item_list();
    if (end_ == End::else_) node->else_list = else_list(kind, token.text);
    if (kind == Kind::range) --ranges_;
    end_ = End::none;
    variables_.resize(variables);
    return node;
  }

  std::vector<NodePtr> else_list(Kind kind, const std::string& word) {
    const Token& token = peek();
    if (token.is_keyword("if") || token.is_keyword("with")) {
      if (token.text != word) unexpected(token, "else");
      next();
      std::vector<NodePtr> list;
      list.push_back(control(kind, token));  // takes our {{end}}, too
      return list;
    }
    auto list = item_list();
    if (end_ == End::else_) fail("expected end; found {{else}}");
    return list;
  }

  std::string template_name(const std::string& context) {
    const Token& token = next_word();
    if (!token.is(Tok::string) && !token.is(Tok::raw_string)) unexpected(token, context);
    const auto name = unquote(token.text);
    if (!name) fail("invalid syntax");
    return *name;
  }

  NodePtr template_call() {
    auto node = make(Kind::template_, peek_word());
    node->value = template_name("template clause");
    node->text = go_quote(node->value);
    if (next_word_is(Tok::right_delimiter)) return node;
    node->pipe = pipeline("template clause", Tok::right_delimiter);
    return node;
  }

  bool next_word_is(Tok kind) {
    if (!peek_word().is(kind)) return false;
    next();
    return true;
  }

  NodePtr block() {
    const Level level(*this);
    auto node = make(Kind::template_, peek_word());
    node->value = template_name("block clause");
    node->text = go_quote(node->value);
    node->pipe = pipeline("block clause", Tok::right_delimiter);
    define(node->value, "block clause");
    return node;
  }

  void parse_definition() {
    const std::string name = template_name("define clause");
    expect(Tok::right_delimiter, "define clause");
    define(name, "define clause");
  }

  /// Reads the body of a template up to its {{end}}, with variables of its own.
  void define(const std::string& name, const std::string& context) {
    auto outside = std::exchange(variables_, {"$"});
    const int ranges = std::exchange(ranges_, 0);
    auto list = item_list();
    if (end_ != End::end) fail("unexpected {{else}} in " + context);
    end_ = End::none;
    variables_ = std::move(outside);
    ranges_ = ranges;
    add_template(name, std::move(list));
  }

  /// As Go: a later definition replaces an earlier one unless it is empty.
  void add_template(const std::string& name, std::vector<NodePtr> list) {
    const auto is_blank = [](const NodePtr& node) {
      return node->kind == Kind::text &&
             node->text.find_first_not_of(" \t\r\n") == std::string::npos;
    };
    const bool empty = std::all_of(list.begin(), list.end(), is_blank);
    if (empty && tree_->templates.contains(name)) return;
    tree_->templates[name] = std::move(list);
  }

  // Pipelines.

  NodePtr pipeline(const std::string& context, Tok end) {
    const Level level(*this);
    auto pipe = make(Kind::pipe, peek_word());
    declarations(*pipe, context);
    for (;;) {
      const Token& token = peek_word();
      if (token.kind == end) {
        next();
        check_pipeline(*pipe, context);
        return pipe;
      }
      if (!starts_operand(token)) {
        next();
        unexpected(token, context);
      }
      pipe->children.push_back(command());
    }
  }

  static bool starts_operand(const Token& token) {
    switch (token.kind) {
      case Tok::boolean:
      case Tok::character_constant:
      case Tok::dot:
      case Tok::field:
      case Tok::identifier:
      case Tok::number:
      case Tok::raw_string:
      case Tok::string:
      case Tok::variable:
      case Tok::left_parenthesis:
        return true;
      default:
        return token.is_keyword("nil");
    }
  }

  void declarations(Node& pipe, const std::string& context) {
    for (;;) {
      if (!peek_word().is(Tok::variable)) return;
      const std::size_t before = at_;
      const std::string name = next().text;
      const Token& sign = peek_word();
      if (sign.is(Tok::assign) || sign.is(Tok::declare)) {
        pipe.assigns = sign.is(Tok::assign);
        next();
        declare(pipe, name);
        return;
      }
      if (!(sign.is(Tok::character) && sign.text == ",")) {
        at_ = before;
        return;
      }
      next();
      declare(pipe, name);
      if (context != "range" || pipe.fields.size() >= 2)
        fail("too many declarations in " + context);
      const Token& second = peek_word();
      if (!second.is(Tok::variable) && !second.is(Tok::right_delimiter) &&
          !second.is(Tok::right_parenthesis)) {
        fail("range can only initialize variables");
      }
    }
  }

  void declare(Node& pipe, const std::string& name) {
    pipe.fields.push_back(name);
    variables_.push_back(name);
  }

  void check_pipeline(const Node& pipe, const std::string& context) const {
    if (pipe.children.empty()) fail("missing value for " + context);
    for (std::size_t i = 1; i < pipe.children.size(); ++i) {
      switch (pipe.children[i]->children[0]->kind) {
        case Kind::boolean:
        case Kind::dot:
        case Kind::nil:
        case Kind::number:
        case Kind::string:
          fail(fmt::format("non executable command in pipeline stage {}", i + 1));
        default:
          break;
      }
    }
  }

  NodePtr command() {
    auto node = make(Kind::command, peek_word());
    for (;;) {
      skip_space();
      if (auto operand = this->operand()) node->children.push_back(std::move(operand));
      const Token& token = peek();
      if (token.is(Tok::space)) continue;
      if (token.is(Tok::pipe)) {
        next();
      } else if (!token.is(Tok::right_delimiter) && !token.is(Tok::right_parenthesis)) {
        unexpected(token, "operand");
      }
      break;
    }
    if (node->children.empty()) fail("empty command");
    return node;
  }

  /// A term with the fields behind it.
  NodePtr operand() {
    auto node = term();
    if (!node || !peek().is(Tok::field)) return node;
    const std::size_t position = peek().position;
    std::vector<std::string> fields;
    while (peek().is(Tok::field)) fields.push_back(next().text.substr(1));
    switch (node->kind) {
      case Kind::field:
      case Kind::variable:
        node->fields.insert(node->fields.end(), fields.begin(), fields.end());
        node->position = position;
        return node;
      case Kind::boolean:
      case Kind::string:
      case Kind::number:
      case Kind::nil:
      case Kind::dot:
        fail("unexpected . after term " + go_quote(node->source()));
      default:
        break;
    }
    auto chain = std::make_unique<Node>();
    chain->kind = Kind::chain;
    chain->position = position;
    chain->fields = std::move(fields);
    chain->children.push_back(std::move(node));
    return chain;
  }

  NodePtr term() {
    const Token& token = peek();
    if (!starts_operand(token)) return nullptr;
    next();
    switch (token.kind) {
      case Tok::identifier: {
        if (!find_function(token.text)) fail("function " + go_quote(token.text) + " not defined");
        auto node = make(Kind::identifier, token);
        node->text = token.text;
        return node;
      }
      case Tok::dot:
        return make(Kind::dot, token);
      case Tok::keyword:
        return make(Kind::nil, token);
      case Tok::variable:
        return variable(token);
      case Tok::field: {
        auto node = make(Kind::field, token);
        node->fields.push_back(token.text.substr(1));
        return node;
      }
      case Tok::boolean: {
        auto node = make(Kind::boolean, token);
        node->integer = token.text == "true" ? 1 : 0;
        return node;
      }
      case Tok::left_parenthesis:
        return pipeline("parenthesized pipeline", Tok::right_parenthesis);
      case Tok::string:
      case Tok::raw_string:
        return string(token);
      default:
        return number(token);
    }
  }

  NodePtr variable(const Token& token) {
    if (std::find(variables_.begin(), variables_.end(), token.text) == variables_.end()) {
      fail("undefined variable " + go_quote(token.text));
    }
    auto node = make(Kind::variable, token);
    node->fields.push_back(token.text);
    return node;
  }

  NodePtr string(const Token& token) {
    auto node = make(Kind::string, token);
    const auto value = unquote(token.text);
    if (!value) fail("invalid syntax");
    node->text = token.text;
    node->value = *value;
    return node;
  }

  NodePtr number(const Token& token) {
    auto node = make(Kind::number, token);
    node->text = token.text;
    const auto literal = parse_number_literal(token.text);
    if (!literal) {
      if (token.is(Tok::character_constant)) fail("malformed character constant: " + token.text);
      fail((token.text.size() == 1 ? "illegal number syntax: " : "bad number syntax: ") +
           go_quote(token.text));
    }
    if (!literal->fits) fail("integer overflow: " + go_quote(token.text));
    node->integer = literal->integer;
    node->real = literal->real;
    node->is_real = literal->is_real;
    return node;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int last_line_ = 1, action_line_ = 0, depth_ = 0, ranges_ = 0;
  End end_ = End::none;
  std::vector<std::string> variables_ = {"$"};
  std::shared_ptr<Tree> tree_ = std::make_shared<Tree>();
};

}  // namespace

std::shared_ptr<const Tree> parse_template(const std::string& name, const std::string& source) {
  return Parser(name, source).parse();
}

}  // namespace render
