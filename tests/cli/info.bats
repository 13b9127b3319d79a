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
