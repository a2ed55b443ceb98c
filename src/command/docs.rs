//! The table as a page of the documentation. A test of the console keeps `docs/keys.md` equal to it.
//! Never a sentence that the table does not have.

use super::{Argument, COMMANDS, Spec, Where};

/// The commands of `docs/keys.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Keys and commands\n\n\
         Made from the command table (`src/command/table.rs`); `toban` shows the same under `?`.\n\
         Every command can be typed after `:` by its name. Every key but `ctrl-c` can be changed in\n\
         the configuration: `[keys]` with `name = [\"key\", …]`; a key given to two commands in one\n\
         place, or to a command that does not exist, is an error at start.\n\n\
         | key | command | does | where |\n|---|---|---|---|\n",
    );
    for spec in COMMANDS {
        let keys: Vec<String> = spec.keys.iter().map(|key| format!("`{key}`")).collect();
        let argument = argument(spec.takes);
        page.push_str(&format!(
            "| {} | `:{}{argument}` | {} | {} |\n",
            keys.join(" "),
            spec.name,
            spec.message,
            places(spec)
        ));
    }
    page
}

/// What is typed behind a command's name.
pub(super) fn argument(takes: Argument) -> &'static str {
    match takes {
        Argument::Nothing => "",
        Argument::Environment => " NAME",
        Argument::Region => " REGION",
        Argument::Profile => " PROFILE",
        Argument::Theme => " THEME",
        Argument::Words => " TEXT",
    }
}

fn places(spec: &Spec) -> String {
    if spec.at == Where::ALL {
        return "anywhere".to_owned();
    }
    spec.at.iter().map(|place| place.words()).collect::<Vec<_>>().join(", ")
}
