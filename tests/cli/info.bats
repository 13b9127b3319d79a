# SPDX-License-Identifier: Apache-2.0
# info in both dialects, and what create says of limits that the host cannot hold.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown_file() { end_file; }

@test "info refuses words and unknown fields" {
  fails 1 berth info nosuch
  has "accepts no arguments"
  fails 1 berth info --format '{{.Nosuch}}'
  is "template: :1:2: executing \"\" at <.Nosuch>: can't evaluate field Nosuch in type system.dockerInfo"
  fails 125 podman info --format '{{.Nosuch}}'
  has "can't evaluate field Nosuch in type system.infoReport"
}

@test "info tells of this store and machine in docker's words" {
  berth run -d --name up --network none "$B" sleep 1000
  berth create --name made --network none "$B" true
  works berth info -f '{{.OSType}} {{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}} {{.Images}} {{.DockerRootDir}}'
  is "linux 2 1 1 1 $WORK/root"
  works berth info -f '{{.NCPU}} {{.Name}} {{.KernelVersion}} {{.DefaultRuntime}}'
  is "$(nproc) $(uname -n) $(uname -r) crun"
  works berth info
  has "Storage Driver: overlay2"
  has " Containers: 2"
  works berth system info --format json
  [ "$(jq -r .MemTotal <<< "$output")" = "$(awk '/MemTotal/ {printf "%.0f", $2 * 1024}' /proc/meminfo)" ]
  berth rm -f up made
}

@test "info in podman's words" {
  works podman info
  has "graphRoot: $WORK/root"
  has "rootless: false"
  works podman info -f '{{.Host.OCIRuntime.Name}} {{.Store.GraphRoot}} {{.Host.Security.Rootless}} {{.Host.CgroupsVersion}}'
  has "crun $WORK/root false v"
  works podman info --format json
  [ "$(jq -r .store.imageStore.number <<< "$output")" = 1 ]
}

@test "info of an ordinary user" {
  needs_user
  works user_berth info -f '{{range .SecurityOptions}}{{println .}}{{end}}'
  has name=rootless
  ln -sf berth "$WORK/bin/podman"
  works as_user "$WORK/bin/podman" info -f '{{.Host.Security.Rootless}} {{(index .Host.IDMappings.UIDMap 0).host_id}}'
  is "true $(id -u berth-test)"
}

@test "a limit that the host cannot hold is a warning" {
  needs_user
  user_berth pull -q "$B"
  [ "$(user_berth info -f '{{.MemoryLimit}}')" = false ] || skip "this user may limit memory"
  run user_berth run --rm --network none -m 64m "$B" echo on
  [ "$status" = 0 ]
  has "WARNING: Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded."
  has on
}

@test "the terminal has its size before the command looks at it" {
  [ -n "$(command -v script)" ] || skip "needs script"
  run script -qec "stty rows 33 cols 77; '$WORK/bin/berth' --root '$WORK/root' --runroot '$WORK/run' run --rm -t --network none $B stty size" /dev/null
  has "33 77"
}

@test "inspect of a container in podman's shape" {
  podman create --name shape --network none -m 64m --ulimit nofile=10:20 --cap-add net_raw --annotation a=b -e AA=1 "$B" sleep 9
  works podman inspect -f '{{.Name}} {{.ImageName}} {{.IsInfra}} {{.OCIRuntime}} {{.Driver}} {{len .ExecIDs}}' shape
  is "shape $B false crun overlay 0"
  works podman inspect -f '{{.HostConfig.IpcMode}} {{.HostConfig.PidMode}} {{.HostConfig.CapAdd}} {{(index .HostConfig.Ulimits 0).Name}} {{.HostConfig.LogConfig.Size}}' shape
  is "shareable private [CAP_NET_RAW] RLIMIT_NOFILE 0B"
  works podman inspect -f '{{.Config.StopSignal}} {{.Config.StopTimeout}} {{.Config.Umask}} {{index .Config.Annotations "a"}} {{.Config.WorkingDir}}' shape
  is "SIGTERM 10 0022 b /"
  works podman inspect -f '{{index .Config.CreateCommand 5}} {{.State.ConmonPid}}' shape
  is "create 0"
  fails 125 podman inspect -f '{{.Platform}}' shape
  has 'Platform'
  works podman container inspect --latest -f '{{.Name}}'
  is shape
  fails 125 podman inspect
  has "Error: no names or ids specified"
  fails 125 podman inspect nosuch
  has 'Error: no such object: "nosuch"'
  fails 125 podman container inspect nosuch
  has 'Error: no such container "nosuch"'
  fails 125 podman inspect --type nosuch shape
  has 'invalid type "nosuch": must be "image", "container"'
  works berth inspect -f '{{.Name}} {{.Platform}}' shape
  is "/shape linux"
  berth rm shape
}

@test "names and ids are completed, of flags, too" {
  podman create --name complete-me --network none "$B" true
  local id
  id=$(berth inspect -f '{{.Id}}' complete-me)
  works berth __complete -- start ''
  has complete-me
  has_not "${id:0:12}"
  works berth __complete -- start "${id:0:4}"
  has "${id:0:12}"
  works berth __complete -- run --volumes-from ''
  has complete-me
  works berth __complete -- run --network container:
  has container:complete-me
  works berth __complete -- run --network=container:
  has --network=container:complete-me
  berth volume create complete-vol
  works berth __complete -- run -v ''
  has complete-vol
  works berth __complete -- run -v /
  is ":files"
  berth volume rm complete-vol
  berth rm complete-me
}

@test "podman's help and log lines" {
  fails 125 podman
  has "Usage:
  podman [options] [command]"
  works podman run --help
  has "Run a command in a new container"
  has "podman run [options] IMAGE"
  works berth run --help
  has "Create and run a new container from an image"
  works podman help nosuch
  is ""
  [[ $stderr == "Unknown help topic [\`nosuch\`]
Usage:"* ]]
  fails 125 podman volume
  run podman volume
  has "Volumes are created in and can be shared between containers"
  works podman --log-level=debug version
  [[ $stderr == *' level=info msg="podman filtering at log level debug"'* ]]
  fails 1 podman --debug --log-level=panic version
  has "Setting --log-level and --debug is not allowed"
}
