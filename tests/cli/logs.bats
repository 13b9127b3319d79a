# SPDX-License-Identifier: Apache-2.0
# logs and attach: nothing is lost, streams stay apart, rotation, following.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

@test "no such container" {
  fails 1 berth logs nosuch
  has "No such container: nosuch"
}

@test "both streams come back as they were" {
  berth run --name ll --network none "$B" sh -c 'echo one; sleep 0.3; echo two >&2; sleep 0.3; printf four' > /dev/null 2>&1
  works berth logs ll
  is $'one\nfour'
  [ "$stderr" = two ]
  works berth logs --tail 1 ll
  is four
  works berth logs --tail 0 ll
  is ""
  works berth logs -t ll
  [[ ${lines[0]} =~ ^20[0-9][0-9]-.*Z\ one$ ]]
}

@test "since and until" {
  berth run --name ll --network none "$B" echo now > /dev/null
  works berth logs --since 1h ll
  is now
  works berth logs --until 1h ll
  is ""
  fails 1 berth logs --since nonsense ll
  has 'failed to parse value as time or duration: "nonsense"'
}

@test "following ends when the container does" {
  berth run -d --name ll --network none "$B" sh -c 'i=0; while [ $i -lt 20 ]; do echo $i; i=$((i+1)); sleep 0.02; done'
  works berth logs -f ll
  is "$(seq 0 19)"
}

@test "nothing of 50 MB is lost, and the log has it whole" {
  berth run --name ll --network none "$B" sh -c 'seq 1 6000000' | sha256sum > "$WORK/streamed"
  [ "$(cat "$WORK/streamed")" = "$(seq 1 6000000 | sha256sum)" ]
  [ "$(berth logs ll | sha256sum)" = "$(seq 1 6000000 | sha256sum)" ]
}

@test "rotation keeps the newest and the given number of files" {
  berth run --name ll --network none --log-opt max-size=20k --log-opt max-file=3 "$B" seq 1 20000 > /dev/null
  works berth logs --tail 1 ll
  is 20000
  berth logs ll > "$WORK/rotated"
  [ "$(tail -n 5 "$WORK/rotated")" = "$(seq 19996 20000)" ]
  [ "$(head -n 1 "$WORK/rotated")" != 1 ]
  local id
  id=$(berth inspect --format '{{.Id}}' ll)
  [ "$(find "$WORK/root/containers/$id" -name 'log*' | wc -l)" -le 3 ]
  [ "$(find "$WORK/root/containers/$id" -name 'log*' -size +40k | wc -l)" = 0 ]
}

@test "no log driver, no log" {
  berth run --name ll --network none --log-driver none "$B" echo x
  fails 1 berth logs ll
  has "does not support reading"
}

@test "k8s-file lines are what Kubernetes writes" {
  berth run --name ll --network none --log-driver k8s-file "$B" echo x
  works berth logs ll
  is x
  grep -Eq '^20[0-9-]+T[0-9:]+\.[0-9]{9}[+-][0-9:]{5} stdout F x$' "$WORK"/root/containers/*/log
}

@test "times in a k8s-file are local, and read back as the moment they were" {
  TZ=UTC-5:30 berth run --name ll --network none --log-driver k8s-file "$B" echo x
  local log
  log=$(echo "$WORK"/root/containers/*/log)
  grep -q '+05:30 stdout F x$' "$log"
  works berth logs -t ll
  [ "$(date -d "${lines[0]%% *}" +%s)" = "$(date -d "$(cut -d' ' -f1 "$log")" +%s)" ]
  [[ ${lines[0]} == *Z\ x ]]
  # What earlier versions wrote.
  echo '2026-01-02T03:04:05.000000001Z stdout F old' > "$log"
  works berth logs -t ll
  is '2026-01-02T03:04:05.000000001Z old'
}

@test "podman's json-file is a k8s-file by another name" {
  podman run --name ll --network none --log-driver json-file "$B" echo x
  works podman inspect -f '{{.HostConfig.LogConfig.Type}}' ll
  is json-file
  grep -Eq '^20[0-9T:.+-]+ stdout F x$' "$WORK"/root/containers/*/log
  works podman logs ll
  is x
  works berth logs ll
  is x
  podman rm ll
  berth run --name ll --network none --log-driver json-file "$B" echo x
  grep -q '^{"log":"x' "$WORK"/root/containers/*/log
  works podman logs ll
  is x
}

# What the client types makes the container write, so that it is attached by then.
@test "attach gives the rest of the output, and the exit code" {
  berth run -di --name ll --network none "$B" sh -c 'read line; echo "end of $line"; exit 4'
  local code=0
  echo it | berth attach ll > "$WORK/attached" || code=$?
  [ "$code" = 4 ]
  grep -qx "end of it" "$WORK/attached"
}

# A detached container's stdin stays open for the next client, so none of them ends before the container does.
@test "several clients of one container's stdin and output" {
  berth run -di --name ll --network none "$B" cat
  local clients=() client
  for client in first second; do
    echo "$client" | berth attach ll > "$WORK/$client" &
    clients+=($!)
    until_true said "$client"
  done
  grep -q second "$WORK/first"
  berth stop -t 0 ll
  local code
  for client in "${clients[@]}"; do
    code=0
    wait "$client" || code=$?
    [ "$code" = 137 ]
  done
}
said() { berth logs ll | grep -q "$1"; }

@test "log options say what each line carries" {
  berth run --name aa --network none --label one=1 --label two='a b' --label three=3 --env MODE=test --log-opt tag='{{.Name}}/{{.ID}}' \
    --log-opt labels=one,nosuch --log-opt labels-regex='^tw' --log-opt env=MODE "$B" sh -c 'echo "a \"line\""; echo other >&2' 2> /dev/null
  id=$(berth ps -aq --filter name=aa)
  works berth logs --details aa
  is "MODE=test,one=1,tag=aa%2F$id,two=a+b a \"line\""
  works berth logs aa
  is 'a "line"'
  grep -q "\"stream\":\"stderr\",\"attrs\":{\"MODE\":\"test\",\"one\":\"1\",\"tag\":\"aa/$id\",\"two\":\"a b\"},\"time\":" \
    "$(berth inspect --format '{{.LogPath}}' aa)"
  fails 1 berth create --log-opt tag='{{.Nosuch}}' "$B"
  has 'invalid log tag "{{.Nosuch}}"'
  fails 1 berth create --log-opt env-regex='(' "$B"
  has "invalid pattern of a log option: ("
  fails 1 berth create --log-opt mode=non-blocking "$B"
  has "log option mode=non-blocking is not supported yet"
  works berth create --log-opt mode=blocking --log-opt compress=false "$B"
}
