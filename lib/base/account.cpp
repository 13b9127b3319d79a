// SPDX-License-Identifier: Apache-2.0
#include "base/account.hpp"

#include "base/environment.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/user_namespace.hpp"

namespace base {

std::optional<Account> parse_passwd(std::string_view text, std::uint32_t uid) {
  // name:password:uid:gid:comment:home:shell
  constexpr std::size_t kUid = 2, kHome = 5;
  for (const auto& line : split(text, '\n')) {
    const auto parts = split(line, ':');
    if (parts.size() <= kHome || parse_number<std::uint32_t>(parts[kUid]) != uid) continue;
    return Account{parts[0], parts[kHome]};
  }
  return std::nullopt;
}

std::optional<Account> find_account(std::uint32_t uid) {
  if (const auto text = find_file_text("/etc/passwd")) {
    if (auto account = parse_passwd(*text, uid)) return account;
  }
  if (!find_program("getent")) return std::nullopt;
  const auto answer = run_captured({.argv = {"getent", "passwd", std::to_string(uid)}});
  if (!answer.status.ok()) return std::nullopt;
  return parse_passwd(answer.out, uid);
}

std::string home_directory() {
  if (auto home = environment("HOME"); home && home->front() == '/') return *home;
  const auto account = find_account(outer_uid());
  if (account && account->home.starts_with("/")) return account->home;
  fail(Kind::not_found, "no home directory is known for user {}: set HOME", outer_uid());
}

}  // namespace base
