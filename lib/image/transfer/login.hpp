// SPDX-License-Identifier: Apache-2.0
// Passwords for registries: tried at the registry, kept in a file or by a helper, forgotten again.
#pragma once

#include "image/transfer/registry_access.hpp"
#include "image/transfer_login.hpp"

namespace image {

/// What the files and helpers know.
KnownLogin find_login(const LoginPlace& place, const RegistrySettings& settings = {});

/// Kind denied when the registry does not let this user in.
LoginResult login(const LoginRequest& request, const RegistrySettings& settings = {});

LogoutResult logout(const LogoutRequest& request, const RegistrySettings& settings = {});

}  // namespace image
