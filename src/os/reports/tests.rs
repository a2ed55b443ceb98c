//! Terminal bytes replayed as a table, in virtual time: each row in one piece, byte by byte, and cut in two at every
//! place. Whatever came before, the key typed after it is a key.

use std::time::Duration;

use proptest::prelude::*;
use rstest::rstest;
use tokio::io::{AsyncWriteExt, duplex};
use tokio::time::{sleep, timeout};

use super::*;
use crate::console::input::news;
use crate::console::msg::Event;

/// Pieces that arrive so close together belong together.
const CLOSE: Duration = Duration::from_millis(10);
/// By then nothing is waited for any more.
const LONG: Duration = Duration::from_secs(20);

fn word(told: Told) -> Option<String> {
    Some(match told {
        Told::Light(light) => format!("light={light}"),
        Told::Attributes => "attributes".to_owned(),
        Told::Event(event) => match news(event)? {
            Event::Key(chord) => chord.to_string(),
            Event::Pasted(text) => format!("paste={text}"),
            Event::Clicked(column, row) => format!("click={column},{row}"),
            Event::Wheeled(by) => format!("wheel={by}"),
            Event::Watched(on) => format!("focus={on}"),
            other => format!("{other:?}"),
        },
    })
}

/// What is told when `pieces` come, each after its silence.
async fn replay(pieces: &[(Duration, &[u8])]) -> Vec<String> {
    let (mut terminal, from) = duplex(1 << 16);
    let mut reports = Reports::of(from);
    let mut told = Vec::new();
    let write = async {
        for (silence, bytes) in pieces {
            sleep(*silence).await;
            terminal.write_all(bytes).await.expect("the reader is there");
        }
        sleep(LONG).await;
    };
    let read = async {
        while let Some(one) = reports.next().await {
            told.extend(word(one));
        }
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
    assert!(!reports.is_amid(), "nothing is waited for in the end");
    told
}

/// The same for bytes that belong together, however they are cut: all ways must tell the same.
async fn every_way(bytes: &[u8]) -> Vec<String> {
    let whole = replay(&[(CLOSE, bytes)]).await;
    let single: Vec<_> = bytes.chunks(1).map(|byte| (CLOSE, byte)).collect();
    assert_eq!(replay(&single).await, whole, "byte by byte: {}", bytes.escape_ascii());
    for at in 1..bytes.len() {
        let (first, second) = bytes.split_at(at);
        let told = replay(&[(CLOSE, first), (CLOSE, second)]).await;
        assert_eq!(told, whole, "cut at {at}: {}", bytes.escape_ascii());
    }
    whole
}

#[rstest]
#[case::letters(b"a?", "a ?")]
#[case::capital(b"G", "G")]
#[case::japanese("夜".as_bytes(), "夜")]
#[case::picture("🔥".as_bytes(), "🔥")]
#[case::control(b"\x06\x01", "ctrl-f ctrl-a")]
#[case::control_space(b"\0", "ctrl-space")]
#[case::enter_tab_backspace(b"\r\t\x7f", "enter tab backspace")]
#[case::alt(b"\x1bx", "alt-x")]
#[case::alt_japanese("\x1b夜".as_bytes(), "alt-夜")]
#[case::alt_enter(b"\x1b\r", "alt-enter")]
#[case::arrows(b"\x1b[A\x1bOB\x1b[C\x1bOD", "up down right left")]
#[case::home_and_end(b"\x1b[H\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "home end home end home end")]
#[case::pages_and_delete(b"\x1b[5~\x1b[6~\x1b[3~", "pgup pgdn delete")]
#[case::functions(b"\x1bOP\x1bOS\x1b[15~\x1b[24~\x1b[[E\x1b[P", "f1 f4 f5 f12 f5 f1")]
#[case::modified(b"\x1b[1;5A\x1b[3;2~\x1b[1;3P", "ctrl-up shift-delete alt-f1")]
#[case::back_tab(b"\x1b[Z\x1b[1;2Z", "shift-tab shift-tab")]
#[case::kitty(b"\x1b[106u\x1b[99;5u\x1b[27u\x1b[13;3u\x1b[9;2u", "j ctrl-c esc alt-enter shift-tab")]
#[case::kitty_shifted(b"\x1b[97:65;2u", "A")]
#[case::kitty_released(b"\x1b[106;1:3u\x1b[1;1:3A", "")]
#[case::kitty_repeated(b"\x1b[106;1:2u", "j")]
#[case::kitty_keypad(b"\x1b[57400u\x1b[57414u\x1b[57419u\x1b[57376u", "1 enter up f13")]
#[case::kitty_num_lock(b"\x1b[106;129u", "j")]
#[case::kitty_unknown(b"\x1b[57358u\x1b[1114112u\x1b[55296u\x1b[5u", "")]
#[case::mouse(b"\x1b[<0;3;5M\x1b[<0;3;5m\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<35;9;9M", "click=2,4 wheel=-1 wheel=1")]
#[case::old_mouse(b"\x1b[M !!\x1b[M`!!", "click=0,0 wheel=-1")]
#[case::rxvt_mouse(b"\x1b[32;3;5M", "click=2,4")]
#[case::mouse_nowhere(b"\x1b[<0;0;0M\x1b[M   \x1b[<0;70000;1M\x1b[<;;M\x1b[0;1;1M", "")]
#[case::focus(b"\x1b[I\x1b[O", "focus=true focus=false")]
#[case::paste("\x1b[200~a\r\nb 夜\x1b[A\x1b[20\x1b[201~".as_bytes(), "paste=a\r\nb 夜\x1b[A\x1b[20")]
#[case::empty_paste(b"\x1b[200~\x1b[201~", "paste=")]
#[case::end_of_no_paste(b"\x1b[201~", "")]
fn what_is_known_means_what_it_always_meant(#[case] bytes: &[u8], #[case] expected: &str) {
    run(async {
        let mut followed = bytes.to_vec();
        followed.push(b'j');
        let expected = [expected, "j"].join(" ");
        assert_eq!(every_way(&followed).await.join(" "), expected.trim_start());
    });
}

#[rstest]
#[case::mode(b"\x1b[?2026;2$y", "")]
#[case::colour_scheme(b"\x1b[?997;1n", "")]
#[case::kitty_flags(b"\x1b[?1u", "")]
#[case::secondary_attributes(b"\x1b[>41;354;0c", "")]
#[case::tertiary_attributes(b"\x1bP!|00000000\x1b\\", "")]
#[case::attributes(b"\x1b[?62;22c", "attributes")]
#[case::version(b"\x1bP>|XTerm(390)\x1b\\", "")]
#[case::capability(b"\x1bP1+r524742=38\x1b\\", "")]
#[case::status(b"\x1bP1$r0m\x1b\\", "")]
#[case::cursor(b"\x1b[24;80R\x1b[0;0R", "")]
#[case::size(b"\x1b[8;24;80t\x1b[4;600;800t", "")]
#[case::cursor_shape(b"\x1b[0 q", "")]
#[case::checksum(b"\x1bP1!~ABCD\x1b\\", "")]
#[case::keyboard(b"\x1b[27;5;99~", "")]
#[case::resized_in_band(b"\x1b[48;24;80;600;800t", "")]
#[case::equals(b"\x1b[=1;2;3c", "")]
#[case::unknown_final(b"\x1b[5;5;5x\x1b[~\x1b[99~", "")]
#[case::too_many_parameters(b"\x1b[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1x", "")]
#[case::title("\x1b]l何かq:\x1b\\".as_bytes(), "")]
#[case::title_with_what_looks_like_an_end("\x1b]l本末朜\x1b\\".as_bytes(), "")]
#[case::clipboard(b"\x1b]52;c;OnF1aXQK\x07", "")]
#[case::palette(b"\x1b]4;1;rgb:cccc/0000/0000\x07", "")]
#[case::foreground(b"\x1b]10;rgb:1e1e/1e1e/1e1e\x1b\\", "")]
#[case::dark(b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\", "light=false")]
#[case::light(b"\x1b]11;rgb:fdfd/f6f6/e3e3\x07", "light=true")]
#[case::light_with_alpha(b"\x1b]11;rgba:ff/ff/ff/ff\x07", "light=true")]
#[case::light_by_hash(b"\x1b]11;#fdf6e3\x07", "light=true")]
#[case::light_ended_by_half(b"\x1b]11;rgb:ff/ff/ff\x1b\x1b[?62c", "light=true attributes")]
#[case::no_colour(b"\x1b]11;rgb:gg/00/00\x07\x1b]11;?\x07\x1b]11;#1234\x07\x1b]11;rgb:1/2\x07", "")]
#[case::application(b"\x1b_Gi=31;OK\x1b\\", "")]
#[case::privacy(b"\x1b^quit:q\x1b\\", "")]
#[case::start_of_string(b"\x1bXquit:q\x1b\\", "")]
#[case::eight_bits(b"\x9b?997;1n\x9b5\x24y", "")]
#[case::eight_bits_keys(b"\x9bA\x8fB", "up down")]
#[case::eight_bits_strings(b"\x90q\x9c\x9d11;rgb:ff/ff/ff\x9c\x9fq\x9c\x9eq\x9c\x98q\x9c", "light=true")]
#[case::eight_bits_in_utf8("\u{9b}?997;1n\u{9d}11;rgb:0/0/0\u{9c}\u{90}q\u{9c}".as_bytes(), "light=false")]
#[case::cancelled(b"\x1b[12\x18\x1bPqqq\x1a", "")]
#[case::no_characters(b"\xff\xfe\xc0\x80\xe5\xf5\xa0", "")]
#[case::lone_c1(b"\x84\x9c\x80", "")]
fn what_is_finished_and_not_a_key_is_swallowed_whole(#[case] bytes: &[u8], #[case] expected: &str) {
    run(async {
        for after in [b"j".as_slice(), b"\x03", b"\x1b[A"] {
            let told = every_way(&[bytes, after].concat()).await;
            let (last, before) = told.split_last().expect("the key after it");
            assert_eq!(before.join(" "), expected);
            assert!(matches!(last.as_str(), "j" | "ctrl-c" | "up"), "{last}");
        }
    });
}

const SHORT: Duration = Duration::from_millis(300);
const TOO_LONG: Duration = Duration::from_millis(2_500);

#[rstest]
#[case::escape(&[(CLOSE, &b"\x1b"[..]), (SHORT, &b"j"[..])], "esc j")]
#[case::two_escapes(&[(CLOSE, &b"\x1b\x1bj"[..])], "esc j")]
#[case::escape_then_up(&[(CLOSE, &b"\x1b\x1b[A"[..])], "esc up")]
#[case::escape_before_an_answer(&[(CLOSE, &b"\x1b\x1b]11;rgb:ff/ff/ff\x07"[..])], "esc light=true")]
#[case::alt_p(&[(CLOSE, &b"\x1bP"[..]), (SHORT, &b"j"[..])], "alt-P j")]
#[case::alt_bracket(&[(CLOSE, &b"\x1b]"[..]), (SHORT, &b"j"[..])], "alt-] j")]
#[case::cut_off(&[(CLOSE, &b"\x1b[1;"[..]), (TOO_LONG, &b"j"[..])], "j")]
#[case::cut_off_utf8(&[(CLOSE, &b"\xe5\xa4"[..]), (TOO_LONG, &b"j"[..])], "j")]
#[case::cut_off_then_another(&[(CLOSE, &b"\x1b[1;\x1b[A\xe5\x1b[B"[..])], "up down")]
#[case::slow_answer(&[(CLOSE, &b"\x1b]11;rgb:1e1e/"[..]), (Duration::from_millis(1_500), &b"1e1e/1e1e\x1b\\:"[..])], "light=false :")]
#[case::unfinished_string(&[(CLOSE, &b"\x1b]11;rgb:"[..]), (TOO_LONG, &b"j"[..])], "j")]
#[case::unfinished_string_typed_into(&[(CLOSE, &b"\x1bPabc"[..]), (SHORT, &b"j"[..]), (SHORT, &b"\x03"[..])], "ctrl-c")]
#[case::unfinished_string_escaped(&[(CLOSE, &b"\x1bPabc"[..]), (SHORT, &b"\x1b"[..]), (SHORT, &b"j"[..])], "esc j")]
#[case::unfinished_control(&[(CLOSE, &b"\x1b[?12"[..]), (CLOSE, &b"\x03"[..])], "ctrl-c")]
#[case::after_an_escape(&[(CLOSE, &b"\x1b\x03"[..])], "ctrl-c")]
#[case::unfinished_paste(&[(CLOSE, &b"\x1b[200~abc\x1b[2"[..]), (TOO_LONG, &b"j"[..])], "paste=abc\x1b[2 j")]
#[case::unfinished_paste_left(&[(CLOSE, &b"\x1b[200~abc"[..]), (SHORT, &b"\x03"[..])], "ctrl-c")]
#[case::control_c_within_a_paste(&[(CLOSE, &b"\x1b[200~a long text with \x03 in it\x1b[201~j"[..])], "paste=a long text with \x03 in it j")]
#[case::slow_paste(
    &[(CLOSE, &b"\x1b[200~a long piece of text, "[..]), (Duration::from_millis(1_500), &b"and another piece of text\x1b[201~"[..])],
    "paste=a long piece of text, and another piece of text"
)]
fn what_is_not_finished_ends_in_time(#[case] pieces: &[(Duration, &[u8])], #[case] expected: &str) {
    run(async { assert_eq!(replay(pieces).await.join(" "), expected) });
}

#[test]
fn typing_does_not_keep_an_unfinished_paste_open() {
    run(async {
        let mut pieces: Vec<(Duration, &[u8])> = vec![(CLOSE, b"\x1b[200~pasted")];
        pieces.extend(std::iter::repeat_n((Duration::from_secs(1), b"j".as_slice()), 12));
        let told = replay(&pieces).await;
        assert!(told.first().is_some_and(|first| first.starts_with("paste=pastedjjj")), "{told:?}");
        assert!(told.len() > 1 && told.iter().skip(1).all(|key| key == "j"), "{told:?}");
    });
}

#[test]
fn a_paste_of_any_size_is_one_paste_and_bounded() {
    run(async {
        let text = vec![b'x'; 3 << 20];
        let told = replay(&[(CLOSE, &[b"\x1b[200~", text.as_slice(), b"\x1b[201~j"].concat())]).await;
        let [paste, key] = told.as_slice() else { panic!("{} things were told", told.len()) };
        assert_eq!((paste.len(), key.as_str()), ((1 << 20) + "paste=".len(), "j"));
    });
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(async { timeout(Duration::from_secs(1 << 20), test).await.expect("an end") });
}

proptest! {
    /// Whatever a terminal sends, in whatever pieces: nothing breaks, and after a silence keys are keys.
    #[test]
    fn after_any_bytes_a_key_is_a_key(pieces in prop::collection::vec(prop::collection::vec(
        prop_oneof![3 => any::<u8>(), 2 => prop::sample::select(b"\x1b[]OP_^X\\?<=>;:019~$\x07\x9b\x9d\x90\x9cuMRAmc\x03\x18".to_vec())],
        1..24,
    ), 1..6)) {
        run(async {
            let mut steps: Vec<_> = pieces.iter().map(|piece| (CLOSE, piece.as_slice())).collect();
            steps.push((LONG, b"j"));
            let told = replay(&steps).await;
            assert_eq!(told.last().map(String::as_str), Some("j"), "{told:?}");
        });
    }
}
