// SPDX-License-Identifier: Apache-2.0
// The same filter in fewer instructions.
#pragma once

#include "container/spec/seccomp_compile.hpp"

namespace container::seccomp {

/// A program that gives the same verdict on every system call, as a search over ranges of numbers:
/// libseccomp compares with each number that a profile names, and the kernel translates the program
/// at each start of a container, which takes the longer the longer it is. A program that does what
/// libseccomp's do not is given back as it was.
Program shrink(const Program& program);

}  // namespace container::seccomp
