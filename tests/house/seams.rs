//! Seams: which files may name the SDK, the drawing library, a colour, the clock, the surroundings, or wait.

use crate::{is_fetch, is_in, none, offenders};

#[test]
fn sdk_types_stay_at_the_seam() {
    let found =
        offenders(&["aws_sdk_", "aws_config", "aws_smithy", "aws_types", "aws_sigv4", "aws_credential"], |path| {
            !is_in(path, &["aws/", "cloud/live/"]) && !is_fetch(path)
        });
    none(&found, "SDK types may appear only in src/aws, src/cloud/live and in a kind's fetch and change files");
}

#[test]
fn only_views_widgets_and_the_theme_draw() {
    let found = offenders(&["ratatui"], |path| {
        !is_in(path, &["console/widgets/", "theme/", "os/", "console/terminal", "console/event_loop"])
            && !path.contains("view")
    });
    none(&found, "ratatui belongs to views, widgets, the theme and the loop that owns the terminal");
}

#[test]
fn colours_are_chosen_by_the_theme_alone() {
    let found = offenders(&["Color::", "style::Color"], |path| !is_in(path, &["theme/"]));
    none(&found, "code names roles; only src/theme knows colours");
}

#[test]
fn pure_folders_read_no_clock_and_no_environment() {
    let pure = [
        "world/",
        "display/",
        "kinds/",
        "environment/",
        "offhours/",
        "overview/",
        "diagnosis/",
        "logs/",
        "charts/",
        "operations/",
        "change/",
        "schedule/",
        "text/",
        "command/",
        "keys/",
        "console/screens/",
        "console/widgets/",
    ];
    let outside = [
        "Timestamp::now",
        "Zoned::now",
        "SystemTime",
        "Instant::now",
        "std::env",
        "env::var",
        "std::fs",
        "std::net",
        "std::process",
        "TimeZone::system",
        "tokio::",
    ];
    let found = offenders(&outside, |path| is_in(path, &pure) && !is_fetch(path));
    none(&found, "pure folders get the time and the surroundings as values");
    let found = offenders(&outside, |path| {
        ["src/console/update", "src/console/model", "src/engine/poller", "src/engine/journal"]
            .iter()
            .any(|pure| path.starts_with(pure))
    });
    none(&found, "the model and its update are pure");
}

#[test]
fn the_console_never_awaits_in_an_update() {
    let found = offenders(&[".await", "async "], |path| {
        is_in(path, &["console/screens/", "console/widgets/", "console/update", "command/", "keys/"])
    });
    none(&found, "keys are answered by a pure update: effects do the waiting");
}

#[test]
fn sql_stays_in_the_store() {
    let found = offenders(&["rusqlite"], |path| !is_in(path, &["store/"]));
    none(&found, "whoever keeps something in the local store adds a file of typed calls to src/store");
}
