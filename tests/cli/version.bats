# SPDX-License-Identifier: Apache-2.0
# What needs no store: version, help, and how mistakes on the command line are told.
load load

setup_file() { begin_file; }
teardown_file() { end_file; }

@test "an unknown command exits with 1 and names itself" {
  fails 1 berth nosuch
  has "unknown command"
  has "nosuch"
}

@test "an unknown flag exits with 125" {
  fails 125 berth run --nosuch x
  has "unknown flag: --nosuch"
}

@test "a missing argument shows the usage" {
  fails 1 berth tag onlyone
  has "requires 2 arguments"
}

@test "version needs no store and makes none" {
  works berth version --format '{{.Client.Version}}'
  [[ $output =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]
  [ ! -e "$WORK/root" ]
}

@test "called as podman it says so" {
  works "$WORK/bin/podman" --version
  has "podman version"
}

@test "help lists the commands" {
  works berth --help
  has "run"
  has "Usage:"
}
