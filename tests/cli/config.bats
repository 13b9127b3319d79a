# SPDX-License-Identifier: Apache-2.0
# containers.conf: what it says of new containers is seen inside of them, and the user's own flags go before it.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown_file() { end_file; }
teardown() { remove_all berth; }


# conf TEXT: the file that the commands of this test read.
conf() {
  printf '%s\n' "$1" > "$WORK/containers.conf"
  export CONTAINERS_CONF="$WORK/containers.conf"
}

r() { berth run --rm --network none "$@"; }

@test "variables, below those of the image and the user" {
  conf '[containers]
env = ["AA=conf", "BB=conf"]'
  works r -e BB=mine "$B" sh -c 'echo $AA $BB'
  is "conf mine"
  berth create --name cc "$B" true
  works berth inspect -f '{{.Config.Env}}' cc
  has AA=conf
}

@test "limits, capabilities, mask, zone, sizes" {
  conf '[containers]
default_ulimits = ["nofile=321:654"]
default_capabilities = ["CHOWN", "KILL"]
default_sysctls = ["net.ipv4.ping_group_range=5 6"]
umask = "0077"
shm_size = "2m"
pids_limit = 123
oom_score_adj = 77'
  works r "$B" sh -c 'ulimit -Sn; ulimit -Hn; umask; grep CapBnd /proc/self/status; cat /proc/sys/net/ipv4/ping_group_range /proc/self/oom_score_adj; df -k /dev/shm | tail -1 | tr -s " " | cut -d" " -f2'
  is "321
654
0077
CapBnd:	0000000000000021
5	6
77
2048"
  works r --ulimit nofile=200:300 --umask 022 --cap-add NET_RAW "$B" sh -c 'ulimit -Sn; umask; grep CapBnd /proc/self/status'
  is "200
0022
CapBnd:	0000000000002021"
  works berth create --name cc "$B" true
  works berth inspect -f '{{.HostConfig.PidsLimit}}' cc
  is 123
}

@test "names and mounts: a flag of the user takes the place of the default" {
  mkdir -p "$WORK/one" "$WORK/two"
  echo one > "$WORK/one/f"
  echo two > "$WORK/two/f"
  conf "[containers]
dns_servers = [\"192.0.2.1\"]
volumes = [\"$WORK/one:/m:ro\"]
read_only = true
init = true"
  works berth run --rm "$B" sh -c 'grep ^nameserver /etc/resolv.conf; cat /m/f; touch /x 2>/dev/null || echo ro; cat /proc/1/comm'
  is "nameserver 192.0.2.1
one
ro
docker-init"
  works berth run --rm --dns 192.0.2.2 -v "$WORK/two:/m" --read-only=false --init=false "$B" sh -c 'grep ^nameserver /etc/resolv.conf; cat /m/f; touch /x && echo rw'
  is "nameserver 192.0.2.2
two
rw"
}

@test "namespaces, annotations, log" {
  conf '[containers]
utsns = "host"
netns = "none"
annotations = ["a=b"]
log_driver = "json-file"
log_size_max = 12345
log_tag = "of journald alone"'
  works berth run --rm "$B" sh -c 'hostname; ls /sys/class/net'
  is "$(hostname)
lo"
  berth create --name cc "$B" true
  works berth inspect -f '{{.HostConfig.LogConfig.Config}} {{index .HostConfig.Annotations "a"}}' cc
  is "map[max-size:12345] b"
}

@test "an override, modules and appended lists" {
  conf '[containers]
env = ["AA=1", {append=true}]'
  printf '[containers]\nenv = ["BB=2"]\n' > "$WORK/module"
  printf '[containers]\nenv = ["AA=3"]\n' > "$WORK/override"
  works podman --module="$WORK/module" run --rm "$B" sh -c 'echo $AA $BB'
  is "1 2"
  CONTAINERS_CONF_OVERRIDE="$WORK/override" works podman run --rm "$B" sh -c 'echo $AA $BB'
  is 3
  fails 1 podman --module="$WORK/nosuch" ps
  is "Failed to obtain podman configuration: parsing containers.conf: could not resolve module: open $WORK/nosuch: no such file or directory"
  fails 1 podman --module="$WORK/nosuch" nosuch
  has "could not resolve module"
  fails 125 podman run --module="$WORK/module" "$B"
  has "unknown flag: --module"
}

@test "the host's environment is in inspect" {
  conf '[containers]
env_host = true'
  FROM_HOST=yes podman create --name cc --network none "$B" true
  works podman inspect -f '{{.Config.Env}}' cc
  has FROM_HOST=yes
}

@test "exec has what concerns it" {
  podman run -d --name cc --network none "$B" sleep 1000
  printf '[containers]\nprivileged = true\nenv = ["AA=1"]\n' > "$WORK/module"
  works podman exec cc grep CapBnd /proc/self/status
  local usual=$output
  works podman --module="$WORK/module" exec cc grep CapBnd /proc/self/status
  [ "$output" != "$usual" ]
}

@test "flags of a runtime" {
  printf '[engine.runtimes_flags]\ncrun = ["nosuchflag"]\n' > "$WORK/flags.conf"
  run env CONTAINERS_CONF="$WORK/flags.conf" "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" run --rm --network none "$B" true
  [ "$status" = 126 ]
  has nosuchflag
  works podman run --rm --network none "$B" true
}

@test "runtimes by name" {
  conf "[engine]
runtime = \"mine\"
[engine.runtimes]
mine = [\"/nosuch\", \"$(command -v crun)\"]"
  works r "$B" echo runs
  is runs
  conf '[engine]
runtime = "/nosuch/runtime"'
  fails 125 berth run --rm "$B" true
  has /nosuch/runtime
}

@test "an unknown key is a warning, a wrong value and a wrong file an error" {
  conf '[containers]
nosuch = 1'
  works r "$B" true
  [[ $stderr == *'WARNING: Failed to decode the keys ["containers.nosuch"]'* ]]
  works podman --log-level error run --rm --network none "$B" true
  [ -z "$stderr" ]
  works podman run --log-level error --rm --network none "$B" true
  [ -z "$stderr" ]
  conf '[containers]
default_ulimits = ["nosuch"]'
  fails 125 r "$B" true
  has "containers.conf: containers.default_ulimits: "
  conf '[containers'
  fails 1 berth ps
  has "$WORK/containers.conf:"
}

@test "files without bounds are refused" {
  head -c 2000000 /dev/zero | tr '\0' '#' > "$WORK/large.conf"
  CONTAINERS_CONF="$WORK/large.conf" fails 1 berth ps
  has "read $WORK/large.conf: more than 1048576 bytes"
}

# first_pid ID: of a container, without reading any containers.conf that the test has broken
first_pid() { CONTAINERS_CONF_OVERRIDE='' berth inspect -f '{{.State.Pid}}' "$1"; }
is_gone() { [ ! -e "$1" ]; }
begins_with() { [ "$(head -n1 "$2")" = "$1" ]; }
has_lines() { [ "$(wc -l < "$2")" = "$1" ]; }

@test "containers made under one static_dir are not seen under another, and are looked after" {
  conf "[engine]
static_dir = '$WORK/mine'"
  mkdir -p "$WORK/static-log"
  local ended again
  ended=$(berth run -d --name apart --network none "$B" sleep 1000)
  again=$(berth run -d --network none --restart always -v "$WORK/static-log:/log" -v apart-data:/data "$B" \
    sh -c 'echo x >> /log/runs; exec sleep 1000')
  until_true has_lines 1 "$WORK/static-log/runs"
  kill -KILL "$(first_pid "$ended")" "$(first_pid "$again")"
  until_true is_gone "$WORK/run/containers/$ended/running"
  until_true has_lines 2 "$WORK/static-log/runs"
  works berth inspect -f '{{.State.ExitCode}}' apart
  is 137
  export CONTAINERS_CONF=/dev/null
  fails 1 berth inspect "$ended"
  fails 1 berth rm "${ended:0:12}"
  works berth ps -aq
  is ""
  # What they use is in use.
  fails 1 berth volume rm apart-data
  has "volume is in use"
  fails 1 berth rmi "$B"
  fails 125 berth run --name apart "$B" true
  has 'name "/apart" is already in use'
  export CONTAINERS_CONF=$WORK/containers.conf
  works berth ps -aq
  has "${ended:0:12}"
  berth rm -f apart "$again"
  berth volume rm apart-data
}

@test "a broken file stops neither the end nor the restart nor the checks of a container" {
  unset CONTAINERS_CONF
  export CONTAINERS_CONF_OVERRIDE="$WORK/override"
  mkdir -p "$WORK/log"
  ln -sf "$(command -v crun)" "$WORK/mine"
  printf '[engine]\nruntime = "%s"\n' "$WORK/mine" > "$CONTAINERS_CONF_OVERRIDE"
  local ended again checked
  ended=$(berth run -d --network none "$B" sleep 1000)
  again=$(berth run -d --network none --restart always -v "$WORK/log:/log" "$B" sh -c 'echo x >> /log/runs; exec sleep 1000')
  checked=$(berth run -d --network none --health-cmd true --health-interval 100ms "$B" sleep 1000)
  until_true has_lines 1 "$WORK/log/runs"
  echo '[broken' > "$CONTAINERS_CONF_OVERRIDE"
  fails 1 berth ps
  kill -KILL "$(first_pid "$ended")" "$(first_pid "$again")"
  until_true is_gone "$WORK/run/containers/$ended/running"
  until_true has_lines 2 "$WORK/log/runs"
  until_true begins_with healthy "$WORK/run/containers/$checked/health"
  rm "$CONTAINERS_CONF_OVERRIDE"
  works berth inspect -f '{{.State.ExitCode}}' "$ended"
  is 137
}

@test "a user has his own below his home" {
  needs_user
  as_user mkdir -p "$WORK/home/.config/containers/containers.conf.d"
  printf '[containers]\nenv = ["AA=user"]\n' | as_user tee "$WORK/home/.config/containers/containers.conf" > /dev/null
  printf '[containers]\numask = "0007"\n' | as_user tee "$WORK/home/.config/containers/containers.conf.d/10.conf" > /dev/null
  user_berth pull -q "$B"
  works as_user env -u CONTAINERS_CONF "$WORK/bin/berth" run --rm --network none "$B" sh -c 'echo $AA; umask'
  is "user
0007"
  ln -sf berth "$WORK/bin/docker"
  works as_user env -u CONTAINERS_CONF "$WORK/bin/docker" run --rm --network none "$B" sh -c 'echo $AA; umask'
  is "
0022"
  printf '[containers]\nenv = ["AA=named"]\n' | as_user tee "$WORK/home/named.conf" > /dev/null
  works as_user CONTAINERS_CONF="$WORK/home/named.conf" "$WORK/bin/docker" run --rm --network none "$B" sh -c 'echo $AA'
  is named
  as_user rm -r "$WORK/home/.config"
}

@test "a mount of the user's takes the place of one for all; mounts.conf is podman's" {
  mkdir "$WORK/for-all" "$WORK/of-user" "$WORK/of-host"
  echo all > "$WORK/for-all/f"
  echo mine > "$WORK/of-user/f"
  echo secret > "$WORK/of-host/f"
  conf "[containers]
mounts = [\"type=bind,src=$WORK/for-all,dst=/mnt\"]"
  works r "$B" cat /mnt/f
  is all
  works r --mount "type=bind,src=$WORK/of-user,destination=/mnt" "$B" cat /mnt/f
  is mine
  works r -v "$WORK/of-user:/mnt" "$B" cat /mnt/f
  is mine
  conf '[containers]
mounts = ["type=bogus,src=/,dst=/mnt"]'
  fails 125 podman run --rm "$B" true
  has 'Error: parsing containers.conf mounts: invalid filesystem type "bogus"'
  unset CONTAINERS_CONF
  printf '%s\n' "/no/such/place" "# nothing" "$WORK/of-host:/run/secrets" > "$WORK/mounts.conf"
  works podman run --rm --network none --default-mounts-file "$WORK/mounts.conf" "$B" cat /run/secrets/f
  is secret
  works podman run --rm --network none --default-mounts-file "$WORK/mounts.conf" -v "$WORK/of-user:/run/secrets" "$B" cat /run/secrets/f
  is mine
  fails 1 podman run --rm --network none --default-mounts-file "$WORK/mounts.conf" "$B" touch /run/secrets/g
  works podman run --rm --network none --default-mounts-file "$WORK/missing" "$B" echo fine
  is fine
}

@test "events go to events_logfile_path, too, and a file that is too large loses its older half" {
  local events="$WORK/events.log" i
  conf "[engine]
events_logfile_path = \"$events\"
events_logfile_max_size = \"4k\""
  podman run --name ev --network none "$B" true
  podman run -d --name by --network none "$B" true > /dev/null
  podman wait by > /dev/null
  until_true grep -q '"Name":"by","Status":"cleanup"' "$events"
  works jq -r 'select(.Name == "ev") | .Type + " " + .Status + " \(.ContainerExitCode)"' "$events"
  is "container create null
container init null
container start null
container attach null
container died 0
container cleanup null"
  works podman events --stream=false --filter container=ev --filter event=died --format '{{.Name}} {{.ContainerExitCode}}'
  is "ev 0"
  # By its path, so that $! is the follower itself.
  "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" events --since 1h --format '{{.Type}} {{.Status}} {{.Name}}' > "$WORK/followed" 3>&- &
  local follower=$!
  until_true grep -q 'cleanup by' "$WORK/followed"
  for i in {1..30}; do podman volume create "vol$i" > /dev/null; done
  until_true grep -q 'create vol30' "$WORK/followed"
  kill "$follower"
  [ "$(stat -c %s "$events")" -le 4200 ]
  works head -n 1 "$events"
  has '"Status":"log-rotation"'
  works grep -c 'create vol' "$WORK/followed"
  is 30
  works podman events --stream=false --filter event=log-rotation --format '{{.Type}} {{.Attributes}}'
  has 'system map[io.podman.event.rotate:begin]'
}

@test "the event of a new container holds what inspect says, where containers.conf asks for it" {
  conf '[engine]
events_container_create_inspect_data = true'
  podman create --name ii --network none "$B" true > /dev/null
  podman inspect --size ii > "$WORK/inspected"
  works podman events --stream=false --filter container=ii --filter event=create --format '{{.ContainerInspectData}}'
  [ "$(jq -S . <<< "[$output]")" = "$(jq -S . "$WORK/inspected")" ]
  works podman events --stream=false --filter container=ii
  has_not ConmonPidFile
}
