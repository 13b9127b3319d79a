# SPDX-License-Identifier: Apache-2.0
# What every .bats file here begins with: a store of its own, a registry with the fixture images, and functions to call
# the binary under test ($BERTH) as root or as an ordinary user.
#
#   setup_file() { begin_file; }        teardown_file() { end_file; }
#   setup_file() { begin_store; }       the same without a registry
#
#   berth ARG...        as root on the file's own --root and --runroot
#   user_berth ARG...   as the user berth-test on his own
#   podman, user_podman ARG...   the same by the name podman
#   IMAGES              names of what images.py makes, e.g. $REGISTRY/app:1
#
# end_file fails when a mount, a process, a network interface or firewall rules of the file's store are left.

bats_require_minimum_version 1.5.0
TESTS=$(cd "${BASH_SOURCE[0]%/*}/.." && pwd)
BERTH=${BERTH:-$TESTS/../build/release/bin/berth}

berth() { "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" "$@"; }

# Nothing of root's environment or directory: as after a login of the user.
as_user() {
  (cd "$WORK/home" && exec setpriv --reuid berth-test --regid berth-test --init-groups env -i HOME="$WORK/home" \
    XDG_RUNTIME_DIR="$WORK/user-run" CONTAINERS_CONF=/dev/null CONTAINERS_STORAGE_CONF=/dev/null PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 "$@")
}

user_berth() { as_user "$WORK/bin/berth" "$@"; }

# The same by the other name, in Podman's dialect.
podman() { "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" "$@"; }
user_podman() { as_user "$WORK/bin/podman" "$@"; }

begin_file() {
  begin_store
  start_registry
}

begin_store() {
  [ "$(id -u)" = 0 ] || skip "needs root"
  export CONTAINERS_CONF=/dev/null CONTAINERS_STORAGE_CONF=/dev/null  # nothing of this host's
  WORK=$(mktemp -d /var/tmp/berth-cli.XXXXXX)
  export WORK BERTH
  chmod 755 "$WORK"
  # An overlay cannot carry another one.
  case $(stat -f -c %T "$WORK") in overlayfs) mount -t tmpfs -o mode=755 berth-cli "$WORK" ;; esac
  mkfifo "$WORK/never"
  mkdir "$WORK/bin"
  local program
  for program in "${BERTH%/*}"/berth{,-monitor,-transfer,-init}; do
    ln "$program" "$WORK/bin/" 2> /dev/null || cp "$program" "$WORK/bin/"
  done
  ln -s berth "$WORK/bin/podman"
  if id berth-test > /dev/null 2>&1; then
    install -d -o berth-test -g berth-test -m 700 "$WORK/home" "$WORK/user-run"
  fi
}

needs_user() { id berth-test > /dev/null 2>&1 || skip "needs the user berth-test (see ./check)"; }

# The layout is made once for all files of one build and kept beside it.
fixture_layout() {
  local cache=${FIXTURES:-/var/tmp/berth-fixtures-$(id -u)} key
  key=$(sha256sum "$TESTS/support/images.py" /bin/busybox | sha256sum | cut -c1-16)
  mkdir -p "$cache"
  (
    flock 9
    if [ ! -e "$cache/$key/index.json" ]; then
      "$TESTS/support/images.py" layout "$cache/$key.new" && mv "$cache/$key.new" "$cache/$key"
    fi
  ) 9> "$cache.lock"
  echo "$cache/$key"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start_registry() {
  LAYOUT=$(fixture_layout)
  local port try
  for try in 1 2 3; do
    port=$(free_port)
    cat > "$WORK/registry.yml" <<YML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $WORK/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
YML
    # Descriptor 3 is bats' own: who keeps it open keeps bats waiting.
    docker-registry serve "$WORK/registry.yml" > "$WORK/registry.log" 2>&1 3>&- &
    REGISTRY_PID=$!
    REGISTRY=127.0.0.1:$port
    export REGISTRY REGISTRY_PID LAYOUT
    curl -fs --retry 50 --retry-delay 0 --retry-max-time 20 --retry-connrefused "http://$REGISTRY/v2/" > /dev/null && break
    kill "$REGISTRY_PID"
  done
  [ "$try" -le 3 ] && "$TESTS/support/images.py" push "$LAYOUT" "$REGISTRY"
}

end_file() {
  [ -n "${WORK:-}" ] || return 0
  local left=0
  remove_all berth || true
  if [ -e "$WORK/home/.local/share/berth" ]; then remove_all user_berth || true; fi
  local bridge
  bridge=$(sed -n 's/.*"name":"\([^"]*\)".*/\1/p' "$WORK/run/network/bridge" 2> /dev/null || true)
  berth system reset -f || left=1
  if [ -e "$WORK/home/.local/share/berth" ]; then user_berth system reset -f || left=1; fi
  nothing_left || left=1
  if [ -n "$bridge" ] && { [ -e "/sys/class/net/$bridge" ] || nft list table ip "$bridge" > /dev/null 2>&1; }; then
    echo "bridge left: $bridge"
    left=1
  fi
  [ -z "${REGISTRY_PID:-}" ] || kill "$REGISTRY_PID"
  umount -l "$WORK" 2> /dev/null || true
  rm -rf "$WORK"
  return $left
}

# remove_all berth|user_berth: all containers and volumes of that store.
remove_all() {
  local ids
  mapfile -t ids < <("$1" ps -aq)
  [ ${#ids[@]} = 0 ] || "$1" rm -fv "${ids[@]}" > /dev/null
}

# Says what of this file's store is still on the machine.
nothing_left() {
  local found=0 line
  while read -r line; do echo "mount left: $line"; found=1; done < <(grep -F "$WORK/" /proc/self/mountinfo)
  for line in /proc/[0-9]*; do
    case $(readlink "$line/exe" 2> /dev/null) in
      "$WORK"/bin/berth*) echo "process left: ${line#/proc/} $(tr '\0' ' ' < "$line/cmdline")"; found=1 ;;
    esac
  done
  return $found
}

# fails CODE COMMAND...: the command must end with that code; $output is its stderr.
fails() {
  local code=$1
  shift
  run "-$code" --separate-stderr "$@" || { echo "stderr: $stderr"; return 1; }
  output=$stderr
}

# works COMMAND...: must end with 0; $output is its stdout, $stderr its stderr.
works() {
  run --separate-stderr "$@"
  [ "$status" = 0 ] || { echo "exit code $status; stdout: $output; stderr: $stderr"; return 1; }
}

is() { [ "$output" = "$1" ] || { printf 'expected: %s\n     got: %s\n  stderr: %s\n' "$1" "$output" "${stderr:-}"; return 1; }; }

has() {
  case $output in *"$1"*) ;; *) printf 'no %s\nin: %s\nstderr: %s\n' "$1" "$output" "${stderr:-}"; return 1 ;; esac
}

has_not() { case $output in *"$1"*) printf 'unexpected: %s\nin: %s\n' "$1" "$output"; return 1 ;; esac; }

# until_true COMMAND...: waits for a state that nothing announces to a shell, for at most 10 s. It starts no process in
# the background: $! stays the caller's.
until_true() {
  local end=$((SECONDS + 10))
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "never came true: $*"; return 1; }
    read -r -t 0.05 <> "$WORK/never" || true
  done
}
