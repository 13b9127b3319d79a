// SPDX-License-Identifier: Apache-2.0
// A filter looks at the architecture and the number of a call first, and at arguments last. What it
// does up to there depends on the two alone: it is carried out here for each range of numbers that
// it cannot tell apart, and what follows is kept as it is.
#include "container/spec/seccomp_shrink.hpp"

#include <cstddef>
#include <limits>
#include <linux/seccomp.h>
#include <map>
#include <set>
#include <span>

namespace container::seccomp {

namespace {

constexpr std::uint16_t kLoad = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t kReturn = BPF_RET | BPF_K;
constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
constexpr std::uint32_t kArch = offsetof(seccomp_data, arch);

/// How far a comparison can jump.
constexpr std::size_t kFarthest = 255;

/// Thrown for a program that is none of libseccomp's.
struct Strange {};

bool is_comparison(const sock_filter& i) {
  return i.code == (BPF_JMP | BPF_JEQ | BPF_K) || i.code == (BPF_JMP | BPF_JGE | BPF_K) ||
         i.code == (BPF_JMP | BPF_JGT | BPF_K);
}

bool holds(const sock_filter& i, std::uint32_t a) {
  switch (BPF_OP(i.code)) {
    case BPF_JEQ:
      return a == i.k;
    case BPF_JGE:
      return a >= i.k;
    default:
      return a > i.k;
  }
}

/// Where a call gets to by its architecture and number: to a verdict, or to the first instruction
/// that looks at arguments.
std::size_t follow(const Program& program, std::uint32_t arch, std::uint32_t number) {
  std::uint32_t a = 0;
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const auto& i = program[pc];
    if (i.code == kReturn || (i.code == kLoad && i.k != kNumber && i.k != kArch)) return pc;
    if (i.code == kLoad)
      a = i.k == kNumber ? number : arch;
    else if (i.code == (BPF_JMP | BPF_JA))
      pc += i.k;
    else if (is_comparison(i))
      pc += holds(i, a) ? i.jt : i.jf;
    else
      throw Strange();
  }
  throw Strange();
}

/// The numbers at which a program's answer may change: all that it compares anything with, and their
/// neighbours.
std::set<std::uint32_t> borders(const Program& program) {
  std::set<std::uint32_t> found = {0};
  for (const auto& i : program) {
    if (!is_comparison(i)) continue;
    found.insert(i.k);
    if (i.k < std::numeric_limits<std::uint32_t>::max()) found.insert(i.k + 1);
  }
  return found;
}

/// From `first` to the next range's.
struct Range {
  std::uint32_t first;
  std::size_t target;  ///< an instruction of the old program
};

/// A piece of the new program. Its jumps to argument checks wait for these to have a place: until
/// then they hold the check's place in the old program.
struct Code {
  Program program;
  std::vector<std::size_t> open;  ///< indices of those jumps

  void add(const sock_filter& instruction) { program.push_back(instruction); }

  void add(const Code& more) {
    for (const auto at : more.open) open.push_back(program.size() + at);
    program.insert(program.end(), more.program.begin(), more.program.end());
  }
};

sock_filter jump(std::size_t over) {
  return BPF_STMT(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(over));
}

sock_filter jump_if(std::uint16_t comparison,
                    std::uint32_t value,
                    std::size_t yes,
                    std::size_t no) {
  return BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | comparison | BPF_K),
                  value,
                  static_cast<std::uint8_t>(yes),
                  static_cast<std::uint8_t>(no));
}

class Shrinker {
 public:
  explicit Shrinker(const Program& old) : old_(old), borders_(borders(old)) {}

  Program run() const {
    const auto known = archs();
    std::uint32_t other = 0;
    while (known.contains(other)) ++other;
    Code code;
    code.add(BPF_STMT(kLoad, kArch));
    for (const auto arch : known) {
      const auto own = for_arch(arch);
      code.add(jump_if(BPF_JEQ, arch, 1, 0));
      code.add(jump(own.program.size()));
      code.add(own);
    }
    code.add(for_arch(other));
    return with_checks(std::move(code));
  }

 private:
  /// All that the program compares the architecture with.
  std::set<std::uint32_t> archs() const {
    std::set<std::uint32_t> found;
    bool is_arch = false;
    for (const auto& i : old_) {
      if (i.code == kLoad) is_arch = i.k == kArch;
      if (is_arch && is_comparison(i)) found.insert(i.k);
    }
    return found;
  }

  bool is_same(std::size_t a, std::size_t b) const {
    const bool verdicts = old_[a].code == kReturn && old_[b].code == kReturn;
    return a == b || (verdicts && old_[a].k == old_[b].k);
  }

  Code for_arch(std::uint32_t arch) const {
    std::vector<Range> ranges;
    for (const auto first : borders_) {
      const auto target = follow(old_, arch, first);
      if (ranges.empty() || !is_same(ranges.back().target, target))
        ranges.push_back({first, target});
    }
    Code code;
    code.add(BPF_STMT(kLoad, kNumber));
    code.add(search(ranges));
    return code;
  }

  /// Lower numbers right behind the comparison, higher ones behind them.
  Code search(std::span<const Range> ranges) const {
    if (ranges.size() == 1) return leaf(ranges[0].target);
    const auto lower = search(ranges.first(ranges.size() / 2));
    const auto higher = ranges.subspan(ranges.size() / 2);
    const auto size = lower.program.size();
    Code code;
    code.add(
        jump_if(BPF_JGE, higher[0].first, size <= kFarthest ? size : 0, size <= kFarthest ? 0 : 1));
    if (size > kFarthest) code.add(jump(size));
    code.add(lower);
    code.add(search(higher));
    return code;
  }

  Code leaf(std::size_t target) const {
    if (old_[target].code == kReturn) return {{old_[target]}, {}};
    return {{jump(target)}, {0}};
  }

  /// What can be reached from an argument check, in the old order.
  void reach(std::size_t pc, std::map<std::size_t, std::size_t>& found) const {
    if (pc >= old_.size()) throw Strange();
    if (!found.emplace(pc, 0).second) return;
    const auto& i = old_[pc];
    if (i.code == kReturn) return;
    if (i.code == (BPF_JMP | BPF_JA)) return reach(pc + 1 + i.k, found);
    if (BPF_CLASS(i.code) != BPF_JMP) return reach(pc + 1, found);
    reach(pc + 1 + i.jt, found);
    reach(pc + 1 + i.jf, found);
  }

  Program with_checks(Code code) const {
    std::map<std::size_t, std::size_t> places;
    for (const auto at : code.open) reach(code.program[at].k, places);
    std::size_t next = code.program.size();
    for (auto& [old, place] : places) place = next++;
    for (const auto at : code.open) code.program[at] = jump(places.at(code.program[at].k) - at - 1);
    // As nothing is put between them, no jump gets longer.
    for (const auto& [old, place] : places) {
      auto i = old_[old];
      const auto distance = [&, from = old, at = place](std::size_t over) {
        return places.at(from + 1 + over) - at - 1;
      };
      if (i.code == (BPF_JMP | BPF_JA)) {
        i = jump(distance(i.k));
      } else if (BPF_CLASS(i.code) == BPF_JMP) {
        i.jt = static_cast<std::uint8_t>(distance(i.jt));
        i.jf = static_cast<std::uint8_t>(distance(i.jf));
      }
      code.program.push_back(i);
    }
    return std::move(code.program);
  }

  const Program& old_;
  std::set<std::uint32_t> borders_;
};

}  // namespace

Program shrink(const Program& program) {
  try {
    auto shrunk = Shrinker(program).run();
    return shrunk.size() < program.size() ? shrunk : program;
  } catch (const Strange&) {
    return program;
  }
}

}  // namespace container::seccomp
