// SPDX-License-Identifier: Apache-2.0
// What a command and berth-transfer say to each other: one request on descriptor 3, one answer on descriptor 4, both
// JSON. Secrets (credentials) go this way only, never in arguments.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/json_fields.hpp"

namespace image {

inline constexpr int kRequestDescriptor = 3;
inline constexpr int kAnswerDescriptor = 4;
inline constexpr int kSourceDescriptor = 5, kTargetDescriptor = 6;  // where an operation has them

struct TransferMessage {
  std::string operation;  ///< "pull", "push", "login", "load", "save", "import", "copy", "commit"
  std::string graphroot, runroot;
  bool debug = false;
  base::Json request;
  std::vector<std::string> image_stores;
};

template <typename Io>
void fields(Io& io, TransferMessage& m) {
  io("operation", m.operation);
  io("graphroot", m.graphroot);
  io("runroot", m.runroot);
  io.maybe("debug", m.debug);
  io("request", m.request);
  io.maybe("imageStores", m.image_stores);
}

struct TransferError {
  std::string kind, message;
};

template <typename Io>
void fields(Io& io, TransferError& e) {
  io("kind", e.kind);
  io("message", e.message);
}

struct TransferAnswer {
  base::Json result;
  std::optional<TransferError> error;
};

template <typename Io>
void fields(Io& io, TransferAnswer& a) {
  io.maybe("result", a.result);
  io.maybe("error", a.error);
}

inline constexpr std::array<std::pair<base::Kind, const char*>, 13> kKindNames = {{
    {base::Kind::not_found, "not_found"},
    {base::Kind::exists, "exists"},
    {base::Kind::in_use, "in_use"},
    {base::Kind::wrong_state, "wrong_state"},
    {base::Kind::denied, "denied"},
    {base::Kind::usage, "usage"},
    {base::Kind::unsupported, "unsupported"},
    {base::Kind::io, "io"},
    {base::Kind::remote, "remote"},
    {base::Kind::corrupt, "corrupt"},
    {base::Kind::command_missing, "command_missing"},
    {base::Kind::command_invalid, "command_invalid"},
    {base::Kind::bug, "bug"},
}};

inline TransferError to_message(const base::Error& error) {
  for (const auto& [kind, name] : kKindNames) {
    if (kind == error.kind()) return {name, error.message()};
  }
  return {"bug", error.message()};
}

inline base::Error from_message(const TransferError& error) {
  for (const auto& [kind, name] : kKindNames) {
    if (name == error.kind) return {kind, error.message};
  }
  return {base::Kind::bug, error.message};
}

}  // namespace image
