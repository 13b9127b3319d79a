# SPDX-License-Identifier: Apache-2.0
# What is missing, taken or killed meanwhile: one clear error each (or a way round it), and nothing left.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

monitor_of() { awk '$1 == "monitor" { print $2 }' "$WORK/run/containers/$1/running"; }
state() { berth inspect --format '{{.State.Status}} {{.State.ExitCode}}' "$1"; }

@test "a runtime that is not there" {
  fails 125 berth --runtime nosuch run --rm --network none "$B" true
  has 'OCI runtime "nosuch" not found'
  [ -z "$(berth ps -aq)" ]
  works berth system check
  is "The store is consistent."
}

@test "a runtime that fails without a word" {
  printf '#!/bin/sh\nexit 1\n' > "$WORK/bin/broken"
  chmod 755 "$WORK/bin/broken"
  fails 125 berth --runtime "$WORK/bin/broken" run --rm "$B" true
  has "the runtime failed"
  [ -z "$(berth ps -aq)" ]
  [ -z "$(ls "$WORK/run/containers")" ]
}

@test "a name that is taken" {
  local id
  id=$(berth create --name taken "$B" true)
  fails 125 berth run --name taken "$B" true
  has "Conflict. The container name \"/taken\" is already in use by container \"$id\""
  fails 1 berth create --name taken "$B" true
  has "You have to remove (or rename) that container to be able to reuse that name."
}

@test "a port that another container or a program has, and that is free after the end" {
  local port
  port=$(free_port)
  berth run -d --name web -p "$port:80" "$B" sleep 1000
  fails 125 berth run --rm -p "$port:80" "$B" true
  has "Bind for 0.0.0.0:$port failed: port is already allocated"
  # No program can have it either, whatever it asks for.
  run python3 -c "import socket; s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(('', $port)); s.listen()"
  [ "$status" = 1 ]
  has "Address already in use"
  berth stop -t 0 web
  works python3 -c "import socket; s = socket.socket(); s.bind(('', $port)); s.listen()"
  works berth start web
  berth rm -f web
  coproc SERVER { exec python3 -u -c "import socket; s = socket.socket(); s.bind(('', $port)); s.listen(); print('up'); input()"; }
  read -r <&"${SERVER[0]}"
  fails 125 berth run --rm -p "$port:80" "$B" true
  has "failed to bind host port 0.0.0.0:$port/tcp: address already in use"
  kill "$SERVER_PID"
}

@test "an IPv6 address to publish on is refused in a sentence" {
  fails 125 berth run --rm -p "[::1]:$(free_port):80" "$B" true
  has "containers on the default bridge have no IPv6 address"
}

@test "a monitor that is killed ends wait, stop, attach and run at once" {
  local id client
  id=$(berth run -d --name waited --network none "$B" sleep 1000)
  berth wait waited > "$WORK/waited" &
  client=$!
  until_true has_clients "$id" 1
  kill -9 "$(monitor_of "$id")"
  wait "$client"
  [ "$(cat "$WORK/waited")" = 137 ]
  [ "$(state waited)" = "exited 137" ]

  id=$(berth run -d --name stopped --network none "$B" sh -c 'trap "" TERM; while :; do sleep 0.1; done')
  berth stop -t 1 stopped > "$WORK/stopped" &
  client=$!
  until_true has_clients "$id" 1
  kill -9 "$(monitor_of "$id")"
  wait "$client"
  [ "$(state stopped)" = "exited 137" ]

  id=$(berth run -d --name attached --network none "$B" sleep 1000)
  berth attach --no-stdin attached &
  client=$!
  until_true has_clients "$id" 1
  kill -9 "$(monitor_of "$id")"
  wait "$client" && false || [ $? = 137 ]
  [ "$(state attached)" = "exited 137" ]
}

# has_clients ID N: so many are connected to the monitor.
has_clients() { [ "$(ls -l "/proc/$(monitor_of "$1")/fd" | grep -c 'socket:')" -gt "$2" ]; }

@test "rmi -f of what is not there tells it and is no failure" {
  works berth rmi -f nosuch:1
  [[ $stderr == *"No such image: nosuch:1"* ]]
}
