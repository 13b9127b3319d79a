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
  is 'ERROR: The "until" filter is not supported with "--volumes"'
}

@test "system prune tells what it would remove" {
  works berth system prune < /dev/null
  is "WARNING! This will remove:
  - all stopped containers
  - all networks not used by at least one container
  - all dangling images
  - unused build cache

Are you sure you want to continue? [y/N] "
  works berth system prune -a --volumes --filter label=a=b < /dev/null
  is "WARNING! This will remove:
  - all stopped containers
  - all networks not used by at least one container
  - all anonymous volumes not used by at least one container
  - all images without at least one container associated to them
  - all build cache

  Items to be pruned will be filtered with:
  - label=a=b

Are you sure you want to continue? [y/N] "
  works podman system prune -a --volumes < /dev/null
  is "WARNING! This command removes:
	- all stopped containers
	- all networks not used by at least one container
	- all volumes not used by at least one container
	- all images without at least one container associated with them
	- all build cache

Are you sure you want to continue? [y/N] "
}

@test "system prune takes what the filters choose" {
  berth pull -q "$B"
  keep=$(berth create --network none "$B" true)
  drop=$(berth create --network none --label a=b "$B" true)
  works berth system prune -f --filter label=a=b
  has "$drop"
  has_not "$keep"
  works berth system prune -f --filter until=1h
  is "Total reclaimed space: 0B"
  works berth system prune -f --filter label!=a=c
  has "$keep"
  works berth ps -aq
  is ""
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
