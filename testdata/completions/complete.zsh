# Types each line of standard input and a tab in an interactive shell that has the script $1, and prints what the line
# is then.
zmodload zsh/zpty
cp $1 ${1:h}/_ssoaudit
zpty shell zsh -f -i
zpty -w shell "PROMPT= fpath=(${(q)1:h} \$fpath); autoload -Uz compinit; compinit -D -u; setopt no_auto_list no_beep"
zpty -w shell "show() { print -r -- \"<<\$BUFFER>>\"; BUFFER= }; zle -N show; bindkey '^X' show; print re''ady"
zpty -r shell shown '*ready*'
while read -r line; do
  zpty -n -w shell "$line"$'\t\x18'
  zpty -r shell shown '*<<*>>*'
  shown=${shown##*<<}
  print -r -- ${shown%%>>*}
done
