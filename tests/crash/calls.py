#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills berth, its monitor or the runtime before each system call that changes something, one run for each call.

    BERTH=path/to/berth STOP_AT=path/to/stop-at [CALLS_EVERY=1] [CALLS_SEED=n] [CALLS_VERBOSE=1] calls.py [COMMAND...]

For each command (all of them, or those named) a first run counts its calls. Then it runs once for each of them, or for
each CALLS_EVERY-th from a random one on, and is killed there: in turn the one process that makes the call, and all of
berth's at once. After each: `system check` finds a consistent store, the machine has nothing of it left (see crash.py),
and the same command succeeds. All of it for root and, if there is such a user, for berth-test.
"""
import os
import random
import re
import subprocess
import sys
import time

import crash
from crash import Failure


class Scenario:
    """One command: what it needs, its words, and what has to hold once it was killed and given again."""

    def __init__(self, store):
        self.store = store

    def prepare(self):
        pass

    def forget(self):
        """Takes away what it made."""

    def again(self):
        self.store.must(*self.words())

    def holds(self):
        pass

    def quietly(self, *words):
        subprocess.run(self.store.argv(*words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=crash.PATIENCE, cwd=self.store.home)

    def expect(self, wanted, *words):
        answer = self.store.must(*words).strip()
        if answer != wanted:
            raise Failure(f"berth {' '.join(map(str, words))}: \"{answer}\" instead of \"{wanted}\"")

    def busybox(self):
        return self.store.name("busybox")

    def make(self, *flags):
        self.forget()
        self.store.must("run", "-d", "--name", "cc", "--network", "none", *flags, self.busybox(), "sleep",
                        self.store.sleep)


class Pull(Scenario):
    def words(self):
        return ["pull", "-q", self.store.name("layers")]

    def prepare(self):
        self.quietly("rmi", "-f", self.store.name("layers"))

    def holds(self):
        self.store.must("run", "--rm", "--network", "none", self.store.name("layers"), "true")


class Load(Pull):
    def words(self):
        return ["load", "-q", "-i", self.store.archive]


class Import(Scenario):
    def words(self):
        return ["import", self.store.home / "root.tar", "imported:1"]

    def prepare(self):
        tar = self.store.home / "root.tar"
        if not tar.exists():
            self.store.must("create", "--name", "exported", self.busybox())
            self.store.must("export", "-o", tar, "exported")
            self.store.must("rm", "exported")
        self.quietly("rmi", "-f", "imported:1")

    def holds(self):
        self.store.must("run", "--rm", "--network", "none", "imported:1", "true")


class Container(Scenario):
    def forget(self):
        self.quietly("rm", "-fv", "cc")


class Create(Container):
    def words(self):
        return ["create", "--name", "cc", "-v", "/anonymous", "-v", "named:/v", self.busybox(), "true"]

    prepare = Container.forget

    def again(self):
        self.forget()  # its name may be taken
        super().again()

    def holds(self):
        self.store.must("start", "-a", "cc")
        self.forget()


class Run(Create):
    def words(self):
        return ["run", "-d", "--name", "cc", *self.network(), "-v", "named:/v", self.busybox(), "sleep", self.store.sleep]

    def network(self):
        return ["-p", f"{self.port}:80"]

    def prepare(self):
        self.forget()
        self.port = crash.free_port()

    def holds(self):
        self.expect("running", "inspect", "-f", "{{.State.Status}}", "cc")
        self.store.must("exec", "cc", "true")
        self.forget()


class RunAndRemove(Scenario):
    def words(self):
        return ["run", "--rm", "--network", "none", "-v", "/anonymous", self.busybox(), "true"]


class Start(Container):
    def words(self):
        return ["start", "cc"]

    def prepare(self):
        self.make()
        self.store.must("stop", "-t", "0", "cc")

    def holds(self):
        self.expect("running", "inspect", "-f", "{{.State.Status}}", "cc")


class Init(Container):
    def words(self):
        return ["podman", "init", "cc"]

    def prepare(self):
        self.forget()
        self.store.must("create", "--name", "cc", *self.network(), self.busybox(), "sleep", self.store.sleep)

    def network(self):
        return ["-p", f"{crash.free_port()}:80"]

    def again(self):
        self.quietly(*self.words())  # it may be

    def holds(self):
        self.expect("initialized", "inspect", "-f", "{{.State.Status}}", "cc")
        self.store.must("start", "cc")
        self.expect("running", "inspect", "-f", "{{.State.Status}}", "cc")
        self.forget()


class StartInitialized(Init):
    def words(self):
        return ["start", "cc"]

    def prepare(self):
        super().prepare()
        self.store.must("podman", "init", "cc")

    holds = Start.holds


class Stop(Container):
    def words(self):
        return ["stop", "-t", "0", "cc"]

    def prepare(self):
        self.make()

    def holds(self):
        self.expect("exited", "inspect", "-f", "{{.State.Status}}", "cc")


class Restart(Stop):
    def words(self):
        return ["restart", "-t", "0", "cc"]

    holds = Start.holds


class Kill(Stop):
    def words(self):
        return ["kill", "cc"]

    def again(self):
        self.quietly("kill", "cc")
        self.store.must("wait", "cc")


class Remove(Container):
    def words(self):
        return ["rm", "-fv", "cc"]

    def prepare(self):
        self.make("-v", "/anonymous")

    def holds(self):
        self.expect("", "ps", "-aq", "--filter", "name=cc")


class RemoveImage(Scenario):
    def words(self):
        return ["rmi", "-f", self.store.name("layers")]

    def prepare(self):
        self.store.must("pull", "-q", self.store.name("layers"))

    def holds(self):
        self.expect("", "images", "-q", self.store.name("layers"))


class Tag(Scenario):
    def words(self):
        return ["tag", self.busybox(), "tagged:1"]

    def prepare(self):
        self.quietly("rmi", "tagged:1")

    def holds(self):
        self.store.must("image", "inspect", "tagged:1")


class VolumeCreate(Scenario):
    def words(self):
        return ["volume", "create", "--label", "a=b", "made"]

    def prepare(self):
        self.quietly("volume", "rm", "-f", "made")

    def holds(self):
        self.store.must("run", "--rm", "--network", "none", "-v", "made:/v", self.busybox(), "touch", "/v/file")


class VolumeRemove(Scenario):
    def words(self):
        return ["volume", "rm", "-f", "made"]

    def prepare(self):
        self.store.must("run", "--rm", "--network", "none", "-v", "made:/v", self.busybox(), "touch", "/v/file")

    def holds(self):
        self.expect("", "volume", "ls", "-q", "--filter", "name=made")


class Commit(Container):
    def words(self):
        return ["commit", "cc", "committed:1"]

    def prepare(self):
        self.quietly("rmi", "-f", "committed:1")
        self.forget()
        self.store.must("run", "--name", "cc", "--network", "none", self.busybox(), "sh", "-c", "echo kept > /file")

    def holds(self):
        self.expect("kept", "run", "--rm", "--network", "none", "committed:1", "cat", "/file")


class CopyIn(Container):
    def words(self):
        return ["cp", self.store.home / "tree", "cc:/"]

    def prepare(self):
        tree = self.store.home / "tree"
        if not tree.exists():
            tree.mkdir()
            for name in ("one", "two"):
                (tree / name).write_text(name)
            subprocess.run(["chmod", "-R", "a+rX", tree], check=True)
        self.make()

    def holds(self):
        self.expect("onetwo", "exec", "cc", "sh", "-c", "cat /tree/one /tree/two")


class CopyOut(Container):
    def words(self):
        return ["cp", "cc:/etc", self.store.home / "out"]

    def prepare(self):
        self.make()


class Exec(Container):
    def words(self):
        return ["exec", "cc", "true"]

    def prepare(self):
        self.make()


class Rename(Container):
    def words(self):
        return ["rename", "cc", "dd"]

    def forget(self):
        self.quietly("rm", "-fv", "cc", "dd")

    def prepare(self):
        self.make()

    def again(self):
        self.quietly("rename", "cc", "dd")

    def holds(self):
        self.store.must("exec", "dd", "true")


SCENARIOS = {
    "pull": Pull, "load": Load, "import": Import, "create": Create, "run": Run, "run-rm": RunAndRemove, "start": Start,
    "init": Init, "start-initialized": StartInitialized,
    "stop": Stop, "restart": Restart, "kill": Kill, "rm": Remove, "rmi": RemoveImage, "tag": Tag,
    "volume-create": VolumeCreate, "volume-rm": VolumeRemove, "commit": Commit, "cp-in": CopyIn, "cp-out": CopyOut,
    "exec": Exec, "rename": Rename,
}
# Whose calls are counted, and who is killed there.
WAYS = (("berth",), ("berth", "--all"), ("crun",))


class Calls:
    def __init__(self, harness, stop_at, every, seed):
        self.harness, self.stop_at, self.every = harness, stop_at, every
        self.random = random.Random(seed)
        self.runs = 0

    def stop(self, scenario, way, number):
        """Runs the command up to a call; returns how many it made and where it was killed."""
        programs, *flags = way
        argv = [self.stop_at, "--programs", programs, *flags, str(number), *scenario.store.argv(*scenario.words())]
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=crash.PATIENCE, cwd=scenario.store.home)
        except subprocess.TimeoutExpired:
            raise Failure("hangs")
        told = re.search(rb"stop-at: (\d+) calls(?:, killed at (.*))?", done.stderr)
        if not told:
            raise Failure(f"stop-at: {done.stderr.decode()}")
        self.harness.leaks.seen |= crash.ids_in(done.stdout.decode(errors="replace"))
        if number == 0 and done.returncode != 0:
            raise Failure(f"exit code {done.returncode}: {done.stderr.decode()}")
        return int(told[1]), (told[2] or b"").decode()

    def check(self, scenario):
        self.harness.verify()
        scenario.again()
        scenario.holds()
        self.harness.verify()

    def at(self, scenario, way, number):
        scenario.prepare()
        try:
            count, where = self.stop(scenario, way, number)
            told = f"{'all' if '--all' in way else 'it'} killed at call {number} of {way[0]} ({where or 'it made fewer'})"
            if os.environ.get("CALLS_VERBOSE"):
                print(scenario.store.user or "root", *scenario.words(), told, flush=True)
            if where:
                self.runs += 1
                self.check(scenario)
        except Failure as failure:
            raise Failure(f"{scenario.store.user or 'root'}: berth {' '.join(map(str, scenario.words()))}: way {way}, "
                          f"call {number}\n{failure}")

    def each(self, scenario):
        for way in WAYS:
            scenario.prepare()
            count, _ = self.stop(scenario, way, 0)
            scenario.forget()
            for number in range(self.random.randint(1, self.every), count + 1, self.every):
                self.at(scenario, way, number)
        scenario.forget()


def run(place, names, every, seed):
    stores = [crash.Store(place, user) for user in ([None, crash.USER] if crash.has_user() else [None])]
    try:
        for store in stores:
            harness = crash.Harness(store, seed)
            harness.prepare()
            calls = Calls(harness, os.environ["STOP_AT"], every, seed)
            for name in names:
                begin, before = time.monotonic(), calls.runs
                calls.each(SCENARIOS[name](store))
                print(f"{store.user or 'root'}: {name}: {calls.runs - before} kills, {time.monotonic() - begin:.0f} s",
                      flush=True)
            harness.finish()
    finally:
        for store in stores:
            store.end()


def main():
    if os.geteuid() != 0:
        print("calls.py: needs root")
        return 77
    if "CRASH_INNER" not in os.environ:
        os.environ["CRASH_INNER"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, *sys.argv])
    crash.make_network()
    seed = int(os.environ.get("CALLS_SEED") or random.randrange(1 << 32))
    every = int(os.environ.get("CALLS_EVERY") or 1)
    print(f"seed {seed}, each call of {every}", flush=True)
    place = crash.Place(os.environ["BERTH"])
    try:
        run(place, sys.argv[1:] or list(SCENARIOS), every, seed)
        return 0
    except Failure as failure:
        print(f"FAILED with CALLS_SEED={seed}: {failure}")
        return 1
    finally:
        place.destroy()


if __name__ == "__main__":
    sys.exit(main())
