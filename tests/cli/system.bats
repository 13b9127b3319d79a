# SPDX-License-Identifier: Apache-2.0
# system prune; unshare.
load load

setup_file() {
  begin_file
  export B="$REGISTRY/busybox:1"
}
teardown_file() { end_file; }

podman() { "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" "$@"; }

@test "system prune refuses filters that it does not know" {
  fails 1 berth system prune -f --filter nosuch=1
  has "invalid filter 'nosuch'"
  fails 125 podman system prune -f --filter nosuch=1
  has "nosuch is an invalid filter"
  fails 1 berth system prune -f --volumes --filter until=1h
  has 'The "until" filter is not supported with "--volumes"'
}

@test "system prune asks, and takes what nothing uses" {
  berth pull -q "$B"
  id=$(berth create --network none "$B" true)
  berth volume create named
  works berth system prune <<< n
  has "all stopped containers"
  works berth ps -aq
  [ -n "$output" ]
  works berth system prune -f --volumes
  has "Deleted Containers:
$id"
  has "Total reclaimed space: "
  works berth volume ls -q
  is named
  works podman system prune -f --volumes
  has "Deleted Volumes
named"
  works berth system prune -a -f
  has "Deleted Images:"
}

@test "unshare runs a command in the user's namespace" {
  needs_user
  fails 125 podman unshare true
  has "please use unshare with rootless"
  works as_user "$WORK/bin/podman" unshare id -u
  is 0
  run as_user "$WORK/bin/podman" unshare sh -c 'exit 7'
  [ "$status" = 7 ]
}
