# SPDX-License-Identifier: Apache-2.0
# The same engine for an ordinary user.
load load

setup_file() {
  begin_file
  needs_user
  user_berth pull -q "$REGISTRY/busybox:1"
  user_berth pull -q "$REGISTRY/app:1"
  export B="$REGISTRY/busybox:1" APP="$REGISTRY/app:1"
}
teardown_file() { end_file; }

r() { user_berth run --rm --network none "$@"; }

@test "root inside is the user outside" {
  mkdir -p "$WORK/home/d"
  chown berth-test "$WORK/home/d"
  works r -v "$WORK/home/d:/m" "$B" sh -c 'id -u; touch /m/root; touch /m/other; chown 5:6 /m/other'
  is 0
  [ "$(stat -c %U "$WORK/home/d/root")" = berth-test ]
  [ "$(stat -c %u "$WORK/home/d/other")" -ge 100000 ]
}

@test "the image's user, its groups and its volume" {
  works r "$APP" sh -c 'id -un; id -Gn; cat /data/seed; stat -c %U:%a /data; touch /data/mine && echo writable'
  is $'entry: sh -c id -un; id -Gn; cat /data/seed; stat -c %U:%a /data; touch /data/mine && echo writable\napp\napp extra more\nfrom the image\napp:750\nwritable'
}

@test "exit codes" {
  fails 3 r "$B" sh -c 'exit 3'
  fails 127 r "$B" nosuch
  fails 126 r "$B" /etc
}

@test "a running container is met by every later command" {
  user_berth run -d --name up --network none "$B" sleep 1000
  works user_berth ps --format '{{.Names}} {{.State}}'
  is "up running"
  works user_berth exec up id -u
  is 0
  works user_berth run --rm --network none --pid container:up "$B" sh -c 'ps | grep -c "[s]leep 1000"'
  is 1
  works user_berth stop -t 0 up
  works user_berth inspect --format '{{.State.ExitCode}}' up
  is 137
  user_berth rm up
}

@test "all commands of a user share one user namespace" {
  user_berth run -d --name one --network none "$B" sleep 1000
  user_berth run -d --name two --network none "$B" sleep 1000
  local a b
  a=$(readlink "/proc/$(user_berth inspect --format '{{.State.Pid}}' one)/ns/user")
  b=$(readlink "/proc/$(user_berth inspect --format '{{.State.Pid}}' two)/ns/user")
  [ "$a" = "$b" ]
  [ "$a" != "$(readlink /proc/self/ns/user)" ]
  user_berth rm -f one two
}

@test "ten at once from nothing" {
  local i pids=()
  for i in {1..10}; do r "$B" echo "$i" > "$WORK/out.$i" & pids+=($!); done
  for i in "${pids[@]}"; do wait "$i"; done
  for i in {1..10}; do [ "$(cat "$WORK/out.$i")" = "$i" ]; done
}

@test "published ports reach the container through pasta" {
  command -v pasta > /dev/null || skip "needs pasta"
  [ -e /dev/net/tun ] || skip "needs /dev/net/tun"
  local port
  port=$(free_port)
  user_berth run -d --name web -p "$port:80" "$B" sh -c 'mkdir /w; echo rootless > /w/index.html; exec httpd -f -p 80 -h /w'
  works curl -s --retry 20 --retry-all-errors --retry-delay 0 --max-time 5 "http://127.0.0.1:$port/"
  is rootless
  user_berth rm -f web
}

@test "pasta does as it is told" {
  command -v pasta > /dev/null || skip "needs pasta"
  [ -e /dev/net/tun ] || skip "needs /dev/net/tun"
  works user_podman run --rm --network pasta:-I,own0,--ns-mac-addr,9a:dd:31:ea:92:98 "$B" cat /sys/class/net/own0/address
  is 9a:dd:31:ea:92:98
  works user_podman run --rm --network pasta:--dns-forward,198.51.100.1 "$B" grep -m 1 nameserver /etc/resolv.conf
  is "nameserver 198.51.100.1"
  works user_podman run --rm -p "" "$B" grep -m 1 nameserver /etc/resolv.conf
  is "nameserver 169.254.1.1"
  works user_podman run --rm "--network=pasta:--pid,$WORK/home/pasta.pid" "$B" true
  until_true test ! -e "/proc/$(cat "$WORK/home/pasta.pid")/exe"
  printf '[network]\npasta_options = ["-I", "conf0"]\n' > "$WORK/pasta.conf"
  works as_user env CONTAINERS_CONF="$WORK/pasta.conf" "$WORK/bin/podman" run --rm "$B" ls /sys/class/net
  is "conf0
lo"
  fails 126 user_podman run --rm -p 18080:80/sctp "$B" true
  has "can't forward protocol: sctp"
  fails 126 user_podman run --rm --network pasta:--nosuch "$B" true
  has "start pasta"
  fails 125 podman run --rm --network pasta:-4 "$B" true
  is "Error: pasta networking is only supported for rootless mode"
}

@test "a user's container is initialized, then started" {
  user_podman create --name aa -p 127.0.0.1::80 "$B" echo hello > /dev/null
  works user_podman init aa
  works user_podman inspect -f '{{.State.Status}}' aa
  is initialized
  works user_podman start -a aa
  is hello
  works user_podman init --latest
  works user_podman rm aa
}

@test "a user clones and cleans up, too" {
  user_podman create --name aa --network none "$B" echo hello
  works user_podman container clone --run aa
  user_podman wait aa-clone
  works user_podman logs aa-clone
  is hello
  works user_podman container cleanup --rm aa-clone
  is aa-clone
  user_podman rm aa
}

@test "without XDG_RUNTIME_DIR a private directory serves" {
  fails 125 as_user env -u XDG_RUNTIME_DIR "$WORK/bin/berth" run --rm --pull never --network none nosuch:1 true
  has "nosuch:1"
  [ "$(stat -c %a:%U "/tmp/berth-run-$(id -u berth-test)")" = 700:berth-test ] || [ -d "/run/user/$(id -u berth-test)" ]
}

@test "without subordinate ids there is one sentence that says what to do" {
  id berth-noids > /dev/null 2>&1 || useradd --no-create-home berth-noids
  sed -i '/^berth-noids:/d' /etc/subuid /etc/subgid
  install -d -o berth-noids "$WORK/noids"
  fails 125 setpriv --reuid berth-noids --regid berth-noids --clear-groups env -i HOME="$WORK/noids" \
    XDG_RUNTIME_DIR="$WORK/noids" PATH=/usr/bin:/bin "$WORK/bin/berth" run --rm "$B" true
  has "user berth-noids has no subordinate ids"
  has "usermod --add-subuids"
  userdel berth-noids
}

@test "a killed monitor's container is ended by the next command" {
  local id monitor
  id=$(user_berth run -d --name orphan --network none "$B" sleep 1000)
  monitor=$(awk '$1 == "monitor" { print $2 }' "$WORK/user-run/berth/containers/$id/running")
  kill -9 "$monitor"
  until_true test ! -e "/proc/$monitor"
  works user_berth inspect --format '{{.State.Status}} {{.State.ExitCode}}' orphan
  is "exited 137"
  works user_berth start orphan
  user_berth rm -f orphan
}
