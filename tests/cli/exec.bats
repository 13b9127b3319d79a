# SPDX-License-Identifier: Apache-2.0
# exec: another command in a running container.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/app:1"
  berth run -d --name cc --network none -e OUTER=1 --entrypoint sleep "$REGISTRY/app:1" 1000
}
teardown_file() { end_file; }

@test "no such container, not running, no command" {
  fails 1 berth exec nosuch true
  has "No such container: nosuch"
  berth create --name made --network none "$REGISTRY/app:1"
  fails 1 berth exec made true
  has "is not running"
  fails 1 berth exec cc
  has "requires at least 2 arguments"
}

@test "exit codes" {
  run berth exec cc nosuch
  [ "$status" = 127 ]
  has 'exec: "nosuch": executable file not found in $PATH'
  run berth exec cc /etc
  [ "$status" = 126 ]
  run berth exec cc sh -c 'exit 7'
  [ "$status" = 7 ]
  run berth exec cc sh -c 'kill -9 $$'
  [ "$status" = 137 ]
}

@test "it is in the container, as the container's user, with its environment and directory" {
  works berth exec cc sh -c 'id -un; id -Gn; pwd; echo $OUTER $GREETING $HOME'
  is $'app\napp extra more\n/work/deep\n1 hello world /home/app'
}

@test "user, directory and environment of its own" {
  works berth exec -u 0:5 -w /tmp -e A=b cc sh -c 'id -u; id -g; pwd; echo $A'
  is $'0\n5\n/tmp\nb'
  fails 1 berth exec -u nosuch cc id
  has "unable to find user nosuch: no matching entries in passwd file"
}

@test "the groups that the container was given are those of whoever is named, too" {
  berth run -d --name grouped --network none --group-add 5 --group-add 6 "$REGISTRY/busybox:1" sleep 1000
  works berth exec -u nobody:7 grouped id -G
  is "7 5 6"
  works berth exec -u 0:0 grouped id -G
  is "0 5 6"
  berth rm -f grouped
}

@test "stdin, stdout and stderr" {
  [ "$(echo data | berth exec -i cc cat)" = data ]
  [ -z "$(echo data | berth exec cc cat)" ]
  works berth exec cc sh -c 'echo out; echo err >&2'
  is out
  [ "$stderr" = err ]
  head -c 5000000 /dev/urandom > "$WORK/data"
  [ "$(berth exec -i cc cat < "$WORK/data" | sha256sum)" = "$(sha256sum < "$WORK/data")" ]
}

@test "a terminal" {
  works berth exec -t cc tty
  has /dev/pts/
  fails 1 berth exec -it cc true < /dev/null
  has "not a"
}

@test "detached, it goes on by itself" {
  works berth exec -d cc touch /tmp/made
  until_true berth exec cc test -e /tmp/made
  # Whoever reads what exec says does not wait for the program.
  [ "$(timeout 10 "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" exec -d cc sleep 1000 2>&1 | wc -w)" = 1 ]
  fails 1 berth exec -d cc nosuch
  has "executable file not found"
}

@test "detached, it holds none of its caller's streams and says nothing there" {
  works berth exec -d cc sh -c 'echo told; echo wrong >&2; : > /tmp/said; sleep 60'
  is ""
  [ "$stderr" = "" ]
  until_true berth exec cc test -e /tmp/said
  local short long
  short=$(podman exec -d cc true)
  long=$(podman exec -d cc sleep 61)
  works berth inspect -f '{{json .ExecIDs}}' cc
  has "$long"
  until_true eval '! berth inspect cc | grep -q "$short"'
  # Nothing is left of those that have ended.
  local sessions
  sessions=$(echo "$WORK"/run/containers/*/exec)
  short=$(podman exec -d cc true)
  until_true eval 'podman exec -d cc true > /dev/null && [ ! -e "$sessions/$short" ]'
  [ -e "$sessions/$long" ]
}

@test "the same confinement as the container's, unless privileged" {
  works berth exec -u 0 cc sh -c 'grep CapEff /proc/self/status; grep Seccomp: /proc/self/status'
  has 00000000a80425fb
  has $'Seccomp:\t2'
  works berth exec -u 0 --privileged cc grep CapEff /proc/self/status
  has_not 00000000a80425fb
}

@test "twenty at once" {
  local i pids=()
  for i in {1..20}; do berth exec cc echo "$i" > "$WORK/exec.$i" & pids+=($!); done
  for i in "${pids[@]}"; do wait "$i"; done
  for i in {1..20}; do [ "$(cat "$WORK/exec.$i")" = "$i" ]; done
}

@test "podman's exec: who is meant, exit codes, ids and descriptors" {
  fails 125 podman exec
  has "exec requires the name or ID of a container or the --latest or --cidfile flag"
  fails 125 podman exec cc
  has "must provide a non-empty command to start an exec session"
  fails 255 podman exec -u nosuch cc true
  has "unable to find user nosuch"
  berth create --name idle --network none "$REGISTRY/app:1"
  fails 255 podman exec idle true
  has "can only create exec sessions on running containers: container state improper"
  fails 125 podman exec -d cc nosuch
  works podman exec -d cc true
  [[ $output =~ ^[0-9a-f]{64}$ ]]
  berth inspect -f '{{.Id}}' cc > "$WORK/cid"
  works podman exec --cidfile "$WORK/cid" echo by-file
  is by-file
  output=$(podman exec --preserve-fds 2 cc sh -c 'cat <&3; cat <&4' 3< <(echo three) 4< <(echo four))
  is "three
four"
  berth run -d --name term --network none -e TERM=mine --entrypoint sleep "$REGISTRY/app:1" 1000
  works podman exec -t term sh -c 'echo $TERM'
  has mine
  works berth exec -t term sh -c 'echo $TERM'
  has xterm
  works podman exec --latest sh -c 'echo $TERM'
  is mine
  berth rm -f idle term
}

@test "podman's exec: descriptors by number, typing without a terminal, variables by a pattern" {
  output=$(podman exec --preserve-fd 9,40 cc sh -c 'ls /proc/self/fd | tr "\n" " "; cat <&9; cat <&40' 9<<< nine 10< /dev/null 40<<< forty)
  has " 9 "
  has_not " 10 "
  has nine
  has forty
  fails 125 podman exec --preserve-fd 77 cc true
  has "file descriptor 77 is not available"
  output=$(printf 'ty\nped\n' | podman exec -it cc sh -c 'tty; read a; read b; echo got $a$b' 2> "$WORK/warning")
  has /dev/pts/
  has "got typed"
  grep -q "The input device is not a TTY" "$WORK/warning"
  output=$(AAA1=x AAA2=y AAB=z podman exec -e 'AAA*' cc env | grep AA | sort | tr '\n' ' ')
  is "AAA1=x AAA2=y "
  printf 'AAA*\nA*2\n' > "$WORK/globs"
  output=$(AAA1=x AAA2=y podman exec --env-file "$WORK/globs" cc env | grep AA | sort | tr '\n' ' ')
  is "AAA1=x AAA2=y "
  works env AAA1=x "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" exec -e 'AAA*' cc env
  has_not AAA1
  works berth exec -e NOSUCH_VARIABLE cc env
  has PATH=
}
