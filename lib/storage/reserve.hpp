// SPDX-License-Identifier: Apache-2.0
// Room to delete on a full disk: even a DELETE writes to the database's log. GRAPHROOT/reserve
// holds blocks that are given up when the disk is full, so that images and layers can be removed,
// and taken back afterwards.
#pragma once

#include <functional>

#include "storage/store.hpp"

namespace storage {

/// Makes the reserve when it is missing; a failure is no error (the disk may be full).
void keep_reserve(Store& store);

/// Runs `act`, which only removes things; when the disk is full, once more with the reserve given
/// up.
void with_reserve(Store& store, const std::function<void()>& act);

}  // namespace storage
