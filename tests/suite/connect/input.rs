//! What is piped into a command goes to it, with its end, whatever and however much it is: on an instance and in a
//! container, through a real terminal on the other side.

use std::io::Write;
use std::process::{Command, Stdio};

use super::Site;
use crate::support::said::{Said, ended};

/// Runs the binary with `input` piped in. Whoever does not want all of it is no fault.
pub(super) fn fed(context: &Site, arguments: &[&str], input: Vec<u8>) -> Said {
    let mut command = Command::new(crate::support::said::program());
    command.env_clear().envs(context.env()).args(arguments);
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut to = run.stdin.take().expect("its input");
    let feeding = std::thread::spawn(move || drop(to.write_all(&input)));
    let said = tokio::task::block_in_place(|| ended(run));
    feeding.join().expect("it was given");
    said
}

/// Every byte there is, in no order, far more than a terminal keeps.
fn bytes() -> Vec<u8> {
    (0..60_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 23) as u8).collect()
}

async fn takes(context: &Site, target: &str) {
    let connect = |line: &'static str| ["connect", target, "--", line];
    let mut here = Command::new("cksum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("cksum runs");
    here.stdin.take().expect("its input").write_all(&bytes()).expect("it reads");
    let here = here.wait_with_output().expect("it ends").stdout;
    let sum = fed(context, &connect("cksum; exit 4"), bytes());
    assert_eq!((sum.code, sum.out.as_bytes()), (Some(4), here.as_slice()), "{}", sum.err);
    let text = "erste Zeile\r\n\u{3}\u{4}\u{1a}\u{1b}[31m 二行目\nwithout an end";
    let same = fed(context, &connect("cat"), text.as_bytes().to_vec());
    assert_eq!((same.code, same.out.as_str()), (Some(0), text), "{}", same.err);
    let nothing = fed(context, &connect("wc -c"), Vec::new());
    assert_eq!((nothing.code, nothing.out.trim()), (Some(0), "0"), "{}", nothing.err);
    // Who has enough ends before the input does.
    let some = fed(context, &connect("head -c 5; exit 2"), b"12345".repeat(20_000));
    assert_eq!((some.code, some.out.as_str()), (Some(2), "12345"), "{}", some.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_takes_what_is_piped_in() {
    let context = Site::with(&["kajimaru"]).await;
    takes(&context, "kajimaru/kajimaru-ec2-01").await;
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_takes_what_is_piped_in() {
    let context = Site::with(&["prooflink"]).await;
    takes(&context, "prooflink-prod/prooflink-prod").await;
    context.gateway.assert_clean();
}
