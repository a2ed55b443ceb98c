//! The settings the program runs by: what the file said, with flags and environment laid over it
//! by `cli`. Plain data with defaults; reading and checking is `schema`'s work.

use std::path::PathBuf;

use jiff::SignedDuration;

use crate::environment::Wishes;
use crate::world::Region;

/// How often the environment in focus is read unless the configuration says otherwise.
pub(super) const REFRESH: SignedDuration = SignedDuration::from_secs(15);

/// Everything the engine and both faces need to know of the reader's wishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The theme asked for, by flag or file; `None` leaves it to the terminal.
    pub theme: Option<String>,
    /// Where themes of the reader's own are looked for.
    pub theme_dirs: Vec<PathBuf>,
    /// How often the environment in focus is read.
    pub refresh: SignedDuration,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Keys remapped, in the order of the file.
    pub keys: Vec<KeyWish>,
    /// Where to look; empty means the current credentials and region.
    pub sources: Vec<Source>,
    /// What is wished of environments.
    pub wishes: Wishes,
    /// The environment to open on, as typed: it may be shortened.
    pub open: Option<String>,
    /// Whether `NO_COLOR` is set.
    pub no_color: bool,
    /// Where state is kept, if that directory can be had.
    pub state_dir: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: None,
            theme_dirs: Vec::new(),
            refresh: REFRESH,
            read_only: false,
            keys: Vec::new(),
            sources: Vec::new(),
            wishes: Wishes::default(),
            open: None,
            no_color: false,
            state_dir: None,
        }
    }
}

/// One line of `[keys]`: a command and the chords that shall mean it. `keys` knows what they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyWish {
    /// The command's name.
    pub command: String,
    /// The chords, as written; empty takes the command off the keyboard.
    pub chords: Vec<String>,
    /// The line in the file, for errors.
    pub line: usize,
}

/// A `[[source]]`: credentials and the regions to look in with them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Source {
    /// A profile of the AWS files; `None` means the SDK's default chain.
    pub profile: Option<String>,
    /// Regions; empty means the profile's own.
    pub regions: Vec<Region>,
    /// A role to assume with those credentials.
    pub role_arn: Option<String>,
    /// The external id the role asks for.
    pub external_id: Option<String>,
    /// The name of the assumed role's session; `toban` if not said.
    pub session_name: Option<String>,
    /// Another endpoint for every service, such as a test peer's.
    pub endpoint_url: Option<String>,
}
