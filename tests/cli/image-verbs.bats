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

podman() { "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" "$@"; }
user_podman() { as_user "$WORK/bin/podman" "$@"; }

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
}
