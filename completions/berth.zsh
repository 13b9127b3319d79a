#compdef berth
# zsh completion for berth
_berth() {
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
  (( $#candidates )) && _describe 'berth' candidates
}
if [ "$funcstack[1]" = "_berth" ]; then _berth "$@"; else compdef _berth berth; fi
