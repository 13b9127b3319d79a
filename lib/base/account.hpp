// SPDX-License-Identifier: Apache-2.0
// The account that runs this command. A static binary cannot load NSS modules, so the passwd file
// is read here and accounts that are not in it (LDAP, sssd) are asked of getent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

struct Account {
  std::string name, home;
};

/// The first line of a passwd file with this uid; nothing when there is none.
std::optional<Account> parse_passwd(std::string_view text, std::uint32_t uid);

/// The account of a uid, from /etc/passwd or NSS; nothing when nobody knows it.
std::optional<Account> find_account(std::uint32_t uid);

/// $HOME, or what the account database says of the user (also from within the user's namespace). Kind not_found when
/// neither knows.
std::string home_directory();

}  // namespace base
