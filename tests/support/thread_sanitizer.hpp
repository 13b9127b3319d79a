// SPDX-License-Identifier: Apache-2.0
// What the thread sanitizer cannot show: its runtime has a thread of its own, so that no user namespace can be made, and it turns
// vfork into fork, so that nothing comes back through the memory of a child.
#pragma once

namespace support {

#ifdef __SANITIZE_THREAD__
constexpr bool kHasThreadSanitizer = true;
#else
constexpr bool kHasThreadSanitizer = false;
#endif

}  // namespace support
