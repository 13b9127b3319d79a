# SPDX-License-Identifier: Apache-2.0
# Where a store lies and what becomes of it: two side by side, odd umasks, read-only and full disks, a reboot, the end.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown() {
  remove_all berth
  local place
  for place in "$WORK"/place/*; do
    [ -e "$place" ] || continue
    elsewhere "${place##*/}" system reset -f || true
    umount "$place" 2> /dev/null || true
    rm -rf "$place" "$WORK/run.${place##*/}"
  done
}
teardown_file() { end_file; }

# elsewhere NAME ARG...: berth on another store.
elsewhere() {
  local name=$1
  shift
  "$WORK/bin/berth" --root "$WORK/place/$name/store" --runroot "$WORK/run.$name" "$@"
}

# disk NAME SIZE: a disk of its own for a store.
disk() {
  mkdir -p "$WORK/place/$1"
  mount -t tmpfs -o "size=$2,mode=755" berth-cli "$WORK/place/$1"
}

first_process() { berth inspect --format '{{.State.Pid}}' "$1"; }
gateway() { "$@" inspect --format '{{.NetworkSettings.Gateway}}' web; }

@test "two stores have their own names, subnets and ports, and the end of one is not the other's" {
  local mine theirs
  mine=$(free_port)
  theirs=$(free_port)
  elsewhere two pull -q "$B"
  berth run -d --name web -p "$mine:80" "$B" sh -c 'mkdir /w; echo one > /w/index.html; exec httpd -f -h /w'
  elsewhere two run -d --name web -p "$theirs:80" "$B" sh -c 'mkdir /w; echo two > /w/index.html; exec httpd -f -h /w'
  [ "$(gateway berth)" != "$(gateway elsewhere two)" ]
  works curl -s --retry 20 --retry-connrefused --retry-delay 0 --max-time 5 "http://127.0.0.1:$theirs/"
  is two
  fails 125 elsewhere two run --rm -p "$mine:80" "$B" true
  has "address already in use"
  works elsewhere two system reset -f
  [ -z "$(ls "$WORK/place/two/store")" ]
  works curl -s --retry 20 --retry-connrefused --retry-delay 0 --max-time 5 "http://127.0.0.1:$mine/"
  is one
  works berth system check
  is "The store is consistent."
}

@test "a reset that nobody confirmed does nothing" {
  run berth system reset <<< n
  [ "$status" = 0 ]
  has "This will remove:"
  works berth images -q
  [ -n "$output" ]
}

@test "a store made under umask 077 serves every user of a container, one under 000 keeps others out" {
  local mask
  for mask in 077 000; do
    (umask "$mask"; elsewhere "u$mask" pull -q "$B")
    works eval "umask $mask; elsewhere u$mask run --rm --network none -u 1000:1000 -v data:/data '$B' sh -c 'cat /etc/passwd /etc/hosts > /dev/null && ls /data && echo read'"
    is read
    works find "$WORK/place/u$mask/store" "$WORK/run.u$mask" -maxdepth 2 -perm /022 ! -type s
    is ""
    [ "$(stat -c %a "$WORK/run.u$mask")" = 700 ]
    [ "$(stat -c %a "$WORK/place/u$mask/store/containers")" = 700 ]
  done
}

@test "a read-only disk is told, and what can be read is shown" {
  disk ro 64M
  elsewhere ro pull -q "$B"
  elsewhere ro create --name cc "$B" true
  mount -o remount,ro "$WORK/place/ro"
  works elsewhere ro ps -a --format '{{.Names}}'
  is cc
  works elsewhere ro images --format '{{.Repository}}'
  is "${B%:1}"
  fails 125 elsewhere ro run --rm --network none "$B" true
  has "Read-only file system"
  fails 1 elsewhere ro rm cc
  has "readonly"
  fails 1 "$WORK/bin/berth" --root "$WORK/place/ro/new" --runroot "$WORK/run.ro" ps
  has "is on a read-only file system: choose a writable place with --root"
  mount -o remount,rw "$WORK/place/ro"
}

@test "a full disk is told, leaves nothing half-made, and containers still end and go" {
  disk full 7M
  elsewhere full pull -q "$B"
  elsewhere full run -d --name up --network none "$B" sleep 1000
  dd if=/dev/zero of="$WORK/place/full/fill" bs=64k 2> /dev/null || true
  fails 125 elsewhere full run --rm --network none "$B" true
  [[ $output == *"No space left"* || $output == *"disk is full"* ]]
  works elsewhere full stop -t 0 up
  works elsewhere full inspect --format '{{.State.Status}} {{.State.ExitCode}}' up
  is "exited 137"
  works elsewhere full rm up
  works elsewhere full rmi "$B"
  rm "$WORK/place/full/fill"
  works elsewhere full system check
  has_not damaged
  [ -z "$(ls "$WORK/place/full/store/staging" "$WORK/place/full/store/containers" | grep -v :)" ]
}

@test "a pull that does not fit leaves nothing behind" {
  disk small 1200k
  fails 1 elsewhere small pull -q "$B"
  has "No space left on device"
  works elsewhere small images -q
  is ""
  [ -z "$(ls "$WORK/place/small/store/staging" "$WORK/place/small/store/layers" | grep -v :)" ]
}

# power_cut: everything that runs is gone, without a word.
power_cut() {
  local line
  for line in "$WORK"/run/containers/*/running; do
    kill -9 $(awk '/^(monitor|init)/ { print $2 }' "$line")
  done
  until_true no_process
}
no_process() { ! nothing_left | grep -q process; }

@test "after a power cut nothing runs, and start works" {
  berth run -d --name cut "$B" sleep 1000
  berth run -d --rm --name gone "$B" sleep 1000
  power_cut
  rm -rf "$WORK/run"
  works berth ps -aq
  works berth inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.Running}}' cut
  is "exited 255 false"
  works berth start cut
  works berth exec cut echo alive
  is alive
  works berth system check
  works berth ps -a --format '{{.Names}}'
  is cut
}

@test "after a power cut with a run root that is no tmpfs, nothing runs and start works" {
  berth run -d --name kept -p "$(free_port):80" "$B" sleep 1000
  power_cut
  # What the kernel had is gone as well.
  local bridge
  bridge=$(sed -n 's/.*"name":"\([^"]*\)".*/\1/p' "$WORK/run/network/bridge")
  ip link delete "$bridge"
  nft delete table ip "$bridge"
  works berth inspect --format '{{.State.Status}}' kept
  is exited
  works berth start kept
  works berth exec kept ip route
  has "default via"
  works berth system check
}
