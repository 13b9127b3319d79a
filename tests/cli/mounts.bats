# SPDX-License-Identifier: Apache-2.0
# -v, --mount, named volumes: what the container sees and what the host keeps.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  berth pull -q "$REGISTRY/app:1"
  export B="$REGISTRY/busybox:1" APP="$REGISTRY/app:1"
  mkdir "$WORK/host"
}
teardown_file() { end_file; }

r() { berth run --rm --network none "$@"; }

@test "a file is mounted read-only" {
  echo content > "$WORK/file"
  works r -v "$WORK/file:/srv/file:ro" "$B" cat /srv/file
  is content
  fails 1 r -v "$WORK/file:/srv/file:ro" "$B" sh -c 'echo more > /srv/file'
  has "Read-only file system"
  works r --mount "type=bind,src=$WORK/file,dst=/srv/file,ro" "$B" cat /srv/file
  is content
  if id berth-test > /dev/null 2>&1; then
    user_berth pull -q "$REGISTRY/busybox:1"
    works user_berth run --rm --network none -v "$WORK/file:/srv/file:ro" "$B" cat /srv/file
    is content
  fi
}

@test "malformed mounts are refused" {
  fails 125 r -v "$WORK/host:relative" "$B" true
  has "mount path must be absolute"
  fails 125 r -v "$WORK/host:/m:nosuchopt" "$B" true
  has "invalid mode: nosuchopt"
  fails 125 r -v a/b:/m "$B" true
  has "includes invalid characters for a local volume name"
  fails 125 r -v "$WORK/host:/m" -v x:/m "$B" true
  has "Duplicate mount point: /m"
  fails 125 r --mount "type=bind,src=$WORK/nosuch,dst=/m" "$B" true
  has "bind source path does not exist: $WORK/nosuch"
  fails 125 r --mount type=nosuch,dst=/m "$B" true
  has "mount type unknown"
}

@test "a host directory, writable and read-only, and a single file" {
  echo from-host > "$WORK/host/f"
  works r -v "$WORK/host:/m" "$B" sh -c 'cat /m/f; echo from-container > /m/g'
  is from-host
  [ "$(cat "$WORK/host/g")" = from-container ]
  fails 1 r -v "$WORK/host:/m:ro" "$B" touch /m/x
  has "Read-only file system"
  works r -v "$WORK/host/f:/one" "$B" cat /one
  is from-host
  works r -v "$WORK/made:/m" "$B" ls -d /m
  [ -d "$WORK/made" ]
}

@test "mounts below a read-only bind are read-only, too" {
  mkdir -p "$WORK/host/sub"
  mount -t tmpfs sub "$WORK/host/sub"
  run r -v "$WORK/host:/m:ro" "$B" touch /m/sub/x
  umount "$WORK/host/sub"
  [ "$status" = 1 ]
}

@test "a symlink in the image does not lead a mount out of it" {
  r --name linked -v "$WORK/host:/tmp/x" "$B" true
  berth run --name evil --network none "$B" ln -s /../../../../../../../../etc /trap
  works berth start -a evil
  berth rm evil
}

@test "a named volume is made, filled from the image, kept and in use" {
  works r -v filled:/data "$APP" sh -c 'cat /data/seed /data/link; stat -c %U:%a /data; echo more > /data/own'
  is $'entry: sh -c cat /data/seed /data/link; stat -c %U:%a /data; echo more > /data/own\nfrom the image\nfrom the image\napp:750'
  works r -v filled:/data "$APP" cat /data/own
  has more
  berth create --name user -v filled:/data "$APP"
  fails 1 berth volume rm filled
  has "volume is in use"
  berth rm user
  works berth volume rm filled
  is filled
  fails 1 berth volume rm filled
  has "no such volume"
}

@test "the image's volumes are anonymous ones that --rm removes" {
  works r "$APP" cat /data/seed
  has "from the image"
  works berth volume ls -q
  is ""
  berth run --name keeps --network none "$APP" true
  works berth volume ls -q
  [ ${#output} = 64 ]
  berth rm -v keeps
  works berth volume ls -q
  is ""
}

@test "volume create, ls, inspect, prune" {
  works berth volume create --label a=b v1
  is v1
  works berth volume create v1
  is v1
  works berth volume ls --filter label=a --format '{{.Name}} {{.Driver}}'
  is "v1 local"
  works berth volume inspect --format '{{.Mountpoint}}' v1
  is "$WORK/root/volumes/v1/_data"
  fails 1 berth volume create 'bad name'
  has "includes invalid characters"
  fails 1 berth volume inspect nosuch
  has "get nosuch: no such volume"
  works podman volume prune -af
  has v1
}

@test "the host sees no mount of a running container" {
  berth run -d --name up --network none -v "$WORK/host:/m" -v vol:/v --tmpfs /t "$B" sleep 1000
  run grep -F "$WORK/" /proc/self/mountinfo
  [ "$status" = 1 ]
  berth rm -f up
  berth volume rm vol
}

@test "rshared mounts reach the host, and the host's reach the container" {
  mkdir -p "$WORK/shared"
  mount --bind "$WORK/shared" "$WORK/shared"
  mount --make-shared "$WORK/shared"
  berth run -d --name sh --network none --privileged -v "$WORK/shared:/s:rshared" "$B" sleep 1000
  berth exec sh sh -c 'mkdir -p /s/in && mount -t tmpfs t /s/in && touch /s/in/seen'
  local seen=no
  [ ! -e "$WORK/shared/in/seen" ] || seen=yes
  berth rm -f sh
  umount -R "$WORK/shared"
  [ $seen = yes ]
}

@test "cleaning up never reaches into a host directory" {
  echo precious > "$WORK/host/precious"
  berth run -d --name cc --network none -v "$WORK/host:/m" "$B" sleep 1000
  berth rm -f cc
  [ "$(cat "$WORK/host/precious")" = precious ]
}
