"""The scripts that a shell runs when Tab is pressed: each asks gpen for the words that fit."""

BASH = r"""
_gpen() {
    local IFS=$'\n' line=${COMP_LINE:0:COMP_POINT}
    local word=${line##*[[:space:]]}
    local before=${word%"${word##*[=:]}"}  # bash replaces what follows, as = and : end a word of its
    COMPREPLY=($("$1" completion bash --line "$line" 2>/dev/null))
    [[ $COMP_WORDBREAKS == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"$before"}")
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=./] ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -o default -o nosort -F _gpen gpen 2>/dev/null || complete -o default -F _gpen gpen
"""

ZSH = r"""
#compdef gpen
_gpen() {
    local -a found
    found=("${(@f)$("${words[1]}" completion zsh --line "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
    compadd -Q -S '' -- ${(M)found:#*[=./]}
    compadd -Q -- ${found:#*[=./]}
}
if [ "$funcstack[1]" = "_gpen" ]; then _gpen "$@"; else compdef _gpen gpen; fi
"""

FISH = r"""
complete -c gpen -f -k -a '(gpen completion fish --line (commandline -cp | string collect))'
"""

SCRIPTS = {shell: text.lstrip("\n") for shell, text in {"bash": BASH, "zsh": ZSH, "fish": FISH}.items()}
