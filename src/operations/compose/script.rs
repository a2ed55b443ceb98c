//! What is run on an instance, as shell text: constant bodies whose values come in as quoted arguments, as the
//! repository's user. Also what their output tells. Pure.

use crate::environment::deploy_recipe::{Check, Recipe, is_commit};
use crate::text::shell::quoted;

/// The shortest time a command may lie undelivered, and the longest it may run, seconds.
pub const DELIVERY: i32 = 60;
/// See [`DELIVERY`].
pub const LONGEST: u32 = 1800;

/// Looks and fetches; changes nothing that runs. Arguments: directory, reference or nothing.
const SURVEY: &str = r#"set -eu
cd "$1"
git fetch --quiet origin
echo "toban:head=$(git rev-parse HEAD)"
echo "toban:dirty=$(git status --porcelain --untracked-files=no | wc -l | tr -d ' ')"
echo "toban:free=$(df -Pk . | awk 'NR == 2 { print $4 }')"
echo "toban:placed=$(cat "$(git rev-parse --git-dir)/toban-deployed" 2>/dev/null || true)"
if [ -n "$2" ]; then
  echo "toban:commit=$(git rev-parse --verify --quiet "origin/$2^{commit}" || git rev-parse --verify --quiet "$2^{commit}" || true)"
fi"#;

/// Puts a commit in place. Arguments: directory, commit, compose file or nothing. What was there counts as gone from
/// the first line on, so that an interrupted run is seen.
const PLACE: &str = r#"set -eu
cd "$1"
rm -f "$(git rev-parse --git-dir)/toban-deployed"
git cat-file -e "$2^{commit}" 2>/dev/null || git fetch --quiet origin
git checkout --quiet --detach "$2"
docker compose ${3:+-f "$3"} up -d --build"#;

/// Waits up to two minutes for a path to answer 200. Arguments: directory, URL, host or nothing.
const CHECK_PATH: &str = r#"set -eu
cd "$1"
tries=0
until code=$(curl -sS -o /dev/null -w "%{http_code}" --max-time 5 ${3:+-H "Host: $3"} -H "X-Forwarded-Proto: https" "$2") && [ "$code" = 200 ]; do
  tries=$((tries + 1))
  echo "$2 answers ${code:-nothing}"
  [ "$tries" -lt 24 ] || exit 1
  sleep 5
done
git rev-parse HEAD > "$(git rev-parse --git-dir)/toban-deployed"
echo "$2 answers 200""#;

/// Waits up to two minutes for a command to succeed. Arguments: directory, command.
const CHECK_COMMAND: &str = r#"set -eu
cd "$1"
tries=0
until sh -c "$2"; do
  tries=$((tries + 1))
  [ "$tries" -lt 24 ] || exit 1
  sleep 5
done
git rev-parse HEAD > "$(git rev-parse --git-dir)/toban-deployed""#;

/// Runs a command. Arguments: directory, command.
const RUN: &str = r#"set -eu
cd "$1"
sh -c "$2""#;

fn as_user(recipe: &Recipe, body: &str, arguments: &[&str]) -> String {
    let words: Vec<String> =
        [body, "toban", &recipe.directory].iter().chain(arguments).map(|word| quoted(word)).collect();
    format!("sudo -n -u {} -H -- sh -c {}", quoted(&recipe.user), words.join(" "))
}

/// The script that looks at an instance, and resolves `reference` there.
#[must_use]
pub fn survey(recipe: &Recipe, reference: Option<&str>) -> String {
    as_user(recipe, SURVEY, &[reference.unwrap_or_default()])
}

/// The script that puts `commit` in place.
#[must_use]
pub fn place(recipe: &Recipe, commit: &str) -> String {
    as_user(recipe, PLACE, &[commit, recipe.file.as_deref().unwrap_or_default()])
}

/// The script that waits until the instance serves on `port`.
#[must_use]
pub fn check(recipe: &Recipe, port: u32) -> String {
    match &recipe.health {
        Check::Path { path, host } => {
            let url = format!("http://localhost:{port}{path}");
            as_user(recipe, CHECK_PATH, &[&url, host.as_deref().unwrap_or_default()])
        }
        Check::Command(command) => as_user(recipe, CHECK_COMMAND, &[command]),
    }
}

/// The script that migrates the database.
#[must_use]
pub fn migrate(recipe: &Recipe, command: &str) -> String {
    as_user(recipe, RUN, &[command])
}

/// What a survey told of one instance.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ScriptReport {
    /// The commit that is checked out.
    pub head: Option<String>,
    /// The commit that was last put in place to the end.
    pub placed: Option<String>,
    /// What the reference means there.
    pub commit: Option<String>,
    /// Files that differ from the commit.
    pub dirty: Option<u64>,
    /// Free kilobytes.
    pub free: Option<u64>,
}

/// Reads the output of a survey; lines that are not ours are passed over.
#[must_use]
pub fn found(output: &str) -> ScriptReport {
    let mut found = ScriptReport::default();
    for (name, value) in output.lines().filter_map(|line| line.trim().strip_prefix("toban:")?.split_once('=')) {
        let commit = || Some(value.to_owned()).filter(|value| is_commit(value));
        match name {
            "head" => found.head = commit(),
            "placed" => found.placed = commit(),
            "commit" => found.commit = commit(),
            "dirty" => found.dirty = value.parse().ok(),
            "free" => found.free = value.parse().ok(),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn recipe(directory: &str) -> Recipe {
        Recipe {
            directory: directory.to_owned(),
            user: "ssm-user".to_owned(),
            file: None,
            health: Check::Command("test -f served".to_owned()),
            reference: "main".to_owned(),
            migrate: None,
        }
    }

    fn sh(script: &str) -> (bool, String) {
        let done = Command::new("sh").args(["-c", script]).output().expect("a shell");
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// The script without the change of user, which only root may do.
    fn own(script: &str) -> String {
        script.replacen("sudo -n -u ssm-user -H -- ", "", 1)
    }

    #[test]
    fn a_survey_tells_of_a_repository_and_resolves_what_is_named() {
        let home = tempfile::tempdir().expect("a directory");
        let (origin, here) = (home.path().join("origin"), home.path().join("it's here"));
        let setup = format!(
            "set -e; export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a \
             GIT_COMMITTER_EMAIL=a@b; git init -q -b main {0}; cd {0}; echo 1 > app; git add app; git commit -qm one; \
             git clone -q {0} {1}; echo 2 > app; git commit -qam two; git rev-parse HEAD",
            quoted(origin.to_str().expect("a path")),
            quoted(here.to_str().expect("a path")),
        );
        let (done, second) = sh(&setup);
        assert!(done, "{second}");
        let recipe = recipe(here.to_str().expect("a path"));
        let (done, output) = sh(&own(&survey(&recipe, Some("main"))));
        let seen = found(&output);
        assert!(done, "{output}");
        assert_eq!(seen.commit.as_deref(), Some(second.trim()), "the branch as the origin has it");
        assert_ne!(seen.head, seen.commit, "what is checked out stays");
        assert_eq!((seen.dirty, seen.placed), (Some(0), None));
        assert!(seen.free > Some(0));
        std::fs::write(here.join("app"), "changed").expect("written");
        let (_, output) = sh(&own(&survey(&recipe, Some("no-such-branch"))));
        assert_eq!((found(&output).dirty, found(&output).commit), (Some(1), None));
    }

    #[test]
    fn a_check_that_succeeds_marks_what_is_in_place() {
        let home = tempfile::tempdir().expect("a directory");
        let path = home.path().to_str().expect("a path");
        let (done, _) = sh(&format!(
            "cd {}; git init -q; touch served; git add .; git -c user.name=a -c user.email=a@b commit -qm one",
            quoted(path)
        ));
        assert!(done);
        let recipe = recipe(path);
        let (done, output) = sh(&own(&check(&recipe, 80)));
        assert!(done, "{output}");
        let (_, output) = sh(&own(&survey(&recipe, None)).replace("git fetch --quiet origin", ":"));
        let seen = found(&output);
        assert!(seen.placed.is_some() && seen.placed == seen.head, "{seen:?}");
    }

    #[test]
    fn a_path_is_asked_with_its_host() {
        let health = Check::Path { path: "/health".to_owned(), host: Some("kajimaru.example.jp".to_owned()) };
        let script = check(&Recipe { health, ..recipe("/srv/app") }, 8080);
        assert!(script.ends_with("toban /srv/app http://localhost:8080/health kajimaru.example.jp"), "{script}");
        let (done, said) = sh(&format!("sh -n -c {}", quoted(&own(&script))));
        assert!(done, "{said}");
    }
}
