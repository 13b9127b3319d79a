# SPDX-License-Identifier: Apache-2.0
# system prune; unshare.
load load

setup_file() {
  begin_file
  export B="$REGISTRY/busybox:1"
}
teardown_file() { end_file; }

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

@test "system df refuses templates that name what is not there" {
  fails 1 berth system df --format '{{.Nosuch}}'
  is "template parsing error: template: :1:2: executing \"\" at <.Nosuch>: can't evaluate field Nosuch in type *formatter.diskUsageImagesContext"
  fails 125 podman system df --format '{{.TotalCount}}'
  has "can't evaluate field TotalCount in type *system.dfSummary"
  fails 125 podman system df -v --format json
  has "cannot combine --format and --verbose flags"
}

@test "system df of an empty store" {
  works berth system df --format '{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}'
  is "Images|0|0|0B|0B
Containers|0|0|0B|0B
Local Volumes|0|0|0B|0B
Build Cache|0|0|0B|0B"
  works podman system df
  [ "${#lines[@]}" = 4 ]
  has "RECLAIMABLE"
  has "0B (0%)"
  has_not "Build Cache"
}

@test "system df counts what is there, and what of it nothing uses" {
  berth pull -q "$B"
  berth volume create named
  berth run --name used --network none -v named:/v "$B" sh -c 'head -c 5000 /dev/zero > /file; head -c 700 /dev/zero > /v/file'
  berth tag "$B" other:1
  works berth system df --format '{{.Type}} {{.TotalCount}} {{.Active}}'
  is "Images 1 1
Containers 1 0
Local Volumes 1 1
Build Cache 0 0"
  works berth system df --format '{{.Size}} {{.Reclaimable}}'
  has "5kB 5kB (100%)"
  has "700B 0B (0%)"
  works berth system df --format json
  has '"TotalCount":"1"'
  works podman system df --format json
  has '"RawSize": 5000'
  has '"TotalCount": 1'
  works berth system df -v
  has "Images space usage:

REPOSITORY "
  has "SHARED SIZE   UNIQUE SIZE   CONTAINERS"
  has "Containers space usage:"
  has "LOCAL VOLUMES   SIZE"
  has "Build cache usage: 0B"
  [[ $output =~ named\ +1\ +700B ]]
  works berth system df -v --format '{{range .Volumes}}{{.Name}} {{.Links}} {{.Size}}{{end}}'
  is "named 1 700B"
  works podman system df -v
  has_not "Build cache"
  berth rm used
  works berth system df --format '{{.Type}} {{.Active}} {{.Reclaimable}}'
  has "Images 0 "
  has "(100%)"
  has "Local Volumes 0 700B (100%)"
  berth system prune -a -f --volumes
  berth volume rm named
}

@test "rootless: system df" {
  needs_user
  user_berth pull -q "$B"
  user_berth run --name mine --network none "$B" sh -c 'head -c 5000 /dev/zero > /file; chmod 0 /file; chown 7 /file'
  works user_berth system df --format '{{.Type}} {{.Active}} {{.Size}}'
  has "Containers 0 5kB"
  user_berth rm mine
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

@test "the log of events goes on in a new file when it has become too large, and followers go along" {
  works berth run --rm --network none "$REGISTRY/busybox:1" true
  "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" events --since 0 \
    --format '{{.Action}} {{.Actor.Attributes.name}}' > "$WORK/followed" 3>&- &
  local follower=$!
  until_true grep -q destroy "$WORK/followed"
  # What is no event is passed over.
  head -c 16M /dev/zero | tr '\0' x >> "$WORK/run/events"
  echo >> "$WORK/run/events"
  berth create --name before --network none "$REGISTRY/busybox:1" > /dev/null
  [ "$(stat -c %s "$WORK/run/events")" = 0 ]
  berth create --name after --network none "$REGISTRY/busybox:1" > /dev/null
  until_true grep -q 'create after' "$WORK/followed"
  kill "$follower"
  works tail -n 2 "$WORK/followed"
  is $'create before\ncreate after'
  works berth events --since 1h --until 0s --format '{{.Action}} {{.Actor.Attributes.name}}' --filter event=create
  has $'create before\ncreate after'
  [ "$(ls "$WORK"/run/events*)" = "$WORK/run/events
$WORK/run/events.1" ]
  berth rm before after > /dev/null
}
