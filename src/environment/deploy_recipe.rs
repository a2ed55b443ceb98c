//! How an environment of instances is deployed with docker compose: the recipe of the configuration, and the
//! strict grammar of what may stand in it. Whatever ends up in a shell on an instance is checked here. Pure.

/// A recipe: `[environment.NAME.deploy]` with `kind = "compose"`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recipe {
    /// Where the repository lies on every instance.
    pub directory: String,
    /// The user it belongs to, as whom everything is run.
    pub user: String,
    /// The compose file, from the repository's directory; `None` leaves it to docker.
    pub file: Option<String>,
    /// What tells on the instance itself that it serves again.
    pub health: Check,
    /// The branch, tag or commit that is deployed unless another is named.
    pub reference: String,
    /// The command that migrates the database, from the repository's directory.
    pub migrate: Option<String>,
}

/// What tells on the instance that it serves again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Check {
    /// This path answers 200 on the target's port, asked as for this host.
    Path {
        /// `/health`.
        path: String,
        /// The `Host` header, where the application wants to see one.
        host: Option<String>,
    },
    /// This command succeeds.
    Command(String),
}

fn only(text: &str, more: &str) -> Result<(), String> {
    match text.chars().find(|c| !c.is_ascii_alphanumeric() && !more.contains(*c)) {
        Some(odd) => Err(format!("{text:?} holds {odd:?}; letters, digits and {more} may stand there")),
        None => Ok(()),
    }
}

fn climbs(text: &str) -> bool {
    text.split('/').any(|step| step == "..")
}

/// The directory of a repository.
///
/// # Errors
/// What is wrong with it.
pub fn directory(text: &str) -> Result<String, String> {
    only(text, "._/@+-")?;
    if !text.starts_with('/') || climbs(text) {
        return Err(format!("{text:?} is no absolute path; write it like \"/home/ssm-user/app\", without .."));
    }
    Ok(text.to_owned())
}

/// A user of the instance.
///
/// # Errors
/// What is wrong with it.
pub fn user(text: &str) -> Result<String, String> {
    let lead = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let rest = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
    if lead && rest && text.len() <= 32 {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is no user's name; write it like \"ssm-user\""))
}

/// A compose file within the repository.
///
/// # Errors
/// What is wrong with it.
pub fn file(text: &str) -> Result<String, String> {
    only(text, "._/@+-")?;
    if text.starts_with(['/', '-']) || climbs(text) {
        return Err(format!("{text:?} must be a path within the directory, like \"docker-compose.prod.yml\""));
    }
    Ok(text.to_owned())
}

/// A branch, tag or commit. Stricter than git: what git might take for an option, a range or an expression is refused.
///
/// # Errors
/// What is wrong with it.
pub fn reference(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("no branch, tag or commit is named; write one like \"main\"".to_owned());
    }
    only(text, "._/+@-")?;
    let odd = text.starts_with(['-', '/', '.'])
        || text.ends_with(['/', '.'])
        || text.contains("..")
        || text.contains("//")
        || text.contains("/.")
        || text == "@"
        || text.split('/').any(|part| part.ends_with(".lock"))
        || text.len() > 200;
    if odd {
        return Err(format!(
            "{text:?} is no branch, tag or commit; write it like \"main\", \"v1.4.2\" or a commit's hash"
        ));
    }
    Ok(text.to_owned())
}

/// The path of a health check.
///
/// # Errors
/// What is wrong with it.
pub fn path(text: &str) -> Result<String, String> {
    only(text, "._~/?&=%:+-")?;
    if !text.starts_with('/') {
        return Err(format!("{text:?} is no path; write it like \"/health\""));
    }
    Ok(text.to_owned())
}

/// The host a health check asks for.
///
/// # Errors
/// What is wrong with it.
pub fn host(text: &str) -> Result<String, String> {
    let fits = text.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c));
    if fits && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.len() <= 253 {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is no host's name; write it like \"www.example.jp\""))
}

/// A command of the reader's own. It reaches the shell as one quoted word; only what Systems Manager or a line
/// would make something else of is refused.
///
/// # Errors
/// What is wrong with it.
pub fn command(text: &str) -> Result<String, String> {
    if text.chars().any(char::is_control) {
        return Err("a command must be one line, without control characters".to_owned());
    }
    if text.contains("{{") {
        return Err("`{{` is Systems Manager's sign for a parameter; put the command into a script".to_owned());
    }
    if text.chars().count() > 1000 {
        return Err("a command may have 1000 characters; put it into a script".to_owned());
    }
    Ok(text.to_owned())
}

/// A commit's full hash (SHA-1 or SHA-256).
#[must_use]
pub fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A commit as people read it.
#[must_use]
pub fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("main", true)]
    #[case("release/1.4", true)]
    #[case("v1.4.2", true)]
    #[case("0123456789abcdef0123456789abcdef01234567", true)]
    #[case("", false)]
    #[case("-f", false)]
    #[case("--upload-pack=touch", false)]
    #[case("main;reboot", false)]
    #[case("$(reboot)", false)]
    #[case("a b", false)]
    #[case("a..b", false)]
    #[case("main@{1}", false)]
    #[case("HEAD~1", false)]
    #[case("a'b", false)]
    #[case("main\n", false)]
    #[case("refs/heads/x.lock", false)]
    #[case("枝", false)]
    fn references(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(reference(text).is_ok(), fits);
    }

    #[rstest]
    #[case(directory("/home/ssm-user/app").is_ok(), true)]
    #[case(directory("app").is_ok(), false)]
    #[case(directory("/home/../etc").is_ok(), false)]
    #[case(directory("/home/a b").is_ok(), false)]
    #[case(user("ssm-user").is_ok(), true)]
    #[case(user("-root").is_ok(), false)]
    #[case(user("a;b").is_ok(), false)]
    #[case(file("docker-compose.prod.yml").is_ok(), true)]
    #[case(file("/etc/passwd").is_ok(), false)]
    #[case(file("-f").is_ok(), false)]
    #[case(path("/health?deep=1").is_ok(), true)]
    #[case(path("health").is_ok(), false)]
    #[case(path("/a'b").is_ok(), false)]
    #[case(host("kajimaru.example.jp").is_ok(), true)]
    #[case(host("a b").is_ok(), false)]
    #[case(command("make 'x y' && echo $HOME").is_ok(), true)]
    #[case(command("echo {{ssm:secret}}").is_ok(), false)]
    #[case(command("a\nb").is_ok(), false)]
    fn words(#[case] got: bool, #[case] fits: bool) {
        assert_eq!(got, fits);
    }
}
