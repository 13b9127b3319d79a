#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An include goes down, never sideways or up: the table of floors in ARCHITECTURE.md, checked."""
import pathlib
import re
import sys

# Folder → floor. Folders below a listed one stand on its floor, unless they are listed themselves.
FLOORS = {
    "base": 0,
    "storage": 1,
    "image": 2,
    "network": 2,
    "systemd": 2,
    "container": 3,
    "pod": 4,
    "build": 4,
    "api": 5,
    "cri": 5,
}
CMD = 6
# Heavy parts, for berth-transfer alone: only these may include them.
HEAVY = {"storage/layer": {"image/transfer"}, "image/transfer": set()}
# Third-party headers stay in one place each.
THIRD_PARTY = {
    "sqlite3.h": {"storage"},
    "curl/": {"image/transfer"},
    "archive.h": {"storage/layer"},
    "archive_entry.h": {"storage/layer"},
    "seccomp.h": {"container/spec"},
    "CLI/": {"cmd/berth"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def top(folder):
    return folder.split("/")[0]


def heavy_part(folder):
    return next((h for h in HEAVY if folder == h or folder.startswith(h + "/")), None)


def check_file(path, folder, in_cmd):
    """Yields a sentence for every include of the file that breaks the table."""
    floor = CMD if in_cmd else FLOORS.get(top(folder))
    if floor is None:
        yield f"{path}: lib/{top(folder)} has no floor: add it to tests/check_floors.py and ARCHITECTURE.md"
        return
    for kind, name in INCLUDE.findall(path.read_text()):
        if kind == "<":
            for prefix, homes in THIRD_PARTY.items():
                home = ("cmd/" + folder) if in_cmd else folder
                if name.startswith(prefix) and not any(home == h or home.startswith(h + "/") for h in homes):
                    yield f"{path}: <{name}> belongs in {', '.join(sorted(homes))} alone"
            continue
        target = str(pathlib.PurePosixPath(name).parent)
        if top(target) not in FLOORS:
            continue
        target_floor = FLOORS[top(target)]
        if target_floor > floor or (target_floor == floor and top(target) != top(folder)):
            yield f"{path}: includes {name}, which does not lie below it"
        heavy = heavy_part(target)
        allowed = heavy and (heavy_part(folder) in HEAVY[heavy] | {heavy} or (in_cmd and folder == "berth-transfer"))
        # transfer.hpp and the like lie outside of the heavy folder and are free.
        if heavy and not allowed:
            yield f"{path}: includes {name}, which only berth-transfer may carry"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found = []
    for base, in_cmd in ((root / "lib", False), (root / "cmd", True)):
        for path in sorted(base.rglob("*.[ch]pp")):
            folder = str(path.parent.relative_to(base))
            found += check_file(path, folder, in_cmd)
    for line in found:
        print(str(line).replace(str(root) + "/", ""))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
