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

@test "the manual pages are roff that nobody complains about" {
  command -v groff > /dev/null || skip "needs groff"
  cd "$WORK/prefix/share/man"
  groff -man -Tutf8 -ww -z man1/*.1 > "$WORK/complaints" 2>&1
  cat "$WORK/complaints"
  [ ! -s "$WORK/complaints" ]
}

@test "the completions are those that the installed berth would write" {
  local share=$WORK/prefix/share
  installed completion bash | cmp - "$share/bash-completion/completions/berth"
  installed completion zsh | cmp - "$share/zsh/site-functions/_berth"
  installed completion fish | cmp - "$share/fish/vendor_completions.d/berth.fish"
}

# bash_offers SCRIPT FUNCTION LINE: what bash would show after LINE
bash_offers() {
  bash -c 'source "$1"; COMP_LINE=$3 COMP_POINT=${#3}; "$2"; printf "%s\n" "${COMPREPLY[@]}"' _ "$@"
}

@test "bash completes the name by which the script was written" {
  local stores="--root $WORK/root --runroot $WORK/run" name
  ln -s berth "$WORK/prefix/bin/docker"
  for name in berth docker; do
    "$WORK/prefix/bin/$name" completion bash > "$WORK/$name.bash"
    works bash_offers "$WORK/$name.bash" _${name}_complete "$WORK/prefix/bin/$name $stores comm"
    is commit
    works bash -c 'source "$1"; complete -p "$2"' _ "$WORK/$name.bash" $name
    is "complete -F _${name}_complete $name"
  done
  # What stands before the last colon is bash's already.
  works bash_offers "$WORK/berth.bash" _berth_complete "$WORK/prefix/bin/berth $stores run --network=ho"
  is host
}

@test "fish completes the name by which the script was written" {
  command -v fish > /dev/null || skip "needs fish"
  local line="berth --root $WORK/root --runroot $WORK/run comm"
  PATH=$WORK/prefix/bin:$PATH HOME=$WORK works fish --no-config -c "source '$WORK/prefix/share/fish/vendor_completions.d/berth.fish'; complete -C '$line'"
  has $'commit\tCreate a new image'
}

@test "nothing of our own is made before main" {
  # Each object with a constructor costs every command a page of its file's code, whatever the command does.
  nm "$BERTH" > "$WORK/symbols"
  ! grep -q __asan_init "$WORK/symbols" || skip "the sanitizer makes one for each file"
  # What is left are CLI11's validators, in the one file that includes it.
  [ "$(grep -c '_GLOBAL__sub_I__Z.*[^d]$' "$WORK/symbols")" -le 1 ]
}
