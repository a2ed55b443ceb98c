//! Command lines out of words, quoted for a POSIX shell and for the splitter of the ECS agent, which reads the same
//! quotes. Pure; no input may panic.

/// One word, quoted where it needs to be.
#[must_use]
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A command line of `words` as they were typed: a single one is a command line already, several are kept apart.
#[must_use]
pub fn line(words: &[String]) -> String {
    match words {
        [only] => only.clone(),
        many => many.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{line, quoted};

    #[rstest]
    #[case(&["ls -l | wc"], "ls -l | wc")]
    #[case(&["ls", "-l", "a b"], "ls -l 'a b'")]
    #[case(&["echo", "it's", ""], r"echo 'it'\''s' ''")]
    #[case(&["echo", "$HOME;rm"], "echo '$HOME;rm'")]
    fn words_stay_apart(#[case] words: &[&str], #[case] expected: &str) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(line(&words), expected);
    }

    proptest! {
        #[test]
        fn a_shell_reads_back_what_was_quoted(word in "[ -~]{0,30}") {
            let said = std::process::Command::new("/bin/sh")
                .args(["-c", &format!("printf %s {}", quoted(&word))])
                .output()
                .unwrap();
            prop_assert_eq!(String::from_utf8(said.stdout).unwrap(), word);
        }
    }
}
