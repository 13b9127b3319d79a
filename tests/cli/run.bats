# SPDX-License-Identifier: Apache-2.0
# run: exit codes, what the image's configuration and the flags make of the container, seen from inside.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  berth pull -q "$REGISTRY/app:1"
  export B="$REGISTRY/busybox:1" APP="$REGISTRY/app:1"
}
teardown_file() { end_file; }

r() { berth run --rm --network none "$@"; }

@test "the container's exit code is run's" {
  fails 3 r "$B" sh -c 'exit 3'
  fails 137 r "$B" sh -c 'sh -c "kill -9 \$\$"; exit $?'
}

@test "a command that is missing exits with 127, one that cannot be executed with 126" {
  fails 127 r "$B" nosuch
  has "nosuch"
  has "executable file not found in \$PATH"
  fails 127 r "$B" /no/such
  has "no such file or directory"
  fails 126 r --entrypoint /not-executable "$APP"
  has "permission denied"
  fails 126 r "$B" /etc
}

@test "an image that is nowhere exits with 125" {
  fails 125 berth run --rm "$REGISTRY/nosuch:9" true
  has "$REGISTRY/nosuch:9"
  [ -z "$(berth ps -aq)" ]
}

@test "bad values are refused before anything is made" {
  local bad
  for bad in "--memory x" "--cpus -1" "-p 1:2:3:4" "-p 99999:80" "-v relative:also" "--network nosuch" "-u nosuch" \
    "--ulimit x" "--security-opt x" "--cap-add NOSUCH" "--log-driver nosuch" "--restart sometimes" "--device x:y:z:w" \
    "-w relative" "--name ?" "--pid nosuch" "--mount type=nosuch,dst=/x" "--shm-size x"; do
    # shellcheck disable=SC2086
    run --separate-stderr berth run --rm $bad "$B" true
    [ "$status" = 125 ] || [ "$status" = 126 ] || { echo "$bad: exit code $status: $stderr"; return 1; }
    [ -n "$stderr" ] || { echo "$bad: says nothing"; return 1; }
  done
  works berth ps -aq
  is ""
}

@test "stdout and stderr stay apart, stdin arrives whole" {
  works r "$B" sh -c 'echo out; echo err >&2'
  is out
  [ "$stderr" = err ]
  head -c 20000000 /dev/urandom > "$WORK/data"
  [ "$(r -i "$B" cat < "$WORK/data" | sha256sum)" = "$(sha256sum < "$WORK/data")" ]
  rm "$WORK/data"
  works r "$B" cat   # without -i stdin is empty
  is ""
}

@test "a terminal is one" {
  works r -t "$B" sh -c 'test -t 0 && test -t 1 && test -t 2 && echo tty'
  is $'tty\r'
  fails 1 r -it "$B" true < /dev/null
  has "cannot attach stdin to a TTY-enabled container because stdin is not a terminal"
}

@test "the image's user, groups, directory, entrypoint and environment hold" {
  works r "$APP" sh -c 'id; pwd; echo "$GREETING|$EMPTY|$EQUALS|$HOME"'
  is $'entry: sh -c id; pwd; echo "$GREETING|$EMPTY|$EQUALS|$HOME"\nuid=1234(app) gid=1235(app) groups=1235(app),1236(extra),1237(more)\n/work/deep\nhello world||a=b|/home/app'
  works r "$APP"
  is $'entry: id -un\napp'
}

@test "flags override the image" {
  works r --entrypoint '' "$APP" echo plain
  is plain
  works r --entrypoint /bin/echo "$APP" only this
  is "only this"
  works r -u 0 -w /tmp -e GREETING=bye -e NEW "$APP" sh -c 'id -u; pwd; echo $GREETING; env | grep -c ^NEW= || true'
  is $'entry: sh -c id -u; pwd; echo $GREETING; env | grep -c ^NEW= || true\n0\n/tmp\nbye\n0'
  works r -u 7:8 "$B" id
  has "uid=7 gid=8"
  works r -u app:extra "$APP" id
  has "gid=1236(extra)"
  works r --group-add 4321 -u 7 "$B" id -G
  has "4321"
}

@test "env files and the caller's variables" {
  printf '# comment\nA=1\nB=two words\nFROM_OUTSIDE\n' > "$WORK/env"
  FROM_OUTSIDE=yes works r --env-file "$WORK/env" "$B" sh -c 'echo $A,$B,$FROM_OUTSIDE'
  is "1,two words,yes"
  fails 125 r --env-file "$WORK/nosuch" "$B" true
  has "$WORK/nosuch"
}

@test "host name, hosts and resolv.conf are the container's own" {
  works r -h box --add-host db:10.1.2.3 --dns 10.9.9.9 --dns-search example.org "$B" sh -c \
    'hostname; grep db /etc/hosts; grep -c localhost /etc/hosts; cat /etc/resolv.conf'
  has "box"
  has $'10.1.2.3\tdb'
  has "nameserver 10.9.9.9"
  has "search example.org"
}

@test "the default profile: capabilities, masked paths, read-only proc, no new devices" {
  works r "$B" sh -c 'grep CapEff /proc/self/status; cat /proc/kcore 2>&1 | wc -c; echo x 2>&1 > /proc/sysrq-trigger || true
    mknod /dev/x b 1 1 2> /dev/null && cat /dev/x 2>&1 | head -c 50; ls /sys/firmware | wc -l'
  has $'CapEff:\t00000000a80425fb'
  works r --cap-drop all --cap-add CHOWN "$B" grep CapEff /proc/self/status
  has "0000000000000001"
  works r "$B" grep Seccomp: /proc/self/status
  has 2
  works r --security-opt seccomp=unconfined "$B" grep Seccomp: /proc/self/status
  has 0
  works r --security-opt no-new-privileges "$B" grep NoNewPrivs /proc/self/status
  has 1
  works r --privileged "$B" sh -c 'grep -c "Seccomp:.0" /proc/self/status; test -e /dev/loop-control -o -e /dev/kmsg && echo devices'
  has 1
}

@test "read-only root, tmpfs, shm size, ulimits, sysctls" {
  fails 1 r --read-only "$B" touch /x
  has "Read-only file system"
  works r --read-only --tmpfs /t:size=1m,mode=1770 "$B" sh -c 'touch /t/x; stat -c %a /t; df -k /t | tail -1 | awk "{print \$2}"'
  is $'1770\n1024'
  works r --shm-size 2m "$B" sh -c 'df -k /dev/shm | tail -1 | awk "{print \$2}"'
  is 2048
  works r --ulimit nofile=77:99 "$B" sh -c 'ulimit -n; ulimit -Hn'
  is $'77\n99'
  works r --sysctl net.ipv4.ip_forward=1 "$B" cat /proc/sys/net/ipv4/ip_forward
  is 1
}

@test "namespaces are its own unless asked otherwise" {
  works r "$B" sh -c 'echo $$; ls /sys/class/net'
  is $'1\nlo'
  works r --pid host "$B" sh -c 'test $$ -gt 1 && echo host'
  is host
  works r --uts host "$B" hostname
  is "$(hostname)"
  works r --ipc host "$B" readlink /proc/self/ns/ipc
  is "$(readlink /proc/self/ns/ipc)"
}

@test "names: taken ones, generated ones, cidfile" {
  berth create --name taken "$B" true
  fails 125 berth run --name taken "$B" true
  has 'The container name "/taken" is already in use by container'
  works berth run --rm --name taken --replace --network none "$B" echo replaced
  is replaced
  works berth run -d --network none --cidfile "$WORK/cid" "$B" true
  is "$(cat "$WORK/cid")"
  fails 125 berth run --network none --cidfile "$WORK/cid" "$B" true
  has "$WORK/cid"
  berth rm -f "$(cat "$WORK/cid")"
}

@test "memory and pids limits hold where this machine has the controllers" {
  [ -e /sys/fs/cgroup/memory ] || grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip "no memory controller"
  fails 137 r --memory 20m --memory-swap 20m "$B" tail -c 100m /dev/zero
  fails 2 r --pids-limit 5 "$B" sh -c 'i=0; while [ $i -lt 9 ]; do sleep 1 & i=$((i+1)); done'
  has "can't fork"
}

@test "--rm removes, without it the container stays" {
  works r "$B" true
  [ -z "$(berth ps -aq)" ]
  works berth run --name stays --network none "$B" sh -c 'echo x > /file'
  works berth ps -a --format '{{.Names}} {{.State}}'
  is "stays exited"
  works berth start -a stays
  berth rm stays
}

@test "twenty at once" {
  local i pids=()
  for i in {1..20}; do r "$B" sh -c "echo $i" > "$WORK/out.$i" & pids+=($!); done
  for i in "${pids[@]}"; do wait "$i"; done
  for i in {1..20}; do [ "$(cat "$WORK/out.$i")" = "$i" ]; done
  [ -z "$(berth ps -aq)" ]
}
