//! Sessions that a toban which was killed left open: found by whoever comes next, and ended when asked for.

use std::process::Command;

use super::Site;

/// Opens a shell and kills the program that has it.
fn killed(context: &Site) {
    let line = "sh -c 'echo $$ > \"$HOME/pid\"; exec toban connect kajimaru/kajimaru-ec2-01'";
    let toban = context.terminal(line);
    toban.shows("$ ");
    let pid = std::fs::read_to_string(context.peer.home().join("pid")).expect("a process id");
    assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().expect("kill runs").success());
    toban.shows("ended 137");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_command_tells_of_it_and_the_doctor_ends_it() {
    let context = Site::with(&["kajimaru"]).await;
    tokio::task::block_in_place(|| killed(&context));
    assert_eq!(context.gateway.calls(), ["StartSession"], "nobody ended it");
    let next = context.run(&["connect", "kajimaru/kajimaru-ec2-01", "--", "true"]);
    assert_eq!(next.code, Some(0), "{}", next.err);
    assert!(
        next.err.contains("was left open by a toban that was killed; `toban doctor --end-sessions` ends it"),
        "{}",
        next.err
    );
    let told = context.run(&["doctor"]);
    assert!(told.out.contains("was left open by a toban that was killed"), "{}", told.out);
    let refused = context.run(&["--read-only", "doctor", "--end-sessions"]);
    assert!(refused.out.contains("could not be ended") && refused.out.contains("read-only"), "{}", refused.out);
    let before = context.gateway.calls().iter().filter(|call| *call == "TerminateSession").count();
    let ended = context.run(&["doctor", "--end-sessions"]);
    assert!(ended.out.contains("it is ended now"), "{}", ended.out);
    context.gateway.wait_for_calls("TerminateSession", before + 1).await;
    let after = context.run(&["doctor"]);
    assert!(!after.out.contains("left open"), "{}", after.out);
    let journal = context.run(&["journal"]);
    assert!(journal.out.contains("which a toban that was killed left open on i-"), "{}", journal.out);
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_tells_of_it_and_ends_it() {
    let context = Site::with(&["kajimaru"]).await;
    let mut toban = tokio::task::block_in_place(|| {
        killed(&context);
        let mut toban = context.terminal("toban kajimaru");
        toban.shows("left 1 session open");
        toban.keys(":end-sessions\r");
        toban
    });
    context.gateway.wait_for_calls("TerminateSession", 1).await;
    tokio::task::block_in_place(|| {
        toban.shows("1 session ended");
        toban.keys("\u{3}");
        toban.shows("ended 0");
    });
    context.gateway.assert_clean();
}
