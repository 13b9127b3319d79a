# SPDX-License-Identifier: Apache-2.0
# What images and containers tried with other engines, each by the number it was published under (docs/security.md has the
# table). An image here is busybox:1 with a hostile layer or config on top.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
  echo host-secret > "$WORK/secret"
  export SECRET="$WORK/secret"
}
teardown_file() {
  [ "$(cat "$SECRET")" = host-secret ]  # nobody has written to it
  end_file
}
teardown() { remove_all berth && podman volume prune -af > /dev/null; }

# evil NAME: an image of busybox and what the Python on stdin does to `tar` (a layer) and `config`.
evil() {
  local layout
  layout=$(mktemp -d "$WORK/evil.XXXXXX")
  PYTHONPATH=$TESTS/support python3 - "$layout" "$1" "$(cat)" <<'PY' && tar -C "$layout" -cf "$layout.tar" . && berth load -q -i "$layout.tar"
import os, sys
from images import *
tar, config = Tar(), {"Cmd": ["sh"]}
secret = os.environ["SECRET"]
exec(sys.argv[3])
layout = Layout(sys.argv[1])
layout.tag(sys.argv[2], layout.image([busybox_tar(), tar.bytes()], config))
PY
}

in_time() { timeout 20 "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" "$@"; }

@test "CVE-2022-24769 CVE-2022-27649 CVE-2022-27650 CVE-2022-29162: no capability can be inherited" {
  works berth run --rm --network none --cap-add SYS_ADMIN "$B" grep CapInh /proc/self/status
  is $'CapInh:\t0000000000000000'
  berth run -d --name ee --network none "$B" sleep 1000
  for flags in "" "--privileged" "-u 1000"; do
    # shellcheck disable=SC2086
    works berth exec $flags ee grep CapInh /proc/self/status
    is $'CapInh:\t0000000000000000'
  done
}

@test "CVE-2018-10856 CVE-2021-20188: who is not root has no capabilities" {
  works berth run --rm --network none -u 1000 "$B" grep -E 'Cap(Prm|Eff|Amb)' /proc/self/status
  is $'CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000'
  berth run -d --name ee --network none "$B" sleep 1000
  works berth exec -u 1000 ee grep -E 'Cap(Prm|Eff|Amb)' /proc/self/status
  is $'CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000'
}

@test "CVE-2022-2989 CVE-2022-36109 CVE-2023-25173: the primary group is among the groups" {
  works berth run --rm --network none -u 1000:1001 "$B" grep Groups /proc/self/status
  has 1001
  works berth run --rm --network none -u 1000:1001 --group-add 7 "$B" grep Groups /proc/self/status
  has "7 1001"
}

@test "CVE-2022-23648: an image's volume is not filled with the host's files" {
  evil volume:1 <<< 'config["Volumes"] = {"/../../../../../../../../.." + os.path.dirname(secret): {}, "/a/../../../../../etc": {}}'
  run berth run --rm --network none volume:1 sh -c "cat $SECRET; grep -c . /etc/passwd"
  has_not host-secret
}

@test "CVE-2024-40635 CVE-2022-36109: a user that is too large is none, not root" {
  for user in 4294967295 4294967296 2147483648 65536:4294967296 -1 18446744073709551616; do
    run berth run --rm --network none -u "$user" "$B" id -u
    [ "$status" != 0 ] || { echo "$user is $output"; return 1; }
  done
  evil user:1 <<< 'config["User"] = "4294967296:4294967296"'
  fails 125 berth run --rm --network none user:1 id
}

@test "CVE-2022-4318: a home directory makes no lines in /etc/passwd" {
  local home=$'/tmp\nevil::0:0::/:/bin/sh'
  for engine in berth podman; do
    run --separate-stderr "$engine" run --rm --network none -u 4321 -e HOME="$home" "$B" cat /etc/passwd
    has_not evil
    run --separate-stderr "$engine" run --rm --network none -u 4321 -w "$home" "$B" cat /etc/passwd
    has_not evil
  done
}

@test "CVE-2024-5154 CVE-2024-9676: links in place of the files that the engine writes or reads lead nowhere" {
  evil links:1 <<'PY'
up = "/../../../../../../../../.."
for name in ("hosts", "hostname", "resolv.conf", "mtab", "passwd", "group"):
    tar.symlink("etc/" + name, up + secret)
PY
  run berth run --rm --network none links:1 cat /etc/mtab /etc/passwd
  has_not host-secret
  run podman run --rm --network none -u 4321 --passwd-entry 'x:x:4321:0::/:/bin/sh' --group-entry 'x:x:7:' links:1 cat /etc/passwd
  has_not host-secret
  run podman run --rm --network none --userns auto links:1 true
  run berth run --rm --network none -u nobody links:1 true
  [ "$(cat "$SECRET")" = host-secret ]
}

@test "CVE-2024-9676 CVE-2025-4437: a user file that is a pipe, a device or endless holds nobody up" {
  evil pipe:1 <<< 'tar.add("etc/passwd", tarfile.FIFOTYPE).add("etc/group", tarfile.FIFOTYPE)'
  run in_time run --rm --network none -u nobody pipe:1 true
  [ "$status" != 124 ]
  evil zero:1 <<< 'tar.symlink("etc/passwd", "/dev/zero").symlink("etc/group", "/dev/zero")'
  run in_time run --rm --network none -u nobody zero:1 true
  [ "$status" != 124 ]
  evil long:1 <<< 'tar.file("etc/passwd", "x" * (64 << 20))'
  run in_time run --rm --network none -u nobody long:1 true
  [ "$status" != 124 ]
}

@test "CVE-2019-16884 CVE-2019-19921: nothing takes the place of /proc" {
  evil proc:1 <<< 'config["Volumes"] = {"/proc": {}}; tar.file("proc/self", "fake")'
  fails 125 berth run --rm --network none proc:1 echo alive
  has '/proc" cannot be mounted because it is inside /proc'
  evil linked:1 <<< 'config["Volumes"] = {"/innocent/sys": {}}; tar.symlink("innocent", "/proc")'
  fails 125 berth run --rm --network none linked:1 echo alive
  for target in /proc /proc/ /proc/self/attr /x/../proc/sys; do
    fails 125 berth run --rm --network none -v "pp:$target" "$B" echo alive
    fails 125 berth run --rm --network none --tmpfs "$target" "$B" echo alive
  done
  # What lxcfs shows in the place of the kernel's own, and the host's whole /proc, if somebody wants that.
  works berth run --rm --network none -v "$SECRET:/proc/uptime:ro" "$B" cat /proc/uptime
  is host-secret
  works berth run --rm --network none -v /proc:/proc:ro "$B" cat /proc/self/comm
}

@test "CVE-2024-21626 CVE-2019-5736: no descriptor of the host is open" {
  # The shell's own, by which it looks, is closed again when it asks for it.
  evil probe:1 <<'PY'
tar.file("probe", '#!/bin/sh\nfor f in /proc/self/fd/*; do test -e $f && printf "%s " ${f##*/}; done\necho\n', mode=0o755)
PY
  local told="0 1 2 10 "  # 10 is the script
  works berth run --rm --network none probe:1 /probe
  [ "$(xargs -n 1 <<< "$output" | sort -n | tr '\n' ' ')" = "$told" ]
  berth run -d --name ff --network none --health-cmd '/probe > /new && mv /new /seen' --health-interval 50ms \
    probe:1 sh -c '/probe >> /own; exec sleep 1000'
  works berth exec ff /probe
  [ "$(xargs -n 1 <<< "$output" | sort -n | tr '\n' ' ')" = "$told" ]
  until_true berth exec ff test -s /seen
  works berth exec ff cat /seen
  [ "$(xargs -n 1 <<< "$output" | sort -n | tr '\n' ' ')" = "$told" ]
  berth restart -t 0 ff
  until_true berth exec ff sh -c '[ "$(wc -l < /own)" = 2 ]'
  works berth exec ff cat /own
  [ "$(xargs -n 1 <<< "$output" | sort -n | tr '\n' ' ')" = "0 0 1 1 2 2 10 10 " ]
}

@test "CVE-2024-21626: a working directory that is a descriptor is no way out" {
  local fd
  for fd in 3 4 5 6 7 8 9 10 11; do
    run berth run --rm --network none -w "/proc/self/fd/$fd" "$B" cat "../../../../../../../..$SECRET"
    has_not host-secret
  done
  berth run -d --name ww --network none "$B" sleep 1000
  for fd in 3 4 5 6 7 8 9; do
    run berth exec -w "/proc/self/fd/$fd" ww cat "../../../../../../../..$SECRET"
    has_not host-secret
  done
}

@test "CVE-2019-5736: the runtime cannot be overwritten" {
  local before after runtime
  runtime=$(command -v crun)
  before=$(sha256sum "$runtime")
  # shellcheck disable=SC2016
  berth run -d --name rr --network none "$B" sh -c 'while :; do for p in /proc/[0-9]*/exe; do : 2> /dev/null >> $p && echo wrote $p; done; done'
  for _ in 1 2 3 4 5; do run berth exec rr /proc/self/exe --version; done
  after=$(sha256sum "$runtime")
  [ "$before" = "$after" ]
  works berth logs rr
  has_not wrote
}

@test "CVE-2018-15664 CVE-2019-10152 CVE-2019-18466 CVE-2023-0778: no race leads cp and export out" {
  berth run -d --name cc --network none -v vv:/v "$B" sh -c "mkdir -p /v/d /x; while :; do
    mv /v/d /v/e; ln -s /../../../../../..${SECRET%/*} /v/d; rm /v/d; mv /v/e /v/d; done"
  echo overwritten > "$WORK/mine"
  local i
  for i in $(seq 15); do
    run berth cp "$WORK/mine" cc:/v/d/secret
    run berth cp cc:/v/d/secret -
    has_not host-secret
    run podman volume export vv
    has_not host-secret
  done
  [ "$(cat "$SECRET")" = host-secret ]
}

@test "CVE-2022-1227: top runs nothing of the image" {
  evil top:1 <<'PY'
for name in ("bin/ps", "usr/bin/ps", "usr/bin/nsenter", "bin/nsenter", "usr/bin/top"):
    tar.file(name, "#!/bin/sh\ntouch /ran\n", mode=0o755)
PY
  berth run -d --name tt --network none top:1 sleep 1000
  works berth top tt
  has "sleep 1000"
  works podman top tt user pid comm
  has sleep
  run berth exec tt test -e /ran
  [ "$status" = 1 ]
}

@test "CVE-2020-1726: a volume with files keeps them at its first use" {
  evil seed:1 <<< 'tar.directory("data").file("data/file", "image")'
  berth volume create kept > /dev/null
  berth run --rm --network none -v kept:/v "$B" sh -c 'echo mine > /v/file'
  works berth run --rm --network none -v kept:/data seed:1 cat /data/file
  is mine
}

@test "CVE-2021-41091 CVE-2021-41103 CVE-2024-25621: other users reach nothing of the store" {
  needs_user
  berth run -d --name mm --network none -v other-users:/v "$B" sh -c 'cp /bin/busybox /v/sh && chmod 4755 /v/sh; sleep 1000'
  local id
  id=$(berth inspect -f '{{.Id}}' mm)
  for path in "$WORK/root/berth.db" "$WORK/root/berth.db-wal" "$WORK/root/volumes/other-users/_data/sh"; do
    run setpriv --reuid berth-test --regid berth-test --clear-groups head -c 1 "$path"
    [ "$status" != 0 ] || { echo "$path: $output"; return 1; }
  done
  for path in "$WORK/root/layers" "$WORK/root/containers" "$WORK/root/blobs" "$WORK/root/staging" "$WORK/run" \
    "$WORK/run/containers/$id/attach"; do
    run setpriv --reuid berth-test --regid berth-test --clear-groups ls "$path"
    [ "$status" != 0 ] || { echo "$path: $output"; return 1; }
  done
}

@test "CVE-2022-0811 CVE-2022-0532: no sysctl beyond the container's namespaces" {
  for sysctl in kernel.core_pattern=x 'kernel.shm_rmid_forced=1+kernel.core_pattern=x' vm.overcommit_memory=1 fs.file-max=9 \
    net/../kernel/core_pattern=x kernel.shm_rmid_forced; do
    run berth run --rm --network none --sysctl "$sysctl" "$B" true
    [ "$status" != 0 ] || { echo "$sysctl"; return 1; }
  done
  fails 125 berth run --rm --network host --sysctl net.ipv4.ip_forward=1 "$B" true
  fails 125 berth run --rm --network none --ipc host --sysctl kernel.shmmax=1 "$B" true
}

@test "CVE-2024-3154: what an image says of itself tells the runtime nothing" {
  evil label:1 <<< 'config["Labels"] = {"run.oci.hooks.stderr": secret, "org.systemd.property.User": "root", "run.oci.handler": "krun"}'
  berth run -d --name ll --network none label:1 sleep 1000
  run grep -c -e run.oci.hooks -e org.systemd -e krun "$WORK/run/containers/$(berth inspect -f '{{.Id}}' ll)/bundle/config.json"
  is 0
}

@test "CVE-2020-15257: no socket that a container in the host's network reaches" {
  works berth run --rm --network host "$B" cat /proc/net/unix
  run grep -a -e '@.*berth' -e '@.*containerd' <<< "$output"
  [ "$status" = 1 ]
}

@test "CVE-2024-32473: a network without IPv6 gives no IPv6 address" {
  works berth run --rm "$B" sh -c 'cat /proc/net/if_inet6 | grep -v " lo$" || echo none'
  is none
}

@test "CVE-2020-14370 CVE-2019-13509: what is secret to one container is nowhere else" {
  berth --log-level debug run -d --name one --network none -e TOKEN=s3cr3t-value "$B" sleep 1000 2> "$WORK/debug" > /dev/null
  run grep -c s3cr3t-value "$WORK/debug"
  is 0
  works berth run --rm --network none "$B" env
  has_not s3cr3t-value
  run grep -ls s3cr3t-value /proc/[0-9]*/cmdline
  is ""
}

@test "CVE-2021-30465: a mount's target that is swapped meanwhile stays inside" {
  evil swap:1 <<< 'tar.symlink("target", "/../../../../../../../../.." + os.path.dirname(secret)).directory("real")'
  run berth run --rm --network none -v vv:/target/sub "$B" true
  run berth run --rm --network none -v vv:/target swap:1 sh -c 'ls /target'
  has_not secret
  run findmnt "$WORK"
  has_not vv
}

@test "CVE-2018-20699: a huge number of processors is refused at once" {
  for cpus in 0-2147483647 0-18446744073709551615 4294967296; do
    run in_time run --rm --network none --cpuset-cpus "$cpus" "$B" true
    [ "$status" != 0 ] && [ "$status" != 124 ]
    run in_time run --rm --network none --cpuset-mems "$cpus" "$B" true
    [ "$status" != 0 ] && [ "$status" != 124 ]
  done
}

@test "a working directory that is a link changes nothing outside" {
  chmod 600 "$SECRET"
  evil workdir:1 <<< 'config["WorkingDir"] = "/link"; tar.symlink("link", secret)'
  run berth run --rm --network none workdir:1 true
  evil below:1 <<< 'config["WorkingDir"] = "/link/below"; tar.symlink("link", os.path.dirname(secret))'
  run berth run --rm --network none below:1 true
  run berth run --rm --network none -w /link workdir:1 true
  [ "$(stat -c %a "$SECRET")" = 600 ]
  [ ! -e "$(dirname "$SECRET")/below" ]
}

@test "a user whose id is the one that means none is no user" {
  evil ids:1 <<< 'tar.file("etc/passwd", "root:x:0:0::/:/bin/sh\nevil:x:4294967295:1000::/:/bin/sh\n")'
  run berth run --rm --network none -u evil ids:1 id -u
  [ "$status" != 0 ]
  has evil
}

@test "a tree that is deeper than any stack ends no command half-way" {
  berth run -d --name dd --network none "$B" sh -c 'cd /tmp; i=0; while [ $i -lt 5000 ]; do mkdir d; cd d; i=$((i+1)); done; echo deep; exec sleep 1000'
  until_true eval 'berth logs dd | grep -q deep'
  fails 1 berth diff dd
  has "lies too deep"
  fails 1 berth commit dd deep:1
  has "lies too deep"
  [ "$(berth inspect -f '{{.State.Status}}' dd)" = running ]
  works berth rm -f dd
}

# The process in the first container waits until the second one's start makes a directory in their volume, and puts a link in
# its place.
@test "filling a volume follows no link that somebody else puts there" {
  mkdir "$WORK/outside"
  evil fill:1 <<'PY'
tar.directory("data").directory("data/d")
for n in range(400):
    tar.file(f"data/d/{n}", "of the image")
PY
  berth volume create race
  berth run -d --name swaps --network none -v race:/v:nocopy fill:1 sh -c \
    "ln -s $WORK/outside /v.link; while ! mv /v/d /v/gone 2> /dev/null; do :; done; ln -s $WORK/outside /v/d; echo swapped; exec sleep 1000"
  run berth run --rm --name fills --network none -v race:/data fill:1 true
  until_true eval 'berth logs swaps | grep -q swapped'
  [ -z "$(ls -A "$WORK/outside")" ]
}
