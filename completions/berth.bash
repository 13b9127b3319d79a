# bash completion for berth
_berth_complete() {
  # COMP_WORDS is split at colons; images are not.
  local line=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n' words word current=''
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] || current=${words[-1]}
  [[ $line == *[[:space:]] ]] && words+=('')
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
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
complete -F _berth_complete berth
