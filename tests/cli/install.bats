# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place works from there, without the build directory.
load load

setup_file() {
  begin_file
  cmake --install "${BERTH%/bin/*}" --prefix "$WORK/prefix" > "$WORK/install.log"
}
teardown_file() { end_file; }

installed() { "$WORK/prefix/bin/berth" --root "$WORK/root" --runroot "$WORK/run" "$@"; }

@test "an installed berth finds its helper programs" {
  works installed pull -q "$REGISTRY/app:1"
  works installed run --rm --entrypoint "" "$REGISTRY/app:1" echo in place
  is "in place"
  works installed run -d --init --name kept "$REGISTRY/app:1" sleep 1000
  works installed rm -f kept
}

@test "each command has its manual page" {
  local man=$WORK/prefix/share/man/man1 page command
  for command in run pull image-inspect volume-create; do
    [ -s "$man/berth-$command.1" ]
  done
  # Those that the main page refers to are there.
  grep -o 'berth\\-[a-z\\-]*\\fR(1)' "$man/berth.1" | sed 's/\\fR(1)//; s/\\-/-/g' | while read -r page; do
    [ -e "$man/$page.1" ] || { echo "no page $page"; false; }
  done
}

@test "the completions are those that the installed berth would write" {
  local share=$WORK/prefix/share
  installed completion bash | cmp - "$share/bash-completion/completions/berth"
  installed completion zsh | cmp - "$share/zsh/site-functions/_berth"
  installed completion fish | cmp - "$share/fish/vendor_completions.d/berth.fish"
  bash -n "$share/bash-completion/completions/berth"
}

@test "nothing of our own is made before main" {
  # Each object with a constructor costs every command a page of its file's code, whatever the command does.
  nm "$BERTH" > "$WORK/symbols"
  ! grep -q __asan_init "$WORK/symbols" || skip "the sanitizer makes one for each file"
  # What is left are CLI11's validators, in the one file that includes it.
  [ "$(grep -c '_GLOBAL__sub_I__Z.*[^d]$' "$WORK/symbols")" -le 1 ]
}
