# SPDX-License-Identifier: Apache-2.0
# cp: every form, into, out of and between containers; volumes as archives.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
  mkdir -p "$WORK/host/d/sub"
  cd "$WORK/host"
  echo hello > f
  echo 1 > d/a
  echo 2 > d/sub/b
  ln -s f link
  berth create --name stopped --network none "$B" true
  berth run -d --name runs --network none -v vol:/vol --tmpfs /temp "$B" sleep 600
}
teardown_file() { end_file; }

setup() { cd "$WORK/host"; }

listed() { berth cp "$1" - | tar -tf - | sort | tr '\n' ' '; }

@test "what cannot be copied is told in docker's words" {
  fails 1 berth cp f nosuch:/tmp
  has "Error response from daemon: No such container: nosuch"
  fails 1 berth cp f stopped:/no/such/f
  has "Error response from daemon: Could not find the file /no/such in container stopped"
  fails 1 berth cp f stopped:/no/
  has "no such directory"
  fails 1 berth cp nosuch stopped:/tmp
  has "lstat $WORK/host/nosuch: no such file or directory"
  fails 1 berth cp stopped:/nosuch .
  has "Could not find the file /nosuch in container stopped"
  fails 1 berth cp d stopped:/etc/passwd
  has "cannot copy directory"
  fails 1 berth cp f g
  has "must specify at least one container source"
  fails 1 berth cp stopped:/etc/passwd no/such/dir/
  has "invalid output path: directory \"$WORK/host/no/such\" does not exist"
  berth create --name frozen --network none --read-only -v vol:/vol:ro "$B" true
  fails 1 berth cp f frozen:/tmp/f
  has "container rootfs is marked read-only"
  fails 1 berth cp f frozen:/vol/f
  has "mounted volume is marked read-only"
  berth rm frozen
}

@test "and in podman's" {
  fails 125 podman cp f nosuch:/tmp
  has 'container "nosuch" does not exist'
  fails 125 podman cp f stopped:/no/such/f
  has '"/no/such/f" could not be found on container stopped: no such file or directory'
  fails 125 podman cp nosuch stopped:/tmp
  has '"nosuch" could not be found on the host: no such file or directory'
  fails 125 podman cp d stopped:/etc/passwd
  has "destination must be a directory when copying a directory"
  fails 125 podman cp f g
  has "name or ID cannot be empty"
  echo none | fails 125 podman cp - stopped:/tmp
}

@test "files and directories, with docker's rules for their names" {
  for c in stopped runs; do
    works berth cp f $c:/tmp/f
    works berth cp $c:/tmp/f back-$c
    [ "$(cat back-$c)" = hello ]
    berth cp f $c:tmp/renamed
    [ "$(listed $c:/tmp/renamed)" = "renamed " ]
    berth cp d $c:/tmp/new
    [ "$(listed $c:/tmp/new)" = "new/ new/a new/sub/ new/sub/b " ]
    berth cp d $c:/tmp
    [ "$(listed $c:/tmp/d)" = "d/ d/a d/sub/ d/sub/b " ]
    berth cp d/. $c:/tmp/new
    [ "$(listed $c:/tmp/new)" = "new/ new/a new/sub/ new/sub/b " ]
    berth cp $c:/tmp/new out-$c
    berth cp $c:/tmp/new out-$c
    [ "$(ls out-$c | tr '\n' ' ')" = "a new sub " ]
    berth cp $c:/tmp/new/. dot-$c
    [ "$(ls dot-$c | tr '\n' ' ')" = "a sub " ]
    tar -czf - f | berth cp - $c:/home
    [ "$(berth cp $c:/home/f - | tar -xOf -)" = hello ]
  done
}

@test "links are copied, or followed with -L" {
  berth cp link stopped:/tmp/l1
  [ "$(berth cp stopped:/tmp/l1 - | tar -tvf - | cut -c1)" = l ]
  berth cp -L link stopped:/tmp/l2
  [ "$(berth cp stopped:/tmp/l2 - | tar -tvf - | cut -c1)" = - ]
}

@test "owners: docker keeps them, podman gives all to the container's user" {
  cp f owned
  chown 1234:5678 owned
  berth cp owned runs:/tmp/owned
  works berth exec runs stat -c %u:%g /tmp/owned
  is 1234:5678
  podman cp owned runs:/tmp/podman
  works berth exec runs stat -c %u:%g /tmp/podman
  is 0:0
  podman cp -a=false owned runs:/tmp/kept
  works berth exec runs stat -c %u:%g /tmp/kept
  is 1234:5678
  berth cp runs:/tmp/owned here
  [ "$(stat -c %u:%g here)" = 0:0 ]
}

@test "volumes and tmpfs of a running container, volumes of a stopped one" {
  berth cp f runs:/vol/f
  works berth exec runs cat /vol/f
  is hello
  berth cp f runs:/temp/f
  works berth exec runs cat /temp/f
  is hello
  berth create --name with-volume --network none -v vol:/vol "$B" true
  works berth cp with-volume:/vol/f -
  berth cp d with-volume:/vol
  works berth exec runs ls /vol/d
  is "a
sub"
  berth rm with-volume
}

@test "between containers" {
  berth cp d runs:/tmp/between
  berth cp runs:/tmp/between stopped:/tmp/arrived
  [ "$(listed stopped:/tmp/arrived)" = "arrived/ arrived/a arrived/sub/ arrived/sub/b " ]
  berth cp stopped:/tmp/arrived stopped:/tmp/again
  [ "$(listed stopped:/tmp/again)" = "again/ again/a again/sub/ again/sub/b " ]
}

@test "no link in a container leads out of it" {
  echo outside > "$WORK/secret"
  berth exec runs sh -c "ln -s $WORK/secret /tmp/trap; ln -s $WORK /tmp/dir; ln -s ../../../../../../.. /tmp/up"
  fails 1 berth cp runs:/tmp/dir/secret x
  fails 1 berth cp -L runs:/tmp/trap x
  fails 1 berth cp f runs:/tmp/dir/secret
  [ "$(cat "$WORK/secret")" = outside ]
  berth cp f runs:/tmp/up/landed
  works berth exec runs cat /landed
  # An archive that makes a link and goes through it.
  mkdir -p evil/one evil/two/x
  ln -s "$WORK" evil/one/x
  echo bad > evil/two/x/secret
  tar -C evil/one -cf evil.tar x
  tar -C evil/two -rf evil.tar x/secret
  run berth cp - runs:/tmp < evil.tar
  [ "$(cat "$WORK/secret")" = outside ]
}

@test "a file does not take a directory's place, unless podman is told to" {
  berth cp d stopped:/tmp/place
  mkdir -p over
  echo x > over/sub
  fails 1 berth cp over/. stopped:/tmp/place
  has "cannot overwrite directory"
  works podman cp --overwrite over/. stopped:/tmp/place
  [ "$(listed stopped:/tmp/place)" = "place/ place/a place/sub " ]
}

@test "volume export and import" {
  fails 125 podman volume export nosuch
  berth cp f runs:/vol/exported
  podman volume export vol -o vol.tar
  tar -tf vol.tar | grep -qx exported
  podman volume create vol2
  works podman volume import vol2 vol.tar
  works berth run --rm --network none -v vol2:/m "$B" cat /m/exported
  is hello
  podman volume rm vol2
}

@test "rootless" {
  needs_user
  user_berth pull -q "$B"
  user_berth create --name mine --network none -v v1:/vol "$B" true
  as_user sh -c 'echo own > own'
  user_berth cp own mine:/vol/own
  user_berth cp mine:/etc/passwd passwd
  [ "$(stat -c %U "$WORK/home/passwd")" = berth-test ]
  user_berth start mine
  user_berth run -d --name live --network none -v v1:/vol "$B" sleep 60
  [ "$(user_berth cp live:/vol/own - | tar -xOf -)" = own ]
  user_berth cp own live:/tmp/own
  works user_berth exec live cat /tmp/own
  is own
  user_berth rm -f live mine
  user_berth volume rm v1
}

@test "podman's relative paths begin at the working directory" {
  berth create --name work -w /tmp "$B" true
  echo here > "$WORK/host/rel"
  works podman cp rel work:.
  works podman cp work:rel - 
  berth cp work:/tmp/rel "$WORK/host/back"
  [ "$(cat "$WORK/host/back")" = here ]
  fails 125 podman cp - work:/no/such < /dev/null
  has "destination must be a directory when copying from stdin"
  mkfifo "$WORK/host/fifo"
  fails 125 podman cp work:/tmp/rel "$WORK/host/fifo"
  has "must be a directory or a regular file"
  podman cp "$WORK/host/d" work:/tmp/clash
  cp "$WORK/host/rel" "$WORK/host/clash"
  fails 125 podman cp clash work:/tmp
  has 'error creating "/tmp/clash": open /tmp/clash: file exists'
  berth rm work
}

@test "owners of a container with a user namespace of its own are those that it sees" {
  needs_user
  user_berth pull -q "$B"
  user_berth run -d --name mapped --network none --userns keep-id "$B" sleep 1000
  local own
  own=$(id -u berth-test)
  user_berth exec -u 0 mapped sh -c "echo x > /inside && chown $own:34 /inside"
  user_berth cp mapped:/inside - > "$WORK/mapped.tar"
  [ "$(tar -tvf "$WORK/mapped.tar" --numeric-owner | awk '{print $2}')" = "$own/34" ]
  user_berth cp - mapped:/tmp < "$WORK/mapped.tar"
  works user_berth exec mapped stat -c %u:%g /tmp/inside
  is "$own:34"
  user_berth rm -f mapped
}

@test "a volume within a volume leaves nothing in the outer one" {
  berth volume create outer
  berth volume create inner
  berth create --name nest -v outer:/tmp/vol -v inner:/tmp/vol/sub "$B" true
  echo x > "$WORK/host/nested"
  works berth cp "$WORK/host/nested" nest:/tmp/vol/sub/
  [ "$(cat "$WORK/root/volumes/inner/_data/nested")" = x ]
  [ -z "$(ls -A "$WORK/root/volumes/outer/_data")" ]
  works berth cp nest:/tmp/vol/sub/nested -
  berth rm nest
  berth volume rm outer inner
}

@test "where one mount cannot be attached, what the others show stays" {
  mkdir -p "$WORK/precious" "$WORK/conf"
  echo data > "$WORK/precious/data"
  berth create --name torn --network none -v "$WORK/precious:/data" -v "$WORK/conf:/bin/busybox" "$B" true
  fails 1 berth cp torn:/etc/hostname -
  [ "$(cat "$WORK/precious/data")" = data ]
  [ -z "$(ls -A "$WORK/root/staging")" ]
  berth rm torn
}

@test "setuid programs of a container are no such programs on the host" {
  berth exec runs sh -c 'cp /bin/busybox /temp/s && chmod 6755 /temp/s'
  works berth cp runs:/temp/s "$WORK/host/s"
  [ "$(stat -c %a "$WORK/host/s")" = 755 ]
  works berth cp -a runs:/temp/s "$WORK/host/s"
  [ "$(stat -c %a "$WORK/host/s")" = 755 ]
  chmod 6755 "$WORK/host/s"
  works berth cp "$WORK/host/s" runs:/temp/u
  works berth exec runs stat -c %a /temp/u
  is 6755
}

@test "export to a link leaves nothing of what its target held" {
  head -c 30000000 /dev/zero > "$WORK/host/big"
  ln -s big "$WORK/host/export.link"
  berth export -o "$WORK/host/export.tar" stopped
  works berth export -o "$WORK/host/export.link" stopped
  [ -L "$WORK/host/export.link" ]
  [ "$(stat -c %s "$WORK/host/big")" = "$(stat -c %s "$WORK/host/export.tar")" ]
}

@test "a device of the host is no place for a file" {
  berth create --name device "$B" true
  mknod "$WORK/device" c 1 3
  fails 1 berth cp device:/etc/passwd "$WORK/device"
  has "invalid output path: \"$WORK/device\" must be a directory or a regular file: got a device"
  ln -s device "$WORK/link"
  fails 1 berth cp device:/etc/passwd "$WORK/link"
  has "got a device"
  fails 125 podman cp device:/etc/passwd "$WORK/device"
  has "must be a directory or a regular file"
  [ -c "$WORK/device" ]
}
