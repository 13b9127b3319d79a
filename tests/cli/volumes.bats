# SPDX-License-Identifier: Apache-2.0
# Volumes with options: what they name is mounted in the containers that use them, and nowhere else.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown_file() { end_file; }
teardown() { remove_all berth && podman volume prune -af > /dev/null; }

r() { berth run --rm --network none "$@"; }

@test "wrong options are refused and make nothing" {
  fails 1 berth volume create -o nosuch=1 bad
  has 'create bad: invalid option: "nosuch"'
  fails 1 berth volume create -o type=tmpfs bad
  has 'create bad: missing required option: "device"'
  fails 1 berth volume create -d nosuch bad
  has 'error looking up volume plugin nosuch: plugin "nosuch" not found'
  works berth volume ls -q
  is ""
}

@test "a tmpfs with a size, shared by those that run at the same time" {
  berth volume create --label a=b -o type=tmpfs -o device=tmpfs -o o=size=1m,nosuid tm
  works berth volume inspect -f '{{json .Options}}' tm
  is '{"device":"tmpfs","o":"size=1m,nosuid","type":"tmpfs"}'
  works r -v tm:/m "$B" sh -c 'df -k /m | tail -1 | tr -s " " | cut -d" " -f2; grep " /m " /proc/mounts'
  has 1024
  has "tmpfs /m tmpfs rw,nosuid"
  berth run -d --name holds --network none -v tm:/a "$B" sh -c 'echo seen > /a/f; sleep 1000'
  until_true berth exec holds test -e /a/f
  works r -v tm:/b "$B" cat /b/f
  is seen
  run grep -F "$WORK/" /proc/self/mountinfo
  [ "$status" = 1 ]
  berth rm -f holds
  works r -v tm:/m "$B" ls /m
  is ""
  berth volume rm tm
}

@test "a bind of a host directory, read-only by its options" {
  mkdir -p "$WORK/dev"
  echo host > "$WORK/dev/f"
  berth volume create -o type=none -o device="$WORK/dev" -o o=bind,ro bound
  works r -v bound:/m "$B" cat /m/f
  is host
  fails 1 r -v bound:/m "$B" touch /m/x
  has "Read-only file system"
  berth volume rm bound
  [ -e "$WORK/dev/f" ]
}

@test "a missing device and an unknown type are told at the start" {
  berth volume create -o type=none -o device="$WORK/nosuch" -o o=bind gone
  fails 125 r -v gone:/m "$B" true
  has "no such file or directory"
  berth volume create -o type=nosuchfs -o device=x odd
  fails 125 r -v odd:/m "$B" true
  has "nosuchfs"
  berth volume rm gone odd
}

@test "--mount makes volumes with options and mounts a part of one" {
  works r --mount type=volume,src=made,dst=/m,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-label=k=v "$B" \
    grep -c '^tmpfs /m tmpfs' /proc/mounts
  is 1
  works berth volume inspect -f '{{.Labels.k}} {{.Options.type}}' made
  is "v tmpfs"
  r -v parts:/p "$B" sh -c 'mkdir /p/one; echo in > /p/one/f; ln -s /etc /p/out'
  works r --mount type=volume,src=parts,dst=/m,volume-subpath=one "$B" cat /m/f
  is in
  fails 125 r --mount type=volume,src=parts,dst=/m,volume-subpath=nosuch "$B" true
  has "nosuch"
  fails 125 r --mount type=volume,src=parts,dst=/m,volume-subpath=out "$B" true
  berth volume rm made parts
}

@test "filters of ls, and podman's exists" {
  berth volume create --label x=1 aa
  berth volume create -o type=tmpfs -o device=tmpfs bb
  works berth volume ls -q --filter label=x
  is aa
  works berth volume ls -q --filter opt=type=tmpfs
  is bb
  fails 1 berth volume ls --filter nosuch=1
  has "invalid filter 'nosuch'"
  works podman volume exists aa
  run podman volume exists nosuch
  [ "$status" = 1 ]
  fails 125 podman volume ls --filter nosuch=1
  has '"nosuch" is an invalid volume filter'
  berth volume rm aa bb
}

@test "an ordinary user's tmpfs volume" {
  needs_user
  user_berth pull -q "$B"
  user_berth volume create -o type=tmpfs -o device=tmpfs -o o=size=2m tm
  works user_berth run --rm --network none -v tm:/m "$B" sh -c 'df -k /m | tail -1 | tr -s " " | cut -d" " -f2'
  is 2048
  user_berth volume rm tm
}

@test "podman's words for volumes" {
  works podman volume create --uid 12 --gid 34 -l a=b vv
  [ "$(stat -c %u:%g "$WORK/root/volumes/vv/_data")" = 12:34 ]
  fails 125 podman volume create vv
  has "volume with name vv already exists: volume already exists"
  works podman volume create --ignore vv
  is vv
  fails 125 podman volume create -o type=bind -o device=/nosuch/dir ww
  has "invalid volume option device for driver 'local': faccessat /nosuch/dir: no such file or directory"
  works podman volume ls --noheading --filter name='^v+$'
  is "local       vv"
  works podman volume ls --filter 'label!=a' -q
  is ""
  works podman volume ls --format json
  has '"NeedsCopyUp": true'
  works podman volume inspect -f '{{.Labels.a}} {{.Anonymous}}' vv
  is "b false"
  fails 125 podman volume inspect nosuch
  has "Error: no such volume nosuch"
  works podman volume mount vv
  is "$WORK/root/volumes/vv/_data"
  works podman volume unmount vv
  is vv
  berth run -d --name uses --network none -v vv:/m "$B" sleep 1000
  fails 2 podman volume rm vv
  has "volume vv is being used by the following container(s): $(berth inspect -f '{{.Id}}' uses): volume is being used"
  fails 1 podman volume rm nosuch
  has 'no volume with name "nosuch" found: no such volume'
  works podman volume rm -f -t 0 nosuch vv
  is vv
  fails 1 berth inspect uses
  fails 125 podman volume rm
  has "choose either one or more volumes or all"
}

@test "podman's prune names what goes before it asks" {
  podman volume create named
  works podman volume prune < /dev/null
  has "No dangling anonymous volumes found"
  run podman volume prune -a <<< n
  [[ $output == *named*"[y/N] "* ]]
  works podman volume prune -a <<< y
  works podman volume ls -q
  is ""
}

@test "docker's prune keeps volumes with options, podman's does not" {
  berth volume create -o type=tmpfs -o device=tmpfs shelf
  works berth volume prune -af
  works berth volume ls -q
  is shelf
  works podman volume prune -af
  is shelf
}

@test "new volumes go where --volumepath and containers.conf say, and nothing that lies there is lost" {
  mkdir -p "$WORK/elsewhere/theirs"
  touch "$WORK/elsewhere/theirs/file"
  podman --volumepath "$WORK/elsewhere" volume create far
  works podman volume inspect --format '{{.Mountpoint}}' far
  is "$WORK/elsewhere/far/_data"
  works podman --volumepath "$WORK/elsewhere" info --format '{{.Store.VolumePath}}'
  is "$WORK/elsewhere"
  r -v far:/v "$B" touch /v/seen
  [ -e "$WORK/elsewhere/far/_data/seen" ]
  fails 125 podman --volumepath "$WORK/elsewhere" volume create theirs
  has "is there already, and belongs to no volume"
  printf '[engine]\nvolume_path = "%s"\n' "$WORK/elsewhere" > "$WORK/volumes.conf"
  CONTAINERS_CONF="$WORK/volumes.conf" works berth system check
  CONTAINERS_CONF="$WORK/volumes.conf" works podman volume create near
  [ -d "$WORK/elsewhere/near/_data" ]
  works podman volume rm far near
  [ "$(ls "$WORK/elsewhere")" = theirs ]
  [ -e "$WORK/elsewhere/theirs/file" ]
}

@test "what somebody has mounted within a volume is not removed with it" {
  mkdir "$WORK/precious"
  echo data > "$WORK/precious/data"
  berth volume create holder
  mkdir "$WORK/root/volumes/holder/_data/sub"
  mount --bind "$WORK/precious" "$WORK/root/volumes/holder/_data/sub"
  fails 1 berth volume rm holder
  umount "$WORK/root/volumes/holder/_data/sub"
  [ "$(cat "$WORK/precious/data")" = data ]
}
