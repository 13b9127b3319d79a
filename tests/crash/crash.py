#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills berth at random moments and looks at what is left.

    BERTH=path/to/berth [CRASH_ROUNDS=200] [CRASH_SEED=n] [CRASH_VERBOSE=1] crash.py

A round starts one of pull, load, run, start, stop, rm, exec, waits for a random part of the time that it usually takes,
and sends SIGKILL to the command, to a monitor, to the runtime, to the transfer process, or to all of them at once. The
next commands (ps, system check) must then succeed, and on the machine nothing may be left that belongs to no running
container: no process, mount, network interface, nftables rule, cgroup, staging entry, run directory or runtime state.
Every image must still run. Some of the rounds (a third) are the user berth-test's, if there is one: then no second user
namespace may come to be either. It works in a network namespace of its own and on stores of its own; needs root.
"""
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import images  # noqa: E402

USER = "berth-test"
IMAGES = ("busybox", "app", "layers")
PATIENCE = 60  # seconds for any one command


class Failure(Exception):
    pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def read(path):
    try:
        return pathlib.Path(path).read_bytes().decode(errors="replace")
    except OSError:
        return ""


def exe(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return ""


def describe(pid):
    status = dict(line.split(":\t", 1) for line in read(f"/proc/{pid}/status").split("\n") if ":\t" in line)
    root = [line for line in read(f"/proc/{pid}/mountinfo").split("\n") if " / / " in line]
    return f"{pid} ({status.get('State')}, child of {status.get('PPid')}, root {root})"


def ids_in(output):
    return set(re.findall(r"\b[0-9a-f]{64}\b", output))


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


class Place:
    """The binary under test, a registry, and a directory for all that a run of this harness makes."""

    def __init__(self, berth):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="berth-crash.", dir="/var/tmp"))
        self.work.chmod(0o755)
        if subprocess.run(["stat", "-f", "-c", "%T", self.work], stdout=subprocess.PIPE).stdout.strip() == b"overlayfs":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", self.work], check=True)
        self.bin = self.work / "bin"
        self.bin.mkdir()
        for name in ("berth", "berth-monitor", "berth-transfer"):
            shutil.copy2(pathlib.Path(berth).parent / name, self.bin / name)
        (self.bin / "podman").symlink_to("berth")
        self.layout = self.work / "layout"
        images.make_layout(self.layout)
        self.start_registry()

    def start_registry(self):
        self.registry = f"127.0.0.1:{free_port()}"
        config = self.work / "registry.yml"
        config.write_text("version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\n"
                          'http: {addr: "%s"}\n' % (self.work / "registry", self.registry))
        log = open(self.work / "registry.log", "wb")
        self.server = subprocess.Popen(["docker-registry", "serve", config], stdout=log, stderr=log)
        host, port = self.registry.split(":")
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection((host, int(port))).close()
                break
            except OSError:
                if time.monotonic() > end:
                    raise Failure("the registry does not start: " + read(self.work / "registry.log"))
                time.sleep(0.01)
        images.push_layout(self.layout, self.registry)

    def destroy(self):
        self.server.kill()
        self.server.wait()
        subprocess.run(["umount", "-l", self.work], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.work, ignore_errors=True)


class Store:
    """What one user of the place has: root, or an ordinary one."""

    def __init__(self, place, user):
        self.place, self.user, self.bin = place, user, place.bin
        self.home = place.work / (user or "root")
        self.home.mkdir()
        self.root, self.runroot = self.home / "store", self.home / "run/berth"
        self.runroot.parent.mkdir(mode=0o700)
        self.archive = self.home / "archive.tar"
        # What the containers do, to be recognised among all processes.
        self.sleep = str(10**8 + 2 * os.getpid() + bool(user))
        self.prefix = []
        if user:
            for path in (self.home, self.runroot.parent):
                shutil.chown(path, user, user)
            self.prefix = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "env", "-i", f"HOME={self.home}",
                           f"XDG_RUNTIME_DIR={self.runroot.parent}", "PATH=/usr/local/bin:/usr/bin:/bin"]

    def name(self, image):
        return f"{self.place.registry}/{image}:1"

    def argv(self, *words):
        """Of berth; of podman, its other name, where that is the first word."""
        program, words = ("podman", words[1:]) if words[0] == "podman" else ("berth", words)
        return [*self.prefix, str(self.bin / program), "--root", str(self.root), "--runroot", str(self.runroot),
                *map(str, words)]

    def start(self, *words):
        return subprocess.Popen(self.argv(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, start_new_session=True, cwd=self.home)

    def must(self, *words):
        """Runs a command that has to succeed; returns its output."""
        try:
            done = subprocess.run(self.argv(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, timeout=PATIENCE, cwd=self.home)
        except subprocess.TimeoutExpired:
            raise Failure(f"berth {' '.join(map(str, words))} hangs")
        if done.returncode != 0:
            raise Failure(f"berth {' '.join(map(str, words))}: exit code {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode()

    def ours(self, name):
        """Processes of one of our programs that work on this store."""
        return [pid for pid in pids() if exe(pid) == str(self.bin / name) and self.is_here(pid)]

    def is_here(self, pid):
        try:
            return str(self.runroot) in read(f"/proc/{pid}/cmdline") + os.readlink(f"/proc/{pid}/cwd")
        except OSError:
            return False

    def pastas(self):
        return [pid for pid in pids() if str(self.runroot) in read(f"/proc/{pid}/cmdline") and
                read(f"/proc/{pid}/comm").startswith("pasta")]

    def sleepers(self):
        """First processes of its containers, whatever became of them."""
        return [pid for pid in pids() if read(f"/proc/{pid}/cmdline") == f"sleep\0{self.sleep}\0"]

    def runtimes(self):
        return [pid for pid in pids() if exe(pid).endswith(("/crun", "/runc")) and str(self.runroot) in
                read(f"/proc/{pid}/cmdline")]

    def containers(self):
        """Id → state of all containers."""
        lines = self.must("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.State}}").split("\n")
        return dict(line.split() for line in lines if line)

    def end(self):
        for pid in self.sleepers() + self.pastas():
            os.kill(pid, signal.SIGKILL)


class Leaks:
    """What lies about that belongs to no running container."""

    def __init__(self, store):
        self.store, self.seen = store, set()

    def all(self, containers):
        # What is initialized has all that a running one has, but its command.
        begun = {id for id, state in containers.items() if state == "running"}
        running = begun | {id for id, state in containers.items() if state == "initialized"}
        yield from self.processes(begun, running)
        yield from self.mounts()
        yield from self.files(containers, running)
        yield from self.cgroups(running)
        yield from self.network(running)
        yield from self.user_namespaces()

    def processes(self, begun, running):
        if len(sleepers := self.store.sleepers()) != len(begun):
            yield f"{len(sleepers)} first processes for {len(begun)} running containers: " + \
                "; ".join(describe(pid) for pid in sleepers)
        if (count := len(self.store.ours("berth-monitor"))) != len(running):
            yield f"{count} monitors for {len(running)} running containers"
        for pid in self.store.runtimes() + self.store.ours("berth-transfer") + self.store.ours("berth"):
            yield f"process {pid}: {read(f'/proc/{pid}/cmdline')}".replace("\0", " ")

    def mounts(self):
        for line in read("/proc/self/mountinfo").split("\n"):
            if f"{self.store.home}/" in line:
                yield "mount " + line

    def files(self, containers, running):
        staging = self.store.root / "staging"
        for path in staging.iterdir() if staging.exists() else []:
            yield f"staging entry {path.name}"
        for parent, known in ((self.store.root / "containers", containers), (self.store.runroot / "containers", running),
                              (self.store.runroot / "crun", running)):
            for path in parent.iterdir() if parent.exists() else []:
                if path.name not in known:
                    yield f"{path} of no container"

    def cgroups(self, running):
        for parent in pathlib.Path("/sys/fs/cgroup").glob("**/berth") if not self.is_v1() else \
                pathlib.Path("/sys/fs/cgroup").glob("*/berth"):
            for path in parent.iterdir():
                if path.is_dir() and path.name not in running and self.is_ours(path.name):
                    yield f"cgroup {path}"

    def is_ours(self, id):
        return id in self.seen

    @staticmethod
    def is_v1():
        return not os.path.exists("/sys/fs/cgroup/cgroup.controllers")

    def user_namespaces(self):
        found = set()
        for pid in self.store.ours("berth-monitor"):
            try:
                found.add(os.readlink(f"/proc/{pid}/ns/user"))
            except OSError:
                pass
        if len(found) > 1:
            yield f"{len(found)} user namespaces"

    def network(self, running):
        if (count := len(self.store.pastas())) > len(running):
            yield f"{count} processes of pasta for {len(running)} running containers"
        if self.store.user:
            return
        links = json.loads(subprocess.run(["ip", "-j", "link", "show", "type", "veth"], stdout=subprocess.PIPE).stdout or "[]")
        links = [link for link in links if link]
        if len(links) > len(running):
            yield f"{len(links)} veth interfaces for {len(running)} running containers"
        leases = self.store.runroot / "network"
        if not running:
            for path in leases.rglob("*") if leases.exists() else []:
                text = read(path)
                if path.is_file() and any(id in text for id in self.seen):
                    yield f"address {path} of no container"
            rules = subprocess.run(["nft", "list", "ruleset"], stdout=subprocess.PIPE).stdout.decode()
            for line in rules.split("\n"):
                if "dnat to" in line:
                    yield f"nft rule {line.strip()}"


class Harness:
    def __init__(self, store, seed):
        self.store, self.leaks = store, Leaks(store)
        self.random = random.Random(seed)
        self.usual = {}  # seconds that each action takes undisturbed
        self.killed = {}
        self.count = 0

    def next_name(self):
        self.count += 1
        return f"c{self.count}"

    # Each action gets the store ready and returns the words of the command that will be disturbed.

    def pull(self):
        image = self.random.choice(IMAGES)
        self.store.must("rmi", "-f", self.store.name(image))
        return ["pull", "-q", self.store.name(image)]

    def load(self):
        self.store.must("rmi", "-f", self.store.name("layers"))
        return ["load", "-i", self.store.archive]

    def run_flags(self):
        flags = ["--network", self.random.choice(["none", "bridge"])]
        if flags[1] == "bridge" and self.random.random() < 0.5:
            flags += ["-p", f"{free_port()}:80"]
        if self.random.random() < 0.3:
            flags += ["-v", f"vol{self.random.randrange(3)}:/v"]
        return flags

    def run(self):
        image = self.store.name(self.random.choice(["busybox", "layers"]))
        return ["run", "-d", "--name", self.next_name(), *self.run_flags(), image, "sleep", self.store.sleep]

    def run_and_remove(self):
        return ["run", "--rm", *self.run_flags(), self.store.name("busybox"), "true"]

    def running(self):
        up = [id for id, state in self.store.containers().items() if state == "running"]
        return self.random.choice(up) if up else self.store.must(*self.run()).strip()

    def start(self):
        id = self.running()
        self.store.must("stop", "-t", "0", id)
        return ["start", id]

    def stop(self):
        return ["stop", "-t", "0", self.running()]

    def rm(self):
        return ["rm", "-fv", self.running()]

    def execute(self):
        return ["exec", self.running(), "true"]

    ACTIONS = (pull, load, run, run, run, run_and_remove, run_and_remove, start, stop, rm, execute)

    def disturb(self, action):
        words = action(self)
        usual = self.usual.get(action.__name__, 0.1)
        victim = self.random.choice(["command", "monitor", "runtime", "transfer", "all"])
        moment = self.random.random() * usual * 1.3
        begin = time.monotonic()
        process = self.store.start(*words)
        while time.monotonic() - begin < moment and process.poll() is None:
            pass  # a sleep would round the moment up to a timer's tick
        self.kill(victim, process)
        try:
            output = process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failure(f"berth {' '.join(map(str, words))} hangs after the {victim} was killed")
        took = time.monotonic() - begin
        if process.returncode == 0:
            self.usual[action.__name__] = 0.7 * usual + 0.3 * took
        return words, victim, moment, output.decode(errors="replace")

    def kill(self, victim, process):
        targets = {
            "command": lambda: [process.pid],
            "monitor": lambda: self.store.ours("berth-monitor"),
            "runtime": self.store.runtimes,
            "transfer": lambda: self.store.ours("berth-transfer"),
            "all": lambda: [process.pid, *self.store.ours("berth"), *self.store.ours("berth-transfer"),
                            *self.store.runtimes(), *self.store.ours("berth-monitor")],
        }[victim]()
        for pid in targets:
            try:
                os.kill(pid, signal.SIGKILL)
                self.killed[victim] = self.killed.get(victim, 0) + 1
            except ProcessLookupError:
                pass

    def settle(self):
        """Processes that were told to end need a moment; the machine is looked at once they have."""
        end = time.monotonic() + 10
        while True:
            containers = self.store.containers()
            self.leaks.seen |= set(containers)
            found = list(self.leaks.all(containers))
            if not found or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def verify(self):
        self.store.must("ps", "-a")
        self.store.must("system", "check")
        found = self.settle()
        if found:
            raise Failure("left behind:\n  " + "\n  ".join(found))

    def verify_images(self):
        for image in IMAGES:
            self.store.must("pull", "-q", self.store.name(image))
            self.store.must("run", "--rm", "--network", "none", "--entrypoint", "/bin/sh", self.store.name(image), "-c",
                            "for f in /bin/busybox /etc/passwd; do cat $f > /dev/null || exit 1; done")

    def prepare(self):
        for image in IMAGES:
            self.store.must("pull", "-q", self.store.name(image))
        self.store.must("save", "-o", self.store.archive, self.store.name("layers"))

    def remove_containers(self):
        for id in self.store.containers():
            self.store.must("rm", "-fv", id)

    def round(self, number):
        action = self.random.choice(self.ACTIONS)
        told = f"round {number}: {action.__name__}"
        try:
            words, victim, moment, output = self.disturb(action)
            told = f"round {number}: {' '.join(map(str, words))}; {victim} killed after {moment * 1000:.1f} ms"
            if os.environ.get("CRASH_VERBOSE"):
                print(self.store.user or "root", told, output.strip()[:200], flush=True)
            self.leaks.seen |= ids_in(output)
            self.verify()
            if number % 10 == 0:
                self.verify_images()
            if number % 7 == 0:
                self.remove_containers()
        except Failure as failure:
            raise Failure(f"{self.store.user or 'root'}, {told}\n{failure}")

    def finish(self):
        self.remove_containers()
        self.verify_images()
        self.verify()


def has_user():
    try:
        pwd.getpwnam(USER)
        return True
    except KeyError:
        return False


def run(place, seed, count):
    stores = [Store(place, user) for user in ([None, USER] if has_user() else [None])]
    if len(stores) == 1:
        print(f"no user {USER}: all rounds are root's")
    harnesses = [Harness(store, seed + i) for i, store in enumerate(stores)]
    chance = random.Random(seed)
    try:
        for harness in harnesses:
            harness.prepare()
        for number in range(1, count + 1):
            harnesses[-1 if chance.random() < 1 / 3 else 0].round(number)
        for harness in harnesses:
            harness.finish()
        for harness in harnesses:
            print(f"{harness.store.user or 'root'}: processes killed: {harness.killed}")
    finally:
        for store in stores:
            store.end()


def make_network():
    """Loopback, and a way out for pasta to copy: it leads nowhere."""
    for words in ("link set lo up", "link add out type bridge", "addr add 192.0.2.1/24 dev out", "link set out up",
                  "route add default via 192.0.2.254"):
        subprocess.run(["ip", *words.split()], check=True)


def main():
    if os.geteuid() != 0:
        print("crash.py: needs root")
        return 77
    if "CRASH_INNER" not in os.environ:
        os.environ["CRASH_INNER"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, str(HERE / "crash.py")])
    make_network()
    seed = int(os.environ.get("CRASH_SEED") or random.randrange(1 << 32))
    rounds = int(os.environ.get("CRASH_ROUNDS") or 200)
    print(f"seed {seed}, {rounds} rounds", flush=True)
    begin = time.monotonic()
    place = Place(os.environ["BERTH"])
    try:
        run(place, seed, rounds)
        print(f"{rounds} rounds in {time.monotonic() - begin:.0f} s")
        return 0
    except Failure as failure:
        print(f"FAILED with CRASH_SEED={seed}: {failure}")
        if os.environ.get("CRASH_KEEP"):
            print(f"kept in {place.work}")
            place.destroy = place.server.kill
        return 1
    finally:
        place.destroy()


if __name__ == "__main__":
    sys.exit(main())
