# SPDX-License-Identifier: Apache-2.0
# Options of run and create as podman has them, each seen from inside the container.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  berth pull -q "$REGISTRY/app:1"
  export B="$REGISTRY/busybox:1" APP="$REGISTRY/app:1"
}
teardown_file() { end_file; }

r() { podman run --rm --network none "$@"; }
user_r() { as_user "$WORK/bin/podman" run --rm --network none "$@"; }

@test "values that are none are refused in podman's words" {
  fails 125 r --ulimit nofile=128:64 "$B" true
  is 'Error: ulimit option "nofile=128:64" requires name=SOFT:HARD, failed to be parsed: ulimit soft limit must be less than or equal to hard limit: 128 > 64'
  fails 125 r --restart always "$B" true
  is 'Error: the --rm option conflicts with --restart, when the restartPolicy is not "" and "no"'
  fails 125 podman create --restart nosuch "$B"
  is 'Error: running container create option: "nosuch" is not a valid restart policy: invalid argument'
  fails 125 r --pid nosuch "$B" true
  is "Error: unrecognized namespace mode nosuch passed"
  fails 125 r --name 'bad name' "$B" true
  is "Error: running container create option: names must match [a-zA-Z0-9][a-zA-Z0-9_.-]*: invalid argument"
  fails 125 r --device-cgroup-rule "b 7:* rmX" "$B" true
  is "Error: invalid device access in device-access-add: X"
  fails 125 r --group-add keep-groups --group-add 5 "$B" true
  is "Error: the '--group-add keep-groups' option is not allowed with any other --group-add options"
  fails 125 r --rmi --rm=false "$B" true
  is "Error: the --rmi option does not work without --rm"
  fails 125 r --userns nomap "$B" true
  is "Error: nomap is only supported in rootless mode"
  fails 125 r --preserve-fds 150 "$B" true
  has "is not available"
}

@test "a name that is taken, and a name of one letter" {
  works podman create --name /taken "$B"
  local id=$output
  fails 125 podman create --name taken "$B"
  has "creating container storage: the container name \"taken\" is already in use by $id."
  podman rm taken
  works podman run --name x --rm "$B" true
}

@test "a start that fails ends with 126 or 127, and prints no id" {
  fails 126 r -w /made/up "$B" pwd
  has 'workdir "/made/up" does not exist on container'
  fails 126 r -u nosuchuser "$B" true
  has "unable to find user nosuchuser"
  fails 127 r --entrypoint '' "$B"
  has 'executable file `` not found in $PATH'
  run -127 --separate-stderr r -d "$B" nosuchcommand
  [ -z "$output" ]
}

@test "the entrypoint may be a JSON array" {
  works r --entrypoint '["/bin/echo","a b"]' "$B" c
  is "a b c"
}

@test "programs can tell that they are in a container" {
  works r "$B" sh -c 'echo $container; stat -c %s /run/.containerenv'
  is $'podman\n0'
  works r --privileged --name told "$B" sh -c '. /run/.containerenv; echo $name'
  is told
  works r --unsetenv container "$B" sh -c 'echo "<$container>"'
  is "<>"
}

@test "a user and a group given by number have names" {
  works r -u 4711:4712 "$B" sh -c 'id -un; id -gn'
  is $'4711\n4712'
  works r --passwd=false -u 4711 "$B" grep -c 4711 /etc/passwd || true
}

@test "capabilities: fewer, and ambient where they were asked for" {
  works r "$B" grep CapEff /proc/self/status
  is $'CapEff:\t00000000800405fb'
  works r -u 1000 --cap-add NET_ADMIN "$B" sh -c 'grep -e CapEff -e CapAmb /proc/self/status'
  is $'CapEff:\t0000000000001000\nCapAmb:\t0000000000001000'
}

@test "ports that a network cannot have are told and left out" {
  works r -p 8080 "$B" true
  [ "$stderr" = 'Port mappings have been discarded because "none" network namespace mode does not support them' ]
}

@test "--cidfile is replaced, and goes with the container" {
  echo old > "$WORK/cid"
  works podman create --cidfile "$WORK/cid" "$B"
  [ "$(cat "$WORK/cid")" = "$output" ]
  podman rm "$output"
  [ ! -e "$WORK/cid" ]
}

@test "descriptors are handed to the container" {
  echo hello > "$WORK/fd"
  works r --preserve-fds 2 "$B" sh -c 'cat <&4' 4< "$WORK/fd" 3< /dev/null
  is hello
  works r --preserve-fd 9,40 "$B" sh -c 'cat <&9; cat <&40; [ ! -e /proc/self/fd/10 ]' 9< "$WORK/fd" 10< /dev/null 40< "$WORK/fd"
  is $'hello\nhello'
}

@test "--timeout ends with -1, --conmon-pidfile names the monitor" {
  run -255 podman run --name late --network none --timeout 1 --conmon-pidfile "$WORK/monitor" "$B" sleep 60
  works podman inspect -f '{{.State.ExitCode}}' late
  is -1
  [ -s "$WORK/monitor" ]
  podman rm late
}

@test "--rmi takes the image along, unless somebody uses it" {
  podman tag "$B" localhost/mine:1
  podman run --name uses --network none localhost/mine:1 true
  works podman run --rmi --network none localhost/mine:1 true
  podman rm uses
  podman image exists "$B"
}

@test "a secret is a file or a variable, and stays when it is removed" {
  echo -n hush > "$WORK/hush"
  podman secret create hush "$WORK/hush"
  works r --secret hush "$B" sh -c 'cat /run/secrets/hush; stat -c " %a" /run/secrets/hush'
  is "hush 444"
  works r --secret hush,target=/tmp/s,uid=5,mode=400 "$B" stat -c '%u %a' /tmp/s
  is "5 400"
  works r --secret hush,type=env,target=HUSH "$B" sh -c 'echo $HUSH'
  is hush
  podman create --name keeps --network none --secret hush "$B" cat /run/secrets/hush
  podman secret rm hush
  works podman start -a keeps
  is hush
  podman rm keeps
  fails 125 r --secret hush "$B" true
}

@test "--rootfs is a directory, or an overlay on it" {
  mkdir -p "$WORK/tree/bin"
  cp /bin/busybox "$WORK/tree/bin/sh"
  works podman run --rm --network none --rootfs "$WORK/tree:O" /bin/sh -c 'echo in > /f; read l < /f; echo $l'
  is in
  [ ! -e "$WORK/tree/f" ]
  works podman run --rm --network none --rootfs "$WORK/tree" /bin/sh -c 'echo in > /f'
  [ "$(cat "$WORK/tree/f")" = in ]
}

@test "--systemd gives it places to write to" {
  works r --systemd always --read-only "$B" sh -c 'touch /run/x /tmp/x && stat -c %a /run'
  is 755
}

@test "-v with U, O and idmap" {
  mkdir -p "$WORK/vol"
  touch "$WORK/vol/f"
  works r -u 1234:1235 -v "$WORK/vol:/m:U" "$B" stat -c %u:%g /m/f
  is 1234:1235
  works r -v "$WORK/vol:/m:O" "$B" sh -c 'touch /m/new; ls /m'
  is $'f\nnew'
  [ ! -e "$WORK/vol/new" ]
  chown 0:0 "$WORK/vol/f"
  works r --uidmap 0:200000:1000 -v "$WORK/vol:/m:idmap" "$B" stat -c %u:%g /m/f
  is 0:0
  works r --uidmap 0:200000:1000 -u 12:13 -v "$WORK/vol:/m:idmap,U" "$B" stat -c %u:%g /m/f
  is 12:13
  [ "$(stat -c %u:%g "$WORK/vol/f")" = 12:13 ]
}

@test "a volume with idmap, filled at first use, has the image's owners under any mapping" {
  local from
  for from in 100000 200000; do
    works r --uidmap 0:$from:10000 -v "filled:/data:idmap" "$APP" /bin/sh -c 'stat -c %n:%u:%g:%a /data /data/*'
    works_as_before=${works_as_before:-$output}
    is "$works_as_before"
    works r --uidmap 0:$from:10000 -v "given:/data:idmap=uids=5-$from-1#6-$((from + 1))-9000;gids=5-$from-1#6-$((from + 1))-9000" \
      "$APP" /bin/sh -c 'stat -c %n:%u:%g:%a /data /data/*'
    is "$works_as_before"
  done
  works r "$APP" /bin/sh -c 'stat -c %n:%u:%g:%a /data /data/*'
  is "$works_as_before"
  # A directory without files: its owner, where the container knows him.
  mkdir -p "$WORK/idtree/bin" "$WORK/idtree/v"
  cp /bin/busybox "$WORK/idtree/bin/sh"
  chown -R 100007:100008 "$WORK/idtree/v"
  chown 100000:100000 "$WORK/idtree"
  for from in 100000 200000; do
    works r --uidmap 0:$from:10000 -v "none:/v:idmap" --rootfs "$WORK/idtree" /bin/sh -c 'busybox stat -c %u:%g /v'
    is 7:8
  done
  podman volume rm filled given none
}

@test "mounts of images, files by a pattern, terminals and memory" {
  works r --mount "type=image,src=$APP,dst=/img" "$B" ls -d /img/data
  is /img/data
  fails 1 r --mount "type=image,src=$APP,dst=/img" "$B" touch /img/x
  works r --mount "type=image,src=$APP,dst=/img,rw=true" "$B" sh -c 'touch /img/x; ls /img/x'
  is /img/x
  mkdir -p "$WORK/glob"
  touch "$WORK/glob/a1" "$WORK/glob/a2" "$WORK/glob/b"
  works r --mount "type=glob,src=$WORK/glob/a*,dst=/g" "$B" ls /g
  is $'a1\na2'
  fails 125 r --mount "type=glob,src=$WORK/glob/none*,dst=/g" "$B" true
  has "no file paths matching glob"
  works r --mount type=devpts,dst=/more "$B" sh -c 'grep -c " /more devpts " /proc/mounts'
  is 1
  works r --mount type=ramfs,dst=/mem "$B" sh -c 'grep -c " /mem ramfs " /proc/mounts'
  is 1
}

@test "devices by the Container Device Interface" {
  mkdir -p /etc/cdi
  cat > "/etc/cdi/berth-$$.json" << JSON
{"cdiVersion": "0.5.0", "kind": "berth.test/thing$$",
 "containerEdits": {"env": ["FROM_FILE=yes"]},
 "devices": [{"name": "one", "containerEdits": {
   "env": ["FROM_DEVICE=yes"],
   "deviceNodes": [{"path": "/dev/berth-null", "hostPath": "/dev/null"}],
   "mounts": [{"hostPath": "$WORK", "containerPath": "/vendor", "options": ["rbind", "ro"]}]}}]}
JSON
  run r --device "berth.test/thing$$=one" "$B" sh -c 'echo $FROM_FILE $FROM_DEVICE; echo x > /dev/berth-null; ls -d /vendor/bin'
  rm "/etc/cdi/berth-$$.json"
  is $'yes yes\n/vendor/bin'
  fails 125 r --device "berth.test/thing$$=one" "$B" true || fails 126 r --device "berth.test/thing$$=one" "$B" true
  has "unresolvable CDI devices"
}

@test "--requires names containers that run, --chrootdirs gets the managed files" {
  podman create --name needed --network none "$B" sleep 1000
  fails 126 r --requires needed "$B" true
  has "are not started"
  podman start needed
  works r --requires needed "$B" true
  podman rm -f -t 0 needed
  works r --hostname chr --chrootdirs /jail "$B" cat /jail/etc/hostname
  is chr
  fails 125 r --decryption-key k "$B" true
  has "not supported yet"
}

@test "the same volume or tmpfs twice is one, two at one place are refused" {
  works r -v twice:/v -v twice:/v --tmpfs /t --tmpfs /t "$B" true
  fails 125 r -v twice:/v -v other:/v "$B" true
  is "Error: /v: duplicate mount destination"
  fails 125 r --tmpfs /t --tmpfs /t:ro "$B" true
  is "Error: /t: duplicate mount destination"
  podman volume rm twice
}

@test "a tmpfs begins with what the image has at its place" {
  works r --tmpfs /var "$B" ls /var
  is lib
  works r --mount type=tmpfs,dst=/var,tmpcopyup "$B" ls /var
  is lib
  works r --tmpfs /var:notmpcopyup "$B" ls /var
  is ""
  podman run --name kept --network none "$B" touch /tmp/kept
  podman commit -q kept localhost/kept:1 > /dev/null
  works r --read-only localhost/kept:1 ls /tmp
  is kept
  podman rm kept
  podman rmi localhost/kept:1 > /dev/null
  works berth run --rm --network none --tmpfs /var "$B" ls /var
  is ""
  needs_user
  user_berth pull -q "$B"
  works user_r --tmpfs /var "$B" ls /var
  is lib
  echo copied > "$WORK/copied"
  podman create --name cu --network none --tmpfs /tmp "$B" cat /tmp/copied > /dev/null
  podman cp "$WORK/copied" cu:/tmp
  works podman start -a cu
  is copied
  podman rm cu
}

@test "groups in one list, and what podman has not or not together" {
  works r --group-add 5,6 --group-add 7 "$B" id -G
  is "0 5 6 7"
  fails 125 r --domainname x "$B" true
  has "unknown flag: --domainname"
  fails 125 r --cpus 1 --cpu-quota 5000 "$B" true
  is "Error: --cpu-quota and --cpus cannot be set together"
  fails 125 r --device /dev/nosuch "$B" true
  is "Error: stat /dev/nosuch: no such file or directory"
  fails 125 r --replace "$B" true
  is "Error: cannot replace container without --name being set"
  works r -it "$B" echo out < /dev/null
  has out
  [[ $stderr == *"The input device is not a TTY"* ]]
  works podman run -d -a stdout --name at --network none "$B" true
  podman rm -f at
}

@test "inspect of a container without an image, and of one that takes its image along" {
  mkdir -p "$WORK/tree"
  podman create --name tree --network none --rootfs "$WORK/tree" /nothing > /dev/null
  works podman inspect -f '[{{.ImageDigest}}]' tree
  is "[]"
  works berth inspect -f '{{.Name}}' tree
  is /tree
  podman rm tree
  berth tag "$B" localhost/plain
  podman create --name rmi --network none --rmi localhost/plain true > /dev/null
  works podman inspect -f '{{.ImageName}} {{.HostConfig.AutoRemoveImage}}' rmi
  is "localhost/plain:latest true"
  podman rm rmi
  podman rmi localhost/plain || true
}

@test "inspect tells mounts, signals and init as podman does" {
  podman create --name ins --network none --stop-signal 9 -v "$WORK:/m:ro" -v named:/n --tmpfs /t:size=64k "$B" > /dev/null
  works podman inspect -f '{{range .HostConfig.Binds}}{{println .}}{{end}}{{json .HostConfig.Tmpfs}}' ins
  has "$WORK:/m:ro,rprivate,rbind"
  has "named:/n:rprivate,nosuid,nodev,rbind"
  has '{"/t":"size=64k,rprivate,nosuid,nodev,tmpcopyup"}'
  works podman inspect -f '{{.Config.StopSignal}} {{.HostConfig.Init}} {{range .Mounts}}[{{.Mode}}]{{end}}' ins
  is "SIGKILL false [][]"
  fails 125 podman inspect /ins
  is 'Error: no such object: "/ins"'
  podman rm ins
  podman volume rm named
}

@test "whoever joins an IPC namespace sees the same /dev/shm" {
  podman run -d --network none --name sh --ipc shareable "$B" sh -c 'echo shared > /dev/shm/file; exec sleep 1000' > /dev/null
  until_true podman exec sh test -s /dev/shm/file
  works r --ipc container:sh "$B" cat /dev/shm/file
  is shared
  # One that is in the namespace already joins nothing.
  works r --userns "ns:/proc/$$/ns/user" "$B" cat /proc/self/uid_map
  has 4294967295
  podman rm -f -t 0 sh
}

@test "--tz links to the image's own database, --oom-score-adj is inherited, a device rule may name all of a kind" {
  podman create --name zones --network none "$B" sh -c 'mkdir -p /usr/share/zoneinfo/Area && echo zone > /usr/share/zoneinfo/Area/Here && cp /usr/share/zoneinfo/Area/Here /usr/share/zoneinfo/UTC' > /dev/null
  podman start -a zones
  podman commit -q zones zones
  works r --tz UTC localhost/zones readlink /etc/localtime
  is ../usr/share/zoneinfo/UTC
  works r --read-only --tz UTC localhost/zones cat /etc/localtime
  has TZif
  works sh -c 'echo 77 > /proc/self/oom_score_adj; exec "$@"' - "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" run --rm --network none "$B" cat /proc/self/oom_score_adj
  is 77
  works berth run --rm --network none "$B" cat /proc/self/oom_score_adj
  is 0
  works r --device-cgroup-rule 'c 7 rmw' "$B" true
  podman rm zones
}

@test "an image in an archive is run" {
  podman tag "$B" localhost/inside:1
  podman save -q -o "$WORK/inside.tar" localhost/inside:1
  podman rmi localhost/inside:1
  works podman run --name arch --network none "docker-archive:$WORK/inside.tar" echo ran
  is ran
  works podman inspect --format '{{.ImageName}}' arch
  is localhost/inside:1
  podman rm arch
  fails 125 r "docker-archive:$WORK/nowhere.tar" true
  has "no such file or directory"
}

@test "-ti without a terminal is a warning; a terminal's size is known from its input alone" {
  works podman run --rm -ti --network none "$B" echo hello < /dev/null
  is $'hello\r'
  [[ $stderr == *'level=warning msg="The input device is not a TTY. The --tty and --interactive flags might not work properly"'* ]]
  printf '%s\n' 'import os, pty, fcntl, termios, struct, subprocess, sys' 'ours, theirs = pty.openpty()' \
    'fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 44, 0, 0))' \
    'sys.stdout.write(subprocess.run(sys.argv[1:], stdin=theirs, stdout=subprocess.PIPE, text=True).stdout)' > "$WORK/size.py"
  works python3 "$WORK/size.py" "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" run --rm -ti --network none "$B" stty size
  is "33 44"
}

@test "--mount type=tmpfs,noswap, z and relabel; --kernel-memory is a warning" {
  fails 125 r --mount type=bind,src=/etc/hostname,dst=/m,relabel=nosuch "$B" true
  works r --mount type=bind,src=/etc/hostname,dst=/m,ro,Z --mount type=bind,src=/etc/hostname,dst=/n,relabel=shared "$B" cat /m /n
  mkdir -p "$WORK/probe"
  if mount -t tmpfs -o noswap none "$WORK/probe" 2> /dev/null; then
    umount "$WORK/probe"
    works r --mount type=tmpfs,dst=/m,noswap "$B" grep ' /m ' /proc/mounts
    has noswap
  fi
  works r --kernel-memory 10m "$B" true
  [[ $stderr == *"The --kernel-memory flag is no longer supported. This flag is a noop."* ]]
}

@test "inspect tells who stopped it, and that it is being stopped" {
  podman run -d --network none --name st "$B" sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done' > /dev/null
  podman kill -s TERM st
  works podman wait st
  is 5
  works podman inspect --format '{{.State.StoppedByUser}}' st
  is true
  podman start st
  podman exec st sh -c 'kill -TERM 1'
  podman wait st
  works podman inspect --format '{{.State.StoppedByUser}} {{.State.Status}}' st
  is "false exited"
  podman rm st
}
