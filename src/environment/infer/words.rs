//! What single words of a name mean: a stage, a kind of resource or metric, a role, a region, or else a name.
//! Look-ups only; the lists are in `word_lists`, how words combine is `name_parser`'s.

use std::sync::LazyLock;

use super::word_lists::{COLOURS, LATENT, NOWHERE, NUMBERED, RESOURCES, ROLES, SHARED, SOFT, STAGES, WEAK};
use crate::world::QuickMap;

static LISTED: LazyLock<QuickMap<&str, Meaning>> = LazyLock::new(|| {
    let all = |words: &'static str, meaning: Meaning| words.split_whitespace().map(move |word| (word, meaning));
    all(NOWHERE, Meaning::Noise)
        .chain(all(SOFT, Meaning::Soft))
        .chain(all(RESOURCES, Meaning::Resource))
        .chain(all(ROLES, Meaning::Role))
        .chain(all(SHARED, Meaning::Shared))
        .chain(all(COLOURS, Meaning::Colour))
        .collect()
});

/// The words long enough to be told apart within others.
static LONG: LazyLock<Vec<&str>> =
    LazyLock::new(|| RESOURCES.split_whitespace().filter(|known| known.len() >= 5).collect());

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// A stage, in its one spelling.
    Stage(&'static str, Strength),
    /// A stage with a number, such as `dev2`, or of a pull request, such as `pr-123`; it stands for itself.
    Numbered,
    /// A stage where the account uses it as one.
    Latent(&'static str),
    /// A kind of resource, a metric, a trouble.
    Resource,
    /// A kind of resource that systems are called after as well.
    Soft,
    /// A role.
    Role,
    /// It stands for all stages.
    Shared,
    /// A colour.
    Colour,
    /// A number, a generated id, a region.
    Noise,
    /// Anything else: may be (part of) a system's name.
    Word,
}

impl Meaning {
    /// Whether it never belongs to a system's name.
    pub(super) fn is_dull(self) -> bool {
        matches!(
            self,
            Self::Resource | Self::Soft | Self::Noise | Self::Shared | Self::Colour | Self::Latent("main" | "master")
        )
    }
}

/// How surely a stage word means a stage.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Strength {
    /// It is an ordinary word too.
    Weak,
    /// It means several stages.
    Broad,
    /// It hardly means anything else.
    Strong,
}

/// What the lower-case word `word` is.
pub(super) fn meaning(word: &str) -> Meaning {
    if let Some(stage) = stage(word) {
        let strength = if WEAK.contains(&word) { Strength::Weak } else { Strength::Strong };
        return Meaning::Stage(stage, strength);
    }
    if let Some(meaning) = LISTED.get(word) {
        return *meaning;
    }
    if let Ok(at) = LATENT.binary_search_by(|(known, _)| (*known).cmp(word)) {
        return LATENT.get(at).map_or(Meaning::Word, |(_, stage)| Meaning::Latent(stage));
    }
    // `P1x`, `D1a`: stage, region and zone in one word.
    if let [letter, b'0'..=b'9', b'a'..=b'x'] = word.as_bytes()
        && let Some(letter) = ["p", "s", "d", "t"].into_iter().find(|known| known.as_bytes() == [*letter])
    {
        return stage_in_tag(letter).map_or(Meaning::Word, Meaning::Latent);
    }
    if is_compound(word) {
        return Meaning::Resource;
    }
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = word.len() - bare.len();
    if numbered <= 2 && NUMBERED.contains(&bare) {
        return Meaning::Numbered;
    }
    // `pr-123`, in one piece by now, and `preview-pr-123`.
    if word.strip_prefix("preview-").unwrap_or(word).strip_prefix("pr-").is_some_and(is_digits) {
        return Meaning::Numbered;
    }
    // `web01`, `db1`: the word counts.
    if numbered > 0
        && numbered <= 3
        && let Some(meaning) = LISTED.get(bare)
        && matches!(meaning, Meaning::Resource | Meaning::Role)
    {
        return Meaning::Resource;
    }
    if is_noise(word) || is_zone(word) { Meaning::Noise } else { Meaning::Word }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `apne1`, `use1`, `euw2`, `apne1a`; `1a`.
fn is_zone(word: &str) -> bool {
    if let [b'0'..=b'9', b'a'..=b'f'] = word.as_bytes() {
        return true;
    }
    let bare = word
        .strip_suffix(|c: char| c.is_ascii_lowercase())
        .filter(|bare| bare.ends_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(word);
    let Some(bare) = bare.strip_suffix(|c: char| c.is_ascii_digit()) else { return false };
    let Some(way) =
        ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"].iter().find_map(|land| bare.strip_prefix(land))
    else {
        return false;
    };
    ["n", "s", "e", "w", "c", "ne", "se", "nw", "sw"].contains(&way)
}

/// Whether a word is a region in short: it may stand between the words of a name and says nothing there.
pub(super) fn is_short_region(word: &str) -> bool {
    word.len() >= 3 && is_zone(word)
}

/// Whether a word tells versions and leftovers apart rather than systems.
pub(super) fn is_variant(word: &str) -> bool {
    let version = word.strip_prefix('v').is_some_and(is_digits);
    version || word.chars().count() < 2 || ["active", "legacy", "new", "old", "sub", "temp", "tmp"].contains(&word)
}

/// Whether two words are the beginning of a region: `ap-northeast`.
pub(super) fn is_region(land: &str, way: &str) -> bool {
    let lands = ["us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "cn"];
    let ways = ["north", "south", "east", "west", "central", "northeast", "southeast", "northwest", "southwest", "gov"];
    lands.contains(&land) && ways.contains(&way)
}

/// The stage that a word in a tag for stages means: more words count there than in a name.
pub(super) fn stage_in_tag(word: &str) -> Option<&'static str> {
    stage(word).or_else(|| LATENT.iter().find(|(known, _)| *known == word).map(|(_, stage)| *stage))
}

/// Stage words of three letters and more, for finding them within words, longest first.
pub(super) fn inner_stages() -> &'static [(&'static str, &'static str)] {
    static INNER: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let mut inner: Vec<(&str, &str)> =
            STAGES.iter().filter(|(word, _)| word.is_ascii() && word.len() >= 3 && *word != "stag").copied().collect();
        inner.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        inner
    });
    &INNER
}

/// Whether `rest` is nothing but words for resources and roles in a row, and a number at the end.
pub(super) fn is_part(rest: &str) -> bool {
    let rest = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let known = |word: &str| {
        matches!(LISTED.get(word), Some(Meaning::Resource | Meaning::Role | Meaning::Soft))
            || word.strip_suffix("er").is_some_and(|bare| bare.len() >= 3 && LISTED.contains_key(bare))
    };
    rest.is_empty()
        || known(rest)
        || rest.char_indices().skip(2).any(|(at, _)| {
            rest.split_at_checked(at).is_some_and(|(head, tail)| tail.len() >= 2 && known(head) && known(tail))
        })
}

/// The word for a resource or role of two letters and more that ends `word`, and what stands before it.
pub(super) fn with_part(word: &str) -> Option<&str> {
    (2..word.len()).find_map(|at| {
        let (head, tail) = word.split_at_checked(at)?;
        matches!(LISTED.get(tail), Some(Meaning::Resource | Meaning::Role)).then_some(head)
    })
}

/// The stage a lower-case word means.
pub(super) fn stage(word: &str) -> Option<&'static str> {
    let at = STAGES.binary_search_by(|(known, _)| (*known).cmp(word)).ok()?;
    STAGES.get(at).map(|(_, stage)| *stage)
}

fn is_resource(word: &str) -> bool {
    LISTED.get(word) == Some(&Meaning::Resource)
}

/// RDS writes identifiers in lower case, so that `DatabaseStack` and `AuroraCluster6B7A` arrive in one piece:
/// a run of long resource words, perhaps with an id behind.
fn is_compound(word: &str) -> bool {
    let is_end = |rest: &str| {
        let id = rest.chars().all(|c| c.is_ascii_hexdigit()) && rest.chars().any(|c| c.is_ascii_digit());
        rest.is_empty() || id || is_resource(rest) || is_noise(rest)
    };
    // `databasestack` begins with `databases` too: every way of cutting it is tried, each rest once.
    let mut rests = vec![word];
    let mut at = 0;
    while let Some(rest) = rests.get(at).copied() {
        if at > 0 && is_end(rest) {
            return true;
        }
        for shorter in LONG.iter().filter_map(|known| rest.strip_prefix(known)) {
            if !rests.contains(&shorter) {
                rests.push(shorter);
            }
        }
        at += 1;
    }
    false
}

/// A Japanese word that ends in a known one falls in two: `受付システム`, `勤怠管理本番`.
pub(super) fn wide_end(word: &str) -> Option<(&str, &str)> {
    let known = |end: &str| stage(end).is_some() || LISTED.contains_key(end);
    if known(word) {
        return None;
    }
    word.char_indices().skip(1).filter_map(|(at, _)| word.split_at_checked(at)).find(|(_, end)| known(end))
}

/// Numbers, and ids in which letters and digits take turns.
fn is_noise(word: &str) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    if digits == word.len() {
        return true;
    }
    let bytes = word.as_bytes();
    let turns =
        bytes.iter().zip(bytes.iter().skip(1)).filter(|(a, b)| a.is_ascii_digit() != b.is_ascii_digit()).count();
    word.is_ascii() && word.len() >= 8 && turns >= 3
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Strength, meaning};
    use crate::environment::infer::word_lists::{COLOURS, LATENT, NOWHERE, RESOURCES, ROLES, SHARED, SOFT, STAGES};
    use rstest::rstest;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        assert!(STAGES.is_sorted() && LATENT.is_sorted());
        let lists = [RESOURCES, SOFT, ROLES, SHARED, COLOURS, NOWHERE];
        let all: Vec<&str> = lists.iter().flat_map(|list| list.split_whitespace()).collect();
        for (at, word) in all.iter().enumerate() {
            assert!(!all.iter().skip(at + 1).any(|other| other == word), "{word} is listed twice");
            assert!(super::stage_in_tag(word).is_none(), "{word} is a stage too");
        }
    }

    #[rstest]
    #[case("prd", Meaning::Stage("prod", Strength::Strong))]
    #[case("live", Meaning::Stage("prod", Strength::Weak))]
    #[case("stg", Meaning::Stage("staging", Strength::Strong))]
    #[case("本番", Meaning::Stage("prod", Strength::Strong))]
    #[case("dev2", Meaning::Numbered)]
    #[case("databasestack", Meaning::Resource)]
    #[case("auroraclusterb1c2d3", Meaning::Resource)]
    #[case("auroraclusterwriter8f3a", Meaning::Resource)]
    #[case("踏み台サーバー", Meaning::Resource)]
    #[case("servicedesk", Meaning::Word)]
    #[case("backend", Meaning::Role)]
    #[case("01", Meaning::Noise)]
    #[case("50dc6c495c0c9188", Meaning::Noise)]
    #[case("v23", Meaning::Word)]
    #[case("apne1", Meaning::Noise)]
    #[case("use1", Meaning::Noise)]
    #[case("user1", Meaning::Word)]
    #[case("1a", Meaning::Noise)]
    #[case("web01", Meaning::Resource)]
    #[case("pr-12", Meaning::Numbered)]
    #[case("kensho", Meaning::Stage("staging", Strength::Strong))]
    #[case("p", Meaning::Latent("prod"))]
    #[case("batch", Meaning::Soft)]
    #[case("共通", Meaning::Shared)]
    #[case("kajimaru2024", Meaning::Word)]
    #[case("猫", Meaning::Word)]
    fn words_have_meanings(#[case] word: &str, #[case] expected: Meaning) {
        assert_eq!(meaning(word), expected, "{word}");
    }
}
