# SPDX-License-Identifier: Apache-2.0
# Listing and steering containers in podman's words: ps, start, stop, kill, rm, wait, logs, events.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

started() { podman run -d --network none "$@" > /dev/null; }
# Ignores SIGTERM, and says when it is ready to.
stubborn() {
  podman run -d --name "$1" --network none "$B" sh -c 'trap "" TERM; echo ready; while :; do sleep 1; done' > /dev/null
  until_true grep -q ready "$(podman inspect -f '{{.HostConfig.LogConfig.Path}}' "$1")"
}

@test "what ps refuses" {
  fails 125 podman ps --filter name
  has 'Error: invalid filter "name"'
  fails 125 podman ps --filter nosuch=1
  has "Error: nosuch is an invalid filter"
  fails 125 podman ps --filter status=nosuch
  has "unknown container state: nosuch: invalid argument"
  fails 125 podman ps --filter restart-policy=nosuch
  has "nosuch invalid restart policy"
  fails 125 podman ps --sort nosuch
  has '"nosuch" is not a valid value.  Choose from: "command, created'
  fails 125 podman ps -q -s
  has "quiet conflicts with size and namespace"
  fails 125 podman ps --ns -s
  fails 125 podman ps -w 1 -l
}

@test "ps: oldest first, podman's columns and filters, and sorted as asked for" {
  started --name bb -l app=web -l tier=1 "$B" sleep 1000
  podman run --name cc --network none "$B" sh -c 'exit 3' || true
  podman create --name aa -l app=db --network none --restart always "$B" true > /dev/null
  works podman ps --noheading --format 'table {{.Names}} {{.Command}} {{.State}}'
  is "bb          sleep 1000  running"
  works podman ps -a --format '{{.Names}}'
  is $'bb\ncc\naa'
  works podman ps -a --sort names --format '{{.Names}}|{{.Status}}'
  [ "${lines[0]}" = "aa|Created" ]
  [[ ${lines[2]} == "cc|Exited (3) "* ]]
  works podman ps --filter status=stopped --format '{{.Names}}'
  is cc
  works podman ps -a --filter label!=app --format '{{.Names}}'
  is cc
  works podman ps -a --filter label=app=w* --format '{{.Labels}}'
  is "app=web,tier=1"
  works podman ps -a --filter restart-policy=none --format '{{.Names}}'
  is $'bb\ncc'
  works podman ps -aq
  is "$(podman ps -a --format '{{.ID}}')"
  works podman ps -a --filter restart-policy=always --filter command=tr --format '{{.Names}}'
  is aa
  works podman ps -a --filter "id=$(podman inspect -f '{{slice .Id 0 2}}' bb | tr a-f A-F)" --filter until=0s --format '{{.Names}}'
  is bb
  fails 125 podman ps --format '{{.Nosuch}}'
  has "can't evaluate field Nosuch in type containers.psReporter"
  works podman ps -l -q --no-trunc
  is "$(podman inspect -f '{{.Id}}' aa)"
}

@test "ps as JSON has podman's fields, and namespaces are those of the process" {
  local pid
  started --name bb -l k=v -v data:/data "$B" sleep 1000
  pid=$(podman inspect -f '{{.State.Pid}}' bb)
  podman ps --format json > "$WORK/ps.json"
  works python3 -c "
import json; (c,) = json.load(open('$WORK/ps.json'))
print(c['Names'], c['Command'], c['Labels'], c['Mounts'], c['Pid'] == $pid, c['Exited'], c['State'], c['ImageID'][:7] == 'sha256:')"
  is "['bb'] ['sleep', '1000'] {'k': 'v'} ['/data'] True False running False"
  works podman ps --ns --format '{{.Namespaces.NET}}'
  is "$(readlink "/proc/$pid/ns/net" | tr -cd 0-9)"
  podman rm -f -t 0 bb
  podman volume rm data
}

@test "ps --watch lists again until it is interrupted" {
  started --name bb "$B" sleep 1000
  run timeout -s INT 3 "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" ps -w 1 --noheading --format '{{.Names}}'
  [ "$(grep -c bb <<< "$output")" -ge 2 ]
}

@test "all are looked up before the first is touched" {
  podman create --name aa --network none "$B" true > /dev/null
  fails 125 podman start aa nosuch
  has 'Error: no container with name or ID "nosuch" found: no such container'
  [ "$(podman inspect -f '{{.State.Status}}' aa)" = created ]
  fails 125 podman start
  has "start requires at least one argument"
  fails 125 podman start --all aa
  has "either start all containers or the container(s) provided in the arguments"
}

@test "kill: signals are checked first, and only what runs is killed" {
  local signal
  for signal in 0 SIG nosuch -BAD; do
    fails 125 podman kill -s "$signal" nosuch
    is "Error: invalid signal: ${signal#-}"
  done
  fails 125 podman kill -s '' nosuch
  has "Error: invalid signal:"
  fails 125 podman kill -s 65 nosuch
  is "Error: valid signals are 1 through 64"
  podman create --name aa --network none "$B" true > /dev/null
  fails 125 podman kill aa
  has "can only kill running containers."
  has "is in state created: container state improper"
  started --name bb "$B" sleep 1000
  works podman kill -s -KILL bb
  works podman wait bb
  is 137
}

@test "a stop that takes its time is seen, and warned of when the signal was not enough" {
  stubborn slow
  podman stop -t 60 slow 2> /dev/null 3>&- &
  works podman wait --condition=stopping slow
  is -1
  works podman ps -a --format '{{.Status}}'
  is Stopping
  fails 2 podman rm slow
  has "as it is stopping - running or paused containers cannot be removed without force"
  podman kill slow
  wait
  stubborn late
  works podman stop --time 1 late
  is late
  [[ $stderr == *'level=warning msg="StopSignal SIGTERM failed to stop container late in 1 seconds, resorting to SIGKILL"'* ]]
  works podman --noout stop late
  is ""
}

is_stopping() { [ "$(podman inspect -f '{{.State.Status}}' "$1")" = stopping ]; }

@test "a stop that is killed together with the monitor" {
  stubborn ss
  "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" stop -t 240 ss &
  local client=$!
  until_true is_stopping ss
  kill -9 "$client" "$(podman inspect -f '{{.State.ConmonPid}}' ss)"
  fails 125 podman stop -t 0 ss
  has "Error: container $(podman inspect -f '{{.Id}}' ss) conmon exited prematurely, exit code could not be retrieved: conmon process killed"
  works podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' ss
  is 'exited 137'
  podman stop ss
}

@test "rm: exit codes, and who stands on whom" {
  fails 1 podman rm nosuch
  is 'Error: no container with ID or name "nosuch" found: no such container'
  works podman rm -f nosuch
  is ""
  started --name bb "$B" sleep 1000
  fails 2 podman rm bb
  has "as it is running - running or paused containers cannot be removed without force: container state improper"
  podman create --name joined --network container:bb "$B" true > /dev/null
  podman create --name last --pid container:joined "$B" true > /dev/null
  fails 125 podman rm -f -t 0 bb
  has "has dependent containers which must be removed before it:"
  works podman rm -f -t 0 --depend bb
  [ "${#lines[@]}" = 3 ]
  works podman ps -aq
  is ""
}

@test "wait: conditions, missing ones, the first of several" {
  fails 125 podman wait
  is 'Error: "podman wait" requires a name, id, or the "--latest" flag'
  fails 125 podman wait nosuch
  fails 125 podman wait --interval nosuch x
  works podman wait --ignore nosuch
  is -1
  podman create --name aa --network none "$B" sh -c 'exit 5' > /dev/null
  fails 125 podman wait --condition nosuch aa
  started --name bb "$B" sleep 1000
  works podman wait --condition running bb
  is -1
  podman wait --exit-first-match --condition exited aa bb > "$WORK/first" 3>&- &
  podman start aa
  wait $!
  [ "$(cat "$WORK/first")" = 5 ]
}

@test "logs of several containers are told apart" {
  fails 125 podman logs
  is "Error: specify at least one container name or ID to log"
  fails 125 podman logs nosuch
  podman run --name aa --network none "$B" echo one > /dev/null
  podman run --name bb --network none "$B" echo two > /dev/null
  works podman logs --names aa bb
  is $'aa one\nbb two'
  works podman logs -f aa bb
  has "$(podman inspect -f '{{slice .Id 0 12}}' bb) two"
  works podman logs --color aa
  is $'\033[37mone\033[0m'
  fails 125 podman logs --tail x aa
  has 'strconv.ParseInt: parsing "x": invalid syntax'
  fails 125 podman logs --since nonsense aa
  has 'parsing --since "nonsense": unable to interpret time value'
  works podman logs --until 1h aa
  is one
  works podman logs --since -1h aa
  is ""
  podman run --name none --log-driver none --network none "$B" echo unseen > /dev/null
  fails 125 podman logs none
  has "this container is using the 'none' log driver, cannot read logs"
}

@test "the pieces of a long line in a k8s-file are one line of --tail" {
  podman run --name kk --log-driver k8s-file --network none "$B" echo first > /dev/null
  local log time
  log=$(podman inspect -f '{{.HostConfig.LogConfig.Path}}' kk)
  time=$(cut -d' ' -f1 "$log")
  printf '%s stdout P long\n%s stdout F er\n%s stdout F last\n' "$time" "$time" "$time" >> "$log"
  works podman logs --tail 1 kk
  is last
  works podman logs --tail 2 kk
  is $'longer\nlast'
  works podman logs --tail 9 kk
  is $'first\nlonger\nlast'
}

@test "events in podman's words" {
  local since
  since=$(date +%s.%N)
  fails 125 podman events --filter nosuch=1 --stream=false
  has "failed to parse event filters: nosuch is an invalid filter"
  fails 125 podman --events-backend none events --stream=false
  is 'Error: cannot read events with the "none" backend'
  podman run --name ev -l k=v -v evv:/data --network none "$B" sh -c 'exit 3' || true
  podman exec ev true 2> /dev/null || true
  podman start ev > /dev/null && podman wait ev > /dev/null
  podman rm ev > /dev/null
  podman volume rm evv > /dev/null
  works podman events --since "$since" --stream=false --filter container=ev --format '{{.Status}} {{.ContainerExitCode}}'
  is $'create <nil>\ninit <nil>\nstart <nil>\nattach <nil>\ndied 3\ncleanup <nil>\ninit <nil>\nstart <nil>\ndied 3\ncleanup <nil>\nremove <nil>'
  works podman events --since "$since" --stream=false --filter event=die --filter label=k
  [ "${#lines[@]}" = 2 ]
  [[ ${lines[0]} == *" container died "*" (image="*", name=ev, k=v)" ]]
  works podman events --since "$since" --stream=false --filter volume=ev --format '{{.Type}} {{.Status}} {{.Name}}'
  is $'volume create evv\nvolume remove evv'
  podman --events-backend none run --rm --name quiet --network none "$B" true
  works podman events --since "$since" --stream=false --filter container=quiet --filter event=create
  is ""
}

@test "docker's events tell the signals of a stop, attached clients and volumes" {
  local since
  since=$(date +%s.%N)
  berth run --rm --name ev -v evv:/data --network none "$B" true
  berth run -d --name st --network none "$B" sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done' > /dev/null
  berth stop st > /dev/null
  berth volume rm evv > /dev/null
  berth events --since "$since" --until "$(date +%s.%N)" --format '{{.Type}} {{.Action}} {{.Actor.Attributes.signal}}' > "$WORK/events"
  works grep -c 'container kill 15' "$WORK/events"
  is 1
  works sed -n '1,4s/ <no value>//p' "$WORK/events"
  is $'volume create\ncontainer create\ncontainer attach\ncontainer start'
  grep -q '^volume destroy' "$WORK/events"
}

@test "rename in podman's words" {
  podman create --name aa --network none "$B" true > /dev/null
  podman create --name bb --network none "$B" true > /dev/null
  fails 125 podman rename aa 'bad/name'
  is "Error: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"
  fails 125 podman rename aa bb
  has 'name "bb" is in use: container already exists'
  podman rename aa cc
  podman container exists cc
}

@test "an ordinary user's containers are listed and steered alike" {
  needs_user
    user_podman pull -q "$B" > /dev/null
  user_podman run -d --name uu --network none "$B" sleep 1000 > /dev/null
  works user_podman ps --format '{{.Names}} {{.State}}'
  is "uu running"
  fails 2 user_podman rm uu
  works user_podman kill uu
  works user_podman wait uu
  is 137
  works user_podman events --stream=false --filter event=died --format '{{.Name}} {{.ContainerExitCode}}'
  is "uu 137"
}

# A journald of its own for COMMAND, where the machine runs none or another.
with_journald() {
  [ -x /lib/systemd/systemd-journald ] && command -v journalctl > /dev/null || skip "needs systemd-journald"
  unshare -m bash -c '
    mount --make-rprivate / && mount -t tmpfs tmpfs /run/systemd && mkdir -p /run/systemd/journal /run/systemd/journald.conf.d /run/log
    mount -t tmpfs tmpfs /run/log && mkdir /run/log/journal
    printf "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nRateLimitIntervalSec=0\n" > /run/systemd/journald.conf.d/own.conf
    /lib/systemd/systemd-journald < /dev/null > /dev/null 2>&1 3>&- &
    journald=$!
    end=$((SECONDS + 10))
    until [ -S /run/systemd/journal/socket ] || [ $SECONDS -ge $end ]; do read -r -t 0.05 <> "$WORK/never" || true; done
    "$@"; code=$?
    kill $journald; exit $code' - "$@"
}

journal_round() {
  podman run --name jj --log-driver journald --log-opt tag="tt-{{.Name}}" --label shown=yes --log-opt labels=shown --network none "$B" sh -c 'echo one; echo two >&2; seq 1 100' > /dev/null 2>&1
  podman logs jj > "$WORK/out" 2> "$WORK/err"
  journalctl -q -o cat --output-fields=CONTAINER_TAG CONTAINER_NAME=jj | sort -u > "$WORK/tag"
  journalctl -q -o cat --output-fields=SHOWN CONTAINER_NAME=jj | sort -u >> "$WORK/tag"
  podman run -d --name ff --log-driver journald --network none -v "$WORK/gate:/gate" "$B" sh -c 'echo begin; cat /gate; echo end' > /dev/null
  podman logs -f ff > "$WORK/followed" &
  local follower=$!
  until_true grep -q begin "$WORK/followed"
  : > "$WORK/gate"
  wait $follower
  podman logs --tail 1 ff > "$WORK/last"
}

# COMMAND where no journald is.
without_journald() {
  unshare -m bash -c 'mount --make-rprivate /; [ ! -d /run/systemd ] || mount -t tmpfs tmpfs /run/systemd; "$@"' - "$@"
}

@test "the journald driver: both streams, fields, following, and what it refuses" {
  export -f podman journal_round until_true
  mkfifo "$WORK/gate"
  fails 125 podman create --log-driver journald --log-opt max-size=1m "$B"
  has "unknown log opt 'max-size' for journald log driver"
  run -126 without_journald "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" run --rm --log-driver journald --network none "$B" true
  is "Error: failed to initialize logging driver: journald is not enabled on this host"
  with_journald bash -c journal_round
  [ "$(cat "$WORK/out")" = "$(echo one; seq 1 100)" ]
  [ "$(cat "$WORK/err")" = two ]
  [ "$(cat "$WORK/last")" = end ]
  [ "$(cat "$WORK/tag")" = $'tt-jj\nyes' ]
  [ "$(cat "$WORK/followed")" = $'begin\nend' ]
}

@test "health checks: only by hand, and what becomes of an unhealthy container" {
  fails 125 podman create --health-on-failure kill "$B"
  is "Error: cannot set on-failure action to kill without a health check"
  started --name hh --health-cmd 'test ! -e /bad' --health-interval disable --health-retries 1 --health-on-failure kill "$B" sleep 1000
  works podman healthcheck run hh
  works podman wait --condition healthy hh
  podman exec hh touch /bad
  run -1 podman healthcheck run hh
  is unhealthy
  works podman wait hh
  is 137
  fails 125 podman healthcheck run --ignore-result nosuch
  started --name ii --health-cmd false --health-interval disable "$B" sleep 1000
  works podman healthcheck run --ignore-result ii
  is unhealthy
}

@test "top with ps's own options shows the numbers inside" {
  started --name tt "$B" sleep 1000
  works podman top tt -eo pid,ppid,comm
  [[ ${lines[1]} =~ ^1\ +0\ +sleep ]]
  fails 125 podman top nosuch
  has 'unable to look up requested container: no container with name or ID "nosuch" found'
}

@test "port, cleanup, update and --latest in podman's words" {
  podman run -d --name pp -p 127.0.0.1::80 -p 82 --network bridge "$B" sleep 1000 > /dev/null
  works podman port pp
  [[ $output == *"80/tcp -> 127.0.0.1:"* && $output == *"82/tcp -> 0.0.0.0:"* ]]
  has_not "[::]"
  fails 125 podman port pp 99
  is 'Error: failed to find published port "99"'
  works podman update --restart no pp
  is "$(berth inspect -f '{{.Id}}' pp)"
  fails 125 podman update nosuch
  has "no such container"
  fails 125 podman logs -l pp
  is "Error: --latest and containers cannot be used together"
  fails 125 podman rm -l nosuch
  is "Error: --latest and containers cannot be used together"
  fails 125 podman stats -a -l
  is "Error: --all, --latest and containers cannot be used together"
  podman rm -f -t 0 pp
  podman create --name cl --network none "$B" true > /dev/null
  works podman container cleanup cl
  is cl
  works podman container cleanup --rm cl
  is cl
  fails 1 podman container exists cl
}

@test "clone makes another of the kind" {
  podman create --name aa --network none -m 64m -v shared:/v -e X=1 --cidfile "$WORK/cid" "$B" sh -c 'echo $X >> /v/f; cat /v/f' > /dev/null
  works podman container clone --run aa
  [ "$output" = "$(podman inspect -f '{{.Id}}' aa-clone)" ]
  works podman wait aa-clone
  works podman start -a aa-clone
  is "1
1"
  works podman container clone --memory 32m aa
  works podman inspect -f '{{.HostConfig.Memory}} {{(index .Mounts 0).Name}} {{.State.Status}}' aa-clone1
  is "33554432 shared created"
  works podman inspect -f '{{.HostConfig.Memory}}' aa
  is 67108864
  works podman container clone aa-clone
  works podman container exists aa-clone2
  fails 125 podman container clone nosuch
  has "no such container"
  fails 125 podman container clone -f aa
  is "Error: cannot set --force without --destroy: invalid argument"
  fails 125 podman container clone aa aa
  has "already in use"
  fails 1 berth container clone aa
}

@test "clone takes the place of the original, with another image" {
  started --name old "$B" sleep 1000
  fails 125 podman container clone --destroy old new
  podman rm -f -t 0 new
  berth tag "$B" other:1
  works podman container clone --destroy --force --run old new other:1
  fails 1 podman container exists old
  works podman inspect -f '{{.ImageName}} {{.State.Running}}' new
  has "other:1 true"
  podman rm -f -t 0 new
  berth rmi other:1
}

@test "cleanup by hand" {
  started --name runs "$B" sleep 1000
  podman create --name one --network none "$B" true > /dev/null
  podman create --name two --network none "$B" true > /dev/null
  works podman container cleanup --all
  [ "${#lines[@]}" = 3 ]
  works podman inspect -f '{{.State.Running}}' runs
  is true
  works podman container cleanup --latest --rm
  fails 125 podman container cleanup --all --exec x
  is "Error: --all and --exec cannot be set together"
  fails 125 podman container cleanup one two --exec x
  is "Error: cannot use exec option when more than one container is given"
  fails 125 podman container cleanup --exec x --rmi one
  is "Error: --exec and --rmi cannot be set together"
  fails 125 podman container cleanup
  is "Error: you must provide at least one name or id"
}

@test "podman's hosts and resolv.conf" {
  conf=$WORK/podman.conf
  printf '127.9.9.9 elsewhere # a comment\n' > "$WORK/base-hosts"
  printf '[containers]\nbase_hosts_file = "%s"\nhost_containers_internal_ip = "192.0.2.77"\n' "$WORK/base-hosts" > "$conf"
  CONTAINERS_CONF=$conf works podman run --rm --network host --add-host 'extra:192.0.2.5' "$B" cat /etc/hosts
  is $'192.0.2.5\textra
192.0.2.77\thost.containers.internal host.docker.internal
127.9.9.9\telsewhere
127.0.0.1\tlocalhost
::1\tlocalhost'
  works podman run --rm --network host "$B" cat /etc/hosts
  has $'127.0.0.1\thost.containers.internal host.docker.internal'
  works podman run --rm --network podman --name own "$B" cat /etc/hosts
  has " own"
  works podman run --rm --dns 192.0.2.1 --dns-search example.org --dns-opt ndots:3 "$B" cat /etc/resolv.conf
  is "search example.org
nameserver 192.0.2.1
options ndots:3"
  printf '[network]\ndefault_host_ips = ["127.0.0.1"]\n' > "$conf"
  CONTAINERS_CONF=$conf works podman create --name published -p 18080:80 "$B" true
  works podman port published
  works podman inspect -f '{{json .HostConfig.PortBindings}}' published
  has '"127.0.0.1"'
}

@test "a private IPC namespace is nobody else's" {
  started --name closed --ipc private "$B" sleep 1000
  fails 125 podman run --rm --network none --ipc container:closed "$B" true
  has "is not allowed: non-shareable IPC (hint: use IpcMode:shareable for the donor container)"
}

@test "every command's help is as podman's is written" {
  local verb
  for verb in "container list" "image list" "container diff" completion "container cleanup"; do
    works podman $verb --help
    has "  podman $verb "
  done
  works podman container --help
  has "  list "
  works berth container --help
  has "  ls "
}

@test "structs in templates, the stop's annotations, names in the network" {
  podman run -d --name ss --ulimit core=-1:-1 --restart on-failure:3 --stop-signal INT --stop-timeout 7 --network-alias other -v ssv:/data --network none "$B" sleep 1000 > /dev/null
  works podman inspect -f '{{json .HostConfig.RestartPolicy}} {{.HostConfig.RestartPolicy}}' ss
  is '{"Name":"on-failure","MaximumRetryCount":3} {on-failure 3}'
  works podman inspect -f '{{.HostConfig.Ulimits}}' ss
  has '{RLIMIT_CORE -1 -1}'
  works podman inspect -f '{{range .Mounts}}{{.Type}} {{.Name}}{{end}} {{.Mounts}}' ss
  has 'volume ssv [{volume ssv '
  works podman inspect ss
  has_not order
  works podman inspect -f '{{range $k, $v := .Config.Annotations}}{{$k}}={{$v}} {{end}}' ss
  has 'org.opencontainers.image.stopSignal=2 '
  has 'org.systemd.property.TimeoutStopUSec=uint64 7000000'
  podman create --name nn --network none "$B" true > /dev/null
  works podman inspect -f '{{.Config.Annotations}}' nn
  has_not systemd
  fails 125 podman run --rm --network none --dns 1.1.1.1 "$B" true
  is "Error: conflicting options: dns and the network mode: none"
  printf 'bad key=1\n' > "$WORK/env"
  works podman run --rm --network none --env-file "$WORK/env" "$B" env
  has 'bad key=1'
}

@test "what is not there in podman's structs prints as nil" {
  podman create --name nn --network none "$B" true > /dev/null
  works podman inspect -f '{{.Config.StartupHealthCheck}} {{.Config.Healthcheck}} {{.HostConfig.DnsSearch}} {{.Config.Labels.nosuch}}' nn
  is '<nil> <nil> [] <no value>'
}

@test "attach ends the line and keeps the exit code to itself" {
  podman run -di --name at --network none "$B" sh -c 'read a; echo got $a; exit 8' > /dev/null
  output=$(echo through | podman attach at; echo "code $?")
  is $'got through\n\ncode 0'
  works podman wait at
  is 8
}

@test "images in events: pulled at each run, removed with a name, an archive by its path" {
  local since id
  since=$(date +%s.%N)
  podman run --rm --network none "$B" true
  podman tag "$B" again:1
  podman rmi again:1 > /dev/null
  podman save -q -o "$WORK/image.tar" "$B"
  podman load -q -i "$WORK/image.tar" > /dev/null
  fails 125 podman pull -q --retry 0 127.0.0.1:1/nothing
  works podman events --since "$since" --stream=false --filter type=image --format '{{.Status}} {{.Name}}'
  is "pull $B
tag again:1
untag localhost/again:1
remove localhost/again:1
save $WORK/image.tar
loadfromarchive $WORK/image.tar
pull-error 127.0.0.1:1/nothing"
  works berth events --since "$since" --until "$(date +%s.%N)" --filter type=image --format '{{.Action}}'
  is $'tag\nuntag'
}

@test "a sealed container: --read-only without its tmpfs" {
  fails 1 podman run --rm --network none --read-only --read-only-tmpfs=false "$B" touch /dev/a /dev/shm/b /tmp/c
  is "touch: /dev/a: Read-only file system
touch: /dev/shm/b: Read-only file system
touch: /tmp/c: Read-only file system"
  works podman run --rm --network none --read-only "$B" touch /dev/a /dev/shm/b /tmp/c
  works berth run --rm --network none --read-only "$B" touch /dev/a /dev/shm/b
}

@test "an image that was loaded has digests of its names, too" {
  podman save -q -o "$WORK/image.tar" "$B"
  podman tag "$B" digested:1
  works podman image inspect -f '{{.Digest}} {{json .RepoDigests}}' digested:1
  has "localhost/digested@${output%% *}"
  podman rmi digested:1 > /dev/null
}

status_of() { podman inspect -f '{{.State.Status}}' "$1"; }

@test "init makes everything but the command run, which start then does" {
  podman create --name ii -p 127.0.0.1::80 -v shared:/v -m 64m "$B" sh -c 'echo ran; exec sleep 1000' > /dev/null
  works podman init ii
  is ii
  works podman inspect -f '{{.State.Status}} {{.State.Running}} {{.State.StartedAt}} {{.HostConfig.Memory}}' ii
  is "initialized false 0001-01-01T00:00:00Z 67108864"
  [ "$(podman inspect -f '{{.State.Pid}}' ii)" != 0 ]
  works podman ps -a --format '{{.Names}} {{.Status}} {{.State}}'
  is "ii Initialized initialized"
  works podman ps -a -q --filter status=initialized
  [ -n "$output" ]
  works podman ps -q
  is ""
  works podman port ii
  has "80/tcp -> 127.0.0.1:"
  works podman logs ii
  is ""
  works podman cp /etc/hostname ii:/copied
  works podman diff ii
  has "A /copied"
  works podman start ii
  is ii
  works podman exec ii cat /copied
  works podman logs ii
  is ran
  [ "$(status_of ii)" = running ]
  works podman events --stream=false --filter container="$(podman inspect -f '{{.Id}}' ii)" --filter event=init --filter event=start --format '{{.Status}}'
  is "init
start"
}

@test "init is refused where something runs, and of all that are given the others are done" {
  started --name rr "$B" sleep 1000
  podman create --name cc --network none "$B" true > /dev/null
  fails 125 podman init nosuch cc
  has 'no container with name or ID "nosuch" found: no such container'
  run --separate-stderr podman init rr cc
  [ "$status" = 125 ]
  [ "$output" = cc ]
  [[ $stderr == *"container $(podman inspect -f '{{.Id}}' rr) has already been created in runtime: container state improper"* ]]
  fails 125 podman init cc
  has "has already been created in runtime: container state improper"
  works podman init --all
  fails 125 podman kill cc
  has "can only kill running containers."
  fails 255 podman exec cc true
  fails 125 podman init
  fails 1 berth init cc
}

@test "what is initialized ends by stop, rm, prune and the monitor, without having run" {
  for end in "stop" "rm" "rm -f" "container prune -f"; do
    podman create --name ee --restart always --network none -v unrun:/v "$B" sh -c 'echo ran >> /v/ran' > /dev/null
    podman init ee > /dev/null
    # shellcheck disable=SC2086
    case $end in container*) works podman $end ;; *) works podman $end ee ;; esac
    podman rm -f ee > /dev/null
  done
  podman create --name ee --restart always --network none -v unrun:/v "$B" sh -c 'echo ran >> /v/ran' > /dev/null
  podman init ee > /dev/null
  kill -TERM "$(podman inspect -f '{{.State.ConmonPid}}' ee)"
  works podman wait ee
  is 137
  until_true eval '[ "$(status_of ee)" = exited ]'
  podman init ee > /dev/null
  kill -KILL "$(podman inspect -f '{{.State.ConmonPid}}' ee)"
  until_true eval '[ "$(status_of ee)" = exited ]'
  works podman run --rm --network none -v unrun:/v "$B" ls /v
  is ""
}

@test "an initialized container is started attached, with its stdin, terminal, checks and time" {
  podman create -i --name aa --network none "$B" sh -c 'cat; exit 3' > /dev/null
  podman init aa > /dev/null
  run podman start -ai aa <<< typed
  [ "$status" = 3 ]
  is typed
  podman create -t --name tt --network none "$B" sh -c 'tty; stty size' > /dev/null
  podman init tt > /dev/null
  run podman start -a tt
  [ "$status" = 0 ]
  has /dev/pts/0
  podman create --name hh --network none --health-cmd true --health-interval 200ms "$B" sleep 1000 > /dev/null
  podman create --name late --network none --timeout 1 "$B" sleep 1000 > /dev/null
  podman init hh late > /dev/null
  podman start hh late > /dev/null
  works podman wait --condition healthy hh
  works podman wait late
  is -1
}
