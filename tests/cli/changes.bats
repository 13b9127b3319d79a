# SPDX-License-Identifier: Apache-2.0
# diff, export and commit: what a container has changed, and what becomes of it.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
  berth run --name changed --network none "$B" sh -c \
    'ln -s /etc /tmp/l; echo hi > /tmp/f; ln /tmp/f /tmp/f2; chmod 600 /etc/passwd; rm -r /home; mkdir -p /a/b; rm -r /var; mkdir /var'
}
teardown_file() { end_file; }

podman() { "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" "$@"; }

@test "what is not there has no changes and no export" {
  fails 1 berth diff nosuch
  has "No such container: nosuch"
  fails 1 berth export nosuch
  has "No such container: nosuch"
  fails 1 berth export -o "$WORK/no/such/x.tar" changed
  has 'invalid output path: directory'
  [ ! -e "$WORK/no" ]
  fails 125 podman diff nosuch
  has "nosuch not found: layer not known"
  fails 125 podman diff --format table changed
  has "only supported value for '--format' is 'json'"
}

@test "diff tells what was added, changed and removed" {
  works berth diff changed
  has "A /a
A /a/b"
  has "C /etc/passwd"
  has "D /home"
  has "A /tmp/l"
  has_not resolv.conf
  works podman diff --format json changed
  has '"deleted"'
}

@test "a container that only ran has no changes" {
  berth run --name idle --network none "$B" true
  works berth diff idle
  is ""
  berth rm idle
}

@test "export gives the files without mounts, running or not" {
  berth export changed | tar -tvf - > "$WORK/list"
  grep -q 'tmp/f2 link to tmp/f' "$WORK/list"
  grep -q 'tmp/l -> /etc' "$WORK/list"
  run ! grep -q ' home/' "$WORK/list"
  berth run -d --name running --network none -v "$WORK/bin:/mnt" "$B" sleep 60
  works berth export -o "$WORK/running.tar" running
  [ "$(stat -c %a "$WORK/running.tar")" = 600 ]
  tar -tf "$WORK/running.tar" > "$WORK/list"
  grep -qx mnt/ "$WORK/list"
  run ! grep -q '^mnt/berth' "$WORK/list"
  run ! grep -q '^proc/1' "$WORK/list"
  berth rm -f running
}

@test "exists answers by its exit code" {
  works podman container exists changed
  fails 1 podman container exists nosuch
  fails 1 podman volume exists nosuch
}

@test "rootless: diff and export" {
  needs_user
  user_berth pull -q "$B"
  user_berth run --name mine --network none "$B" sh -c 'echo x > /new; rm /etc/passwd; chown 5:6 /new'
  works user_berth diff mine
  has "A /new"
  has "D /etc/passwd"
  user_berth export mine | tar -tvf - --numeric-owner | grep -q ' 5/6 .* new$'
  user_berth run -d --name live --network none "$B" sleep 60
  user_berth export live | tar -tf - | grep -qx bin/sh
  user_berth rm -f live mine
}

@test "commit refuses what cannot be an image" {
  fails 1 berth commit nosuch x:1
  has "No such container: nosuch"
  fails 1 berth commit -c 'FROM x' changed x:1
  has "FROM is not a valid change command"
  fails 125 podman commit -m msg changed x:1
  has "messages are only compatible with the docker image format (-f docker)"
  fails 125 podman commit -f nosuch changed x:1
  has 'unrecognized image format "nosuch"'
  fails 125 podman commit changed Bad:1
  has 'parsing reference "Bad:1": '
  fails 1 berth commit changed Bad:1
  is "invalid reference format: repository name (library/Bad) must be lowercase"
}

@test "commit makes an image that runs at once, with what was changed" {
  berth commit -a 'A <a@b>' -m msg -c 'CMD ["cat","/tmp/f2"]' -c 'LABEL x=y' changed kept:1
  works berth run --rm --network none kept:1
  is hi
  works berth image inspect -f '{{.Author}}|{{.Comment}}|{{json .Config.Labels}}|{{len .RootFS.Layers}}' kept:1
  has 'A <a@b>|msg|{"x":"y"}|'
  works berth run --rm --network none kept:1 sh -c 'stat -c %a /etc/passwd; stat -c %h /tmp/f; ls -d /home /var/*; readlink /tmp/l'
  [ "$(head -1 <<< "$output")" = 600 ]
  has /etc
  has_not /home
  berth save kept:1 | tar -tf - > "$WORK/list"
  works berth rmi kept:1
}

@test "commit takes all change instructions that Docker has" {
  berth commit -c 'ENTRYPOINT ["echo","e"]' -c 'CMD c d' -c 'ENV A=1 B="two words" PATH=/bin' -c 'NOSUCH x' changed x:1 2> /dev/null \
    && return 1
  berth commit -c 'ENTRYPOINT ["echo","e"]' -c 'CMD c d' -c 'ENV A=1 B="two words" PATH=/bin' -c 'EXPOSE 80 90/udp' \
    -c 'LABEL x=y' -c 'ONBUILD RUN x' -c 'STOPSIGNAL SIGUSR1' -c 'USER nobody' -c 'VOLUME /v' -c 'WORKDIR /tmp' \
    -c 'HEALTHCHECK CMD true' changed all:1
  works berth image inspect -f '{{json .Config.Entrypoint}} {{json .Config.Cmd}} {{index .Config.Env 0}}' all:1
  is '["echo","e"] ["/bin/sh","-c","c d"] PATH=/bin'
  works berth image inspect -f '{{json .Config.ExposedPorts}} {{json .Config.OnBuild}} {{.Config.StopSignal}} {{.Config.User}}' all:1
  is '{"80/tcp":{},"90/udp":{}} ["RUN x"] SIGUSR1 nobody'
  works berth image inspect -f '{{json .Config.Volumes}} {{.Config.WorkingDir}} {{json .Config.Healthcheck}}' all:1
  is '{"/v":{}} /tmp {"Test":["CMD-SHELL","true"]}'
  works berth run --rm --network none all:1
  is "e /bin/sh -c c d"
  works berth run --rm --network none all:1 over
  is "e over"
  fails 1 berth commit -c '' changed x:1
  has "file with no instructions"
  berth rmi all:1
}

@test "podman's commit: FROM and empty changes count nothing; the OCI format has no health check" {
  works podman commit -q -c 'FROM x' -c '' -c 'HEALTHCHECK CMD true' changed pod:1
  works podman image inspect -f '{{json .Config.Healthcheck}}' localhost/pod:1
  is null
  works podman commit -q -f docker -m msg -c 'HEALTHCHECK CMD true' --iidfile "$WORK/iid" changed pod:1
  id=$output
  [ "$(cat "$WORK/iid")" = "$id" ]
  works podman image inspect -f '{{.Comment}} {{json .Config.Healthcheck.Test}}' localhost/pod:1
  is 'msg ["CMD-SHELL","true"]'
  podman rmi localhost/pod:1
  podman image prune -f
}

@test "a committed image tells its parent, as long as that is here" {
  base=$(berth image inspect -f '{{.Id}}' "$B")
  berth commit changed parent:1
  works berth image inspect -f '{{.Parent}}' parent:1
  is "$base"
  works podman commit -q changed parent:2
  works podman image inspect -f '{{.Parent}}' localhost/parent:2
  is "${base#*:}"
  works podman image inspect -f '{{.Parent}}' "$B"
  is ""
  berth rmi parent:1 localhost/parent:2
}

@test "commit is an event with the new image's id and name" {
  local since
  since=$(date +%s.%N)
  id=$(berth commit -m why changed ev:1)
  works berth events --since "$since" --until "$(date +%s.%N)" --filter event=commit --format '{{json .Actor.Attributes}}'
  has '"comment":"why"'
  has "\"imageID\":\"$id\""
  has '"imageRef":"ev:1"'
  berth rmi ev:1
}

@test "commit --squash makes one layer; a running container can be committed" {
  podman commit -q --squash --iidfile "$WORK/iid" changed flat:1
  works podman image inspect -f '{{len .RootFS.Layers}}' localhost/flat:1
  is 1
  works berth run --rm --network none localhost/flat:1 cat /tmp/f
  is hi
  podman rmi localhost/flat:1
  berth run -d --name going --network none "$B" sh -c 'echo now > /now; sleep 60'
  until_true berth exec going test -s /now
  berth commit going snap:1
  works berth run --rm --network none snap:1 cat /now
  is now
  berth rm -f going
  berth rmi snap:1
}

# happened: what became of the container by its events since $since.
happened() { berth events --since "$since" --until "$(date +%s.%N)" --filter container=still --format '{{.Action}}'; }
is_paused() { [ "$(berth inspect -f '{{.State.Status}}' still)" = paused ]; }

@test "the container stands still while it is committed, and goes on whatever happens" {
  berth run -d --name still --network none "$B" sleep 600
  since=$(date +%s.%N)
  works podman commit -q still
  works berth commit --no-pause still
  works berth commit --pause=false still
  has "Flag --pause has been deprecated"
  is_paused && false
  works happened
  has_not pause
  # One that packs until it is interrupted: what packs waits at a gate.
  mkfifo "$WORK/gate"
  mkdir "$WORK/gated"
  ln "$WORK"/bin/berth* "$WORK/gated/"
  rm "$WORK/gated/berth-transfer"
  printf '#!/bin/sh\nexec cat "%s"\n' "$WORK/gate" > "$WORK/gated/berth-transfer"
  chmod +x "$WORK/gated/berth-transfer"
  "$WORK/gated/berth" --root "$WORK/root" --runroot "$WORK/run" commit still interrupted:1 3>&- &
  until_true is_paused
  kill -INT $!
  local code=0
  wait $! || code=$?
  [ "$code" = 130 ]
  works berth inspect -f '{{.State.Status}}' still
  is running
  fails 1 berth image inspect interrupted:1
  works berth commit still
  works happened
  has "pause
unpause
pause
commit
unpause"
  berth pause still
  works berth commit still
  is_paused
  berth rm -f still
  berth image prune -f
}

@test "rootless: owners of a container with its own user namespace are kept" {
  needs_user
  user_berth run --name mapped --userns keep-id --network none "$B" sh -c 'touch /tmp/own'
  uid=$(id -u berth-test)
  user_berth export mapped | tar --numeric-owner -tvf - > "$WORK/list"
  grep -q "$uid/.* tmp/own" "$WORK/list"
  grep -q ' 0/0 .* bin/busybox' "$WORK/list"
  user_berth commit mapped mapped:1
  works user_berth run --rm --network none mapped:1 sh -c 'stat -c %u /tmp/own /bin/busybox'
  is "$uid
0"
  user_berth rm mapped
  user_berth rmi mapped:1
}

@test "rootless: commit" {
  needs_user
  user_berth run --name base --network none "$B" sh -c 'echo x > /new; chown 7:8 /new; rm /etc/passwd'
  user_berth commit base mine:1
  works user_berth run --rm --network none mine:1 sh -c 'stat -c %u:%g /new; ls /etc/passwd || true'
  is 7:8
  user_berth rm base
  user_berth rmi mine:1
}

@test "what is mounted in every container is nobody's change" {
  works berth run --name plain "$B" sh -c 'readlink /etc/mtab; test -f /.dockerenv; grep -c . /etc/hosts /etc/resolv.conf | wc -l'
  is $'/proc/mounts\n2'
  works berth ps -as --filter name=plain --format '{{.Size}}'
  [[ $output == "0B "* ]]
  [ -z "$(ls -A "$WORK/root/containers/$(berth inspect -f '{{.Id}}' plain)/upper")" ]
  works berth commit plain plain:1
  works berth create --name second plain:1 true
  berth export second | tar -tvf - > "$WORK/list"
  # Empty, as Docker exports them.
  grep -Eq '^-rw-r--r-- .* 0 .* etc/hosts$' "$WORK/list"
  works berth rm plain second
}
