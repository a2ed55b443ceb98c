//! What a shell loads once: it hands every half-typed line to `toban complete`. Short on purpose; what there is to complete is
//! decided in one place for all shells.

use clap_complete::Shell;

/// The script of a shell; `None` where it has a generated one.
#[must_use]
pub(in crate::cli) const fn script(shell: Shell) -> Option<&'static str> {
    match shell {
        Shell::Bash => Some(BASH),
        Shell::Zsh => Some(ZSH),
        Shell::Fish => Some(FISH),
        _ => None,
    }
}

const BASH: &str = r#"_toban() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :files) compopt -o default 2>/dev/null ;;
            :nospace) compopt -o nospace 2>/dev/null ;;
            ?*) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <(command "$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _toban toban
"#;

const ZSH: &str = r#"#compdef toban
_toban() {
    local -a lines rows nospace
    local line value files
    lines=("${(@f)$(command ${(Q)words[1]} complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    for line in $lines; do
        case $line in
            (:files) files=1 ;;
            (:nospace) nospace=(-S '') ;;
            (?*) value=${line%%$'\t'*}
                rows+=("${value//:/\\:}:${line#*$'\t'}") ;;
        esac
    done
    if [[ -n $files ]]; then
        _files
        return
    fi
    (( $#rows )) && _describe -V 'toban' rows $nospace
}
if [[ ${funcstack[1]} = _toban ]]; then
    _toban "$@"
else
    compdef _toban toban
fi
"#;

const FISH: &str = r#"function __toban_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    for line in (command $words[1] complete -- $words[2..-1] $typed 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path $typed
            case ':nospace'
            case '*'
                echo $line
        end
    end
end
complete -c toban -f -a '(__toban_complete)'
"#;
