//! Where the configuration and our state are: the platform's directories, `TOBAN_CONFIG`,
//! `TOBAN_STATE_DIR`, `--config`. The only place of this folder that knows environment variables;
//! they come in as a function, so that tests need not set any.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// The files and directories of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// The configuration file, whether it is there or not.
    pub file: PathBuf,
    /// Whether somebody named it: then it must be there.
    pub named: bool,
    /// Where the reader's own themes are.
    pub themes: PathBuf,
    /// Where journal, caches and the log are kept; `None` if the platform knows no home.
    pub state: Option<PathBuf>,
}

impl Dirs {
    /// The directories as the process's environment has them.
    #[must_use]
    pub fn find(config: Option<&Path>) -> Self {
        Self::with(config, |name| std::env::var_os(name))
    }

    /// The same from any environment. Empty variables count as unset.
    #[must_use]
    pub fn with(config: Option<&Path>, var: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let platform = ProjectDirs::from("", "", "toban");
        let home = platform.as_ref().map_or_else(|| PathBuf::from("."), |dirs| dirs.config_dir().to_path_buf());
        let named = config.map(Path::to_path_buf).or_else(|| set("TOBAN_CONFIG"));
        let state = set("TOBAN_STATE_DIR").or_else(|| {
            // macOS and Windows have no state directory; the local data directory is its like.
            platform.as_ref().map(|dirs| dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_path_buf())
        });
        Self {
            named: named.is_some(),
            themes: named
                .as_deref()
                .and_then(Path::parent)
                .map_or_else(|| home.clone(), Path::to_path_buf)
                .join("themes"),
            file: named.unwrap_or_else(|| home.join("config.toml")),
            state,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<OsString> {
        match name {
            "TOBAN_CONFIG" => Some("/etc/toban/duty.toml".into()),
            "TOBAN_STATE_DIR" => Some("/var/toban".into()),
            _ => None,
        }
    }

    #[test]
    fn a_flag_wins_over_a_variable_and_a_variable_over_the_platform() {
        let by_flag = Dirs::with(Some(Path::new("/tmp/a.toml")), env);
        assert_eq!((by_flag.file.as_path(), by_flag.named), (Path::new("/tmp/a.toml"), true));
        let by_variable = Dirs::with(None, env);
        assert_eq!(by_variable.file, Path::new("/etc/toban/duty.toml"));
        assert_eq!(by_variable.themes, Path::new("/etc/toban/themes"));
        assert_eq!(by_variable.state.as_deref(), Some(Path::new("/var/toban")));
        let by_platform = Dirs::with(None, |_| None);
        assert!(!by_platform.named);
        assert!(by_platform.file.ends_with("config.toml"), "{}", by_platform.file.display());
    }

    #[test]
    fn an_empty_variable_is_no_variable() {
        let dirs = Dirs::with(None, |_| Some(OsString::new()));
        assert!(!dirs.named);
        assert_ne!(dirs.state, Some(PathBuf::new()));
    }
}
