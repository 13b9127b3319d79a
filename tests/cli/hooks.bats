# SPDX-License-Identifier: Apache-2.0
# OCI hooks: programs of an administrator's that are run at moments of a container's life.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
setup() {
  H=$WORK/hooks
  rm -rf "$H" "$H-2"
  mkdir "$H" "$H-2"
  chmod 777 "$H"
  # Notes its first argument and the container's status.
  cat > "$H/program" <<SH
#!/bin/sh
echo "\$1 \$(sed -n 's/.*"status" *: *"\([a-z]*\)".*/\1/p') \$V" >> "$H/log"
SH
  chmod 755 "$H/program"
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

# hook NAME WHEN STAGES [PROGRAM]: a hook that notes its name.
hook() {
  cat > "$H/$1.json" <<JSON
{"version": "1.0.0", "hook": {"path": "${4:-$H/program}", "args": ["program", "$1"], "env": ["V=set"]},
 "when": $2, "stages": $3}
JSON
}
hooked() { podman --hooks-dir "$H" run --network none "$@"; }
# The end is on record before what follows it, of which the hook is a part.
noted_3_stops() { [ "$(grep -c '^poststop' "$H/log")" = 3 ]; }
given_up() { [ "$(podman inspect -f '{{.RestartCount}} {{.State.Status}}' "$1")" = '2 exited' ]; }
noted() { cut -d' ' -f1 "$H/log" 2> /dev/null | tr '\n' ' '; }

@test "hooks of every stage, and each run of a container that is restarted" {
  local stage
  for stage in prestart createRuntime poststart poststop; do
    hook "$stage" '{"always": true}' "[\"$stage\"]"
  done
  hooked --rm "$B" true
  grep -q '^createRuntime creat.* set$' "$H/log"
  grep -q '^poststop stopped set$' "$H/log"
  [ "$(sort -u "$H/log" | wc -l)" = 4 ]
  rm "$H/log"
  hooked -d --name rr --restart on-failure:2 "$B" false
  until_true given_up rr
  until_true noted_3_stops
  [ "$(grep -c '^prestart' "$H/log")" = 3 ]
}

@test "a hook in the container's own files" {
  hook inside '{"always": true}' '["startContainer"]' /bin/touch
  sed -i 's/"program", "inside"/"touch", "\/made"/' "$H/inside.json"
  works hooked --rm "$B" ls /made
  is /made
}

@test "conditions of hooks" {
  hook bind '{"hasBindMounts": true}' '["prestart"]'
  hook command '{"commands": ["/sh$", "^nosuch"]}' '["prestart"]'
  hook note '{"annotations": {"^app[.]": "^(one|two)$"}}' '["prestart"]'
  hook both '{"annotations": {"app": "."}, "commands": ["^/bin/sh"]}' '["prestart"]'
  hook never '{"always": false, "commands": ["."]}' '["prestart"]'
  hook nothing '{}' '["prestart"]'
  hooked --rm "$B" true
  [ "$(noted)" = "" ]
  hooked --rm -v "$WORK:/w" --annotation app.kind=two "$B" true
  [ "$(noted)" = "bind note " ]
  rm "$H/log"
  hooked --rm --annotation app.kind=three "$B" /bin/sh -c true
  [ "$(noted)" = "both command " ]
}

@test "a later directory goes before, containers.conf names directories, docker's words know them" {
  hook one '{"always": true}' '["prestart"]'
  hook two '{"always": true}' '["prestart"]'
  sed 's/"program", "one"/"program", "other"/' "$H/one.json" > "$H-2/one.json"
  podman --hooks-dir "$H" --hooks-dir "$H-2" run --rm --network none "$B" true
  [ "$(noted)" = "other two " ]
  rm "$H/log"
  printf '[engine]\nhooks_dir = ["%s"]\n' "$H" > "$WORK/conf"
  CONTAINERS_CONF=$WORK/conf podman run --rm --network none "$B" true
  [ "$(noted)" = "one two " ]
  rm "$H/log"
  berth --hooks-dir "$H" run --rm --network none "$B" true
  [ "$(noted)" = "one two " ]
  berth run --rm --network none "$B" true
  [ "$(noted)" = "one two " ]
  cd "$WORK"
  podman --hooks-dir hooks run --rm --network none "$B" true
  [ "$(noted)" = "one two one two " ]
}

@test "hooks that cannot be used are refused by name" {
  local text
  for text in 'no JSON' '[]' '{}' '{"version": "0.1.0"}' "$(printf '[%.0s' {1..5000})" \
    '{"version":"1.0.0","hook":{},"when":{},"stages":[]}' \
    '{"version":"1.0.0","hook":{"path":"/nosuch"},"when":{"always":true},"stages":["prestart"]}' \
    '{"version":"1.0.0","hook":{"path":"bin/sh"},"when":{"always":true},"stages":["prestart"]}' \
    '{"version":"1.0.0","hook":{"path":"/bin/sh"},"when":{"always":true},"stages":["nosuch"]}' \
    '{"version":"1.0.0","hook":{"path":"/bin/sh"},"when":{"always":true}}' \
    '{"version":"1.0.0","hook":{"path":"/bin/sh"},"when":{"commands":["["]},"stages":["prestart"]}'; do
    echo "$text" > "$H/bad.json"
    fails 126 hooked --rm "$B" true
    has "setting up OCI Hooks: parsing hook \"$H/bad.json\": "
  done
  hook bad '{"always": true}' '["precreate"]'
  fails 126 hooked --rm "$B" true
  has 'the stage precreate is not supported yet'
  truncate -s 2M "$H/bad.json"
  fails 126 hooked --rm "$B" true
  rm "$H/bad.json"
  mkfifo "$H/bad.json"
  fails 126 timeout 10 "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" --hooks-dir "$H" run --rm --network none "$B" true
  has 'not a regular file'
  rm "$H/bad.json"
  hook fails '{"always": true}' '["prestart"]' /bin/false
  fails 126 hooked --rm "$B" true
  works podman ps -aq
  is ""
}

@test "rootless: hooks of one's own" {
  needs_user
  hook mine '{"always": true}' '["prestart", "poststop"]'
  user_podman pull -q --tls-verify=false "$B"
  works user_podman --hooks-dir "$H" run --rm --network none "$B" echo x
  is x
  [ "$(noted)" = "mine mine " ]
}
