//! What a person sees at the terminal when a session does not go as it should, and one command on several instances. The
//! built binary, the gateway, and the peer behind it.

use super::{Site, assert_restored};
use crate::gateway::Weather;
use crate::terminal::Terminal;

/// Opens a shell on the first of kajimaru's instances by key, in a console that is open on it.
fn opens_a_shell(toban: &mut Terminal) {
    toban.shows("kajimaru-ec2-02");
    toban.keys("/^kajimaru-ec2-01$\r");
    toban.hides("kajimaru-ec2-02");
    toban.keys("s");
    toban.wait_screen("a shell", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with(['$', '#'])
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_idled_out_says_so_and_the_console_keeps_the_reason_on_the_screen() {
    let context = Site::with(&["kajimaru"]).await;
    let mut toban = context.terminal("toban connect kajimaru/kajimaru-ec2-01; read _; toban kajimaru");
    tokio::task::block_in_place(|| toban.shows("$ "));
    context.gateway.time_out();
    tokio::task::block_in_place(|| {
        toban.shows("timed out due to inactivity");
        toban.keys("\r");
        opens_a_shell(&mut toban);
    });
    context.gateway.time_out();
    tokio::task::block_in_place(|| {
        toban.shows("how the session ended");
        toban.shows("timed out due to inactivity");
        toban.keys("\u{3}");
        assert_restored(&toban, context.peer.home());
    });
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_that_run_out_during_a_session_are_asked_for_on_the_last_line_and_it_waits() {
    let context = Site::with(&["kajimaru"]).await;
    // A dozen refusals, with pauses that grow: half a minute at most, and long enough to be read.
    context.gateway.weather(Weather { cuts: vec![12], expires: 9, ..Weather::default() });
    let mut toban = context.terminal("toban connect kajimaru/kajimaru-ec2-01");
    tokio::task::block_in_place(|| {
        toban.shows("$ ");
        toban.keys("seq 2000; echo al''l\r");
        // It stands there for seconds only, which a loaded machine may not look at in time: what was written stays.
        toban.wrote(b"the credentials ran out: log in again in another terminal");
        toban.shows("all");
        toban.hides("the credentials ran out");
        toban.keys("exit\r");
        toban.shows("ended 0");
        assert_restored(&toban, context.peer.home());
    });
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_may_not_be_opened_ends_with_what_to_do() {
    let context = Site::with(&["kajimaru"]).await;
    context.gateway.weather(Weather { is_locked: true, ..Weather::default() });
    let done = context.run(&["connect", "kajimaru/kajimaru-ec2-01", "--", "true"]);
    assert_eq!(done.code, Some(1), "{}", done.err);
    assert!(done.err.contains("HTTP 403") && done.err.contains("ssmmessages:OpenDataChannel"), "{}", done.err);
    assert!(done.err.contains("allow ssmmessages:OpenDataChannel on arn:aws:ssm:*:*:session/*"), "{}", done.err);
    context.gateway.wait_for_calls("TerminateSession", 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_to_the_console_in_the_middle_of_a_shell_ends_all_with_the_terminal_restored() {
    let context = Site::with(&["kajimaru"]).await;
    let line = "sh -c 'echo $$ > \"$HOME/pid\"; exec toban kajimaru'";
    let mut toban = context.terminal(line);
    tokio::task::block_in_place(|| {
        opens_a_shell(&mut toban);
        toban.keys("printf '\\033[?1049h\\033[?1002h\\033[?2004h\\033[?25l'; echo ed''iting\r");
        toban.wait_screen("an editor's screen", |screen| {
            screen.alternate_screen() && screen.contents().contains("editing") && screen.hide_cursor()
        });
        let pid = std::fs::read_to_string(context.peer.home().join("pid")).expect("a process id");
        let killed = std::process::Command::new("kill").args(["-TERM", pid.trim()]).status().expect("kill runs");
        assert!(killed.success());
        assert_restored(&toban, context.peer.home());
    });
    context.gateway.wait_for_calls("TerminateSession", 1).await;
    context.gateway.assert_clean();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_runs_on_the_marked_instances_and_each_shows_its_output() {
    let context = Site::with(&["kajimaru"]).await;
    let mut toban = context.terminal("toban kajimaru");
    tokio::task::block_in_place(|| {
        toban.shows("kajimaru-ec2-02");
        toban.keys("/^kajimaru-ec2-0 ^i-\r");
        toban.wait("the instances alone", |screen| {
            screen.contains("kajimaru-ec2-02") && !screen.contains("kajimaru-TG")
        });
        toban.keys("mm");
        toban.keys(":run uptime -p\r");
        for what in ["uptime -p", "kajimaru-ec2-01", "kajimaru-ec2-02", "ssm:SendCommand"] {
            toban.shows(what);
        }
        // Without a stage in any name it counts as production: its name is asked for.
        toban.keys("kajimaru\r");
        let shown = toban.wait("both outputs", |screen| screen.matches(" ran uptime -p").count() == 2);
        assert!(shown.contains("kajimaru-ec2-01") && shown.contains("kajimaru-ec2-02"), "{shown}");
        toban.keys("\u{3}");
        assert_restored(&toban, context.peer.home());
    });
    let sent = context.peer.wait_for_calls("ssm", "SendCommand", 1);
    let params = sent.first().map(|call| call["params"].clone()).expect("the call");
    assert_eq!(params["InstanceIds"].as_array().map(Vec::len), Some(2), "{params}");
    assert!(context.gateway.calls().is_empty(), "no session is opened for it");
}
