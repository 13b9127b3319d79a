// SPDX-License-Identifier: Apache-2.0
// A value while a template is executed: JSON that lies in the data, or was made on the way.
#pragma once

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

namespace render {

using Json = nlohmann::json;

/// What a missing field of an object means (go_template.hpp: Missing).
enum class Shape { map, strict, row };

class Value {
 public:
  /// Go's invalid value: nil, or a field that is not there.
  Value() = default;

  /// One made on the way.
  explicit Value(Json json) : json_(std::make_shared<const Json>(std::move(json))) {}

  /// One that lies in the data, which outlives it.
  static Value in(const Json& json, Shape shape) {
    Value value;
    value.json_ = std::shared_ptr<const Json>(std::shared_ptr<const void>(), &json);
    value.shape_ = shape;
    return value;
  }

  /// A part of this one, seen through an interface as Go sees what is in maps and lists.
  Value part(const Json& json, Shape shape) const {
    Value value;
    value.json_ = std::shared_ptr<const Json>(json_, &json);
    value.shape_ = shape;
    value.boxed_ = true;
    return value;
  }

  /// The same, out of its interface; where nil is a pointer of a struct, it stays one.
  Value unboxed(bool has_pointers) const {
    Value value = is_nil() && !has_pointers ? Value() : *this;
    value.boxed_ = false;
    return value;
  }

  bool is_nil() const { return !json_ || json_->is_null(); }

  bool is_valid() const { return json_ != nullptr; }

  bool is_boxed() const { return boxed_; }

  Shape shape() const { return shape_; }

  /// null for an invalid one.
  const Json& json() const {
    static const Json null;
    return json_ ? *json_ : null;
  }

  bool is_string() const { return json().is_string(); }

  const std::string& string() const { return json().get_ref<const std::string&>(); }

  /// Go's idea of truth: not false, 0, nil or empty.
  bool is_true() const;

  /// The Go type this stands for: "string", "int", "[]interface {}"; "interface {}" when boxed.
  std::string type_name() const;

 private:
  std::shared_ptr<const Json> json_;
  Shape shape_ = Shape::map;
  bool boxed_ = false;
};

/// The Go type that JSON of this kind stands for.
std::string go_type_name(const Json& json);

}  // namespace render
