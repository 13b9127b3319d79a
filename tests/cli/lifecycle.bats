# SPDX-License-Identifier: Apache-2.0
# create, start, stop, kill, restart, rm, wait, ps over names, ids and prefixes.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

started() { berth run -d --network none "$@"; }
said() { berth logs "$1" | grep -q "$2"; }
is_in_state() { [ "$(state "$1")" = "$2" ]; }
ran_twice() { [ "$(berth exec re cat /runs | wc -l)" = 2 ]; }
state() { berth inspect --format '{{.State.Status}}' "$1"; }

@test "what is not there is named, and the others are done" {
  local verb
  for verb in start stop kill rm restart wait; do
    fails 1 berth $verb nosuch
    has "No such container: nosuch"
  done
  started --name there "$B" sleep 1000
  run --separate-stderr berth stop -t 0 nosuch there
  [ "$status" = 1 ]
  is there
  [ "$(state there)" = exited ]
}

@test "create makes, start starts, wait waits" {
  works berth create --name cc --network none "$B" sh -c 'exit 7'
  [ "$(state cc)" = created ]
  works berth start cc
  is cc
  works berth wait cc
  is 7
  [ "$(berth inspect --format '{{.State.ExitCode}}' cc)" = 7 ]
}

@test "a running container shows in ps, with its id prefix usable" {
  local id
  id=$(started --name up "$B" sleep 1000)
  works berth ps --format '{{.ID}} {{.Names}} {{.Image}} {{.State}}'
  is "${id:0:12} up $B running"
  [ "$(state "${id:0:6}")" = running ]
  works berth ps --filter name=nosuch -q
  is ""
}

@test "stop sends the stop signal, and kills after the timeout" {
  started --name polite --stop-signal INT "$B" sh -c 'trap "echo got-int; exit 5" INT; echo ready; while :; do sleep 0.05; done'
  until_true said polite ready
  works berth stop polite
  works berth logs polite
  is $'ready\ngot-int'
  [ "$(berth inspect --format '{{.State.ExitCode}}' polite)" = 5 ]
  started --name stubborn "$B" sh -c 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
  until_true said stubborn ready
  works berth stop -t 1 stubborn
  [ "$(berth inspect --format '{{.State.ExitCode}}' stubborn)" = 137 ]
}

@test "kill sends any signal, only to a running container" {
  started --name kk "$B" sh -c 'trap "exit 9" USR1; while :; do sleep 0.05; done'
  fails 1 berth kill -s NOSUCH kk
  has "nvalid signal"
  works berth kill -s KILL kk
  works berth wait kk
  is 137
  fails 1 berth kill kk
  has "is not running"
}

@test "start of a running and stop of a stopped container are no errors" {
  started --name ss "$B" sleep 1000
  works berth start ss
  works berth stop -t 0 ss
  works berth stop ss
}

@test "restart gives a new process and keeps the files" {
  started --name re "$B" sh -c 'echo run >> /runs; sleep 1000'
  local first
  first=$(berth inspect --format '{{.State.Pid}}' re)
  works berth restart -t 0 re
  [ "$(berth inspect --format '{{.State.Pid}}' re)" != "$first" ]
  until_true ran_twice
}

@test "rm refuses a running container unless forced" {
  started --name running "$B" sleep 1000
  fails 1 berth rm running
  has "cannot remove container \"running\": container is running: stop the container before removing or force remove"
  works berth rm -f running
  is running
  [ -z "$(berth ps -aq)" ]
}

@test "a monitor that is killed makes the container end with 137" {
  local id monitor init
  id=$(started --name orphan "$B" sleep 1000)
  init=$(berth inspect --format '{{.State.Pid}}' orphan)
  monitor=$(awk '$1 == "monitor" { print $2 }' "$WORK/run/containers/$id/running")
  kill -9 "$monitor"
  until_true test ! -e "/proc/$monitor"
  berth ps -a
  [ "$(state orphan)" = exited ]
  [ "$(berth inspect --format '{{.State.ExitCode}}' orphan)" = 137 ]
  # Its parent is gone, too: until the host's first process reaps it, a zombie may be left.
  ! grep -qs '^State:[[:space:]][^ZX]' "/proc/$init/status"
  works berth start orphan
  [ "$(state orphan)" = running ]
}

@test "the client's end does not end the container" {
  berth run --name attached --network none "$B" sleep 1000 > /dev/null 2>&1 &
  local client=$!
  until_true is_in_state attached running
  kill -9 "$client"
  [ "$(state attached)" = running ]
  berth kill attached
  until_true is_in_state attached exited
}

@test "after a reboot nothing runs and start works" {
  local id
  id=$(started --name before "$B" sh -c 'echo x >> /count; sleep 1000')
  berth kill before > /dev/null
  berth wait before > /dev/null
  rm -rf "$WORK/run"
  [ "$(state before)" = exited ]
  works berth start before
  [ "$(state before)" = running ]
}

@test "a container that is --rm keeps its files over a restart, and goes when it is stopped" {
  started --rm --name rr "$B" sleep 1000
  works berth exec rr sh -c 'echo kept > /file'
  works berth restart -t 0 rr
  works berth exec rr cat /file
  is kept
  works berth stop -t 0 rr
  run berth inspect rr
  [ "$status" = 1 ]
}
