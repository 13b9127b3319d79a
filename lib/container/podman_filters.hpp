// SPDX-License-Identifier: Apache-2.0
// What Podman's filters of containers mean.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "container/listing.hpp"

namespace container {

/// "running", "stopping", "exited" …
std::string podman_status(const State& state);

using ListTest = std::function<bool(const Listed&)>;

/// Tests that a container must all pass. Kind usage, in Podman's words, for an unknown key or value.
std::vector<ListTest> podman_tests(Engine& engine, const Filters& filters);

/// Kind usage "unknown container state: x: invalid argument" for what is none of Podman's words for states, nor of `more`.
void check_state_word(const std::string& word, std::initializer_list<std::string_view> more);

}  // namespace container
