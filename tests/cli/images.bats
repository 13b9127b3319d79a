# SPDX-License-Identifier: Apache-2.0
# pull, images, tag, rmi, inspect, history, save, load, import against a real registry.
load load

setup_file() { begin_file; }
teardown_file() { end_file; }

digest_of() {  # digest_of TAG: of the manifest or index in the layout
  jq -r --arg t "$1" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $t) | .digest' \
    "$LAYOUT/index.json"
}

@test "an image that is not there is an error that names it" {
  fails 1 berth pull "$REGISTRY/nosuch:1"
  has "$REGISTRY/nosuch:1: not found"
  fails 1 berth pull "$REGISTRY/busybox:nosuch"
  has "not found"
  fails 1 berth rmi nosuch:1
  has "No such image: nosuch:1"
  fails 1 berth tag nosuch:1 x:1
  has "No such image: nosuch:1"
}

@test "a registry that is down is told in seconds and leaves nothing" {
  fails 1 berth pull 127.0.0.1:1/x:1
  has "127.0.0.1:1"
  [ -z "$(ls -A "$WORK/root/staging" 2> /dev/null)" ]
}

@test "a malformed name is refused" {
  fails 1 berth pull "Bad Name"
  has "invalid reference format"
  fails 1 berth tag x "Bad:1"
  has "must be lowercase"
}

@test "pull prints the digest that the registry has, pull again is up to date" {
  works berth pull "$REGISTRY/busybox:1"
  has "Digest: $(digest_of busybox-1)"
  has "Status: Downloaded newer image for $REGISTRY/busybox:1"
  [ "${lines[-1]}" = "$REGISTRY/busybox:1" ]
  works berth pull "$REGISTRY/busybox:1"
  has "Status: Image is up to date for $REGISTRY/busybox:1"
  works berth pull -q "$REGISTRY/busybox:1"
  is "$REGISTRY/busybox:1"
}

@test "pull by digest" {
  works berth pull -q "$REGISTRY/app@$(digest_of app-1)"
  works berth run --rm --network none "$REGISTRY/app@$(digest_of app-1)" true
  has "entry: true"
}

@test "images lists names, ids and tags" {
  berth pull -q "$REGISTRY/busybox:1"
  works berth tag "$REGISTRY/busybox:1" other/name:tag
  works berth images --format '{{.Repository}}|{{.Tag}}' other/name
  is "other/name|tag"
  works berth images -q --no-trunc other/name:tag
  local id=$output
  works berth image inspect --format '{{.Id}}' "$REGISTRY/busybox:1"
  is "$id"
  works berth rmi other/name:tag
  is "Untagged: other/name:tag"
  works berth images -q other/name
  is ""
}

@test "inspect shows the image's configuration" {
  berth pull -q "$REGISTRY/app:1"
  works berth image inspect "$REGISTRY/app:1"
  local config
  config=$(jq -c '.[0].Config | [.User, .WorkingDir, .Entrypoint, .Cmd, .StopSignal, (.Volumes | keys), (.ExposedPorts | keys)]' <<< "$output")
  [ "$config" = '["app","/work/deep",["/entry.sh"],["id","-un"],"SIGUSR1",["/data"],["8080/tcp","9090/udp"]]' ]
  works berth image inspect --format '{{index .Config.Labels "with space"}}' "$REGISTRY/app:1"
  is "a b"
}

@test "a multi-platform name gives this machine's image, or the asked one" {
  [ "$(uname -m)" = x86_64 ] || skip "the fixture's first platform is amd64"
  berth pull -q "$REGISTRY/multi:1"
  works berth run --rm --network none "$REGISTRY/multi:1"
  is "amd64"
  works berth pull -q --platform linux/arm64 "$REGISTRY/multi:1"
  works berth image inspect --format '{{.Architecture}}' "$REGISTRY/multi:1"
  is "arm64"
  fails 1 berth pull --platform linux/s390x "$REGISTRY/multi:1"
  has "s390x"
  berth rmi -f "$REGISTRY/multi:1"
}

@test "docker's media types are an image like any other" {
  works berth pull -q "$REGISTRY/docker:1"
  works berth run --rm --network none "$REGISTRY/docker:1" echo yes
  is yes
}

@test "layers stack as the image spec says" {
  berth pull -q "$REGISTRY/layers:1"
  in_layers() { works berth run --rm --network none "$REGISTRY/layers:1" sh -c "$1"; }
  in_layers 'ls -a / | grep wh; test ! -e /gone && cat /changed /kept /opaque/new && ls -A /opaque'
  is $'second\nfirst\nnew\nnew'
  in_layers 'cat /becomes-file; cat /becomes-directory/inside; ls /partly'
  is $'a file now\nx\nadded\nkept'
  in_layers 'stat -c %h /linked; stat -c %i /linked /linked-too | uniq | wc -l'
  is $'2\n1'
  in_layers 'stat -c %a /setuid; cat "/with
newline" /ü-umlaut /n*/m*; stat -c %a:%u /implicit/deep'
  is $'4755\nodd\nodd\nlong\n755:0'
}

@test "save and load give back the same id" {
  berth pull -q "$REGISTRY/layers:1"
  works berth image inspect --format '{{.Id}}' "$REGISTRY/layers:1"
  local id=$output
  works berth save -o "$WORK/saved.tar" "$REGISTRY/layers:1"
  berth rmi "$REGISTRY/layers:1"
  works berth load -i "$WORK/saved.tar"
  has "Loaded image: $REGISTRY/layers:1"
  works berth image inspect --format '{{.Id}}' "$REGISTRY/layers:1"
  is "$id"
  gzip "$WORK/saved.tar"
  works berth load < "$WORK/saved.tar.gz"
  has "Loaded image: $REGISTRY/layers:1"
  rm -f "$WORK"/saved.tar*
}

@test "load takes an OCI archive" {
  tar -C "$LAYOUT" -cf "$WORK/oci.tar" .
  works berth load -i "$WORK/oci.tar"
  has "Loaded image"
  rm "$WORK/oci.tar"
}

@test "rubbish is no archive" {
  head -c 100000 /dev/urandom > "$WORK/rubbish"
  fails 1 berth load -i "$WORK/rubbish"
  [ -z "$(ls -A "$WORK/root/staging" 2> /dev/null)" ]
}

@test "import makes an image of a root file system" {
  "$TESTS/support/images.py" rootfs "$WORK/rootfs.tar"
  works berth import --change 'CMD ["echo", "imported"]' "$WORK/rootfs.tar" imported:1
  works berth run --rm --network none imported:1
  is imported
  rm "$WORK/rootfs.tar"
}

@test "history shows every step" {
  berth pull -q "$REGISTRY/layers:1"
  works berth history --format '{{.CreatedBy}}' "$REGISTRY/layers:1"
  is $'layer 4\nlayer 3\nlayer 2\nlayer 1\nlayer 0'
}

@test "an image in use is not removed" {
  berth pull -q "$REGISTRY/busybox:1"
  berth create --name uses-it "$REGISTRY/busybox:1" true
  fails 1 berth rmi "$REGISTRY/busybox:1"
  has "conflict: unable to delete $REGISTRY/busybox:1 (must be forced)"
  berth rm uses-it
  works berth rmi "$REGISTRY/busybox:1"
  has "Untagged: $REGISTRY/busybox:1"
  has "Deleted: sha256:"
}

@test "a pull that is killed leaves nothing that a retry minds" {
  berth rmi -f "$REGISTRY/app:1" > /dev/null 2>&1 || true
  timeout -s KILL 0.02 "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" pull -q "$REGISTRY/app:1" || true
  works berth pull -q "$REGISTRY/app:1"
  [ -z "$(ls -A "$WORK/root/staging")" ]
}

@test "127 layers, and one more, are pulled, run, saved and loaded, as root and as a user" {
  "$TESTS/support/images.py" push "$LAYOUT" "$REGISTRY" deep-1
  needs_user
  local engine
  for engine in berth user_berth; do
    works $engine pull -q "$REGISTRY/deep:1"
    works $engine run --rm --network none "$REGISTRY/deep:1"
    is $'84\n126'
    works $engine run --name deeper --network none "$REGISTRY/deep:1" rm /n/126
    works $engine commit deeper deeper:1
    works $engine rm deeper
    works $engine image inspect -f '{{len .RootFS.Layers}}' deeper:1
    is 128
    $engine save deeper:1 > "$WORK/deeper.tar"
    works $engine rmi deeper:1 "$REGISTRY/deep:1"
    $engine load < "$WORK/deeper.tar"
    works $engine run --rm --network none deeper:1 sh -c 'ls /n | wc -l; cat /top'
    is $'83\n126'
    works $engine rmi deeper:1
  done
}
