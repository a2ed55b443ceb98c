//! Every file says what it is, and leaves nothing for others.

use crate::none;
use crate::sources::sources;

#[test]
fn every_file_says_what_it_is() {
    let bare: Vec<String> = sources()
        .iter()
        .filter(|source| {
            let head = source.text.lines().take_while(|line| line.starts_with("//!")).count();
            head == 0 || (head == 1 && !source.is_test && !source.path.ends_with("mod.rs"))
        })
        .map(|source| source.path.clone())
        .collect();
    none(&bare, "every file begins with a //! head that says what lives here and what never may");
}

#[test]
fn nothing_is_left_for_others() {
    let marks = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X"];
    let left: Vec<String> = sources()
        .iter()
        .flat_map(|source| {
            source
                .text
                .lines()
                .enumerate()
                .filter(|(_, line)| {
                    line.split(|c: char| !c.is_alphanumeric()).any(|word| marks.iter().any(|mark| mark == word))
                })
                .map(|(at, line)| format!("{}:{}: {}", source.path, at + 1, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect();
    none(&left, "what is not done is an issue, not a comment");
}
