# SPDX-License-Identifier: Apache-2.0
# Registries that lie, stall, never end or lead elsewhere (tests/support/hostile_registry.py): whatever they do, a pull ends in
# time with one line that says what is wrong, has no more than 64 MiB beyond what a pull needs, and leaves nothing.
load load

setup_file() {
  begin_file
  DIRECTORY=$WORK/hostile
  mkdir "$DIRECTORY"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1 \
    -keyout "$DIRECTORY/key.pem" -out "$DIRECTORY/cert.new" 2> /dev/null
  cat "$DIRECTORY/key.pem" "$DIRECTORY/cert.new" > "$DIRECTORY/cert.pem"
  "$TESTS/support/hostile_registry.py" serve "$DIRECTORY" > "$WORK/hostile.log" 2>&1 3>&- &
  HOSTILE_PID=$!
  until_true test -s "$DIRECTORY/port"
  HOSTILE=127.0.0.1:$(cat "$DIRECTORY/port")
  SECURE=127.0.0.1:$(cat "$DIRECTORY/tls-port")
  export DIRECTORY HOSTILE HOSTILE_PID SECURE
  works pull_from "$HOSTILE" good:1
  export USUAL_PEAK
  USUAL_PEAK=$(cat "$WORK/peak")
}

teardown_file() {
  kill "$HOSTILE_PID"
  end_file
}

# pull_from HOST WORDS...: its peak memory in $WORK/peak
pull_from() {
  local host=$1
  shift
  timeout 60 "$TESTS/support/peak_memory.py" "$WORK/peak" "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" \
    pull "$host/$1" "${@:2}" < /dev/null
}

# refused NAME[:TAG] WHAT [HOST]: the pull fails as it should, and says so in one line.
refused() {
  local words
  read -ra words <<< "$1"
  # What is called in a condition goes on after a failure, unless it says that it does not.
  run -1 --separate-stderr pull_from "${3:-$HOSTILE}" "${words[@]}" || return 1
  has_one_line "$1" "$2" || return 1
  took_little_memory "$1" || return 1
  nothing_is_left
}

# took_little_memory NAME: at most 64 MiB more than usual. A sanitizer keeps what was freed, and much beside it.
took_little_memory() {
  local peak
  peak=$(cat "$WORK/peak")
  grep -q __asan_init "$WORK/bin/berth-transfer" || [ "$peak" -lt $((USUAL_PEAK + (64 << 10))) ] ||
    { echo "$1: $peak KiB, usual are $USUAL_PEAK"; return 1; }
}

has_one_line() {
  if [ "$(wc -l <<< "$stderr")" != 1 ] || [[ $stderr != "Error"*"$2"* ]]; then
    printf '%s: no %s\nin: %s\n' "$1" "$2" "$stderr"
    return 1
  fi
  if LC_ALL=C grep -P '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<< "$stderr$output"; then
    echo "$1: control characters"
    return 1
  fi
}

nothing_is_left() { [ -z "$(ls -A "$WORK/root/staging")" ]; }

# Each line: a repository, and what its error says.
all_refused() {
  local name words
  while read -r name words; do
    refused "$name:1" "$words" || return 1
  done
}

@test "what never ends is given up at a limit" {
  all_refused << 'END'
endless-manifest the answer is larger than 4194304 bytes
endless-unknown not found
endless-denial pull access denied
endless-failure unexpected status from GET request
endless-head the head of the answer is too long
endless-line the head of the answer is too long
endless-config is larger than the
endless-layer is larger than the
endless-layer-failure unexpected status from GET request
token-endless the answer is larger than 1048576 bytes
token-endless-failure unexpected status 500
END
  refused "tags-endless -a" "the answer is larger than 4194304 bytes"
}

@test "what is no manifest is refused" {
  all_refused << 'END'
html answered with "text/html" where a manifest was expected
html-as-json manifest is not valid JSON
html-failure unexpected status from GET request
empty manifest is not valid JSON
both the manifest is neither an image's nor an index
deep manifest is nested too deeply
deep-objects manifest is nested too deeply
deep-config image config is nested too deeply
many-values manifest has more than 200000 values
many-values-config image config has more than 200000 values
many-layers the image has 10000 layers, at most
repeated-layers the image config names 1 layers, the manifest 10000
no-rootfs the image config names 0 layers, the manifest 1
last-key-bad manifest.layers must be a list, not string
other-digest the manifest has digest sha256:
many-entries is not in the registry
entry-of-other-size has another size than its index says
nested the indexes of the image are nested too deeply
circle the manifest has digest sha256:
sha512 manifest.layers[0]: unsupported digest algorithm in sha512:
md5 is no digest
path-as-digest is no digest
foreign manifest.layers[0] is a foreign layer
layer-said-huge manifest.layers[0].size is out of range
config-said-huge manifest.config.size is out of range
END
}

@test "what is large, but within the limits, is pulled in little memory" {
  local name
  for name in most-values long-texts repeated-everywhere last-key-good; do
    works pull_from "$HOSTILE" $name:1
    took_little_memory $name
    nothing_is_left
  done
}

@test "every place of a manifest, a config and an index may hold anything else" {
  works "$TESTS/support/hostile_registry.py" mutants "$HOSTILE" "$(cat "$DIRECTORY/mutants")" \
    "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" pull -q
  [[ ${lines[-1]} =~ ^([0-9]+)" refused, "([0-9]+)" taken"$ ]]
  [ "${BASH_REMATCH[1]}" -gt 100 ] && [ "${BASH_REMATCH[2]}" -gt 50 ]
  nothing_is_left
}

@test "a blob is what its digest and its size say" {
  all_refused << 'END'
html-config has another digest
other-layer pull layer
longer-layer is larger than the
shorter-layer ended after
cut-layer transfer closed with
missing-layer is not in the registry
html-layer ended after 13 of
layer-said-shorter is larger than the 10 bytes its manifest says
layer-said-longer of 1099511627776 bytes
gzip-bomb its content has diff id
zstd-bomb its content has diff id
wide-window Frame requires too much memory
long-name an extended header of 83886080 bytes is too large
END
}

@test "redirects lead to other web servers, and not for ever" {
  local to where
  for to in to- layer-to-; do
    all_refused << END
${to}itself too many redirects
${to}file redirect: "file:///etc/passwd" is not a web address
${to}gopher redirect: "gopher://127.0.0.1:1/x" is not a web address
${to}nothing redirect: "http://" is not a web address
${to}cloud refusing to be sent to a link-local address
${to}cloud-number refusing to be sent to a link-local address
${to}cloud-mapped refusing to be sent to a link-local address
${to}link-local refusing to be sent to a link-local address
${to}user is not a web address
${to}escapes is not a web address
${to}long unexpected status from GET request
END
  done
  refused to-next:1 "too many redirects"
  works pull_from "$HOSTILE" to-other:1
  works pull_from "$SECURE" good:1
  for where in plain other; do
    refused to-$where:1 "refusing a redirect from https to http://" "$SECURE"
  done
}

@test "tokens are asked of and shown to whom they are for" {
  works pull_from "$HOSTILE" token:1
  all_refused << 'END'
token-html answer is not valid JSON
token-null the answer holds no token
token-list answer.token must be a string, not array
token-lines the answer holds no token
token-refused pull access denied
token-to-cloud refusing to be sent to a link-local address
token-to-itself too many redirects
token-of-file "file:///etc/passwd" is not a web address
token-of-cloud refusing to be sent to a link-local address
token-of-nobody unexpected status 404
token-of-escapes is not a web address
END
  refused token-without-tls:1 "refusing to ask for a token without TLS" "$SECURE"
  refused token-moved:1 "refusing a redirect from https to http://" "$SECURE"
  # With a password: the registry's own token server gets it, whoever it sends us on to does not.
  export DOCKER_CONFIG=$BATS_TEST_TMPDIR
  printf '{"auths":{"%s":{"auth":"%s"}}}' "$HOSTILE" "$(printf user:word | base64)" > "$DOCKER_CONFIG/config.json"
  : > "$DIRECTORY/requests"
  works pull_from "$HOSTILE" token-moved:1
  works pull_from "$HOSTILE" token-elsewhere:1
  grep -q "^http GET /token/token-moved?.* Basic $(printf user:word | base64)$" "$DIRECTORY/requests"
  grep -q "^http GET /v2/token-elsewhere/blobs/.* Bearer good$" "$DIRECTORY/requests"
  grep -q "^other GET /token/token" "$DIRECTORY/requests"
  grep -q "^other GET /blob/" "$DIRECTORY/requests"
  run grep "^other .* [^-]*$" "$DIRECTORY/requests"
  is ""
}

@test "what a registry says is one line on a terminal, without its escapes" {
  all_refused << 'END'
escapes-failure \x1b[2J\x1b]0;owned\x07\x9b31m\x0d\nError: fake\n\x7f
escapes-denial denied: no \x1b[2J
escapes-type answered with "text/\x1b[2jhtml"
escapes-digest not sha256:\x1b[2J
escapes-in-digest is no digest
escapes-in-media has the unsupported media type "a/b\x1b[2J
escapes-in-system image operating system "\x1b[2J
keys-in-errors image config.config.Labels.\x1b[2J
END
  refused "tags-escapes -a" "is none"
  refused "tags-paths -a" "the registry's tag \"../../../../etc/passwd\" is none"
}

@test "a list of tags that leads in a circle ends" {
  works pull_from "$HOSTILE" tags-circle -a
  [ "$(grep -c '/v2/tags-circle/tags/' "$DIRECTORY/requests")" = 2 ]
  refused "tags-many -a" "the answer is larger than 4194304 bytes"
}

@test "a pull that waits for a registry ends when it is told to" {
  "$WORK/bin/berth" --root "$WORK/root" --runroot "$WORK/run" pull -q "$HOSTILE/stall-layer:1" 2> "$WORK/told" 3>&- &
  local pid=$! code=0
  until_true grep -q /v2/stall-layer/blobs/ "$DIRECTORY/requests"
  kill -TERM $pid
  wait $pid || code=$?
  [ $code = 143 ]
  [ ! -s "$WORK/told" ]
  until_true nothing_is_left  # berth-transfer ends after who started it
}

@test "a registry that stalls, or sends a byte a second, is given up after a minute" {
  local name pids=() i=0 names=(stall stall-head stall-body stall-layer stall-token drip drip-head drip-config)
  for name in "${names[@]}"; do
    timeout 100 "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" pull -q --retry 0 \
      "$HOSTILE/$name:1" 2> "$WORK/$name" 3>&- &
    pids+=($!)
  done
  # It neither shakes hands nor answers.
  timeout 100 "$WORK/bin/podman" --root "$WORK/root" --runroot "$WORK/run" pull -q --retry 0 \
    "127.0.0.1:$(cat "$DIRECTORY/silent-port")/x:1" 2> "$WORK/silent" 3>&- &
  pids+=($!)
  for name in "${names[@]}" silent; do
    local code=0
    wait "${pids[i]}" || code=$?
    i=$((i + 1))
    stderr=$(cat "$WORK/$name")
    [ $code = 125 ] || { echo "$name: $code: $stderr"; return 1; }
    output=
    has_one_line "$name" "the transfer stalled: "
  done
  nothing_is_left
}
