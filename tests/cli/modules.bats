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
  for word in sh cat echo ls sleep touch true; do ln -s busybox "$ROOTFS/bin/$word"; done
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
