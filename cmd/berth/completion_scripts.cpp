// SPDX-License-Identifier: Apache-2.0
// The shells' side of completion: each asks `PROGRAM __complete WORDS`, which answers lines "word<TAB>description" and then
// ":0" where files of the host may stand, ":2" where moreover no blank is to follow, ":4" where neither is so.
#include "base/error.hpp"
#include "completion.hpp"

namespace cli {

namespace {

constexpr const char* kBash = R"sh(# bash completion for PROGRAM
_PROGRAM_complete() {
  # COMP_WORDS is split at colons; images are not.
  local line=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n' words answer word current=''
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] || current=${words[-1]}
  [[ $line == *[[:space:]] ]] && words+=('')
  COMPREPLY=()
  while IFS=$'\t' read -r word answer; do
    if [[ $word == :[024] ]]; then
      [[ $word == :4 ]] || compopt -o default 2> /dev/null
      [[ $word != :2 ]] || compopt -o nospace 2> /dev/null
    elif [[ $word == "$current"* ]]; then
      COMPREPLY+=("$word")
    fi
  done < <("${words[0]}" __complete "${words[@]:1}" 2> /dev/null)
  # What the shell holds for a word of its own is not to be repeated.
  local kept=${current%"${current##*[:=]}"} i
  if [[ -n $kept && $COMP_WORDBREAKS == *[:=]* ]]; then
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$kept"}; done
  fi
}
complete -F _PROGRAM_complete PROGRAM
)sh";

constexpr const char* kZsh = R"sh(#compdef PROGRAM
# zsh completion for PROGRAM
_PROGRAM() {
  local -a lines candidates
  local line
  lines=("${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2> /dev/null)}")
  for line in $lines; do
    if [[ $line == :[02] ]]; then
      _files
    elif [[ $line == :4 ]]; then
      continue
    elif [[ -n $line ]]; then
      # _describe wants "word:description", with colons of the word escaped.
      candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    fi
  done
  (( $#candidates )) && _describe 'PROGRAM' candidates
}
if [ "$funcstack[1]" = "_PROGRAM" ]; then _PROGRAM "$@"; else compdef _PROGRAM PROGRAM; fi
)sh";

constexpr const char* kFish = R"sh(# fish completion for PROGRAM
function __PROGRAM_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
        switch $line
            case :0 :2
                __fish_complete_path (commandline -ct)
            case :4
            case '*'
                echo $line
        end
    end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
)sh";

}  // namespace

std::string completion_script(const std::string& shell, const std::string& program) {
  std::string script;
  if (shell == "bash")
    script = kBash;
  else if (shell == "zsh")
    script = kZsh;
  else if (shell == "fish")
    script = kFish;
  else
    client_fail("unknown shell \"{}\": must be one of \"bash\", \"zsh\", \"fish\"", shell);
  const std::string placeholder = "PROGRAM";
  for (auto at = script.find(placeholder); at != std::string::npos;
       at = script.find(placeholder, at + program.size())) {
    script.replace(at, placeholder.size(), program);
  }
  return script;
}

}  // namespace cli
