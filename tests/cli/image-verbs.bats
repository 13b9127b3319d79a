# SPDX-License-Identifier: Apache-2.0
# What podman has for images beyond docker: exists, tree, mount and unmount, untag.
load load

setup_file() {
  begin_file
  export B="$REGISTRY/busybox:1"
  berth pull -q "$B"
  berth create --name base --network none "$B" true
  berth commit base child:1
  berth rm base
}
teardown_file() { end_file; }

tells() { [[ $stderr == *"$1"* ]] || { echo "no $1 on stderr: $stderr"; return 1; }; }

@test "what is not there" {
  for verb in tree mount unmount untag; do
    local command=(image "$verb" nosuch:1)
    fails 125 podman "${command[@]}"
    has "nosuch:1: image not known"
  done
  fails 125 podman image mount -a "$B"
  has "when using the --all switch, you may not pass any image names or IDs"
  fails 125 podman image unmount
  has "image name or ID must be specified"
  fails 125 podman untag "$B" other:1
  has "localhost/other:1: tag not known"
}

@test "image exists answers by its exit code" {
  works podman image exists "$B"
  is ""
  run -1 podman image exists nosuch:1
  is ""
}

@test "image tree draws layers, and who stands on them" {
  works podman image tree "$B"
  has "Tags:     [$B]"
  [ "$(grep -c 'ID: .* Size:' <<< "$output")" = 1 ]
  has "└── ID: "
  has_not child
  works podman image tree --whatrequires "$B"
  has "    └── ID: "
  has "child:1"
}

@test "image mount shows the files, read-only, until unmount" {
  works podman image mount "$B"
  place=$output
  [ -x "$place/bin/busybox" ]
  run ! touch "$place/new"
  works podman image mount
  has "$B"
  has "$place"
  fails 2 podman rmi "$B"
  works podman image unmount "$B"
  [ ! -e "$place/bin" ]
  works podman image mount
  has_not "$place"
  works podman image mount -a
  works podman image unmount -a
  [ "${#lines[@]}" = 2 ]
}

@test "system reset takes down what is mounted" {
  for_reset() { "$WORK/bin/podman" --root "$WORK/root2" --runroot "$WORK/run2" "$@"; }
  for_reset pull -q "$B"
  place=$(for_reset image mount "$B")
  [ -x "$place/bin/busybox" ]
  works for_reset system reset -f
  [ ! -e "$place" ]
}

@test "rootless: an image is mounted within unshare" {
  needs_user
  user_podman pull -q "$B"
  fails 125 user_podman image mount "$B"
  has 'cannot run command "podman image mount" in rootless mode, must execute `podman unshare` first'
  # shellcheck disable=SC2016
  works as_user "$WORK/bin/podman" unshare sh -c \
    'place=$('"$WORK/bin/podman"' image mount '"$B"') && ls -d "$place"/bin/busybox && '"$WORK/bin/podman"' image unmount '"$B"
  has /bin/busybox
}

@test "untag takes one name, or all" {
  podman tag "$B" one:1 two:1
  podman untag "$B" one:1
  run -1 podman image exists localhost/one:1
  works podman image exists localhost/two:1
  id=$(podman image inspect -f '{{.Id}}' "$B")
  podman untag localhost/two:1
  run -1 podman image exists "$B"
  works podman image exists "$id"
  podman tag "$id" "$B"
}

@test "an image inspected by podman has podman's fields" {
  works podman inspect -f '{{.ID}} {{.Id}}' "$B"
  [[ $output =~ ^([0-9a-f]{64})\ ([0-9a-f]{64})$ ]]
  [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
  works podman inspect -f '{{.Digest}} {{json .NamesHistory}}' "$B"
  has "sha256:"
  has "\"$B\""
  works podman history --format '{{.Created}}|{{.Tags}}' "$B"
  has " ago|[$B"
  fails 125 podman inspect --type image nosuch
  is "Error: nosuch: image not known"
}

@test "images are sorted by repository and then tag" {
  podman tag "$B" order.example/x:1 order.example/x:3 order.example/x:2 order.example/a:z
  works podman images --sort repository --format '{{.Repository}}:{{.Tag}}' --filter "id=$(podman inspect -f '{{.Id}}' "$B")"
  has $'order.example/a:z\norder.example/x:1\norder.example/x:2\norder.example/x:3'
  works podman images --sort repository --format 'table {{.Repository}} {{.Tag}}' --filter reference='order.example/*'
  [[ ${lines[0]} =~ ^REPOSITORY\ +TAG ]]
  [[ $output =~ order.example/x\ \ +1 ]]
  works podman images --format '{{.History}}' order.example/a
  has "order.example/a:z, "
  podman untag "$B" order.example/x:1 order.example/x:3 order.example/x:2 order.example/a:z
  fails 125 podman images -f json
  is 'Error: invalid image filter "json": must be in the format "filter=value or filter!=value"'
  fails 125 podman images --filter nosuch=1
  has 'invalid image filter "nosuch"'
}

@test "podman's rmi --force takes containers along, and minds nothing that is missing" {
  podman tag "$B" forced:1
  fails 1 podman rmi nosuch
  is "Error: nosuch: image not known"
  works podman rmi --force nosuch forced:1
  is "Untagged: localhost/forced:1"
  podman create --name base --network none "$B" true
  podman commit -q base forced:2
  podman rm base
  podman run -d --name runs --network none forced:2 sleep 1000
  fails 2 podman rmi forced:2
  has "image is in use by a container"
  works podman rmi --force forced:2
  has "Untagged: localhost/forced:2"
  run -1 podman container exists runs
}

@test "save and load in podman's words" {
  works podman save -m -o "$WORK/two.tar" "$B" child:1
  tells "Copying blob sha256:"
  tells "Writing manifest to image destination"
  [ "$(stat -c %a "$WORK/two.tar")" = 644 ]
  works podman load -i "$WORK/two.tar"
  tells "Getting image source signatures"
  has "Loaded image: docker.io/library/child:1"
  works podman load -q -i "$WORK/two.tar"
  is "Loaded image: $B
Loaded image: docker.io/library/child:1"
  works podman save -q --format oci-archive --uncompressed -o "$WORK/plain.tar" child:1
  is ""
  mkdir "$WORK/plain"
  tar -C "$WORK/plain" -xf "$WORK/plain.tar"
  [ "$(grep -l ustar "$WORK"/plain/blobs/sha256/* | wc -l)" -ge 1 ]
  works podman pull -q "oci-archive:$WORK/plain.tar"
  is "$(podman inspect -f '{{.Id}}' child:1)"
  works podman pull "oci:$WORK/plain:1"
  tells "Copying config sha256:"
  fails 125 podman pull "dir:$WORK/nosuch"
  has "nosuch: no such file or directory"
  fails 125 podman save
  is "Error: need at least 1 argument"
  fails 125 podman save --compress "$B"
  has "--compress can only be set"
  fails 125 podman save -m --format oci-archive "$B" child:1
  has "multi-image archives"
  echo rubbish > "$WORK/rubbish"
  fails 125 podman load -i "$WORK/rubbish"
  has "payload does not match any of the supported image formats:"
  rm -r "$WORK"/two.tar "$WORK"/plain* "$WORK/rubbish"
}

@test "load and import read from a URL" {
  mkdir "$WORK/www"
  podman save -q -o "$WORK/www/image.tar" child:1
  podman export -o "$WORK/www/root.tar" "$(podman create --network none "$B" true)"
  podman rm -af > /dev/null
  exec {from}< <(cd "$WORK/www" && exec python3 -u -m http.server --bind 127.0.0.1 0 2>&1 3>&-)
  local server=$! line
  read -r -u "$from" line
  [[ $line =~ port\ ([0-9]+) ]]
  local url=http://127.0.0.1:${BASH_REMATCH[1]}
  podman rmi child:1
  works podman load -q -i "$url/image.tar"
  is "Loaded image: docker.io/library/child:1"
  works podman import -q "$url/root.tar" fromurl:1
  works podman run --rm --network none fromurl:1 echo here
  is here
  fails 125 podman load -i "$url/nosuch.tar"
  has "invalid response status 404"
  kill "$server"
  podman rmi fromurl:1
  rm -r "$WORK/www"
}

@test "import in podman's words" {
  podman export -o "$WORK/root.tar" "$(podman create --network none "$B" true)"
  podman rm -af > /dev/null
  works podman import --os linux --arch arm64 "$WORK/root.tar" imp:1
  tells "Getting image source signatures"
  works podman image inspect -f '{{.Architecture}}' imp:1
  is arm64
  works podman history --format '{{.CreatedBy}}|{{.Comment}}' imp:1
  [[ $output =~ ^"/bin/sh -c #(nop) ADD file:"[0-9a-f]+"...|imported from tarball"$ ]]
  fails 125 podman import "$WORK/nosuch.tar"
  has "error opening \"$WORK/nosuch.tar\": open $WORK/nosuch.tar: no such file or directory"
  podman rmi imp:1
  rm "$WORK/root.tar"
}

@test "commit tells what it copies, unless quiet" {
  podman run --name com --network none "$B" touch /made
  works podman commit com com:1
  tells "Getting image source signatures"
  tells "Writing manifest to image destination"
  works podman commit -q com com:2
  [[ $output =~ ^[0-9a-f]{64}$ ]]
  works podman image inspect -f '{{.Config.Env}}' com:2
  has container=podman
  works podman diff com:2 "$B"
  is "A /made"
  works podman diff "$B" com:2
  is "D /made"
  works podman diff com com
  is ""
  works podman diff -l
  is "A /made"
  fails 125 podman diff nosuch com
  has "nosuch not found: layer not known"
  podman rm com
  podman rmi com:1 com:2
}

@test "podman mount shows a container's files, and the container runs on them" {
  podman create --name shown --network none "$B" sh -c 'cat /from-host; echo in > /from-inside; sleep 1000'
  works podman mount shown
  local place=$output
  echo out > "$place/from-host"
  works podman mount --no-trunc
  has "$(podman inspect -f '{{.Id}}' shown)  $place"
  works podman mount --format json
  has "\"mountpoint\": \"$place\""
  podman start shown
  works podman logs -f --until 0s shown
  for _ in $(seq 100); do [ -e "$place/from-inside" ] && break; podman exec shown true; done
  works cat "$place/from-inside"
  is in
  works podman umount shown
  is shown
  [ ! -e "$place/from-host" ]
  works podman mount shown
  works cat "$place/from-inside"
  is in
  works podman umount --all
  is "$(podman inspect -f '{{.Id}}' shown)"
  podman mount shown
  podman rm -f -t 0 shown
  [ ! -e "$place" ]
  fails 125 podman mount nosuch
  has 'no container with name or ID "nosuch" found: no such container'
  fails 125 podman umount
  works podman mount
  is ""
}

@test "rootless: a container is mounted within unshare" {
  needs_user
  user_podman pull -q "$B"
  user_podman create --name rooted --network none "$B" true
  fails 125 user_podman mount rooted
  has 'cannot run command "podman mount" in rootless mode, must execute `podman unshare` first'
  # shellcheck disable=SC2016
  works as_user "$WORK/bin/podman" unshare sh -c \
    'place=$('"$WORK/bin/podman"' mount rooted) && ls -d "$place"/bin/busybox && '"$WORK/bin/podman"' umount rooted'
  has /bin/busybox
  user_podman rm rooted
}

@test "podman's pull policies" {
  works podman pull --policy missing "$B"
  is "$(podman inspect -f '{{.Id}}' "$B")"
  works podman pull --policy newer "$B"
  is "$(podman inspect -f '{{.Id}}' "$B")"
  works podman pull --policy always "docker://$B"
  tells "Writing manifest to image destination"
  fails 125 podman pull --policy never "$REGISTRY/nosuch"
  is "Error: $REGISTRY/nosuch: image not known"
  fails 125 podman pull --policy never-ever "$B"
  is 'Error: unsupported pull policy "never-ever"'
  fails 125 podman pull "$REGISTRY/nosuch"
  has "unable to copy from source docker://$REGISTRY/nosuch:latest: initializing source docker://$REGISTRY/nosuch:latest: reading manifest latest in $REGISTRY/nosuch: manifest unknown"
}

@test "commit --config goes over the container's settings" {
  podman create --name conf --network none -e A=1 -e KEPT=1 -l a=1 "$B" true
  echo '{"Env": ["A=2"], "Labels": {"b": "2"}, "Cmd": ["echo", "hello"], "User": "1:1"}' > "$WORK/config.json"
  podman commit -q --config "$WORK/config.json" conf conf:1
  # shellcheck disable=SC2016
  works podman run --rm --network none conf:1 sh -c 'echo $A $KEPT $(id -u)'
  is "2 1 1"
  works podman run --rm --network none conf:1
  is hello
  works podman image inspect -f '{{json .Labels}}' conf:1
  is '{"a":"1","b":"2"}'
  echo '[' > "$WORK/config.json"
  fails 125 podman commit --config "$WORK/config.json" conf conf:2
  fails 125 podman commit --config "$WORK/nosuch.json" conf conf:2
  has "open $WORK/nosuch.json: no such file or directory"
  podman rm conf
  podman rmi conf:1
  rm "$WORK/config.json"
}

@test "podman's image prune" {
  works podman image prune < /dev/null
  has "WARNING! This command removes all dangling images."
  works podman image prune -f --build-cache
  works podman image prune -f --external
  fails 125 podman image prune -f --external --all
  has "--external cannot be combined with other options"
}

@test "untag of a digest leaves the image, history shortens with three dots" {
  local digest
  digest=$(berth inspect -f '{{index .RepoDigests 0}}' "$B")
  works podman untag "$B" "$digest"
  works podman image exists "$B"
  fails 125 podman untag "$B" "${digest%%@*}@sha256:$(printf '0%.0s' {1..64})"
  podman create --name hh --network none "$B" true > /dev/null
  podman commit -q -c 'CMD a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g' hh localhost/hist:1 > /dev/null
  printf x > "$WORK/file"
  tar -C "$WORK" -cf "$WORK/file.tar" file
  podman import -q -c 'CMD ["a"]' -m words "$WORK/file.tar" localhost/imported:1 > /dev/null
  works podman history --format '{{.CreatedBy}}' localhost/imported:1
  [[ $output =~ ^'/bin/sh -c #(nop) ADD file:'[0-9a-f]{15}'...'$ ]]
  works podman history --no-trunc --format '{{.CreatedBy}}' localhost/imported:1
  has_not ...
  podman rm hh
  podman rmi localhost/hist:1 localhost/imported:1
}

@test "an image remembers the names it had" {
  podman run --name hh --network none "$B" touch /f
  podman commit -q hh named:1 > /dev/null
  podman tag named:1 first:1
  podman rmi first:1
  podman tag named:1 second:1
  podman untag named:1 second:1
  works podman images --format '{{.History}}' named:1
  is "localhost/named:1, localhost/second:1, localhost/first:1"
  podman tag named:1 first:1
  podman rmi first:1
  works podman image inspect -f '{{join .NamesHistory " "}}' named:1
  is "localhost/named:1 localhost/first:1 localhost/second:1"
  # A name that another image takes.
  podman commit -q --author other hh named:2 > /dev/null
  podman tag named:1 third:1
  podman tag named:2 third:1
  works podman images --format '{{.History}}' named:1
  is "localhost/named:1, localhost/third:1, localhost/first:1, localhost/second:1"
  works podman image inspect -f '{{join .NamesHistory " "}}' named:2
  is "localhost/named:2 localhost/third:1"
  podman rm hh
  podman rmi named:1 named:2 third:1
}

@test "the root directory of podman's containers has the mode that a layer gives it, else 0555" {
  works podman run --rm --network none "$B" stat -c %a /
  is 555
  works berth run --rm --network none "$B" stat -c %a /
  is 755
  mkdir "$WORK/tree"
  chmod 750 "$WORK/tree"
  cp /bin/busybox "$WORK/tree/stat"
  tar -C "$WORK/tree" -c . | podman import -q - moded:1 > /dev/null
  works podman run --rm --network none moded:1 /stat -c %a /
  is 750
  chmod 755 "$WORK/tree"
  tar -C "$WORK/tree" -c . | podman import -q - moded:2 > /dev/null
  works podman run --rm --network none moded:2 /stat -c %a /
  is 755
  tar -C "$WORK/tree" -c stat | podman import -q - moded:3 > /dev/null
  works podman run --rm --network none moded:3 /stat -c %a /
  is 555
  podman rmi moded:1 moded:2 moded:3
  if id berth-test > /dev/null 2>&1; then
    user_podman pull -q --tls-verify=false "$B"
    works user_podman run --rm --network none "$B" sh -c 'touch /f && stat -c %a /'
    is 555
  fi
}

@test "an image that a container has mounted is counted, and stays whole" {
  podman tag "$B" kept:1
  podman run --name dd --network none "$B" sh -c 'echo here > /kept'
  podman commit -q dd only:1 > /dev/null
  podman rm dd
  podman run -d --name mm --network none --mount type=image,src=only:1,dst=/i "$B" sleep 1000
  local id
  id=$(podman image inspect -f '{{.ID}}' only:1)
  works podman image unmount only:1
  is "$id"
  works podman image unmount only:1
  is ""
  works podman exec mm cat /i/kept
  is here
  # Its layers are there as long as the container.
  podman rmi only:1
  works podman exec mm cat /i/kept
  is here
  podman rm -f -t 0 mm
  [ "$(find "$WORK/root/layers" -name kept | wc -l)" = 0 ] || podman system prune -f
  [ "$(find "$WORK/root/layers" -name kept | wc -l)" = 0 ]
  podman rmi kept:1
}

@test "podman's rmi of an image by its id takes the latest of its names first" {
  podman pull -q "$REGISTRY/empty:1" > /dev/null
  podman tag "$REGISTRY/empty:1" mm:1
  podman tag "$REGISTRY/empty:1" aa:1
  works podman rmi -f "$(podman image inspect -f '{{.Id}}' aa:1)"
  [ "${lines[*]:0:3}" = "Untagged: localhost/aa:1 Untagged: localhost/mm:1 Untagged: $REGISTRY/empty:1" ]
}
