//! The words of the simulation's programs, second by second.
//! Pure: the same second gives the same words; when they can be read is said beside them.

use super::{LogWriter, Program};
use crate::demo::scenario_context::ScenarioContext;

/// A line that was written.
pub(super) struct Said {
    /// When.
    pub second: i64,
    /// And how far into it.
    pub millis: i64,
    /// Seconds until it can be read.
    pub late: i64,
    /// What it says.
    pub message: String,
}

const PATHS: [&str; 6] =
    ["/api/proofs", "/api/proofs/search", "/api/users/me", "/api/health", "/login", "/api/exports"];

/// What a writer wrote from one second to another, both included.
pub(super) fn between(scenario: &ScenarioContext<'_>, writer: &LogWriter, from: i64, to: i64) -> Vec<Said> {
    let to = writer.to.map_or(to, |end| end.min(to));
    let mut all = Vec::new();
    for second in from.max(writer.from)..=to {
        all.extend(at(scenario, writer, second));
    }
    all
}

fn at(scenario: &ScenarioContext<'_>, writer: &LogWriter, second: i64) -> Vec<Said> {
    let mut dice = scenario.dice(&format!("{}/{}@{second}", writer.group, writer.stream));
    let late = if dice.u32(0..100) < 4 { 9 } else { 1 };
    let mut messages: Vec<String> = Vec::new();
    let age = second - writer.from;
    let sick = writer.sick.is_some_and(|(from, to)| (from..to).contains(&second));
    match writer.program {
        Program::Web { json } => web(&mut dice, (scenario, second), (age, sick), json, &mut messages),
        Program::Router => match age {
            0 => messages.push("[info] [fluent bit] version=1.9.10, pid=1".to_owned()),
            1 => messages.push("[info] [output:s3:s3.1] Using upload size 100000000 bytes".to_owned()),
            _ if second.rem_euclid(600) == 7 => {
                messages.push("[info] [output:s3:s3.1] Successfully uploaded object /backend/2026/chunk.gz".to_owned());
            }
            _ => {}
        },
        Program::Function => function(&mut dice, scenario, writer, second, &mut messages),
        Program::Database => database(&mut dice, (scenario, second), &mut messages),
    }
    // Behind everything else of that second: nobody writes after they said that they exit.
    if let Some(end) = writer.to {
        messages.extend(
            writer.last_words.iter().filter(|(before, _)| end - before == second).map(|(_, words)| words.clone()),
        );
    }
    let step = 1_000 / i64::try_from(messages.len().max(1)).unwrap_or(1);
    let told = messages.into_iter().zip(0_i64..);
    told.map(|(message, place)| Said { second, millis: place * step + dice.i64(0..step.max(1)), late, message })
        .collect()
}

fn web(
    dice: &mut fastrand::Rng,
    (scenario, second): (&ScenarioContext<'_>, i64),
    (age, sick): (i64, bool),
    json: bool,
    into: &mut Vec<String>,
) {
    let line = |level: &str, number: u32, message: &str, rest: &str| {
        if json {
            format!(
                "{{\"level\":{number},\"time\":{},\"msg\":\"{message}\"{rest}}}",
                scenario.at(second).as_millisecond()
            )
        } else {
            let at = scenario.at(second).to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            format!("{at} {level} {message}")
        }
    };
    match age {
        0 => into.push(line("INFO", 30, "starting", "")),
        2 => into.push(line("INFO", 30, "connected to the database", ",\"pool\":10")),
        3 => into.push(line("INFO", 30, "listening on port 3000", "")),
        _ => {}
    }
    if age < 4 || dice.u32(0..100) < 45 {
        return;
    }
    let path = PATHS.get(dice.usize(0..PATHS.len())).copied().unwrap_or("/");
    let (took, request) = (dice.u32(4..180), format!("{:08x}", dice.u32(..)));
    if sick {
        match dice.u32(0..10) {
            0..4 => {
                let heap = dice.u32(88..100);
                into.push(line(
                    "WARN",
                    40,
                    &format!("heap is {heap} % of its limit, collecting garbage"),
                    ",\"limit\":\"2048 MB\"",
                ));
            }
            4..8 => {
                let took = dice.u32(9_000..30_000);
                into.push(line(
                    "ERROR",
                    50,
                    &format!("GET {path} 502 after {took} ms: worker did not answer"),
                    &format!(",\"req\":\"{request}\""),
                ));
            }
            _ => {}
        }
    }
    into.push(line("INFO", 30, &format!("GET {path} 200 in {took} ms"), &format!(",\"req\":\"{request}\"")));
    if dice.u32(0..400) == 0 {
        into.push(line("WARN", 40, "token refused for user sato, password=hunter2-not-shown", ""));
    }
}

fn function(
    dice: &mut fastrand::Rng,
    scenario: &ScenarioContext<'_>,
    writer: &LogWriter,
    second: i64,
    into: &mut Vec<String>,
) {
    if second.rem_euclid(15) != 3 {
        return;
    }
    let request = scenario.uuid(&format!("{}@{second}", writer.group));
    let took = dice.u32(20..900);
    into.push(format!("START RequestId: {request} Version: 7"));
    if dice.u32(0..12) == 0 {
        into.push(format!("[ERROR] Runtime.UserCodeError: upstream gave 503 RequestId: {request}"));
    } else {
        into.push(format!("[INFO] {} cats found in {took} ms", dice.u32(0..40)));
    }
    into.push(format!("END RequestId: {request}"));
    into.push(format!(
        "REPORT RequestId: {request} Duration: {took}.12 ms Billed Duration: {} ms Memory Size: 256 MB",
        took + 1
    ));
}

fn database(dice: &mut fastrand::Rng, (scenario, second): (&ScenarioContext<'_>, i64), into: &mut Vec<String>) {
    let at = scenario.at(second).to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string();
    if second.rem_euclid(300) == 11 {
        into.push(format!("{at}::@:[391]:LOG:  checkpoint starting: time"));
        let (buffers, percent) = (dice.u32(40..900), dice.u32(1..9));
        into.push(format!("{at}::@:[391]:LOG:  checkpoint complete: wrote {buffers} buffers (0.{percent}%)"));
    }
    if dice.u32(0..120) == 0 {
        let (took, user) = (dice.u32(1_000..6_000), dice.u32(2..200));
        into.push(format!(
            "{at}:10.10.1.{user}(5{took}):app@app:[{took}]:LOG:  duration: {took}.113 ms  statement: SELECT * FROM proofs WHERE owner = $1"
        ));
    }
}
