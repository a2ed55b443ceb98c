//! `docs/keys.md`: the command table, then the operations. A test keeps the stored page equal to it.
//! Never a sentence that the tables do not have.

use crate::command;
use crate::operations::verbs::OPERATIONS;

/// The page.
#[must_use]
pub fn markdown() -> String {
    let mut page = command::markdown();
    page.push_str(
        "\n## Operations\n\n\
         What changes something stands first under `a`, each with a letter that works there, and can be typed after `:`.\n\
         Nothing happens before its plan was shown and answered. Which of them a row has depends on what it is.\n\n\
         | operation | does | of |\n|---|---|---|\n",
    );
    for one in OPERATIONS {
        page.push_str(&format!("| `:{}` | {} | {} |\n", one.verb, one.message, one.of));
    }
    page
}

#[cfg(test)]
mod tests {
    #[test]
    fn docs_keys_md_is_made_from_the_tables() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
        let page = super::markdown();
        if std::env::var_os("TOBAN_WRITE_DOCS").is_some() {
            std::fs::write(path, &page).expect("docs/keys.md can be written");
        }
        let stored = std::fs::read_to_string(path).expect("docs/keys.md is there");
        assert!(stored == page, "docs/keys.md is stale: run `TOBAN_WRITE_DOCS=1 cargo test --lib keys_page`");
    }
}
