#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rules of CONTRIBUTING.md that a search can check; each ban names what to use instead. With --sizes: a report."""
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Pattern, what to use instead, places where it is at home.
BANS = [
    (r"(?<!\w)::open\(", "base::open_file", ["lib/base", "cmd/berth-monitor"]),
    (r"(?<!\w)::openat\(", "base::open_at", ["lib/base", "lib/storage/layer", "cmd/berth-monitor"]),
    (r"::pipe2?\(", "base::make_pipe", ["lib/base", "cmd/berth-monitor"]),
    (r"\bpopen\(|\bsystem\(", "base::run_captured", []),
    (r"\busing namespace\b", "the full name", []),
    (r"\bgetpw(uid|nam)|\bgetgr(gid|nam)", "base/account.hpp: NSS cannot be loaded by a static binary", []),
    (r"\bstd::thread\b[^:]", "std::jthread", []),
    (r"\b(TODO|FIXME|XXX)\b", "an issue", []),
]
TEST_BANS = [
    (r"\bsleep_for\b|\bsleep_until\b|::sleep\(|\busleep\(", "a pipe, a pidfd or inotify to wait for", []),
]
LONGEST_FILE = 600
# What the product reads of the host and must be named in the main manual page: variables, and files for all containers.
READ = re.compile(r'(?:environment|getenv|directory_of)\("(\w+)"\)|"(/(?:etc|usr/share)/(?:containers|docker|cdi)\b[^"]*)"')
MANUAL = "man/berth.1.in"


def sources(*folders):
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.[ch]pp"))


def code_lines(path):
    """The lines with comments and string literals taken out."""
    text = path.read_text()
    text = re.sub(r'R"(\w*)\(.*?\)\1"', lambda m: '""' + "\n" * m.group(0).count("\n"), text, flags=re.S)
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"//[^\n]*", "", text)
    return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group(0).count("\n"), text, flags=re.S).split("\n")


def check(path, bans):
    name = str(path.relative_to(ROOT))
    lines = code_lines(path)
    for pattern, instead, homes in bans:
        if any(name.startswith(home + "/") for home in homes):
            continue
        for number, line in enumerate(lines, 1):
            if re.search(pattern, line):
                yield f"{name}:{number}: {re.search(pattern, line).group(0)} is banned here; use {instead}"


def check_catch_all(path):
    """catch (...) would swallow Interrupted and bugs: it must pass on what it caught."""
    lines = code_lines(path)
    for number, line in enumerate(lines):
        if re.search(r"catch \(\.\.\.\)", line):
            block = "\n".join(lines[number:number + 12])
            if not re.search(r"\bthrow;|current_exception|_exit\(", block):
                yield f"{path.relative_to(ROOT)}:{number + 1}: catch (...) without rethrow; catch base::Error"


def check_shape(path):
    name = str(path.relative_to(ROOT))
    text = path.read_text()
    if not text.startswith("// SPDX-License-Identifier: Apache-2.0\n"):
        yield f"{name}: the first line must be the SPDX line"
    if path.suffix == ".hpp" and "#pragma once" not in text:
        yield f"{name}: no #pragma once"
    count = text.count("\n")
    if count > LONGEST_FILE:
        yield f"{name}: {count} lines; {LONGEST_FILE} is the limit"


def check_named_in_manual(path, manual):
    for number, line in enumerate(path.read_text().split("\n"), 1):
        for what in (variable or file for variable, file in READ.findall(line)):
            # Those of proxies are named in small letters.
            if not re.search(rf"(?<!\w)({re.escape(what)}|{re.escape(what.lower())})(?!\w)", manual):
                yield f"{path.relative_to(ROOT)}:{number}: {what} is not named in {MANUAL}"


def report_sizes():
    for folder in ("lib", "cmd", "tests"):
        sizes = sorted(p.read_text().count("\n") for p in sources(folder))
        if sizes:
            p90 = sizes[int(len(sizes) * 0.9)]
            print(f"{folder}: {len(sizes)} files, {sum(sizes)} lines; median {statistics.median(sizes):.0f}, "
                  f"p90 {p90}, most {sizes[-1]}")


def main():
    if "--sizes" in sys.argv:
        report_sizes()
        return 0
    found = []
    manual = (ROOT / MANUAL).read_text().replace("\\-", "-")
    for path in sources("lib", "cmd"):
        found += [*check(path, BANS), *check_catch_all(path), *check_shape(path), *check_named_in_manual(path, manual)]
    for path in sources("tests"):
        found += [*check(path, TEST_BANS), *check_shape(path)]
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
