//! Words for a POSIX shell, quoted so that it reads back what was given. The ECS agent's splitter reads the same quotes.
//! Pure; no input may panic. What a shell does with them is not decided here.

/// One word, quoted where it needs to be. A word cannot hold a NUL character; one is left out.
#[must_use]
pub fn quoted(word: &str) -> String {
    match shlex::try_quote(word) {
        Ok(quoted) => quoted.into_owned(),
        Err(_) => quoted(&word.replace('\0', "")),
    }
}

/// A command line of `words` as they were typed: a single one is a command line already, several are kept apart.
#[must_use]
pub fn command_line(words: &[String]) -> String {
    match words {
        [only] => only.clone(),
        many => many.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::{command_line, quoted};

    #[rstest]
    #[case(&["ls -l | wc"], "ls -l | wc")]
    #[case(&["ls", "-l", "a b"], "ls -l 'a b'")]
    #[case(&["echo", "it's", ""], r#"echo "it's" ''"#)]
    #[case(&["echo", "$HOME;rm"], "echo '$HOME;rm'")]
    #[case(&["printf", "a\0b"], "printf ab")]
    fn words_stay_apart(#[case] words: &[&str], #[case] expected: &str) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(command_line(&words), expected);
    }

    proptest! {
        #[test]
        fn a_shell_reads_back_what_was_quoted(word in "[ -~本番é\\n\\t]{0,30}") {
            let output = std::process::Command::new("/bin/sh")
                .args(["-c", &format!("printf %s {}", quoted(&word))])
                .output()
                .unwrap();
            prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), word);
        }
    }
}
