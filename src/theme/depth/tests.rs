//! Whatever a terminal says of its colours, the built-in themes can be read in them and states told apart.

use std::collections::BTreeSet;

use rstest::rstest;

use super::super::Role;
use super::*;

const STATES: [Role; 6] = [Role::Well, Role::Changing, Role::Worrying, Role::Bad, Role::Asleep, Role::Unknown];

#[rstest]
#[case::plain(&[("TERM", "xterm-256color")], ColorDepth::Ansi256)]
#[case::told(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], ColorDepth::TrueColor)]
#[case::told_in_bits(&[("TERM", "xterm"), ("COLORTERM", "24bit")], ColorDepth::TrueColor)]
#[case::told_nothing(&[("TERM", "xterm"), ("COLORTERM", "yes")], ColorDepth::Ansi16)]
#[case::direct(&[("TERM", "xterm-direct")], ColorDepth::TrueColor)]
#[case::over_ssh(&[("TERM", "xterm-kitty")], ColorDepth::TrueColor)]
#[case::ghostty(&[("TERM", "xterm-ghostty")], ColorDepth::TrueColor)]
#[case::alacritty(&[("TERM", "alacritty")], ColorDepth::TrueColor)]
#[case::windows(&[("TERM", "xterm-256color"), ("WT_SESSION", "x")], ColorDepth::TrueColor)]
#[case::tmux(&[("TERM", "tmux-256color"), ("TMUX", "x")], ColorDepth::Ansi256)]
#[case::tmux_told(&[("TERM", "screen-256color"), ("TMUX", "x"), ("COLORTERM", "truecolor")], ColorDepth::TrueColor)]
#[case::screen(&[("TERM", "screen-256color"), ("STY", "x"), ("COLORTERM", "truecolor")], ColorDepth::Ansi256)]
#[case::old_screen(&[("TERM", "screen"), ("COLORTERM", "truecolor")], ColorDepth::Ansi16)]
#[case::console(&[("TERM", "linux")], ColorDepth::Ansi16)]
#[case::xterm(&[("TERM", "xterm")], ColorDepth::Ansi16)]
#[case::vt(&[("TERM", "vt220")], ColorDepth::Monochrome)]
#[case::vt_told(&[("TERM", "vt100"), ("COLORTERM", "truecolor")], ColorDepth::Monochrome)]
#[case::dumb(&[("TERM", "dumb"), ("COLORTERM", "truecolor")], ColorDepth::Monochrome)]
#[case::unset(&[("COLORTERM", "truecolor")], ColorDepth::Monochrome)]
fn terminals_say_how_many_colours_they_have(#[case] vars: &[(&str, &str)], #[case] expected: ColorDepth) {
    let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
    assert_eq!(ColorDepth::of_terminal(var), expected);
}

/// The sixteen as the oldest colour displays show them, which are among the hardest to read.
fn vga(color: Color, dark: bool) -> Rgb {
    match color {
        Color::Reset if dark => (170, 170, 170),
        Color::Reset => (0, 0, 0),
        Color::Red => (170, 0, 0),
        Color::Green => (0, 170, 0),
        Color::Yellow => (170, 85, 0),
        Color::Blue => (0, 0, 170),
        Color::Magenta => (170, 0, 170),
        Color::Cyan => (0, 170, 170),
        Color::LightRed => (255, 85, 85),
        Color::LightGreen => (85, 255, 85),
        Color::LightYellow => (255, 255, 85),
        Color::LightBlue => (85, 85, 255),
        Color::LightMagenta => (255, 85, 255),
        Color::LightCyan => (85, 255, 255),
        other => panic!("{other:?} is none of those that are used"),
    }
}

#[rstest]
fn text_can_be_read_in_256_colours(#[values("night", "day", "contrast")] name: &str) {
    let theme = Theme::built_in(name).at_depth(ColorDepth::Ansi256);
    let terminal = rgb(theme.background.expect("a background")).expect("an exact one");
    let cursor = rgb(theme.style(Role::Selected).bg.expect("a cursor")).expect("an exact one");
    assert!(contrast(cursor, terminal) > 1.1, "{name}: the cursor is seen");
    for role in Role::ALL.iter().filter(|role| **role != Role::Border) {
        let style = theme.style(*role);
        for color in [style.fg, style.bg].into_iter().flatten() {
            assert!(matches!(color, Color::Indexed(16..)), "{name}: {role:?} is {color:?}");
        }
        let Some(fg) = style.fg.and_then(rgb) else { continue };
        for ground in [style.bg.and_then(rgb).unwrap_or(terminal), cursor] {
            assert!(contrast(fg, ground) >= READABLE, "{name}: {role:?} has {:.2}", contrast(fg, ground));
        }
    }
}

#[rstest]
#[case("night", 2.9)]
#[case("contrast", 2.9)]
#[case("day", 2.7)]
fn text_can_be_read_in_16_colours(#[case] name: &str, #[case] least: f64) {
    let theme = Theme::built_in(name).at_depth(ColorDepth::Ansi16);
    let terminal = if theme.dark() { (0, 0, 0) } else { (255, 255, 255) };
    for role in Role::ALL {
        let style = theme.style(*role);
        assert_eq!(style.bg, None, "{name}: {role:?} is sure of no ground but the terminal's");
        let Some(fg) = style.fg else { continue };
        let ratio = contrast(vga(fg, theme.dark()), terminal);
        assert!(ratio >= least, "{name}: {role:?} is {fg:?} and has {ratio:.2}");
    }
    for role in [Role::Selected, Role::HeaderBar] {
        assert!(theme.style(role).add_modifier.contains(Modifier::REVERSED), "{name}: {role:?}");
    }
}

#[rstest]
fn states_look_different_in_any_number_of_colours(
    #[values("night", "day", "contrast")] name: &str,
    #[values(ColorDepth::TrueColor, ColorDepth::Ansi256, ColorDepth::Ansi16)] depth: ColorDepth,
) {
    let theme = Theme::built_in(name).at_depth(depth);
    let looks: BTreeSet<_> = STATES.iter().map(|role| format!("{:?}", theme.style(*role))).collect();
    assert_eq!(looks.len(), STATES.len(), "{looks:?}");
}

#[rstest]
fn no_colour_is_no_colour_and_the_cursor_is_still_seen(#[values("night", "day", "contrast")] name: &str) {
    let theme = Theme::built_in(name).at_depth(ColorDepth::Monochrome);
    for role in Role::ALL {
        let style = theme.style(*role);
        assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
    }
    assert!(theme.style(Role::Selected).add_modifier.contains(Modifier::REVERSED));
    assert!(theme.style(Role::Bad).add_modifier.contains(Modifier::BOLD));
}

#[test]
fn the_plain_theme_and_full_depth_stay_as_they_are() {
    let plain = Theme::built_in("plain");
    for depth in [ColorDepth::Monochrome, ColorDepth::Ansi16, ColorDepth::Ansi256, ColorDepth::TrueColor] {
        assert_eq!(plain.clone().at_depth(depth), plain, "{depth:?}");
    }
    assert_eq!(Theme::built_in("night").at_depth(ColorDepth::TrueColor), Theme::built_in("night"));
}

#[test]
fn a_readers_own_choice_among_the_sixteen_is_kept() {
    let dir = tempfile::tempdir().expect("a directory");
    let text = "inherits = \"night\"\n[role]\nbad = { fg = \"white\", bg = \"lightred\" }\nwell = 10\nfault = { bg = \"#a00000\" }\nnotice = 196";
    std::fs::write(dir.path().join("mine.toml"), text).expect("a file");
    let theme = Theme::load("mine", &[dir.path().to_owned()]).expect("a theme").at_depth(ColorDepth::Ansi16);
    assert_eq!((theme.style(Role::Bad).fg, theme.style(Role::Bad).bg), (Some(Color::White), Some(Color::LightRed)));
    assert_eq!(theme.style(Role::Well).fg, Some(Color::Indexed(10)));
    let fault = theme.style(Role::Fault);
    assert_eq!((fault.fg, fault.bg), (Some(Color::LightRed), None), "a red ground is red letters turned round");
    assert!(fault.add_modifier.contains(Modifier::REVERSED));
    assert_eq!(theme.style(Role::Notice).fg, Some(Color::LightRed));
}
