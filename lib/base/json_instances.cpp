// SPDX-License-Identifier: Apache-2.0
// The JSON classes, compiled once (json_fields.hpp declares them extern).
#include "base/json_fields.hpp"

template class nlohmann::basic_json<>;
template class nlohmann::detail::serializer<nlohmann::json>;
