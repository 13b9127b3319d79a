# SPDX-License-Identifier: Apache-2.0
# AppArmor profiles and SELinux labels, on hosts that have them. Containers have a directory of the host as their root, so that
# no registry and little else is needed: a virtual machine can run this file.
load load

setup_file() {
  begin_store
  ROOTFS=$WORK/rootfs
  export ROOTFS
  mkdir -p "$ROOTFS"/{bin,dev,etc,proc,sys,tmp}
  cp "$(command -v busybox)" "$ROOTFS/bin/busybox"
  local word
  for word in sh cat sleep true; do ln -s busybox "$ROOTFS/bin/$word"; done
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

needs_apparmor() {
  local enabled
  enabled=$(cat /sys/module/apparmor/parameters/enabled 2> /dev/null) || true
  [ "$enabled" = Y ] && [ -e /sys/kernel/security/apparmor/profiles ] || skip "needs AppArmor"
  PATH=$PATH:/usr/sbin:/sbin command -v apparmor_parser > /dev/null || skip "needs apparmor_parser"
}

needs_selinux() { [ -e /sys/fs/selinux/enforce ] || skip "needs SELinux"; }

r() { berth run --rm --network none --rootfs "$@"; }
confinement() { r "$@" "$ROOTFS" cat /proc/self/attr/current; }

@test "AppArmor: a container and what is executed in it have the engine's profile" {
  needs_apparmor
  works confinement
  is 'berth-default (enforce)'
  grep -q '^berth-default (enforce)$' /sys/kernel/security/apparmor/profiles
  berth run -d --name cc --network none --rootfs "$ROOTFS" sleep 1000
  works berth exec cc cat /proc/self/attr/current
  is 'berth-default (enforce)'
  works berth exec --privileged cc cat /proc/self/attr/current
  is 'berth-default (enforce)'
  works berth inspect --format '{{.AppArmorProfile}} {{json .HostConfig.SecurityOpt}}' cc
  is 'berth-default null'
  works berth stop -t 1 cc
  works berth start cc
  works berth exec cc cat /proc/self/attr/current
  is 'berth-default (enforce)'
}

@test "AppArmor: others are named, and privileged containers have none" {
  needs_apparmor
  works confinement --privileged
  is unconfined
  works confinement --security-opt apparmor=unconfined
  is unconfined
  works confinement --privileged --security-opt apparmor=berth-default
  is 'berth-default (enforce)'
  berth create --name cc --security-opt apparmor=unconfined --rootfs "$ROOTFS" true
  works berth inspect --format '{{.AppArmorProfile}} {{.HostConfig.SecurityOpt}}' cc
  is 'unconfined [apparmor=unconfined]'
  fails 125 confinement --security-opt apparmor=nosuch
  has 'AppArmor profile "nosuch" specified but not loaded'
  works podman run --rm --network none --privileged --rootfs "$ROOTFS" cat /proc/self/attr/current
  is unconfined
}

@test "AppArmor: what the profile denies cannot be written, though root could" {
  needs_apparmor
  # Nothing is masked or read-only here, so that the profile alone stands in the way.
  local all=(--cap-add all --security-opt seccomp=unconfined --security-opt systempaths=unconfined)
  works r "${all[@]}" "$ROOTFS" sh -c '! echo h > /proc/sysrq-trigger && ! echo 1 > /proc/sys/vm/swappiness && echo denied'
  is denied
  [[ $stderr == *'/proc/sysrq-trigger: Permission denied'* ]] || { echo "$stderr"; false; }
  works r "${all[@]}" "$ROOTFS" sh -c 'echo x > /tmp/x && cat /tmp/x'
  is x
  works r "${all[@]}" "$ROOTFS" sh -c 'sleep 1000 & kill -9 $! && echo killed'
  is killed
}

@test "SELinux: a container has a label with categories of its own, at each start the same" {
  needs_selinux
  berth run -d --name cc --network none --rootfs "$ROOTFS:O" sleep 1000
  works berth inspect --format '{{.ProcessLabel}}' cc
  local label=$output
  [[ $label =~ ^system_u:system_r:container_t:(s0:c[0-9]+,c[0-9]+)$ ]]
  local level=${BASH_REMATCH[1]}
  works berth inspect --format '{{.MountLabel}}' cc
  is "system_u:object_r:container_file_t:$level"
  local process path
  process=/proc/$(berth inspect -f '{{.State.Pid}}' cc)
  [ "$(tr -d '\0' < "$process/attr/current")" = "$label" ]
  works berth exec cc cat /proc/self/attr/current
  has "$label"
  for path in / /bin/busybox /dev/shm /etc/hosts; do
    [ "$(stat -c %C "$process/root$path")" = "system_u:object_r:container_file_t:$level" ] || { echo "$path"; stat -c %C "$process/root$path"; false; }
  done
  berth restart -t 0 cc
  works berth inspect --format '{{.ProcessLabel}}' cc
  is "$label"
  works berth exec cc cat /proc/self/attr/current
  has "$label"
  # Whoever shares its processes shares its label.
  works berth run --rm --network none --pid container:cc --rootfs "$ROOTFS:O" cat /proc/self/attr/current
  has "$label"
}

@test "SELinux: options change labels, and privileged containers have none" {
  needs_selinux
  local own
  own=$(tr -d '\0' < /proc/self/attr/current)
  for option in --privileged --security-opt=label=disable --pid=host; do
    works r "$option" "$ROOTFS:O" cat /proc/self/attr/current
    has "$own"
  done
  works r --security-opt label=type:container_init_t --security-opt label=level:s0:c3,c4 "$ROOTFS:O" cat /proc/self/attr/current
  has system_u:system_r:container_init_t:s0:c3,c4
  fails 125 r --security-opt label=nonsense "$ROOTFS:O" true
  has 'bad label option "nonsense"'
  fails 125 r --security-opt label=type:nosuch_t "$ROOTFS:O" true
  has 'the policy of this host has no SELinux label "system_u:system_r:nosuch_t:s0:c'
  works berth info -f '{{json .SecurityOptions}}'
  has name=selinux
}

@test "SELinux: z and Z give the files of a mount the container's label" {
  needs_selinux
  mkdir -p "$WORK/data/below"
  touch "$WORK/data/below/file"
  ln -sfn /etc "$WORK/data/link"
  local etc file
  etc=$(stat -c %C /etc)
  berth create --name cc -v "$WORK/data:/data:Z" --network none --rootfs "$ROOTFS:O" true
  works berth inspect --format '{{.MountLabel}}' cc
  local label=$output
  berth start -a cc
  for file in data data/below data/below/file; do [ "$(stat -c %C "$WORK/$file")" = "$label" ]; done
  r -v "$WORK/data:/data:z" "$ROOTFS:O" true
  for file in data data/below data/below/file; do [ "$(stat -c %C "$WORK/$file")" = system_u:object_r:container_file_t:s0 ]; done
  r --privileged -v "$WORK/data:/data:Z" "$ROOTFS:O" true
  [ "$(stat -c %C "$WORK/data")" = system_u:object_r:container_file_t:s0 ]
  [ "$(stat -c %C /etc)" = "$etc" ]
  fails 125 r -v /etc:/data:z "$ROOTFS:O" true
  has 'SELinux relabeling of /etc is not allowed'
  [ "$(stat -c %C /etc)" = "$etc" ]
  r -v vol:/data "$ROOTFS:O" true
  [ "$(stat -c %C "$(berth volume inspect -f '{{.Mountpoint}}' vol)")" = system_u:object_r:container_file_t:s0 ]
}
