# SPDX-License-Identifier: Apache-2.0
# Image stores: further stores whose images are used and never written, by --storage-opt and by storage.conf.
load load

setup_file() {
  begin_file
  export ALL_FILES='find / -xdev -exec stat -c "%n %u:%g %a %s" {} + | grep -v -e ^/proc -e ^/sys -e ^/dev | sort'
  export B="$REGISTRY/busybox:1" APP="$REGISTRY/app:1" LAYERS="$REGISTRY/layers:1"
  shared pull -q "$B"
  shared pull -q "$APP"
  shared pull -q "$LAYERS"
  shared run --rm --network none "$LAYERS" sh -c "$ALL_FILES" > "$WORK/there"
  # As it is used: read-only, and at another place than where it was made.
  mkdir "$WORK/elsewhere"
  mount --bind "$WORK/shared" "$WORK/elsewhere"
  mount -o remount,bind,ro "$WORK/elsewhere"
  export STATE
  STATE=$(state)
}

teardown_file() {
  umount "$WORK/elsewhere"
  local now
  now=$(state)
  shared system reset -f
  end_file
  [ "$now" = "$STATE" ] || { diff <(echo "$STATE") <(echo "$now"); return 1; }
}

shared() { "$WORK/bin/berth" --root "$WORK/shared" --runroot "$WORK/shared-run" "$@"; }
state() { find "$WORK/shared" "$WORK/shared-run" -printf '%p %s %C@\n' | sort; }
with() { podman --storage-opt "overlay.imagestore=$WORK/elsewhere" "$@"; }
docker_with() { berth --storage-opt "overlay.imagestore=$WORK/elsewhere" "$@"; }
r() { with run --rm --network none "$@"; }
own_layers() { ls "$WORK/root/layers" 2> /dev/null || true; }

@test "options that are none" {
  fails 125 podman --storage-opt overlay.size=1G images
  has "--storage-opt overlay.size=1G is not supported yet"
  fails 125 podman --storage-opt overlay.imagestore=here images
  has "image store here: the path is not absolute"
  fails 125 podman --storage-opt "overlay.imagestore=$WORK/nosuch" images
  has "image store $WORK/nosuch: no such directory"
  fails 125 podman images --storage-opt
  mkdir -p "$WORK/bare"
  works podman images -q --storage-opt "overlay.imagestore=$WORK/bare"
  is ""
}

@test "images are listed, and told to be read-only" {
  works podman images -q
  is ""
  works with images -n --format '{{.Repository}}:{{.Tag}} {{.ReadOnly}}' "$APP"
  is "$APP true"
  works with images
  [[ ${lines[0]} == *"R/O" && ${lines[1]} == *"true" ]]
  works with images --filter readonly=false -q
  is ""
  works docker_with images --format '{{.Repository}}:{{.Tag}}'
  has "$LAYERS"
  works with images --format json
  has '"ReadOnly": true'
  works with image inspect -f '{{index .RepoTags 0}} {{index .RepoDigests 0}}' "$APP"
  has "$APP $REGISTRY/app@sha256:"
  works with info -f '{{index .Store.GraphOptions "overlay.imagestore"}} {{index .Store.GraphOptions "overlay.additionalImageStores"}}'
  is "$WORK/elsewhere [$WORK/elsewhere]"
  works podman info -f '{{.Store.GraphOptions}}'
  is "map[]"
}

@test "containers run over layers there, and need the option no more" {
  works r "$B" sh -c 'echo in > /etc/mine; cat /etc/mine'
  is in
  docker_with run --rm --network none "$LAYERS" sh -c "$ALL_FILES" > "$WORK/here"
  diff "$WORK/there" "$WORK/here"
  works r --uidmap 0:200000:5000 "$B" stat -c %u /bin/busybox
  is 0
  works r --mount "type=image,src=$APP,dst=/img" "$B" ls -d /img/data
  is /img/data
  with create --name kept --network none "$B" sh -c 'echo again >> /log; cat /log'
  works podman start -a kept
  is again
  works podman start -a kept
  is $'again\nagain'
  works podman diff kept
  has "A /log"
  works podman commit -q kept made:1
  works podman run --rm --network none made:1 cat /log
  is $'again\nagain'
  [ "$(own_layers | wc -l)" = 1 ]  # that of the commit
  podman rm kept
  podman rmi made:1
  works own_layers
  is ""
  works podman system check
}

@test "nothing there is removed or loses a name" {
  with create --name user --network none "$B" true
  local id
  id=$(with images -q --no-trunc "$B")
  fails 125 with rmi -f "$B"
  is "Error: cannot remove read-only image \"${id#sha256:}\""
  fails 1 docker_with rmi "$B"
  has "cannot remove read-only image"
  works podman ps -aq
  [ -n "$output" ]
  fails 125 with untag "$B"
  has "cannot remove read-only image"
  works with rmi --all
  works with image prune -af
  works with image exists "$B"
  podman rm user
}

@test "a name given here is of an image here, over the layers there" {
  with tag "$APP" mine:1
  works podman images -n --format '{{.Repository}}:{{.Tag}}'
  is localhost/mine:1
  works own_layers
  is ""
  works podman run --rm --network none --entrypoint ls mine:1 -d /data
  is /data
  works with images -n --format '{{.Repository}}:{{.Tag}} {{.ReadOnly}}' --filter "id=$(podman images -q mine:1)"
  is "localhost/mine:1 false"$'\n'"$APP true"
  works podman save -o "$WORK/mine.tar" mine:1
  podman rmi mine:1
  works with save -o "$WORK/app.tar" "$APP"
  [ "$(tar -xOf "$WORK/app.tar" manifest.json | grep -o 'blobs/[^"]*' | sort)" = \
    "$(tar -xOf "$WORK/mine.tar" manifest.json | grep -o 'blobs/[^"]*' | sort)" ]
}

@test "a pull takes the layers that are there" {
  works with pull -q "$APP"
  works podman images -q
  is ""  # it is there as it is in the registry
  works with pull -q "$REGISTRY/docker:1"
  works own_layers
  is ""
  works podman run --rm --network none "$REGISTRY/docker:1" echo here
  is here
  podman rmi "$REGISTRY/docker:1"
}

@test "a store that is written meanwhile is read as it is" {
  mkdir "$WORK/busy"
  busy() { "$WORK/bin/berth" --root "$WORK/busy" --runroot "$WORK/busy-run" "$@"; }
  busy pull -q "$B"
  (for i in 1 2 3 4 5 6 7 8; do busy tag "$B" "name-$i:1" || exit 1; done) &
  local writer=$! i
  for i in 1 2 3 4 5 6; do
    works podman --storage-opt "overlay.imagestore=$WORK/busy" run --rm --network none "$B" echo fine
    is fine
  done
  wait $writer
  works podman --storage-opt "overlay.imagestore=$WORK/busy" images -n "name-8"
  has name-8
  busy system reset -f
}

@test "an ordinary user has his own in storage.conf" {
  needs_user
  user_podman() { as_user env -u CONTAINERS_STORAGE_CONF "$WORK/bin/podman" "$@"; }
  user_shared() { user_berth --root "$WORK/home/shared" --runroot "$WORK/user-run/shared" "$@"; }
  user_shared pull -q "$B"
  as_user mkdir -p "$WORK/home/.config/containers"
  as_user tee "$WORK/home/.config/containers/storage.conf" > /dev/null <<CONF
[storage]
driver = "overlay"
[storage.options]
additionalimagestores = [ "$WORK/home/shared" ]
CONF
  works user_podman images -n --format '{{.Repository}}:{{.Tag}} {{.ReadOnly}}'
  is "$B true"
  works user_podman run --rm --network none "$B" id -u
  is 0
  works user_podman run --rm --network none --userns keep-id "$B" id -u
  is "$(id -u berth-test)"
  works user_podman info -f '{{.Store.GraphOptions}}'
  is "map[additionalImageStores:[$WORK/home/shared] imagestore:$WORK/home/shared]"
  works user_shared images -q
  # Another store has options of its own.
  works user_podman --root "$WORK/home/other" images -q
  is ""
  fails 125 user_podman --storage-opt "overlay.imagestore=$WORK/shared" images
  has "image store $WORK/shared belongs to another user"
  as_user rm "$WORK/home/.config/containers/storage.conf"
  user_shared system reset -f
}
