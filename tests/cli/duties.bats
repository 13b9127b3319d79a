# SPDX-License-Identifier: Apache-2.0
# pause, top, stats, events, and what the monitor does by itself: restart policies, health checks, --timeout, --init.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

started() { berth run -d --network none "$@" > /dev/null; }
of() { berth inspect --format "{{$2}}" "$1"; }
started_as_podman() { podman run -d --network none "$@" > /dev/null; }
# Waits for a condition of podman's, at most 20 s.
becomes() { works timeout 20 "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" wait --condition "$1" "$2"; }
is_now() { [ "$(of "$1" "$2")" = "$3" ]; }

@test "what is not running cannot be paused, listed by top or unpaused" {
  berth create --name cold "$B" true > /dev/null
  fails 1 berth pause cold
  has "is not running"
  fails 1 berth unpause cold
  has "is not paused"
  fails 1 berth top cold
  has "is not running"
  fails 1 berth top nosuch
  has "No such container: nosuch"
}

@test "a paused container is shown so, and stopped and killed like others" {
  started --name pp "$B" sleep 1000
  works berth pause pp
  is pp
  [ "$(of pp .State.Status)" = paused ]
  berth ps | grep -q '(Paused)'
  fails 1 berth pause pp
  has "is already paused"
  fails 1 berth exec pp true
  has "is paused, unpause the container before exec"
  fails 1 berth rm pp
  has "container is paused and must be unpaused first"
  works berth unpause pp
  [ "$(of pp .State.Status)" = running ]
  berth pause pp
  works berth stop -t 0 pp
  [ "$(of pp .State.Status) $(of pp .State.ExitCode)" = "exited 137" ]
}

@test "top shows the processes of this container only" {
  started --name tt "$B" sleep 1234
  works berth top tt
  [ "${#lines[@]}" = 2 ]
  has "sleep 1234"
  works berth top tt -o pid,comm
  [[ ${lines[1]} == *sleep ]]
  fails 1 berth top tt -o nosuch
  has 'unknown user-defined format specifier "nosuch"'
}

@test "stats samples once and tells of each container" {
  started --name ss "$B" sleep 1000
  works berth stats --no-stream --format '{{.Name}} {{.PIDs}}' ss
  is "ss 1"
  fails 1 berth stats --no-stream nosuch
}

stats_rounds() { [ "$(grep -c "$1" "$WORK/stats")" -ge "$2" ]; }
# The newest container comes first in a round.
stats_end_with() { [[ $(tail -n 1 "$WORK/stats") == *"$1" ]]; }

@test "a stream of stats goes on with those that are there" {
  started --name s1 "$B" sleep 1000
  # By its path, so that $! is the stream itself.
  "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" stats --format '{{.Name}} {{.PIDs}}' > "$WORK/stats" 3>&- &
  local stream=$!
  until_true stats_rounds 's1 1' 2
  started --name s2 "$B" sleep 1000
  until_true stats_rounds 's2 1' 2
  stats_end_with 's1 1'
  berth rm -f s1 > /dev/null
  until_true stats_end_with 's2 1'
  kill "$stream"
}

@test "events come back filtered, and a follower ends at its time" {
  local since
  since=$(date +%s.%N)
  berth run --name ev -l k=v --network none "$B" sh -c 'exit 3' || true
  berth rm ev
  works berth events --since "$since" --until "$(date +%s.%N)" --filter event=die --format '{{.Action}} {{.Actor.Attributes.exitCode}} {{.Actor.Attributes.k}}'
  is "die 3 v"
  works berth events --until "$(date -d '+1 second' +%s)"
  fails 1 berth events --since nonsense --until 1s
  has 'failed to parse value as time or duration: "nonsense"'
}

@test "on-failure restarts as often as it may, and no more" {
  started --name rr --restart on-failure:2 "$B" sh -c 'echo ran; exit 3'
  until_true is_now rr .RestartCount 2
  until_true is_now rr .State.Status exited
  [ "$(berth logs rr | grep -c ran)" = 3 ]
  [ "$(of rr .State.ExitCode)" = 3 ]
}

@test "a container that is always restarted stays stopped when a user stops it" {
  started --name aa --restart always "$B" sh -c 'echo ran; exit 0'
  until_true sh -c '[ "$("$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" logs aa | grep -c ran)" -ge 3 ]'
  works berth stop aa
  [ "$(of aa .State.Status)" = exited ]
  local count
  count=$(of aa .RestartCount)
  works berth start aa
  works berth rm -f aa
  [ "$count" -ge 2 ]
}

@test "a stop that meets a restart half-way waits for it and ends what it started" {
  # A runtime that waits at a gate, once there is one.
  cat > "$WORK/bin/gated" <<SH
#!/bin/sh
case " \$* " in *" run "*|*" create "*) [ ! -p "$WORK/gate" ] || { touch "$WORK/reached"; read -r line < "$WORK/gate"; } ;; esac
exec crun "\$@"
SH
  chmod +x "$WORK/bin/gated"
  works berth run --runtime "$WORK/bin/gated" -d --name gg --network none --restart always "$B" \
    sh -c 'test -e /again && exec sleep 1000; touch /again; while ! test -e /go; do usleep 1000; done'
  local lock
  lock=$(stat -c %i "$WORK/run/locks/container-$(of gg .Id)")
  mkfifo "$WORK/gate"
  berth exec gg touch /go || true  # it may end with the container
  until_true test -e "$WORK/reached"
  berth stop -t 0 gg > "$WORK/stopped" 3>&- &
  local stop=$!
  until_true sh -c "grep -e '->' /proc/locks | grep -q ':$lock '"
  mv "$WORK/gate" "$WORK/opened"
  echo > "$WORK/opened"
  wait $stop
  [ "$(of gg .State.Status)" = exited ]
}

@test "a killed container with a policy is not started again" {
  started --name kk --restart unless-stopped "$B" sleep 1000
  works berth kill kk
  [ "$(of kk .State.Status) $(of kk .State.ExitCode)" = "exited 137" ]
}

@test "health goes from starting to unhealthy to healthy" {
  started --name hh --health-cmd 'test -e /tmp/ok' --health-interval 200ms --health-retries 2 "$B" sleep 1000
  until_true is_now hh .State.Health.Status unhealthy
  [ "$(berth ps --filter health=unhealthy --format '{{.Names}}')" = hh ]
  berth ps | grep -q '(unhealthy)'
  berth exec hh touch /tmp/ok
  until_true is_now hh .State.Health.Status healthy
  [ "$(of hh .State.Health.FailingStreak)" = 0 ]
  works berth healthcheck run hh
}

@test "a check that takes too long is killed and counts as failed" {
  started --name hh --health-cmd 'echo began; exec sleep 1000' --health-interval 100ms --health-timeout 300ms --health-retries 1 "$B" sleep 2000
  until_true is_now hh .State.Health.Status unhealthy
  works berth inspect --format '{{(index .State.Health.Log 0).Output}}' hh
  has "Health check exceeded timeout (300ms)"
  # One may run just now, but none that was given up.
  [ "$(berth top hh | grep -c 'sleep 1000')" -le 1 ]
}

@test "health options that contradict each other are refused" {
  fails 125 berth create --no-healthcheck --health-cmd true "$B"
  has "--no-healthcheck conflicts with --health-* options"
  fails 125 berth create --health-interval -1s "$B"
  has "--health-interval cannot be negative"
}

@test "--timeout ends a container" {
  run berth run --name lim --timeout 1 --network none "$B" sleep 1000
  [ "$status" = 137 ]
}

@test "--init is the first process, forwards signals and reaps" {
  started --name ii --init "$B" sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done'
  berth exec ii cat /proc/1/cmdline | grep -q docker-init
  berth exec ii sh -c '(sleep 0.1 &) ; true'
  works berth stop ii
  [ "$(of ii .State.ExitCode)" = 5 ]
}

@test "update changes limits and the restart policy of what runs" {
  started --name uu --memory 64m "$B" sh -c 'sleep 1000; exit 1'
  works berth update --memory 32m --memory-swap 64m --pids-limit 50 uu
  [ "$(of uu .HostConfig.Memory)" = 33554432 ]
  works berth update --restart on-failure:1 uu
  [ "$(of uu .HostConfig.RestartPolicy.Name)" = on-failure ]
  berth exec uu sh -c 'kill -9 $(pidof sleep)'
  until_true is_now uu .RestartCount 1
  fails 1 berth update --restart nosuch uu
  has "invalid restart policy: unknown policy 'nosuch'"
  fails 1 berth update uu
  has "you must provide one or more flags"
}

@test "a startup check comes before the other one, and restarts what does not come up" {
  started_as_podman --name ss --health-cmd 'echo later' --health-interval disable --health-startup-cmd 'echo early; test -e /up' \
    --health-startup-success 2 "$B" sleep 1000
  run -1 podman healthcheck run ss
  is starting
  podman exec ss touch /up
  run -1 podman healthcheck run ss
  is starting
  works podman healthcheck run ss
  works podman healthcheck run ss
  works podman inspect --format '{{range .State.Health.Log}}{{.ExitCode}}{{.Output}}{{end}}' ss
  [ "$output" = $'1early\n0early\n0early\n0later' ]
  # The monitor's own clock, and what comes of too many failures.
  mkdir "$WORK/data"
  touch "$WORK/data/runs"
  started_as_podman --name rr --health-cmd true --health-interval 1h --health-startup-cmd 'test -e /data/up' --health-startup-interval 100ms \
    --health-startup-retries 3 --stop-signal KILL -v "$WORK/data:/data" "$B" sh -c 'echo run >> /data/runs; sleep 1000'
  twice() { [ "$(wc -l < "$WORK/data/runs")" -ge 2 ]; }
  until_true twice
  touch "$WORK/data/up"
  becomes healthy rr
  fails 125 podman create --health-startup-cmd true "$B"
  has "cannot set a startup healthcheck when there is no regular healthcheck"
  fails 125 podman create --health-cmd true --health-startup-retries 3 "$B"
  has "startup healthcheck command is not set"
}

@test "the log of health checks: its limits, its places, and what stays of it" {
  mkdir -p "$WORK/health-logs"
  started_as_podman --name ll --health-cmd 'echo 0123456789; test ! -e /bad' --health-interval disable --health-max-log-count 2 \
    --health-max-log-size 4 --health-retries 1 --health-log-destination "$WORK/health-logs" "$B" sleep 1000
  for i in 1 2 3; do podman healthcheck run ll; done
  works podman inspect --format '{{range .State.Health.Log}}{{.Output}} {{end}}' ll
  is "0123 0123 "
  grep -q '"Output":"0123"' "$WORK/health-logs/$(podman ps -q --no-trunc --filter name=ll)-healthcheck.log"
  podman exec ll touch /bad
  run -1 podman healthcheck run ll
  podman kill ll
  podman wait ll
  works podman inspect --format '{{.State.Health.Status}} {{.State.Health.FailingStreak}}' ll
  is "unhealthy 1"
  started_as_podman --name ee --health-cmd 'echo told' --health-interval disable --health-log-destination events_logger "$B" sleep 1000
  podman healthcheck run ee
  podman healthcheck run ee
  works podman events --stream=false --filter container=ee --filter event=health_status --format '{{.HealthStatus}} {{.HealthLog}}'
  [ "$(grep -c 'healthy told' <<< "$output")" = 2 ]
  fails 125 podman create --health-cmd true --health-log-destination "$WORK/nowhere" "$B"
  has "HealthCheck Log '$WORK/nowhere' destination error"
  # Who stops it ends the check, too.
  started_as_podman --name st --health-cmd 'sleep 1000' --health-interval disable "$B" sleep 1000
  podman healthcheck run st > "$WORK/stopped" &
  local check=$!
  two_run() { [ "$(podman top st pid | wc -l)" = 3 ]; }
  until_true two_run
  podman stop -t 0 st
  wait $check || true
  [ "$(cat "$WORK/stopped")" = stopped ]
  works podman inspect --format '{{.State.Status}} {{.State.Health.Status}} {{.State.Health.FailingStreak}}' st
  is "exited stopped 0"
}

@test "podman's update: health checks begin, change and end while it runs; limits and variables count from the next start" {
  started_as_podman --name uu "$B" sh -c 'echo "$VAR $(ulimit -n)"; exec sleep 1000'
  fails 125 podman update --health-interval 10s uu
  has "healthcheck command is not set"
  fails 125 podman update --health-startup-retries 5 uu
  has "healthcheck command is not set"
  works podman update --health-cmd true --health-interval 100ms uu
  is "$(podman ps -q --no-trunc --filter name=uu)"
  works podman inspect --format '{{.Config.Healthcheck.Interval}} {{json .Config.Healthcheck.Interval}}' uu
  is "100ms 100000000"
  becomes healthy uu
  works podman update --health-cmd false --health-retries 2 uu
  becomes unhealthy uu
  works podman update --no-healthcheck uu
  works podman inspect --format '{{.Config.Healthcheck.Test}}' uu
  is "[NONE]"
  fails 125 podman healthcheck run uu
  works podman update --health-cmd 'true again' uu
  works podman healthcheck run uu
  works podman update --ulimit nofile=512:1024 --env VAR=changed uu
  podman restart -t 0 uu
  works podman logs --tail 1 uu
  is "changed 512"
  works podman update --unsetenv VAR --latest
  podman restart -t 0 uu
  works podman logs --tail 1 uu
  is " 512"
  fails 125 podman update --ulimit nofile:1024 uu
  has "invalid ulimit argument"
  fails 125 podman update --device-read-bps /dev/zero:10mb uu
  has "/dev/zero: not a block device"
  fails 125 podman update
  has 'requires a name, id, or the "--latest" flag'
  [ "$(podman run --rm --ulimit host "$B" sh -c 'ulimit -n')" = "$(ulimit -n)" ]
}

@test "what scripts print as a whole comes in the order of docker's structs" {
  started --name ww --restart on-failure:3 --health-cmd true --health-interval 1h -v shelf:/vol "$B" sleep 1000
  works of ww 'json .HostConfig.RestartPolicy'
  is '{"Name":"on-failure","MaximumRetryCount":3}'
  works of ww .HostConfig.RestartPolicy
  is '{on-failure 3}'
  works of ww 'json .Config.Healthcheck'
  is '{"Test":["CMD-SHELL","true"],"Interval":3600000000000}'
  works berth inspect --format '{{range .Mounts}}{{json .}}{{end}}' ww
  [[ $output == '{"Type":"volume","Name":"shelf","Source":"'*'","Destination":"/vol","Driver":"local","Mode":"z","RW":true,"Propagation":""}' ]]
  works berth inspect ww
  has_not order
}
