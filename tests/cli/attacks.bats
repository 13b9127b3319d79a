# SPDX-License-Identifier: Apache-2.0
# What images and containers tried with other engines, each by the number it was published under (docs/security.md has the
# table). An image here is busybox:1 with a hostile layer or config on top. Each attempt is proven to have been one: what it needs
# was there, and what it was made of works where it may.
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
teardown() {
  [ -z "${EXCHANGER:-}" ] || kill "$EXCHANGER" 2> /dev/null || true
  remove_all berth && podman volume prune -af > /dev/null
}

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

# exchange DIRECTORY: two of its entries, d and l, change places without end, as fast as the kernel can, until exchanged.
exchange() {
  python3 -c '
import ctypes, os, signal, sys
RENAME_EXCHANGE, count = 2, 0
def end(*_):
    print(count, flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, end)
libc, place = ctypes.CDLL(None, use_errno=True), os.open(sys.argv[1], os.O_DIRECTORY)
while libc.renameat2(place, b"d", place, b"l", RENAME_EXCHANGE) == 0:
    count += 1
sys.exit(os.strerror(ctypes.get_errno()))' "$1" > "$WORK/exchanges" 3>&- &
  EXCHANGER=$!
}

# Ends it; both places must have changed many times.
exchanged() {
  local pid=$EXCHANGER
  EXCHANGER=
  kill "$pid" && wait "$pid" && [ "$(cat "$WORK/exchanges")" -gt 1000 ]
}

# A container cc whose volume vv has the directory d and, beside it, l, which leads to the host's directory of the secret.
with_a_way_out() {
  berth run -d --name cc --network none -v vv:/v "$B" sh -c "mkdir /v/d; ln -s /../../../../../..${SECRET%/*} /v/l; sleep 1000"
  VOLUME=$(podman volume inspect -f '{{.Mountpoint}}' vv)
  until_true test -L "$VOLUME/l"
  [ "$(cat "$VOLUME/l/secret")" = host-secret ]
}

is_running() { [ "$(berth inspect -f '{{.State.Running}}' "$1")" = true ]; }

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
  works berth run --rm --network none volume:1 sh -c "cat $SECRET; ls -A ${SECRET%/*}; mount | grep -c -e ' on ${SECRET%/*} ' -e ' on /etc '
    cat /etc/passwd"
  is "2
$(berth run --rm --network none "$B" cat /etc/passwd)"
}

@test "CVE-2024-40635 CVE-2022-36109: a user that is too large is none, not root" {
  for user in 4294967295 4294967296 2147483648 65536:4294967296 -1 18446744073709551616; do
    fails 125 berth run --rm --network none -u "$user" "$B" id -u
    has "uids and gids must be in range 0-2147483647"
  done
  evil user:1 <<< 'config["User"] = "4294967296:4294967296"'
  fails 125 berth run --rm --network none user:1 id
  has "uids and gids must be in range 0-2147483647"
  works berth run --rm --network none -u 2147483647:2147483647 "$B" sh -c 'id -u; id -g'
  is $'2147483647\n2147483647'
}

@test "CVE-2022-4318: a home directory makes no lines in /etc/passwd" {
  local home=$'/tmp\nevil::0:0::/:/bin/sh'
  evil newline:1 <<< 'tar.directory("tmp/\nevil::0:0::").directory("tmp\nevil::0:0::").directory("tmp\nevil::0:0::/:/bin/sh")'
  for engine in berth podman; do
    works "$engine" run --rm --network none -u 4321 -e HOME="$home" "$B" sh -c 'cat /etc/passwd; echo "$HOME" | tail -n 1 >&2'
    has nobody:x:65534
    has_not evil
    [ "$stderr" = "evil::0:0::/:/bin/sh" ]
    works "$engine" run --rm --network none -u 4321 -w "$home" newline:1 sh -c 'cat /etc/passwd; pwd | tail -n 1 >&2'
    has nobody:x:65534
    has_not evil
    [ "$stderr" = "evil::0:0::/:/bin/sh" ]
  done
  works podman run --rm --network none -u 4321 "$B" cat /etc/passwd
  has $'\n4321:'  # so there was a line to be spoilt
}

@test "CVE-2024-5154 CVE-2024-9676: links in place of the files that the engine writes or reads lead nowhere" {
  evil links:1 <<'PY'
up = "/../../../../../../../../.."
for name in ("hosts", "hostname", "resolv.conf", "mtab", "passwd", "group"):
    tar.symlink("etc/" + name, up + secret)
PY
  works berth run --rm --network none links:1 sh -c 'readlink /etc/mtab; cat /etc/mtab /etc/passwd'
  has "/..$SECRET"
  has localhost  # what the engine wrote to /etc/hosts, it wrote to that path inside
  has_not host-secret
  works podman run --rm --network none -u 4321 --passwd-entry 'x:x:4321:0::/:/bin/sh' --group-entry 'x:x:7:' links:1 cat /etc/passwd
  has localhost
  has_not host-secret
  fails 125 berth run --rm --network none -u nobody links:1 true
  has "unable to find user nobody: no matching entries in passwd file"
  [ "$(cat "$SECRET")" = host-secret ]
}

@test "CVE-2024-9676: the ids that --userns auto looks for in an image are the image's" {
  echo containers:1000000:200000 > "$WORK/subid"
  # shellcheck disable=SC2016
  local automatic='mount --bind "$WORK/subid" /etc/subuid; mount --bind "$WORK/subid" /etc/subgid
    exec "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" run --rm --network none --userns auto "$@" cat /proc/self/uid_map'
  evil high:1 <<< 'tar.file("etc/passwd", "root:x:0:0::/:/bin/sh\nhigh:x:30000:0::/:/bin/sh\n")'
  works unshare --mount sh -ec "$automatic" sh high:1
  [ "$(awk '{print $3}' <<< "$output")" -gt 30000 ]  # so it is read
  echo 'host:x:40000:0::/:/bin/sh' > "$WORK/passwd"
  evil led:1 <<< 'tar.symlink("etc/passwd", "/../../../../../../../../.." + os.path.dirname(secret) + "/passwd")'
  works unshare --mount sh -ec "$automatic" sh led:1
  [ "$(awk '{print $3}' <<< "$output")" -lt 30000 ]
  evil held:1 <<< 'tar.add("etc/passwd", tarfile.FIFOTYPE).symlink("etc/group", "/dev/zero")'
  works timeout 20 unshare --mount sh -ec "$automatic" sh held:1
}

@test "CVE-2024-9676 CVE-2025-4437: a user file that is a pipe, a device or endless holds nobody up" {
  works in_time run --rm --network none -u nobody "$B" id -un
  is nobody
  evil pipe:1 <<< 'tar.add("etc/passwd", tarfile.FIFOTYPE).add("etc/group", tarfile.FIFOTYPE)'
  fails 125 in_time run --rm --network none -u nobody pipe:1 true
  has "unable to find user nobody: no matching entries in passwd file"
  evil zero:1 <<< 'tar.symlink("etc/passwd", "/dev/zero").symlink("etc/group", "/dev/zero")'
  fails 125 in_time run --rm --network none -u nobody zero:1 true
  has "unable to find user nobody: no matching entries in passwd file"
  evil long:1 <<< 'tar.file("etc/passwd", "x" * (64 << 20))'
  fails 125 in_time run --rm --network none -u nobody long:1 true
  has "read /etc/passwd of the image: more than 4194304 bytes"
}

@test "CVE-2019-16884 CVE-2019-19921: nothing takes the place of /proc" {
  evil proc:1 <<< 'config["Volumes"] = {"/proc": {}}; tar.file("proc/self", "fake")'
  fails 125 berth run --rm --network none proc:1 echo alive
  has '/proc" cannot be mounted because it is inside /proc'
  evil linked:1 <<< 'config["Volumes"] = {"/innocent/sys": {}}; tar.symlink("innocent", "/proc")'
  fails 125 berth run --rm --network none linked:1 echo alive
  has '/innocent/sys" cannot be mounted because it is inside /proc'
  works berth run --rm --network none -v pp:/proc-not -v pp:/x/../innocent "$B" echo alive
  for target in /proc /proc/ /proc/self/attr /x/../proc/sys; do
    fails 125 berth run --rm --network none -v "pp:$target" "$B" echo alive
    has "cannot be mounted because it is inside /proc"
    fails 125 berth run --rm --network none --tmpfs "$target" "$B" echo alive
    has "cannot be mounted because it is inside /proc"
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
  local fd way="../../../../../../../..$SECRET"
  [ "$(cd /usr/lib && cat "$way")" = host-secret ]  # what it would find from a directory of the host
  works berth run --rm --network none -w /proc/self/fd "$B" pwd
  is /proc/1/fd  # the path is looked for in the container, by its first process
  for fd in 3 4 5 6 7 8 9 10 11; do
    run berth run --rm --network none -w "/proc/self/fd/$fd" "$B" sh -c "pwd; cat $way"
    [ "$status" != 0 ]
    has_not host-secret
    [[ $output == *"chdir \`/proc/self/fd/$fd\`: No"* || $output == *"No such file or directory"* ]]
  done
  berth run -d --name ww --network none "$B" sleep 1000
  works berth exec -w /proc/1/fd ww pwd
  is /proc/1/fd
  for fd in 3 4 5 6 7 8 9; do
    for pid in self 1; do
      run -127 berth exec -w "/proc/$pid/fd/$fd" ww sh -c "pwd; cat $way"
      has_not host-secret
      [[ ${output,,} == *"no such file or directory"* || $output == *"ot a directory"* ]]
    done
  done
}

# Waits for a program of that command line, holds its file, lets it end, and writes to the file.
thief() {
  cat <<'SH'
#!/bin/sh
until [ "$held" ]; do
  for p in /proc/[0-9]*; do
    case $(tr '\0' ' ' < $p/cmdline) in "$* "*) held=$p ;; esac
  done
done
exec 3< $held/exe
echo > /p/config.json
while [ -d $held ]; do :; done
sha256sum < /proc/self/fd/3
(echo overwritten > /proc/self/fd/3) && echo wrote
SH
}

@test "CVE-2019-5736: the runtime cannot be overwritten" {
  local libraries started
  mkdir "$WORK/own"
  cp "$(command -v crun)" "$WORK/own/crun"
  cp /bin/busybox "$WORK/own/busybox"
  local before
  before=$(sha256sum < "$WORK/own/crun")
  thief > "$WORK/thief"
  # An image whose program is the runtime itself, with all that it needs to run on in there.
  evil runtime:1 <<'PY'
tar.file("tell", "#!/proc/self/exe --version\n", mode=0o755).file("wait", "#!/proc/self/exe run\n", mode=0o755)
tar.file("thief", open(os.environ["WORK"] + "/thief").read(), mode=0o755)
PY
  mapfile -t libraries < <(ldd "$WORK/own/crun" | grep -o '/[^ ]*' | sed 's/.*/-v=&:&:ro/')
  local flags=(--runtime "$WORK/own/crun" --network none -v pp:/p "${libraries[@]}")
  berth run -d --name rr "${flags[@]}" -v "$WORK/own:/own" runtime:1 sh -c 'mkfifo /p/config.json; sleep 1000'
  until_true berth exec rr test -p /p/config.json
  works berth exec rr /tell
  has "crun version"

  in_time exec rr /own/busybox cat /p/config.json > /dev/null 3>&- & started=$!
  works in_time exec rr /thief /own/busybox cat
  is "$(sha256sum < /bin/busybox)"$'\nwrote'  # as it goes with a program that nobody protects
  wait $started
  [ "$(cat "$WORK/own/busybox")" = overwritten ]

  # The runtime waits for the config.json of its directory.
  in_time exec -w /p rr /wait 3>&- & started=$!
  fails_to_write in_time exec rr /thief /proc/self/exe run
  ended_with 1 $started
  in_time run --rm --pid container:rr "${flags[@]}" -w /p runtime:1 /wait 3>&- & started=$!
  fails_to_write in_time exec rr /thief /proc/self/exe run
  ended_with 1 $started
  [ "$(sha256sum < "$WORK/own/crun")" = "$before" ]
  is_running rr
}

ended_with() {
  local code=0
  wait "$2" || code=$?
  [ $code = "$1" ]
}

# The thief held the runtime's own bytes, but could not write them.
fails_to_write() {
  run --separate-stderr "$@"
  is "$before"
  [[ $stderr == *"can't create /proc/self/fd/3: "* ]]
}

@test "CVE-2018-15664 CVE-2019-10152 CVE-2019-18466 CVE-2023-0778: no race leads cp and export out" {
  with_a_way_out
  echo overwritten > "$WORK/mine"
  berth exec cc sh -c 'echo inside > /v/d/secret'
  exchange "$VOLUME"
  local into=0 from=0 failed=0 exported=
  for _ in $(seq 20); do
    run berth cp "$WORK/mine" cc:/v/d/secret
    if [ "$status" = 0 ]; then into=$((into + 1)); else leads_nowhere && failed=$((failed + 1)); fi
    run berth cp cc:/v/d/secret "$WORK/copied"
    if [ "$status" = 0 ]; then from=$((from + 1)); else leads_nowhere && failed=$((failed + 1)); fi
    podman volume export vv > "$WORK/exported"
    exported+=$(tar -xOf "$WORK/exported")
    cat "$WORK/copied" >> "$WORK/all-copied" || true
  done
  exchanged
  echo "in $into, out $from, failed $failed"
  [ "$into" -gt 0 ] && [ "$from" -gt 0 ] && [ "$failed" -gt 0 ]  # both sides of the race were met
  [ "$(cat "$SECRET")" = host-secret ]
  [[ $exported == *overwritten* && $exported != *host-secret* ]]
  run sort -u "$WORK/all-copied"
  is "$(printf 'inside\noverwritten' | grep -xF "$output")"  # the one until something has been copied in, then the other
  has overwritten
  is_running cc
}

leads_nowhere() { [[ $output == *"Could not find the file /v/d"* || $output == *"open /v/d: No such file or directory"* ]]; }

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
  berth exec tt ps
  berth exec tt test -e /ran
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
    works ls -d "$path"
    run setpriv --reuid berth-test --regid berth-test --clear-groups ls "$path"
    [ "$status" != 0 ] || { echo "$path: $output"; return 1; }
    has "Permission denied"
  done
  setpriv --reuid berth-test --regid berth-test --clear-groups ls -d "$WORK"
}

@test "CVE-2022-0811 CVE-2022-0532: no sysctl beyond the container's namespaces" {
  for sysctl in kernel.core_pattern=x 'kernel.shm_rmid_forced=1+kernel.core_pattern=x' vm.overcommit_memory=1 fs.file-max=9 \
    net/../kernel/core_pattern=x kernel.shm_rmid_forced; do
    fails 125 berth run --rm --network none --sysctl "$sysctl" "$B" true
    [[ $output == *sysctl* || $output == *"write to /proc/sys/kernel/shm_rmid_forced: Invalid argument"* ]]
  done
  fails 125 berth run --rm --network host --sysctl net.ipv4.ip_forward=1 "$B" true
  has "sysctl"
  fails 125 berth run --rm --network none --ipc host --sysctl kernel.shmmax=1 "$B" true
  has "sysctl"
  works berth run --rm --network none --sysctl net.ipv4.ip_forward=1 --sysctl kernel.shmmax=4096 "$B" \
    cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax
  is $'1\n4096'
}

@test "CVE-2024-3154: what an image says of itself tells the runtime nothing" {
  evil label:1 <<< 'config["Labels"] = {"run.oci.hooks.stderr": secret, "org.systemd.property.User": "root", "run.oci.handler": "krun"}'
  berth run -d --name ll --network none label:1 sleep 1000
  works berth inspect -f '{{json .Config.Labels}}' ll
  has '"run.oci.handler":"krun"'
  run grep -c -e run.oci.hooks -e org.systemd -e krun "$WORK/run/containers/$(berth inspect -f '{{.Id}}' ll)/bundle/config.json"
  is 0
  berth run -d --name mine --network none --annotation org.systemd.property.Mine=1 "$B" sleep 1000
  grep -q org.systemd "$WORK/run/containers/$(berth inspect -f '{{.Id}}' mine)/bundle/config.json"
}

@test "CVE-2020-15257: no socket that a container in the host's network reaches" {
  works python3 -c '
import socket, subprocess, sys
mine = socket.socket(socket.AF_UNIX)
mine.bind("\0berth-control")
sys.exit(subprocess.call(sys.argv[1:]))' "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" \
    run --rm --network host "$B" cat /proc/net/unix
  run grep -a -o '@.*berth.*' <<< "$output"
  is @berth-control  # one that there is, is seen
}

@test "CVE-2024-32473 CVE-2020-13401: a network without IPv6 gives no IPv6 address" {
  works berth run --rm "$B" sh -c 'cat /proc/net/if_inet6; ip -o link show eth0; cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6'
  local ours=$output
  [ "$(grep -c ' lo$' <<< "$ours")" = 1 ] || skip "the kernel has no IPv6"
  has "eth0@"
  [ "$(tail -n 1 <<< "$ours")" = 1 ]  # so no router is believed either
  [ "$(grep -c '^[0-9a-f]\{32\} ' <<< "$ours")" = 1 ]
}

@test "CVE-2020-14370 CVE-2019-13509: what is secret to one container is nowhere else" {
  berth --log-level debug run -d --name one --network none -e TOKEN=s3cr3t-value "$B" sleep 1000 2> "$WORK/debug" > /dev/null
  [ -s "$WORK/debug" ]
  run grep -c s3cr3t-value "$WORK/debug"
  is 0
  works berth run --rm --network none "$B" env
  has PATH=
  has_not s3cr3t-value
  run grep -ls s3cr3t-value /proc/[0-9]*/cmdline
  is ""
  run grep -ls s3cr3t-value /proc/[0-9]*/environ
  is "/proc/$(berth inspect -f '{{.State.Pid}}' one)/environ"  # where it belongs
}

@test "CVE-2021-30465: a mount's target that is swapped meanwhile stays inside" {
  evil swap:1 <<< 'tar.symlink("target", "/../../../../../../../../.." + os.path.dirname(secret)).directory(os.path.dirname(secret)[1:])'
  works berth run --rm --network none -v uu:/target swap:1 sh -c "echo mine > /target/file; cat ${SECRET%/*}/file; cat $SECRET || true"
  is mine
  with_a_way_out
  grep -F "$WORK" /proc/self/mountinfo > "$WORK/before" || true
  exchange "$VOLUME"
  local inside=0 failed=0
  for _ in $(seq 20); do
    run berth run --rm --network none -v vv:/v -v uu:/v/d/sub "$B" grep /uu/ /proc/self/mountinfo
    if [ "$status" = 0 ]; then has " /v/d/sub " && inside=$((inside + 1)); else has "v/d" && failed=$((failed + 1)); fi
  done
  exchanged
  echo "inside $inside, failed $failed"
  [ "$inside" -gt 0 ] && [ "$failed" -gt 0 ]
  grep -F "$WORK" /proc/self/mountinfo | diff "$WORK/before" -
  [ ! -e "$WORK/sub" ]
  is_running cc
}

@test "CVE-2018-20699: a huge number of processors is refused at once" {
  for cpus in 0-2147483647 0-18446744073709551615 4294967296; do
    fails 125 in_time run --rm --network none --cpuset-cpus "$cpus" "$B" true
    has "$cpus"
    fails 125 in_time run --rm --network none --cpuset-mems "$cpus" "$B" true
    has "$cpus"
  done
  works in_time run --rm --network none --cpuset-cpus 0 --cpuset-mems 0 "$B" grep _allowed_list /proc/self/status
  is $'Cpus_allowed_list:\t0\nMems_allowed_list:\t0'
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
