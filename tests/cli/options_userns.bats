# SPDX-License-Identifier: Apache-2.0
# --userns keep-id: the user's own ids inside the container, over an image whose files keep theirs.
load load

setup_file() {
  begin_file
  needs_user
  user_berth pull -q "$REGISTRY/app:1"
  user_berth pull -q "$REGISTRY/busybox:1"
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1" APP="$REGISTRY/app:1"
  export U G
  U=$(id -u berth-test) G=$(id -g berth-test)
}
teardown_file() { end_file; }

ur() { user_berth run --rm --network none "$@"; }

@test "modes that are none are refused" {
  fails 125 ur --userns nosuch "$B" true
  has "invalid USER mode"
  fails 125 ur --userns keep-id:uid=x "$B" true
  has "invalid USER mode"
}

@test "the user has his own ids, and files of the image theirs" {
  works ur --userns keep-id "$B" id -u
  is "$U"
  works ur --userns keep-id "$B" id -g
  is "$G"
  works ur --userns keep-id "$B" stat -c '%u:%g' / /bin
  is $'0:0\n0:0'
  works ur --userns keep-id --entrypoint "" "$APP" stat -c '%U:%a' /data
  is "app:750"
  works ur --userns keep-id --user 0 "$B" sh -c 'id -u; touch /f; stat -c %u /f'
  is $'0\n0'
}

@test "files in the user's directories belong to him on both sides" {
  as_user mkdir -p "$WORK/home/mine"
  works ur --userns keep-id -v "$WORK/home/mine:/m" "$B" sh -c 'echo x > /m/f; stat -c %u /m/f'
  is "$U"
  [ "$(stat -c %u "$WORK/home/mine/f")" = "$U" ]
}

@test "uid= and gid= name other ids" {
  works ur --userns keep-id:uid=1234,gid=2345 "$B" sh -c 'echo "$(id -u):$(id -g)"'
  is 1234:2345
  works ur --userns keep-id:uid=0 "$B" id -u
  is 0
}

@test "the user has a name and a home" {
  works ur --userns keep-id -w /tmp "$B" sh -c 'id -un; echo $HOME'
  is $'berth-test\n/tmp'
}

@test "a stopped container keeps what it wrote; the copy goes with the image" {
  user_berth run --name again --network none --userns keep-id --user 0 "$B" sh -c 'test -e /f && cat /f; echo kept > /f'
  works user_berth start -a again
  is kept
  user_berth rm again
}

@test "over the user's network" {
  [ -e /dev/net/tun ] || skip "needs /dev/net/tun"
  works user_berth run --rm --userns keep-id "$B" id -u
  is "$U"
}

@test "exec finds the same user" {
  user_berth run -d --name kk --network none --userns keep-id "$B" sleep 1000
  works user_berth exec kk id -u
  is "$U"
  user_berth rm -f kk
}

@test "root keeps the host's ids" {
  works berth run --rm --network none --userns keep-id "$B" id -u
  is 0
  works berth run --rm --network none --userns keep-id:uid=1000,gid=1000 "$B" id -u
  is 1000
  works berth run --rm --network none --userns host "$B" sh -c 'cat /proc/self/uid_map | tr -s " "'
  has " 0 0 4294967295"
}

@test "root maps ids as --uidmap says, over layers that stay as they are" {
  works berth run --rm --network none --uidmap 0:200000:5000 "$B" sh -c 'cat /proc/self/uid_map; stat -c %u:%g /bin; touch /f; stat -c %u /f'
  [ "$(echo "$output" | tr -s ' ')" = $' 0 200000 5000\n0:0\n0' ]
  works berth run --rm --uidmap 0:200000:5000 --hostname mapped "$B" grep -c mapped /etc/hosts
  is 1
  fails 125 berth run --rm --uidmap 0:x "$B" true
  has "cannot parse ID map"
}

@test "a mapped container is committed, copied from and executed in" {
  berth run -d --name mapped --uidmap 0:200000:5000 "$B" sh -c 'echo in > /f; sleep 1000'
  works berth exec mapped id -u
  is 0
  until_true berth cp mapped:/f "$WORK/f"
  [ "$(cat "$WORK/f")" = in ]
  works berth inspect -f '{{.HostConfig.IDMappings.UidMap}}' mapped
  has 0:200000:5000
  berth rm -f mapped
}

@test "an ordinary user's container in a network of its own can be entered, and binds low ports" {
  user_berth run -d --name low --userns keep-id "$B" sh -c 'nc -l -p 80 & sleep 1000'
  works user_berth exec low id -u
  is "$U"
  works user_berth exec low cat /proc/sys/net/ipv4/ip_unprivileged_port_start
  is 0
  user_berth rm -f low
}

@test "a user namespace is joined" {
  user_berth run -d --name source --network none --userns keep-id "$B" sleep 1000
  works user_berth exec source readlink /proc/self/ns/user
  local ns=$output
  works ur --userns container:source "$B" readlink /proc/self/ns/user
  is "$ns"
  user_berth rm -f source
}

@test "an ordinary user's container whose root is not the user" {
  works ur --userns nomap "$B" sh -c 'id -u; cat /proc/self/uid_map'
  [ "${lines[0]}" = 0 ]
  works ur --uidmap 0:1:1000 "$B" id -u
  is 0
  # A range goes over the border of the ids that the user has.
  works ur --uidmap 0:1:1000 --gidmap 0:0:1000 "$B" awk '{n += $3} END {print n}' /proc/self/gid_map
  is 1000
  works ur --userns auto:size=500,uidmapping=7:@"$U":1 "$B" awk '$1 == 7 {print $2, $3}' /proc/self/uid_map
  is "0 1"
  fails 125 ur --userns auto:uidmapping=7 "$B" true
  has "invalid mapping"
  # The way in is for that container's group alone.
  [ "$(stat -c %A "$WORK/user-run" | cut -c8-10)" = --- ]
}

@test "a network of a joined user namespace is its own" {
  user_berth run -d --name source --userns keep-id "$B" sleep 1000
  works user_berth run --rm --userns container:source --sysctl net.ipv4.ip_unprivileged_port_start=99 "$B" cat /proc/sys/net/ipv4/ip_unprivileged_port_start
  is 99
  user_berth rm -f source
}

@test "keep-id: the user's home where a mount brings it, and a passwd file to change" {
  local home
  home=$(getent passwd berth-test | cut -d: -f6)
  as_user mkdir -p "$WORK/home/x"
  works user_podman run --rm --network none -v "$WORK/home/x:$home" --userns keep-id "$B" sh -c 'echo $HOME'
  is "$home"
  works user_podman run --rm --network none --userns keep-id --user 0 "$B" sh -c 'mv /etc/passwd /etc/old && test -f /etc/old && stat -c %u /etc/hostname'
  is 0
}

@test "what an ordinary user cannot have is told in podman's words" {
  fails 125 user_podman run --rm --network none --device-cgroup-rule 'b 7:* rmw' "$B" true
  is "Error: device cgroup rules are not supported in rootless mode or in a user namespace"
  works user_podman run --rm --network none --privileged "$B" sh -c 'ls /dev | grep -c "^tty[0-9]" || true'
  is 0
  works user_podman run --rm --network none --user berth-test --hostuser berth-test "$B" id -u
  is "$U"
}

@test "a directory is given away once" {
  mkdir -p "$WORK/twice"
  touch "$WORK/twice/f"
  berth create --name twice --network none -u 4321:4321 -v "$WORK/twice:/m:U" "$B" true
  berth start -a twice
  chown 1:1 "$WORK/twice/f"
  berth start -a twice
  [ "$(stat -c %u:%g "$WORK/twice/f")" = 1:1 ]
  berth rm twice
}

@test "what a mapped container is given is not for strangers on the host" {
  echo -n hush > "$WORK/hush"
  local podman=("$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run")
  "${podman[@]}" secret create hush "$WORK/hush"
  works "${podman[@]}" run -d --name close --network none --uidmap 0:200000:5000 --secret hush -v "$WORK/hush:/h" "$B" sleep 1000
  local id=$output
  works berth exec close cat /run/secrets/hush
  is hush
  fails 1 as_user cat "$WORK/run/containers/$id/secret-0"
  fails 2 as_user ls "$WORK/run/containers/$id/"
  works find "$WORK/run" -mindepth 1 -maxdepth 2 -perm /o=rwx ! -type l
  is "$WORK/run/containers"
  berth rm -f close
}

@test "cp leaves the owners of what -v :U gave away" {
  mkdir -p "$WORK/given"
  touch "$WORK/given/f"
  berth create --name giver --network none -u 4321:4321 -v "$WORK/given:/m:U" "$B" true
  berth start -a giver
  berth cp giver:/m/f "$WORK/copied"
  [ "$(stat -c %u:%g "$WORK/given/f")" = 4321:4321 ]
  berth rm giver
}
