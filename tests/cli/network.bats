# SPDX-License-Identifier: Apache-2.0
# The default bridge: addresses, published ports, names; none, host, container:.
load load

setup_file() {
  begin_file
  berth pull -q "$REGISTRY/busybox:1"
  export B="$REGISTRY/busybox:1"
}
teardown() { remove_all berth; }
teardown_file() { end_file; }

serve() {  # serve NAME FLAG...: a web server on port 80 that says NAME
  local name=$1
  shift
  berth run -d --name "$name" "$@" "$B" sh -c "mkdir /w; echo $name > /w/index.html; exec httpd -f -p 80 -h /w" > /dev/null
}

address() { berth inspect --format '{{.NetworkSettings.IPAddress}}' "$1"; }

@test "malformed ports and networks are refused" {
  fails 125 berth run --rm -p 99999:80 "$B" true
  fails 125 berth run --rm --network nosuch "$B" true
  has "nosuch"
  fails 125 berth run --rm --network container:nosuch "$B" true
  has "nosuch"
}

@test "each container has an address of its own and reaches the others" {
  serve one
  serve two
  [ "$(address one)" != "$(address two)" ]
  works berth exec two wget -qO- "http://$(address one)/"
  is one
  works curl -s --max-time 5 "http://$(address one)/"
  is one
}

@test "published ports from the host, from loopback and from other containers" {
  local port
  port=$(free_port)
  serve web -p "$port:80"
  works curl -s --retry 20 --retry-connrefused --retry-delay 0 --max-time 5 "http://127.0.0.1:$port/"
  is web
  works berth port web
  has "80/tcp -> 0.0.0.0:$port"
  local gateway
  gateway=$(berth inspect --format '{{.NetworkSettings.Gateway}}' web)
  works berth run --rm "$B" wget -qO- "http://$gateway:$port/"
  is web
  fails 125 berth run --rm -p "$port:80" "$B" true
  has "$port"
  berth rm -f web
  run curl -s --max-time 2 "http://127.0.0.1:$port/"
  [ "$status" != 0 ]
}

@test "a port of one host address only" {
  local port
  port=$(free_port)
  serve web -p "127.0.0.1:$port:80"
  works curl -s --retry 20 --retry-connrefused --retry-delay 0 --max-time 5 "http://127.0.0.1:$port/"
  is web
}

@test "random host ports" {
  serve web -P --expose 80
  works berth port web 80
  local port=${lines[0]##*:}
  works curl -s --retry 20 --retry-connrefused --retry-delay 0 --max-time 5 "http://127.0.0.1:$port/"
  is web
}

@test "none has loopback alone, host is the host, container: is another's" {
  works berth run --rm --network none "$B" ls /sys/class/net
  is lo
  works berth run --rm --network host "$B" readlink /proc/self/ns/net
  is "$(readlink /proc/self/ns/net)"
  serve one
  works berth run --rm --network container:one "$B" wget -qO- http://127.0.0.1/
  is one
}

@test "nothing stays behind" {
  local before after
  before=$(ls /sys/class/net; ls /run/netns 2> /dev/null || true)
  serve one -p "$(free_port):80"
  berth rm -f one
  after=$(ls /sys/class/net; ls /run/netns 2> /dev/null || true)
  [ "$(grep -c veth <<< "$after")" = "$(grep -c veth <<< "$before")" ]
  [ -z "$(ls "$WORK/run/containers")" ]
}
