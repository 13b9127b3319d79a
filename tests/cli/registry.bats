# SPDX-License-Identifier: Apache-2.0
# login, logout and push against real registries: the open one of all files, and one with TLS and passwords.
load load

setup_file() {
  begin_file
  start_locked
}

teardown_file() {
  kill "$LOCKED_PID"
  end_file
}

setup() {
  # Nothing of root's own passwords, and none that another test has left.
  export HOME=$BATS_TEST_TMPDIR/home DOCKER_CONFIG=$BATS_TEST_TMPDIR/docker XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
  unset XDG_CONFIG_HOME REGISTRY_AUTH_FILE DOCKER_AUTH_CONFIG
  mkdir "$HOME" "$XDG_RUNTIME_DIR"
  FILE=$DOCKER_CONFIG/config.json
}

# A registry that knows "user" with the password "secret word", and speaks TLS with a certificate of its own.
start_locked() {
  local port try dir=$WORK/locked
  mkdir "$dir" "$dir/certs"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$dir/key.pem" -out "$dir/certs/ca.crt" 2> /dev/null
  htpasswd -Bbn user "secret word" > "$dir/htpasswd"
  for try in 1 2 3; do
    port=$(free_port)
    cat > "$dir/config.yml" <<YML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $dir/data}, delete: {enabled: true}}
auth: {htpasswd: {realm: test, path: $dir/htpasswd}}
http:
  addr: "127.0.0.1:$port"
  tls: {certificate: $dir/certs/ca.crt, key: $dir/key.pem}
YML
    docker-registry serve "$dir/config.yml" > "$dir/log" 2>&1 3>&- &
    LOCKED_PID=$!
    LOCKED=127.0.0.1:$port
    curl -ksS --retry 50 --retry-delay 0 --retry-max-time 20 --retry-connrefused "https://$LOCKED/v2/" > /dev/null && break
    kill "$LOCKED_PID"
  done
  chmod -R go+rX "$dir/certs"
  export LOCKED LOCKED_PID
}

log_in() { printf 'secret word\n' | berth login -u user --password-stdin "$LOCKED"; }

# manifest_of REPOSITORY:TAG|@DIGEST, at the open registry
manifest_of() {
  local name=${1%%[:@]*}
  local rest=${1#"$name"}
  curl -fs -H "Accept: application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json" \
    "http://$REGISTRY/v2/$name/manifests/${rest#?}"
}

@test "a wrong password is refused, told nowhere and kept nowhere" {
  run -1 --separate-stderr berth login -u user --password-stdin "$LOCKED" <<< "wrong word"
  [ "$stderr" = "Error response from daemon: login attempt to https://$LOCKED/v2/ failed with status: 401 Unauthorized" ]
  [ ! -e "$FILE" ]
  run -125 --separate-stderr podman login -u user --password-stdin "$LOCKED" <<< "wrong word"
  [ "$stderr" = "Error: logging into \"$LOCKED\": invalid username/password" ]
  run -1 --separate-stderr berth --log-level debug login -u user -p "wrong word" "$LOCKED"
  [[ $stderr != *"wrong word"* && $stderr != *$(printf 'user:wrong word' | base64)* ]]
}

@test "login: what contradicts itself is refused before anybody is asked" {
  fails 1 berth login --password-stdin "$LOCKED" < /dev/null
  is "Must provide --username with --password-stdin"
  fails 1 berth login -u user -p x --password-stdin "$LOCKED" < /dev/null
  has "--password and --password-stdin are mutually exclusive"
  fails 1 berth login "$LOCKED" < /dev/null
  is "Error: Cannot perform an interactive login from a non TTY device"
  fails 125 podman login --password-stdin "$LOCKED" < /dev/null
  is "Error: must provide --username with --password-stdin"
  fails 125 podman login --authfile /a --compat-auth-file /b "$LOCKED"
  has "can not be set simultaneously"
  fails 125 podman logout --all "$LOCKED"
  is "Error: --all takes no arguments"
  fails 1 berth login -u u --password-stdin 127.0.0.1:1 <<< x
  has "dial tcp 127.0.0.1:1: connect: connection refused"
}

@test "login keeps the password in docker's file, for its owner alone, and lets the rest of the file be" {
  mkdir -p "$DOCKER_CONFIG"
  printf '{"psFormat": "x", "auths": {"other": {"auth": "b3RoZXI6cHc="}}}' > "$FILE"
  chmod 644 "$FILE"
  works log_in
  is "Login Succeeded"
  [[ $stderr == *"WARNING! Your credentials are stored unencrypted in '$FILE'."* ]]
  [ "$(stat -c %a "$FILE")" = 600 ]
  [ "$(jq -r --arg r "$LOCKED" '.auths[$r].auth' "$FILE" | base64 -d)" = "user:secret word" ]
  [ "$(jq -r '.psFormat + .auths.other.auth' "$FILE")" = xb3RoZXI6cHc= ]
  works berth login "$LOCKED"
  has "Authenticating with existing credentials... [Username: user]"
  has "Login Succeeded"
  works berth logout "https://$LOCKED/"
  is "Removing login credentials for $LOCKED"
  [ "$(jq -c '.auths | keys' "$FILE")" = '["other"]' ]
  works berth logout "$LOCKED"
  is "Removing login credentials for $LOCKED"
}

@test "a file that is a link stays one, and one that is malformed is not written" {
  mkdir -p "$DOCKER_CONFIG"
  echo '{}' > "$HOME/real.json"
  ln -s "$HOME/real.json" "$FILE"
  log_in
  [ -L "$FILE" ]
  [ "$(stat -c %a "$HOME/real.json")" = 600 ]
  jq -e --arg r "$LOCKED" '.auths[$r]' "$HOME/real.json"
  echo '{"auths": secret' > "$HOME/real.json"
  run -1 --separate-stderr log_in
  [[ $stderr == *config.json* && $stderr != *secret* ]]
  [ "$(cat "$HOME/real.json")" = '{"auths": secret' ]
}

@test "podman login: auth.json of the session, --authfile, --get-login, --verbose, logout --all" {
  unset DOCKER_CONFIG
  fails 125 podman login --get-login "$LOCKED"
  is "Error: not logged into $LOCKED"
  works podman login --tls-verify=false -v -u user --password-stdin "$LOCKED" <<< "secret word"
  is "Used:  $XDG_RUNTIME_DIR/containers/auth.json
Login Succeeded!"
  [ "$(stat -c %a "$XDG_RUNTIME_DIR/containers/auth.json")" = 600 ]
  works podman login --get-login "$LOCKED"
  is user
  works podman login "$LOCKED"
  has "Existing credentials are valid. Already logged in to $LOCKED"
  local other=$BATS_TEST_TMPDIR/other.json
  works podman login --authfile "$other" -u user -p "secret word" "$LOCKED"
  works podman login --authfile "$other" -u user -p "secret word" "$LOCKED/team"
  [ "$(jq -c '.auths | keys' "$other")" = "[\"$LOCKED\",\"$LOCKED/team\"]" ]
  works podman logout --authfile "$other" "$LOCKED/team"
  is "Removed login credentials for $LOCKED/team"
  works podman logout --authfile "$other" --all
  is "Removed login credentials for all registries"
  [ "$(jq -c .auths "$other")" = "{}" ]
  works podman login --get-login "$LOCKED"
  is user
  works podman logout "$LOCKED"
  is "Removed login credentials for $LOCKED"
  fails 125 podman logout "$LOCKED"
  is "Error: not logged into $LOCKED"
  fails 125 podman logout --authfile /nosuch "$LOCKED"
  is "Error: credential file is not accessible: faccessat /nosuch: no such file or directory"
}

@test "podman login --compat-auth-file keeps what docker wrote; a secret may be the password" {
  local file=$BATS_TEST_TMPDIR/compat.json
  echo '{"psFormat": "x"}' > "$file"
  printf 'secret word' | podman secret create user -
  works podman login --secret user --compat-auth-file "$file" "$LOCKED"
  is "Login Succeeded!"
  [ "$(jq -r '.psFormat' "$file")" = x ]
  [ "$(jq -r --arg r "$LOCKED" '.auths[$r].auth' "$file" | base64 -d)" = "user:secret word" ]
  fails 125 podman login --compat-auth-file "$file" -u user -p x "$LOCKED/team"
  has "Credentials cannot be recorded in Docker-compatible format with namespaced key \"$LOCKED/team\""
  podman secret rm user
}

@test "a credential helper keeps, gives and forgets the password; the file only names the registry" {
  mkdir -p "$DOCKER_CONFIG" "$HOME/bin"
  cat > "$HOME/bin/docker-credential-box" <<'SH'
#!/bin/sh
echo "$*" >> "$HOME/calls"
case $1 in
  store) cat > "$HOME/box" ;;
  get) cat "$HOME/box" 2> /dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
  erase) rm "$HOME/box" 2> /dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
esac
SH
  chmod +x "$HOME/bin/docker-credential-box"
  echo '{"credsStore": "box"}' > "$FILE"
  PATH=$HOME/bin:$PATH
  works log_in
  is "Login Succeeded"
  [ -z "$stderr" ]
  [ "$(jq -r '.Username + " " + .Secret + " " + .ServerURL' "$HOME/box")" = "user secret word $LOCKED" ]
  [ "$(jq -c --arg r "$LOCKED" '.auths[$r]' "$FILE")" = '{}' ]
  berth tag "$(berth pull -q "$REGISTRY/busybox:1")" "$LOCKED/team/box:1"
  berth push -q "$LOCKED/team/box:1"
  berth logout "$LOCKED"
  [ ! -e "$HOME/box" ]
  ! grep -q secret "$HOME/calls"
  sed -i '3i echo broken; exit 1' "$HOME/bin/docker-credential-box"
  fails 1 log_in
  has "Error response from daemon: error storing credentials - docker-credential-box: broken"
}

@test "the question for a password has no echo" {
  local script='berth() { "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" "$@"; }; berth login '$LOCKED
  run -0 python3 - "$script" <<'PY'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp("bash", ["bash", "-c", sys.argv[1]])
told = b""
def until(text):
    global told
    while text not in told:
        told += os.read(fd, 1024)
until(b"Username: ")
os.write(fd, b"user\n")
until(b"Password: ")
os.write(fd, b"secret word\n")
until(b"Login Succeeded")
assert b"secret" not in told, told
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
  jq -e --arg r "$LOCKED" '.auths[$r].auth' "$FILE"
}

@test "push and pull need the password, and have it from login, --creds and --authfile" {
  berth tag "$(berth pull -q "$REGISTRY/busybox:1")" "$LOCKED/team/app:1"
  fails 1 berth push "$LOCKED/team/app:1"
  has "push access denied, repository does not exist or may require authorization"
  fails 125 podman push --tls-verify=false "$LOCKED/team/app:1"
  has "checking whether a blob sha256:"
  has "exists in $LOCKED/team/app: authentication required"
  fails 125 podman push --authfile /nosuch "$LOCKED/team/app:1"
  is "Error: credential file is not accessible: faccessat /nosuch: no such file or directory"
  log_in
  works berth push "$LOCKED/team/app:1"
  berth logout "$LOCKED"
  works podman push --creds "user:secret word" "$LOCKED/team/app:1" "$LOCKED/team/app:2"
  berth rmi -f "$LOCKED/team/app:1"
  fails 125 podman run --rm --tls-verify=true --creds "user:secret word" "$LOCKED/team/app:2" true
  has "certificate"
  works podman run --rm --network none --pull always --cert-dir "$WORK/locked/certs" --tls-verify \
    --creds "user:secret word" "$LOCKED/team/app:2" echo hi
  is hi
  printf '{"auths":{"%s":{"auth":"%s"}}}' "$LOCKED" "$(printf 'user:secret word' | base64)" > "$HOME/auth.json"
  works podman create --pull always --authfile "$HOME/auth.json" "$LOCKED/team/app:2"
  podman rm "$output"
  fails 125 podman run --authfile /nosuch --pull always "$LOCKED/team/app:2" true
  is "Error: credential file is not accessible: faccessat /nosuch: no such file or directory"
  berth rmi -f "$LOCKED/team/app:2"
}

@test "push: what is not here, and what no registry takes" {
  fails 1 berth push "$REGISTRY/nosuch:1"
  is "tag does not exist: $REGISTRY/nosuch:1"
  fails 125 podman push nosuch:1
  is "Error: nosuch:1: image not known"
  fails 1 berth push -a "$REGISTRY/nosuch"
  is "An image does not exist locally with the tag: $REGISTRY/nosuch"
  fails 1 berth push -a "$REGISTRY/nosuch:1"
  is "tag can't be used with --all-tags/-a"
  berth pull -q "$REGISTRY/busybox:1"
  berth tag "$REGISTRY/busybox:1" 127.0.0.1:1/x:1
  fails 1 berth push 127.0.0.1:1/x:1
  has "dial tcp 127.0.0.1:1: connect: connection refused"
  berth rmi 127.0.0.1:1/x:1
  fails 125 podman push --format v9 "$REGISTRY/busybox:1"
  has 'unknown format "v9"'
  fails 125 podman push --format v2s1 "$REGISTRY/busybox:1"
  has "not supported"
  fails 125 podman push --compression-format zstd "$REGISTRY/busybox:1"
  has "not supported"
  fails 125 podman push --sign-by me "$REGISTRY/busybox:1"
  has "not supported"
}

@test "what was pulled is pushed with the digest it had, and nothing is sent that is there" {
  berth pull -q "$REGISTRY/app:1"
  local digest
  digest=$(berth image inspect "$REGISTRY/app:1" --format '{{index .RepoDigests 0}}')
  berth tag "$REGISTRY/app:1" "$REGISTRY/copy/app:1"
  works berth push "$REGISTRY/copy/app:1"
  [ "${lines[0]}" = "The push refers to repository [$REGISTRY/copy/app]" ]
  has "Mounted from app"
  has "1: digest: ${digest#*@} size: $(manifest_of copy/app:1 | wc -c)"
  works berth push "$REGISTRY/copy/app:1"
  has "Layer already exists"
  works berth image inspect "$REGISTRY/copy/app@${digest#*@}" --format '{{.Id}}'
  berth tag "$REGISTRY/app:1" "$REGISTRY/copy/app:latest"
  works berth push "$REGISTRY/copy/app"
  has "Using default tag: latest"
  works berth push -q -a "$REGISTRY/copy/app"
  is "$REGISTRY/copy/app"
  [ "$(manifest_of copy/app:latest)" = "$(manifest_of app:1)" ]
}

@test "push makes the layers that the registry lacks; the image comes back from there as it was" {
  local id
  berth run --name pushed "$REGISTRY/busybox:1" sh -c 'echo kept > /kept; head -c 3000000 /dev/zero > /zeros'
  id=$(berth commit pushed "$REGISTRY/made/app:1")
  berth rm pushed
  works berth push "$REGISTRY/made/app:1"
  has "Pushed"
  works berth push "$REGISTRY/made/app:1"
  local again=$output
  [[ $again != *Pushed* && $again == *"Layer already exists"* ]]
  manifest_of made/app:1 | jq -e '[.layers[].mediaType | endswith("gzip")] | all'
  works berth image inspect "$REGISTRY/made/app:1" --format '{{index .RepoDigests 0}}'
  [[ $again == *"1: digest: ${output#*@} size: "* ]]
  berth rmi -f "$id"
  works berth run --rm --network none "$REGISTRY/made/app:1" cat /kept
  is kept
  [ "$(berth image inspect "$REGISTRY/made/app:1" --format '{{.Id}}')" = "$id" ]
}

@test "podman push: another name, a format, a digest file, an event, quiet" {
  podman pull -q "$REGISTRY/busybox:1"
  works podman push --format v2s2 --digestfile "$HOME/digest" "$REGISTRY/busybox:1" "docker://$REGISTRY/other/box:9"
  is ""
  [[ $stderr == "Getting image source signatures"*"Copying blob sha256:"*"Copying config sha256:"*"Writing manifest to image destination" ]]
  [ "$(manifest_of other/box:9 | jq -r .mediaType)" = application/vnd.docker.distribution.manifest.v2+json ]
  [ "$(manifest_of other/box:9 | sha256sum)" = "$(cut -d: -f2 "$HOME/digest")  -" ]
  works podman push -q --compression-format gzip --compression-level 1 "$REGISTRY/busybox:1" "$REGISTRY/other/box:8"
  is ""
  [ -z "$stderr" ]
  works podman events --stream=false --filter event=push --format '{{.Name}}'
  has "docker://$REGISTRY/other/box:9"
}

@test "podman push to a directory and to archives" {
  podman pull -q "$REGISTRY/busybox:1"
  podman push -q "$REGISTRY/busybox:1" "dir:$BATS_TEST_TMPDIR/dir"
  [ -s "$BATS_TEST_TMPDIR/dir/manifest.json" ]
  podman push -q "$REGISTRY/busybox:1" "oci-archive:$BATS_TEST_TMPDIR/a.tar:new/name:3"
  podman rmi -f "$REGISTRY/busybox:1"
  works podman load -q -i "$BATS_TEST_TMPDIR/a.tar"
  has "new/name:3"
  podman rmi -f new/name:3
  fails 125 podman push "$REGISTRY/app:1" docker-daemon:x:1
}

@test "an ordinary user logs in and pushes" {
  needs_user
  chmod 755 "$WORK/locked"
  user_berth pull -q "$REGISTRY/busybox:1"
  works as_user sh -c 'printf "secret word" | "$0" login -u user --password-stdin "$1"' "$WORK/bin/berth" "$LOCKED"
  is "Login Succeeded"
  [ "$(stat -c '%U %a' "$WORK/home/.docker/config.json")" = "berth-test 600" ]
  user_berth tag "$REGISTRY/busybox:1" "$LOCKED/mine/box:1"
  works user_berth push "$LOCKED/mine/box:1"
  has "1: digest: sha256:"
  works as_user sh -c 'printf "secret word" | "$0" login -v -u user --password-stdin "$1"' "$WORK/bin/podman" "$LOCKED"
  has "Used:  $WORK/user-run/containers/auth.json"
  works user_podman run --rm --network none --pull always "$LOCKED/mine/box:1" echo hi
  is hi
  user_podman logout "$LOCKED"
  user_berth logout "$LOCKED"
}
