# SPDX-License-Identifier: Apache-2.0
# Options of run and create, each seen from inside the container.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  berth pull -q "$REGISTRY/app:1"
  export B="$REGISTRY/busybox:1" APP="$REGISTRY/app:1"
}
teardown_file() { end_file; }

r() { berth run --rm --network none "$@"; }

@test "values that are none are refused" {
  fails 125 r --umask 9 "$B" true
  has "invalid umask 9"
  fails 125 r --tz No/Where "$B" true
  has "finding timezone: stat /usr/share/zoneinfo/No/Where: no such file or directory"
  fails 125 r --tz ../../../etc/shadow "$B" true
  has "finding timezone"
  fails 125 r --cgroups nosuch "$B" true
  has 'invalid cgroups mode "nosuch"'
  fails 125 r --image-volume nosuch "$B" true
  has 'invalid image-volume type "nosuch"'
  fails 125 r --blkio-weight 5 "$B" true
  has "Range of blkio weight is from 10 to 1000"
  fails 125 r --memory-swappiness 200 "$B" true
  has "valid memory swappiness range is 0-100"
  fails 125 r --device-read-bps /etc/passwd:1m "$B" true
  has "bad format for device path"
  fails 125 r --device-read-bps /dev/null:1m "$B" true
  has "/dev/null: not a block device"
  fails 125 r --no-hosts --add-host a:1.2.3.4 "$B" true
  has "cannot be set together"
}

@test "--umask" {
  works r --umask 077 "$B" sh -c 'umask; touch /f; stat -c %a /f'
  is $'0077\n600'
}

@test "--env-host --unsetenv --unsetenv-all --env-merge --http-proxy" {
  export FROM_HOST=yes
  works r --env-host "$B" sh -c 'echo $FROM_HOST'
  is yes
  works r "$B" sh -c 'echo "<$FROM_HOST>"'
  is "<>"
  works r --env-merge 'PATH=/first:${PATH}' "$B" sh -c 'echo $PATH'
  has /first:
  works r --unsetenv PATH "$B" /bin/env
  has_not PATH=
  works r --unsetenv-all -e A=1 --entrypoint /bin/env "$B"
  has A=1
  has_not PATH=
  https_proxy=http://p:1 works r --http-proxy "$B" sh -c 'echo $https_proxy'
  is http://p:1
}

@test "--passwd-entry --group-entry --hostuser" {
  works r --user 1234 --passwd-entry 'some:*:$UID:$GID::/h:/bin/sh' "$B" sh -c 'id -un'
  is some
  works r --user 1234:99 --group-entry 'many:x:$GID:' "$B" sh -c 'id -gn'
  is many
  works r --hostuser daemon "$B" grep -c "^$(grep ^daemon: /etc/passwd)$" /etc/passwd
  fails 125 r --hostuser no-such-user "$B" true
  has "user no-such-user is not known on the host"
}

@test "--tz, --no-hosts, --no-hostname, --hosts-file" {
  [ ! -e /usr/share/zoneinfo/Asia/Tokyo ] || {
    works r --tz Asia/Tokyo "$B" sha256sum /etc/localtime
    has "$(sha256sum < /usr/share/zoneinfo/Asia/Tokyo | cut -d' ' -f1)"
  }
  works r --no-hosts "$B" grep -c ' /etc/hosts ' /proc/mounts || true
  run r --no-hosts "$B" grep ' /etc/hosts ' /proc/mounts
  [ "$status" = 1 ]
  run r --no-hostname "$B" grep ' /etc/hostname ' /proc/mounts
  [ "$status" = 1 ]
  echo '10.9.8.7 base' > "$WORK/hosts"
  works r --hosts-file "$WORK/hosts" --add-host more:1.2.3.4 "$B" cat /etc/hosts
  is $'10.9.8.7 base\n1.2.3.4\tmore'
}

@test "--pidfile names the first process" {
  berth run -d --name pp --network none --pidfile "$WORK/pidfile" "$B" sleep 1000
  [ "$(cat "$WORK/pidfile")" = "$(berth inspect -f '{{.State.Pid}}' pp)" ]
  berth rm -f pp
}

@test "--read-only with and without --read-only-tmpfs" {
  fails 1 r --read-only "$B" touch /tmp/x
  works r --read-only --read-only-tmpfs "$B" sh -c 'touch /tmp/x /run/x /var/tmp/x; touch /x 2> /dev/null || echo sealed'
  is sealed
}

@test "--image-volume" {
  works r --image-volume tmpfs --entrypoint "" "$APP" grep -c '^tmpfs /data tmpfs' /proc/mounts
  is 1
  run r --image-volume ignore --entrypoint "" "$APP" grep ' /data ' /proc/mounts
  [ "$status" = 1 ]
}

@test "--volumes-from, read-only, too" {
  berth create --name src --network none -v /data "$B" true
  r --volumes-from src "$B" sh -c 'echo shared > /data/f'
  works r --volumes-from src "$B" cat /data/f
  is shared
  fails 1 r --volumes-from src:ro "$B" touch /data/g
  has "Read-only file system"
  berth rm -v src
}

@test "--cgroups=disabled leaves the container in our cgroup" {
  works r --cgroups disabled "$B" cat /proc/self/cgroup
  has_not /berth/
  works r --cgroups enabled "$B" true
}

@test "--cgroups=split shares out the cgroup that the command runs in" {
  fails 125 r --cgroups split --cgroup-parent /x "$B" true
  has "cannot specify --cgroup-mode=split with a cgroup-parent"
  if [ ! -e /sys/fs/cgroup/cgroup.procs ]; then
    fails 125 r --cgroups split "$B" true
    has "--cgroups=split needs cgroup v2"
    return
  fi
  local own=/sys/fs/cgroup/berth-split-$$ id pid
  mkdir "$own"
  # shellcheck disable=SC2016
  id=$(sh -c 'echo $$ > "$0/cgroup.procs" && exec "$@"' "$own" "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" \
    run -d --name split --network none --cgroups split "$B" sleep 1000)
  pid=$(berth inspect -f '{{.State.Pid}}' split)
  grep -q "^0::.*/berth-split-$$/berth-payload-$id\$" "/proc/$pid/cgroup"
  grep -q "^0::.*/berth-split-$$/runtime\$" "/proc/$(awk '/^monitor/ {print $2}' "$WORK/run/containers/$id/running")/cgroup"
  works berth exec split cat /proc/self/cgroup
  is 0::/
  works berth top split
  berth pause split
  berth unpause split
  berth rm -f split
  [ ! -e "$own/berth-payload-$id" ]
  rmdir "$own/runtime" "$own"
}

@test "nothing below /sys/fs/cgroup can be written, in the host's cgroup namespace nor in one of its own" {
  local mode flags='awk "\$5 ~ \"^/sys/fs/cgroup\" {print substr(\$6, 1, 3)}" /proc/self/mountinfo | sort -u'
  for mode in host private; do
    works r --cgroupns $mode "$B" sh -c "$flags"
    is ro,
    fails 1 r --cgroupns $mode "$B" mkdir /sys/fs/cgroup/mine
    has "Read-only file system"
    works r --privileged --cgroupns $mode "$B" sh -c "$flags"
    is rw,
  done
}

@test "nor by an ordinary user's" {
  needs_user
  local mode
  for mode in host private; do
    works user_berth run --rm --network none --cgroupns $mode "$B" \
      awk '$5 ~ "^/sys/fs/cgroup" && $6 !~ "^ro," {n++} END {print n + 0}' /proc/self/mountinfo
    is 0
  done
}

@test "limits of block devices, real time and swappiness" {
  [ -d /sys/fs/cgroup/blkio ] || skip "needs cgroup v1"
  local disk
  disk=$(lsblk -dnpo NAME 2> /dev/null | head -1)
  [ -b "$disk" ] || skip "needs a block device"
  berth run -d --name io --network none --device-read-bps "$disk:1m" --device-write-iops "$disk:50" \
    --memory-swappiness 7 --oom-kill-disable "$B" sleep 1000
  local id
  id=$(berth inspect -f '{{.Id}}' io)
  grep -q ' 1048576$' "/sys/fs/cgroup/blkio/berth/$id/blkio.throttle.read_bps_device"
  grep -q ' 50$' "/sys/fs/cgroup/blkio/berth/$id/blkio.throttle.write_iops_device"
  [ "$(cat "/sys/fs/cgroup/memory/berth/$id/memory.swappiness")" = 7 ]
  grep -q 'oom_kill_disable 1' "/sys/fs/cgroup/memory/berth/$id/memory.oom_control"
  berth rm -f io
}

@test "--log-opt path" {
  berth run --name logs --network none --log-opt "path=$WORK/other.log" "$B" echo into
  grep -q into "$WORK/other.log"
  works berth logs logs
  is into
  berth rm logs
}
