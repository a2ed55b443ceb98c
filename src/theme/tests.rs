//! Built-in themes are complete, readable and true to their promise; bad files are refused with a
//! place to look at.

use super::*;
use proptest::prelude::*;
use ratatui::style::Modifier;
use rstest::rstest;

fn load(text: &str) -> Result<Theme, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.toml"), text).unwrap();
    Theme::load("mine", &[dir.path().to_owned()])
        .map_err(|error| error.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

#[test]
fn every_built_in_theme_defines_every_role() {
    for name in Theme::built_in_names() {
        let theme = Theme::load(name, &[]).unwrap();
        assert_eq!(theme.styles.len(), Role::ALL.len(), "{name}");
        assert_eq!(theme.name(), name);
    }
}

#[test]
fn plain_has_no_colour() {
    for (role, style) in &Theme::built_in("plain").styles {
        assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
    }
}

fn luminance(color: Color) -> f64 {
    let Color::Rgb(r, g, b) = color else { panic!("{color:?} is not exact") };
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

fn contrast(a: Color, b: Color) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[rstest]
#[case("night")]
#[case("day")]
#[case("contrast")]
fn text_can_be_read_on_the_terminal_and_on_the_cursor(#[case] name: &str) {
    let theme = Theme::load(name, &[]).unwrap();
    let terminal = theme.background.unwrap();
    let cursor = theme.style(Role::Selected).bg.unwrap();
    // Lines are not read.
    for role in Role::ALL.iter().filter(|role| **role != Role::Border) {
        let style = theme.style(*role);
        let Some(fg) = style.fg else { continue };
        for bg in [style.bg.unwrap_or(terminal), cursor] {
            let ratio = contrast(fg, bg);
            assert!(ratio >= 4.5, "{name}: {role:?} has {ratio:.2}");
        }
    }
}

#[test]
fn states_differ_without_red_and_green() {
    let theme = Theme::built_in("contrast");
    assert_ne!(theme.style(Role::Well), theme.style(Role::Bad));
    assert!(theme.style(Role::Bad).add_modifier.contains(Modifier::UNDERLINED));
}

#[rstest]
#[case("rolle = 1", "mine.toml:1: rolle: unknown key, did you mean `role`?")]
#[case(
    "inherits = \"night\"\n[role]\nbad = \"#f00\"",
    "mine.toml:3: role.bad: \"#f00\" is not a colour; write six hex digits, as in \"#ff8a82\""
)]
#[case(
    "inherits = \"night\"\n[role]\nbad = { fg = \"#é0000\" }",
    "mine.toml:3: role.bad.fg: \"#é0000\" is not a colour; write six hex digits, as in \"#ff8a82\""
)]
#[case(
    "[palette]\na = \"rot\"",
    "mine.toml:2: palette.a: no colour \"rot\"; use \"#rrggbb\", a name from [palette], an ANSI name such as \"red\", or 0 to 255"
)]
#[case("[palette]\na = 256", "mine.toml:2: palette.a: must be a whole number from 0 to 255")]
#[case("dark = \"yes\"", "mine.toml:1: dark: must be true or false, not a text")]
#[case(
    "[role]\nbad = { fg = \"red\", blink = true }",
    "mine.toml:2: role.bad.blink: unknown key; known here: fg, bg, bold, dim, italic, underline, reverse"
)]
fn a_bad_theme_is_refused_with_its_place(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(load(text).unwrap_err(), expected);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let error = load("dark = 1\n[role]\nbad = \"rot\"\nbed = 1\nwell = { bold = 2 }").unwrap_err();
    let lines: Vec<_> = error.lines().map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines, ["mine.toml:1 dark", "mine.toml:4 role.bed", "mine.toml:5 role.well.bold"], "{error}");
}

#[test]
fn an_unknown_role_lists_those_there_are() {
    let error = load("[role]\nbed = \"red\"").unwrap_err();
    assert!(error.starts_with("mine.toml:2: role.bed: unknown role; there are text, dim,"), "{error}");
}

#[test]
fn a_role_left_out_is_named() {
    let error = load("[role]\nbad = \"red\"").unwrap_err();
    assert!(error.starts_with("mine.toml: role: nothing said about text, dim,"), "{error}");
}

#[test]
fn broken_toml_has_its_line() {
    assert!(load("dark = true\nrole = [").unwrap_err().starts_with("mine.toml:2: "));
}

#[test]
fn a_child_may_change_one_colour_of_its_parents_palette() {
    let theme = load("inherits = \"night\"\n[palette]\nred = \"#ff0000\"").unwrap();
    assert_eq!(theme.style(Role::Bad).fg, Some(Color::Rgb(255, 0, 0)));
    assert_eq!(theme.style(Role::Well), Theme::built_in("night").style(Role::Well));
    assert!(theme.dark());
}

#[test]
fn a_file_may_extend_the_built_in_of_its_name_and_circles_are_found() {
    let dir = tempfile::tempdir().unwrap();
    let dirs = [dir.path().to_owned()];
    std::fs::write(dir.path().join("night.toml"), "inherits = \"night\"\n[role]\nbad = 9").unwrap();
    assert_eq!(Theme::load("night", &dirs).unwrap().style(Role::Bad).fg, Some(Color::Indexed(9)));
    std::fs::write(dir.path().join("a.toml"), "inherits = \"b\"").unwrap();
    std::fs::write(dir.path().join("b.toml"), "inherits = \"a\"").unwrap();
    assert!(Theme::load("a", &dirs).is_err());
}

#[test]
fn the_readers_own_themes_are_among_the_names() {
    let dir = tempfile::tempdir().unwrap();
    for file in ["夜.toml", "mine.toml", "night.toml", "notes.txt"] {
        std::fs::write(dir.path().join(file), "").unwrap();
    }
    let names = Theme::names(&[dir.path().to_owned(), dir.path().join("gone")]);
    assert_eq!(names, ["night", "day", "contrast", "plain", "mine", "夜"]);
}

#[rstest]
#[case("../night")]
#[case("")]
#[case("none")]
fn only_names_are_looked_up(#[case] name: &str) {
    let error = Theme::load(name, &[PathBuf::from(".")]).unwrap_err();
    assert!(error.to_string().contains("no theme of this name among night, day, contrast, plain, ."));
}

#[rstest]
#[case(Some("night"), true, None, "plain")]
#[case(Some("mine"), false, Some(false), "mine")]
#[case(None, false, Some(false), "day")]
#[case(None, false, None, "night")]
fn choosing(#[case] asked: Option<&str>, #[case] no_color: bool, #[case] dark: Option<bool>, #[case] expected: &str) {
    assert_eq!(Theme::choose(asked, no_color, dark), expected);
}

proptest! {
    #[test]
    fn no_input_panics(text in "(inherits|\\[role\\]|\\[palette\\]|bad|fg|=|\"#[0-9a-fé]{0,7}\"|\\{|\\}|\n| |[0-9]{1,4}){0,20}") {
        if let Err(error) = file::parse(&text, "x") {
            prop_assert!(error.problems.iter().all(|it| it.line >= 1 && !it.message.is_empty()), "{error}");
            prop_assert!(!error.problems.is_empty());
        }
    }
}
