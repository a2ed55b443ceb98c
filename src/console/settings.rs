//! What the console is started with. Made by the command line from flags and configuration;
//! nothing here reads a file or an environment variable.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::preferences::Preferences;
use crate::cloud::Cloud;
use crate::command::Command;
use crate::config::edit::OfficeHours;
use crate::engine::poller::PollIntervals;
use crate::environment::ConfiguredEnvironments;
use crate::keys::Keymap;
use crate::os::notify::Notify;
use crate::theme::{ColorDepth, Theme};
use crate::world::{EnvironmentName, Speed};

/// Which account and region to look at, where the reader chose; `None` is what the configuration says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// The profile.
    pub profile: Option<String>,
    /// The region.
    pub region: Option<String>,
}

/// Opens the cloud for another choice. Says why not, in a sentence.
pub type Reopen = Arc<dyn Fn(&Choice) -> Result<Arc<dyn Cloud>, String> + Send + Sync>;

/// Office hours that were written, and what the configuration says now.
#[derive(Clone, PartialEq, Debug)]
pub struct SavedHours {
    /// What is wished of environments from now on.
    pub configured_environments: ConfiguredEnvironments,
    /// What was done, for the reader.
    pub message: String,
}

/// Writes office hours of an environment into the configuration. Says why not, in a sentence.
pub type SaveHours = Arc<dyn Fn(&EnvironmentName, &OfficeHours) -> Result<SavedHours, String> + Send + Sync>;

/// Everything the console needs to know before its first frame.
#[derive(Clone)]
pub struct Settings {
    /// Open on this environment as soon as it is found; may be shortened.
    pub open_on: Option<String>,
    /// The look to begin with.
    pub theme: Theme,
    /// Nobody asked for a theme and nothing tells the terminal's background: the terminal is asked.
    pub suits_terminal: bool,
    /// How many colours the terminal shows; every theme is brought down to them.
    pub color_depth: ColorDepth,
    /// Where the reader's own themes are.
    pub theme_dirs: Vec<PathBuf>,
    /// The themes to choose from.
    pub themes: Vec<String>,
    /// What the configuration wishes of environments.
    pub configured_environments: ConfiguredEnvironments,
    /// How often to read.
    pub tempo: PollIntervals,
    /// How fast the cloud's time runs beside the reader's.
    pub speed: Speed,
    /// Refuse every change.
    pub read_only: bool,
    /// The reader's time zone.
    pub zone: TimeZone,
    /// The keys.
    pub keymap: Keymap,
    /// Which account and region are looked at to begin with.
    pub choice: Choice,
    /// Profiles to choose from.
    pub profiles: Vec<String>,
    /// Regions to choose from.
    pub regions: Vec<String>,
    /// Why no other account or region can be looked at from here, in a sentence, where that is so.
    pub fixed: Option<String>,
    /// Opens the cloud for another choice.
    pub reopen: Reopen,
    /// How a reader who looks elsewhere is told.
    pub notify: Notify,
    /// Writes office hours.
    pub save_hours: SaveHours,
    /// The journal's file; `None` keeps none.
    pub journal: Option<PathBuf>,
    /// The directory of the execution log of executed edges; `None` keeps it for this run only.
    pub execution_log: Option<PathBuf>,
    /// Whether to take the mouse to begin with.
    pub mouse: bool,
    /// What earlier runs remember of the reader.
    pub preferences: Preferences,
    /// Where that is kept; `None` keeps it for this run only.
    pub preferences_file: Option<PathBuf>,
    /// The view to begin with.
    pub view: Option<Command>,
    /// What rows must match there.
    pub filter: Option<String>,
    /// Said in the header when set: `demo`, `read-only`.
    pub banner: Option<String>,
}

impl Default for Settings {
    /// The console without any configuration. Nothing else can be opened from it.
    fn default() -> Self {
        Self {
            open_on: None,
            theme: Theme::built_in("night"),
            suits_terminal: false,
            color_depth: ColorDepth::TrueColor,
            theme_dirs: Vec::new(),
            themes: Theme::names(&[]),
            configured_environments: ConfiguredEnvironments::default(),
            tempo: PollIntervals::default(),
            speed: Speed::REAL,
            read_only: false,
            zone: TimeZone::UTC,
            keymap: Keymap::standard(),
            choice: Choice::default(),
            profiles: Vec::new(),
            regions: Vec::new(),
            fixed: None,
            reopen: Arc::new(|_| Err("nothing else can be opened from here".to_owned())),
            notify: Notify::default(),
            save_hours: Arc::new(|_, _| Err("there is no configuration to write to".to_owned())),
            journal: None,
            execution_log: None,
            mouse: true,
            preferences: Preferences::default(),
            preferences_file: None,
            view: None,
            filter: None,
            banner: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("open_on", &self.open_on)
            .field("choice", &self.choice)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}
