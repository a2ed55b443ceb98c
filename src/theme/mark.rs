//! The sign of a health: glyph, word and role together, because colour alone is no signal.
//! No colour stands here; the theme gives the role its look.

use super::Role;
use crate::world::Health;

/// The glyph (one column wide), the word and the role of `health`.
pub fn mark(health: Health) -> (char, &'static str, Role) {
    let (glyph, role) = match health {
        Health::Well => ('●', Role::Well),
        Health::Changing => ('◌', Role::Changing),
        Health::Worrying => ('!', Role::Worrying),
        Health::Bad => ('✗', Role::Bad),
        Health::Asleep => ('☾', Role::Asleep),
        Health::Unknown => ('?', Role::Unknown),
    };
    (glyph, health.word(), role)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_health_has_its_own_glyph_of_one_column_and_its_own_role() {
        let marks: HashSet<_> = Health::ALL.map(mark).into();
        assert_eq!(marks.len(), Health::ALL.len());
        let glyphs: HashSet<_> = marks.iter().map(|(glyph, _, _)| glyph).collect();
        let roles: HashSet<_> = marks.iter().map(|(_, _, role)| role).collect();
        assert_eq!((glyphs.len(), roles.len()), (marks.len(), marks.len()));
        for (glyph, word, _) in &marks {
            assert_eq!(crate::text::width(&glyph.to_string()), 1, "{glyph} {word}");
        }
    }
}
