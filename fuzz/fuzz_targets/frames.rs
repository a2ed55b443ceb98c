//! Any bytes as a port's stream, cut anywhere: no panic, and the cuts change nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toban_fuzz::smux::{Frame, Frames, NotSmux};

fn all(frames: &mut Frames) -> Result<Vec<Frame>, NotSmux> {
    std::iter::from_fn(|| frames.take().transpose()).collect()
}

fuzz_target!(|input: (u8, &[u8])| {
    let (cut, bytes) = input;
    let mut whole = Frames::default();
    whole.push(bytes);
    let expected = all(&mut whole);
    let (mut parts, mut got) = (Frames::default(), Ok(Vec::new()));
    for part in bytes.chunks(usize::from(cut) + 1) {
        parts.push(part);
        match (all(&mut parts), &mut got) {
            (Ok(more), Ok(frames)) => frames.extend(more),
            (Err(why), got) => {
                *got = Err(why);
                break;
            }
            (Ok(_), Err(_)) => break,
        }
    }
    assert_eq!(got, expected);
});
