# Completes each line of standard input with the script $argv[1] and prints the candidates.
source $argv[1]
while read --local line
    complete --do-complete=$line | string split --fields 1 \t | string join ' '
end
