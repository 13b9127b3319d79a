// SPDX-License-Identifier: Apache-2.0
// The ids beyond their own that an administrator lends to a user: /etc/subuid, /etc/subgid, or NSS.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace base {

/// Ids `inside`, inside+1 … of a user namespace stand for `outside`, outside+1 … of its parent.
struct IdRange {
  std::uint32_t inside = 0, outside = 0, count = 0;

  bool operator==(const IdRange&) const = default;
};

/// Lines "OWNER:START:COUNT" whose owner is the uid or the user name, mapped one after the other
/// from id 1 inside. Malformed, empty and overlapping lines are passed over: the kernel would
/// refuse the whole map for one of them. `own` is an outside id that must stay free for id 0.
std::vector<IdRange> parse_subordinate_ids(std::string_view text,
                                           const std::string& uid,
                                           const std::string& user,
                                           std::uint32_t own);

/// The same from getsubids' output ("0: USER START COUNT" lines).
std::vector<IdRange> parse_getsubids(std::string_view text, std::uint32_t own);

/// True when nsswitch.conf's text sends subordinate ids elsewhere than to the files.
bool subordinate_ids_from_nss(std::string_view nsswitch);

enum class IdKind { user, group };

/// What the user may map, from where the host keeps it. `own` is the user's uid or gid. Empty:
/// nothing is lent.
std::vector<IdRange> subordinate_ids(IdKind kind,
                                     std::uint32_t uid,
                                     const std::string& user,
                                     std::uint32_t own);

/// The first id from 100000 on that no line of these files lends to anybody: what to propose to a
/// user without any.
std::uint32_t first_free_subordinate_id(std::string_view subuid, std::string_view subgid);

}  // namespace base
