# SPDX-License-Identifier: Apache-2.0
# The storage driver vfs: containers with a copy of their image in the place of an overlay.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  berth pull -q "$REGISTRY/layers:1"
  export B="$REGISTRY/busybox:1" L="$REGISTRY/layers:1"
}
teardown() {
  remove_all berth
  local place
  for place in merged strict; do
    ! mountpoint -q "$WORK/$place" || umount -l "$WORK/$place"
  done
}
teardown_file() { end_file; }

v() { berth --storage-driver vfs "$@"; }
root_of() { echo "$WORK/root/containers/$(berth inspect --format '{{.Id}}' "$1")/root"; }

@test "a container has a copy of all layers, and its files are no overlay" {
  berth run --rm --network none "$L" sh -c 'cd /; find . -xdev ! -path "./dev*" ! -path "./proc*" | sort; cat changed' > "$WORK/overlay"
  works v run --name cc --network none "$L" sh -c 'cd /; find . -xdev ! -path "./dev*" ! -path "./proc*" | sort; cat changed'
  [ "$output" = "$(cat "$WORK/overlay")" ]
  works v run --rm --network none "$B" sh -c 'grep -c " / overlay" /proc/mounts || true'
  is 0
  [ -d "$(root_of cc)" ]
  works berth inspect --format '{{json .GraphDriver}}' cc
  is '{"Data":null,"Name":"vfs"}'
  works podman inspect --format '{{.Driver}} {{.GraphDriver.Name}}' cc
  is 'vfs vfs'
}

@test "later commands need not be told: start, exec, cp, diff, commit, export, rm" {
  v create --name cc --network none "$B" sh -c 'echo first >> /made; rm /etc/group; chmod 600 /etc/passwd; exec sleep 1000'
  works berth diff cc
  is ""
  berth start cc
  until_true berth exec cc test -s /made
  works berth exec cc sh -c 'echo more >> /made; mkdir /d; cat /made'
  is $'first\nmore'
  works berth diff cc
  is $'A /d\nC /etc\nD /etc/group\nC /etc/passwd\nA /made'
  echo host > "$WORK/file"
  berth cp "$WORK/file" cc:/d/file
  berth kill cc
  berth cp "$WORK/file" cc:/d/stopped
  works berth cp cc:/d/stopped -
  [ -n "$output" ]
  works berth ps -as --format '{{.Names}} {{.Size}}'
  has "cc "
  berth commit cc committed
  works berth history --format '{{.Size}}' committed
  has "B"
  works berth run --rm --network none committed sh -c 'cat /made /d/file /d/stopped; ls /etc/group || true; stat -c %a /etc/passwd; ls -A /'
  has $'first\nmore\nhost\nhost\n600'
  has_not resolv
  works podman diff committed "$B"
  has "A /made"
  berth export cc | tar -tf - > "$WORK/list"
  grep -qx d/stopped "$WORK/list"
  local root
  root=$(root_of cc)
  berth rm cc
  [ ! -e "$root" ]
  berth rmi -f committed
}

@test "a commit is the same layer as one of an overlay would be" {
  local driver
  for driver in overlay vfs; do
    berth --storage-driver $driver run --name cc --network none "$L" sh -c \
      'echo new > /new; rm -r /opaque; mkdir -p /a/b; ln /new /a/b/linked; ln -s nowhere /a/l; rm changed'
    berth commit cc "of-$driver"
    berth rm cc
    berth save "of-$driver" -o "$WORK/$driver.tar"
    mkdir "$WORK/$driver.d"
    tar -xf "$WORK/$driver.tar" -C "$WORK/$driver.d"
    python3 - "$WORK/$driver.d" > "$WORK/$driver.list" << 'PY'
import json, sys, tarfile
top = sys.argv[1]
layer = json.load(open(top + "/manifest.json"))[0]["Layers"][-1]
for member in sorted(tarfile.open(top + "/" + layer), key=lambda m: m.name):
    print(member.name, member.type, member.linkname, oct(member.mode) if ".wh." not in member.name else "", member.size)
PY
    berth rmi "of-$driver"
  done
  diff "$WORK/overlay.list" "$WORK/vfs.list"
  rm -r "$WORK"/{overlay,vfs}.{d,tar,list}
}

@test "squash, sizes, clone and a second start" {
  v run --name cc --network none "$B" sh -c 'dd if=/dev/zero of=/big bs=1024 count=100 2> /dev/null; [ ! -e /second ] || echo again; touch /second'
  works berth inspect -s --format '{{.SizeRw}}' cc
  is 102400
  works berth start -a cc
  is again
  works podman commit -q -s cc squashed
  works berth run --rm --network none squashed stat -c %s /big
  is 102400
  berth rmi squashed
}

@test "the environment and storage.conf choose, and a flag goes before them" {
  works env STORAGE_DRIVER=vfs "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" info --format '{{.Store.GraphDriverName}} {{.Store.GraphStatus}}'
  is 'vfs map[]'
  printf '[storage]\ndriver = "vfs"\n' > "$WORK/storage.conf"
  export CONTAINERS_STORAGE_CONF="$WORK/storage.conf"
  works berth info --format '{{.Driver}}'
  is vfs
  works berth run --rm --network none "$B" sh -c 'grep -c " / overlay" /proc/mounts || true'
  is 0
  works berth --storage-driver overlay info --format '{{.Driver}}'
  is overlay2
  printf '[storage]\ndriver = "btrfs"\n' > "$WORK/storage.conf"
  fails 1 berth create "$B"
  has 'the storage driver "btrfs" is not supported'
  printf '[storage\n' > "$WORK/storage.conf"
  fails 1 berth create "$B"
  has storage.conf:1
  unset CONTAINERS_STORAGE_CONF
  fails 125 podman --storage-driver zfs ps
  has "zfs is not supported"
  fails 1 env STORAGE_DRIVER=zfs "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" create "$B"
  has 'STORAGE_DRIVER: the storage driver "zfs" is not supported'
}

@test "ids of its own, read-only, --rm" {
  works v run --rm --network none --uidmap 0:100000:1000 --gidmap 0:200000:1000 "$B" sh -c 'stat -c %u:%g /bin /etc/passwd; touch /mine; stat -c %u /mine'
  is $'0:0\n0:0\n0'
  v run --name cc --network none --uidmap 0:100000:1000 --gidmap 0:200000:1000 "$B" touch /mine
  [ "$(stat -c %u:%g "$(root_of cc)/mine")" = 100000:200000 ]
  works berth diff cc
  is "A /mine"
  berth commit cc mapped
  works berth run --rm --network none mapped stat -c %u:%g /mine
  is 0:0
  berth rmi mapped
  fails 1 v run --rm --network none --read-only "$B" touch /no
  has "Read-only file system"
  berth rm cc
  [ -z "$(ls "$WORK/root/containers")" ]
}

@test "programs run and keep their rights where the store's mount says otherwise" {
  mkdir -p "$WORK/strict"
  mount -t tmpfs -o noexec,nosuid,nodev,mode=755 berth-cli "$WORK/strict"
  "$WORK/bin/berth" --root "$WORK/strict/root" --runroot "$WORK/strict/run" pull -q "$B"
  works "$WORK/bin/berth" --storage-driver vfs --root "$WORK/strict/root" --runroot "$WORK/strict/run" \
    run --rm --network none "$B" sh -c 'grep " / tmpfs" /proc/mounts'
  has_not noexec
  has_not nosuid
  "$WORK/bin/berth" --root "$WORK/strict/root" --runroot "$WORK/strict/run" system reset -f
  umount "$WORK/strict"
}

@test "images are shown by a copy, to people and to containers" {
  works podman --storage-driver vfs image mount "$L"
  local shown=$output
  [ -e "$shown/changed" ]
  run ! touch "$shown/new"
  works podman image unmount "$L"
  [ ! -e "$shown" ]
  [ -z "$(ls "$WORK/root/image-copies")" ]
  works v run --rm --network none --mount "type=image,src=$L,dst=/image" "$B" sh -c 'cat /image/changed; touch /image/no || echo ro'
  has ro
  works podman --storage-driver vfs run --rm --network none --mount "type=image,src=$L,dst=/image,rw=true" "$B" sh -c 'touch /image/yes && echo rw'
  is rw
  works v run --rm --network none -v "$WORK/bin:/w:O" "$B" sh -c 'touch /w/new && echo written'
  [ ! -e "$WORK/bin/new" ]
}

@test "a mounted container shows its files, and is one with the running one" {
  v run -d --name cc --network none "$B" sleep 1000
  works podman mount cc
  echo seen > "$output/from-host"
  works berth exec cc cat /from-host
  is seen
  berth kill cc
  works berth start cc
  podman unmount cc
}

@test "a create that is killed leaves nothing once another one came" {
  mkfifo "$WORK/hold"
  mkdir "$WORK/slow"
  dd if=/dev/urandom of="$WORK/slow/file" bs=1M count=200 2> /dev/null
  tar -C "$WORK/slow" -cf - . | berth import - slow > /dev/null
  "$WORK/bin/berth" --storage-driver vfs --root "$WORK/root" --runroot "$WORK/run" create slow true > /dev/null 2>&1 3>&- &
  local creating=$!
  until_true eval 'ls "$WORK"/root/staging/root.*/root/file > /dev/null 2>&1 || ! kill -0 '"$creating"
  kill -9 "$creating" || true
  wait "$creating" || true
  v create --name next "$B" true
  [ -z "$(ls "$WORK/root/staging")" ]
  remove_all berth
  [ -z "$(ls "$WORK/root/containers")" ]
  works berth system check
  has consistent
  berth rmi slow
  rm -r "$WORK/slow"
}

# nested ARG...: berth on a store that lies on an overlay, as inside of a container.
nested() { "$WORK/bin/berth" --root "$WORK/merged/root" --runroot "$WORK/run.nested" "$@"; }

on_overlay() {
  mount -t overlay -o "lowerdir=$WORK/lower,upperdir=$WORK/upper,workdir=$WORK/work" berth-cli "$WORK/merged"
}

@test "a store on an overlay, where only vfs can be" {
  mkdir -p "$WORK"/{lower,upper,work,merged}
  on_overlay
  fails 1 nested pull -q "$B"
  has "do without overlays by --storage-driver vfs"
  nested --storage-driver vfs pull -q "$L"
  works nested info --format '{{.Driver}}'
  is vfs
  works nested run --rm --network none "$L" sh -c 'cd /; find . -xdev ! -path "./dev*" ! -path "./proc*" | sort; cat changed'
  [ "$output" = "$(cat "$WORK/overlay")" ]
  nested run --name cc --network none "$L" sh -c 'rm changed; echo x > /new'
  works nested diff cc
  is $'D /changed\nA /new'
  nested commit cc committed
  works nested run --rm --network none committed sh -c 'cat /new; ls /changed || true'
  has x
  nested save -o "$WORK/saved.tar" committed
  berth load -qi "$WORK/saved.tar"
  works berth run --rm --network none committed cat /new
  is x
  berth rmi committed
  works nested system check
  has consistent
  nested system reset -f
  umount "$WORK/merged"
}

@test "an ordinary user: run, commit, ids of his own, the ends" {
  needs_user
  user_berth --storage-driver vfs pull -q "$L"
  user_berth pull -q "$B"
  works user_berth --storage-driver vfs run --name cc --network none "$L" sh -c 'id -u; cat changed; touch /new; chown 5:6 /new; grep -c " / overlay" /proc/mounts || true'
  has 0
  works user_berth diff cc
  is 'A /new'
  user_berth commit cc committed
  works user_berth --storage-driver vfs run --rm --network none committed stat -c %u:%g /new
  is 5:6
  works user_podman --storage-driver vfs run --rm --network none --userns keep-id "$B" sh -c 'id -un; touch ~/x 2> /dev/null; stat -c %u /bin'
  has 0
  user_berth rm cc
  works as_user sh -c 'ls "$HOME/.local/share/berth/containers"'
  is ""
}
