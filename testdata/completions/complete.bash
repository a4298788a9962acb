# Completes each line of standard input with the script $1 and prints the candidates. As bash does, it takes `=` for a
# word of its own.
source "$1"
while read -r line; do
  read -ra COMP_WORDS <<<"${line//=/ = }"
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _ssoaudit ssoaudit "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
  echo "${COMPREPLY[*]}"
done
