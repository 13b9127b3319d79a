# SPDX-License-Identifier: Apache-2.0
# Secrets: kept for their owner alone, shown only when asked for.
load load

setup_file() {
  begin_file
}
teardown_file() { end_file; }
teardown() { berth secret rm --all > /dev/null; }

podman() { "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" "$@"; }

@test "a secret comes from a file, stdin or a variable, and is shown only on demand" {
  printf 's3cret\0x' > "$WORK/data"
  works berth secret create --label a=b --label c one "$WORK/data"
  local id=$output
  [[ $id =~ ^[0-9a-f]{25}$ ]]
  works podman secret inspect one
  has "\"ID\": \"$id\""
  has '"a": "b"'
  has_not s3cret
  works podman secret inspect --showsecret -f '{{.SecretData}}' "${id:0:8}"
  has s3cret
  cmp "$WORK/data" "$WORK/root/secrets/$id"
  [ "$(stat -c %a "$WORK/root/secrets/$id")" = 600 ]
  [ "$(stat -c %a "$WORK/root/secrets")" = 700 ]
  printf piped | berth secret create two -
  VALUE=from-env works berth secret create --env three VALUE
  works berth secret inspect --showsecret -f '{{.Spec.Name}}={{.SecretData}}' two three
  is "two=piped
three=from-env"
  run grep -aq -e s3cret -e from-env -e piped "$WORK/root/berth.db" "$WORK/root/berth.db-wal" "$WORK/run/events"
  [ "$status" = 1 ]
}

@test "a name that is taken is refused, replaced or kept" {
  local first second
  first=$(printf old | berth secret create tt -)
  printf new > "$WORK/new"
  fails 125 podman secret create tt "$WORK/new"
  has "Error: tt: secret name in use"
  fails 125 podman secret create --replace --ignore tt "$WORK/new"
  has "cannot use --ignore and --replace flags together"
  works podman secret create --ignore tt "$WORK/new"
  is "$first"
  works podman secret create --replace tt "$WORK/new"
  second=$output
  [ "$second" != "$first" ]
  works podman secret inspect --showsecret -f '{{.SecretData}}' tt
  is new
  [ "$(ls "$WORK/root/secrets")" = "$second" ]
}

@test "what cannot be kept is refused without telling it" {
  fails 125 podman secret create aa "$WORK/nosuch"
  has "open $WORK/nosuch: no such file or directory"
  fails 125 podman secret create --env aa NO_SUCH_VARIABLE
  has "environment variable NO_SUCH_VARIABLE is not set"
  fails 125 podman secret create aa /dev/null
  has "secret data must be larger than 0 and less than 512000 bytes"
  head -c 512000 /dev/zero > "$WORK/large"
  fails 125 podman secret create aa "$WORK/large"
  has "less than 512000 bytes"
  head -c 511999 /dev/zero > "$WORK/large"
  works podman secret create aa "$WORK/large"
  for name in 'a=b' 'a/b' 'a,b' ''; do
    fails 125 podman secret create "$name" "$WORK/large"
    has "invalid secret name"
  done
  fails 125 podman secret create -d pass bb "$WORK/large"
  has "secret driver pass is not supported yet"
  fails 125 podman secret create -d nosuch bb "$WORK/large"
  has "nosuch: invalid driver"
}

@test "secrets are listed, filtered, found and removed" {
  local name
  for name in alpha beta; do printf x | berth secret create $name -; done
  works podman secret ls --format '{{.Name}} {{.Driver}}'
  is "alpha file
beta file"
  works podman secret ls --filter name=^al --format '{{.Name}}'
  is alpha
  works podman secret ls
  [[ ${lines[0]} =~ ^ID\ +NAME\ +DRIVER\ +CREATED\ +UPDATED ]]
  works podman secret ls --noheading
  [ ${#lines[@]} = 2 ]
  fails 125 podman secret ls --filter nosuch=1
  has 'invalid filter "nosuch"'
  works podman secret exists alpha
  fails 1 podman secret exists gamma
  fails 125 podman secret inspect gamma
  has 'Error: inspecting secret: no secret with name or id "gamma": no such secret'
  fails 125 podman secret rm
  has 'requires one argument, or the --all flag'
  fails 125 podman secret rm gamma alpha
  has 'no secret with name or id "gamma": no such secret'
  works podman secret rm -i gamma
  is ""
  works podman secret rm --all
  works podman secret ls -q
  is ""
  [ -z "$(ls "$WORK/root/secrets")" ]
}

@test "what a killed create left is removed by the next one" {
  printf x | berth secret create one -
  echo stray > "$WORK/root/secrets/0123456789abcdef012345678"
  printf x | berth secret create two -
  [ "$(ls "$WORK/root/secrets" | wc -l)" = 2 ]
}

@test "a user has secrets of his own" {
  needs_user
  printf mine | user_berth secret create uu -
  works user_berth secret inspect --showsecret -f '{{.SecretData}}' uu
  is mine
  works berth secret ls -q
  is ""
  user_berth secret rm uu
}
