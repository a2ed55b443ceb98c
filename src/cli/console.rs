//! The console from the command line: settings of flags, file and environment become the
//! console's own. Reads names of profiles and the terminal's word on its colours; asks nobody.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{ErrorKind, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::args::{Cli, Global};
use super::exit::{Exit, Failure};
use super::{attendant, options, output};
use crate::aws::profile_names;
use crate::cloud::Cloud;
use crate::cloud::Live;
use crate::command::Command;
use crate::config::edit::{OfficeHours, with_office_hours};
use crate::config::{self, Dirs, Settings};
use crate::console;
use crate::console::Choice;
use crate::console::preferences;
use crate::console::preferences::Preferences;
use crate::console::settings::{SaveHours, SavedHours};
use crate::engine::poller::PollIntervals;
use crate::environment::ConfiguredEnvironments;
use crate::keys::Keymap;
use crate::text::harmless;
use crate::theme::{ColorDepth, Theme};
use crate::world::EnvironmentName;

/// Regions offered in the picker, besides those looked at; any other can be typed.
pub(super) const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Opens the console on `cloud` and stays until the reader quits. `file` are the settings as the file alone said
/// them: another profile is looked at with the same file.
///
/// # Errors
/// Without a terminal, with a theme or keymap that does not hold, or when the terminal is gone.
pub(super) async fn run(
    cloud: Arc<dyn Cloud>,
    settings: &Settings,
    file: Settings,
    (cli, dirs): (&Cli, &Dirs),
) -> Result<Exit, Failure> {
    let global = &cli.global;
    let is_terminal = std::io::stdin().is_terminal();
    if !cli.plain && (!std::io::stdout().is_terminal() || !is_terminal) {
        let message = "the console needs a terminal to draw on; `toban status` shows the same without one, \
                       `toban --plain` is the console in lines";
        return Err(Failure::new(Exit::Failed, message));
    }
    let settings = console(Arc::clone(&cloud), settings, file, global, dirs, |name| std::env::var_os(name))?;
    // The simulated account leaves nothing behind.
    let kept = dirs.state.as_ref().filter(|_| !global.demo).map(|state| state.join(preferences::FILE));
    let settings = console::Settings {
        view: cli.view,
        filter: cli.filter.clone(),
        preferences: kept.as_deref().map(remembered).unwrap_or_default(),
        preferences_file: kept,
        ..settings
    };
    let parting = match cli.plain {
        true => console::run_plain(cloud, settings, is_terminal).await,
        false => console::run(cloud, settings).await,
    };
    let parting =
        parting.map_err(|fault| Failure::new(Exit::Failed, format!("the terminal could not be used: {fault:#}")))?;
    for line in parting {
        output::note(&format!("toban: {}\n", harmless(&line)));
    }
    Ok(Exit::Done)
}

/// What earlier runs remember of the reader; nothing where there is no such file.
fn remembered(file: &Path) -> Preferences {
    let text = crate::os::read_state(file).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    text.map(|text| Preferences::read(&text)).unwrap_or_default()
}

/// Views that the console can be opened on.
const VIEWS: &[Command] = &[
    Command::Alarms,
    Command::Services,
    Command::Databases,
    Command::Tasks,
    Command::Targets,
    Command::Instances,
    Command::Functions,
    Command::Jobs,
    Command::Unassigned,
    Command::Journal,
    Command::Faults,
    Command::Tunnels,
    Command::Schedule,
    Command::Explain,
    Command::Timeline,
    Command::Logs,
    Command::Charts,
];

/// The view of that name.
pub(super) fn view(name: &str) -> Result<Command, String> {
    // The fleet is where the console begins.
    let fleet = (name == "fleet").then_some(Command::Env);
    let found = fleet.or_else(|| VIEWS.iter().copied().find(|view| view.spec().name == name));
    found.ok_or_else(|| {
        let names: Vec<&str> = VIEWS.iter().map(|view| view.spec().name).collect();
        format!("must be one of fleet, {}", names.join(", "))
    })
}

fn console(
    cloud: Arc<dyn Cloud>,
    settings: &Settings,
    file: Settings,
    global: &Global,
    dirs: &Dirs,
    var: impl Fn(&str) -> Option<OsString>,
) -> Result<console::Settings, Failure> {
    let dark = dark(&var);
    let color_depth = ColorDepth::of_terminal(&var);
    // Without colours the theme that is made for it says more than any other brought down to none.
    let no_color = settings.no_color || (settings.theme.is_none() && color_depth == ColorDepth::Monochrome);
    let name = Theme::choose(settings.theme.as_deref(), no_color, dark);
    let theme = Theme::load(name, &settings.theme_dirs)
        .map_err(|fault| Failure::new(Exit::Failed, fault.to_string()))?
        .at_depth(color_depth);
    Ok(console::Settings {
        open_on: settings.open.clone(),
        theme,
        suits_terminal: settings.theme.is_none() && !no_color && dark.is_none(),
        color_depth,
        theme_dirs: settings.theme_dirs.clone(),
        themes: Theme::names(&settings.theme_dirs),
        configured_environments: settings.configured_environments.clone(),
        tempo: PollIntervals { focused: settings.refresh, ..PollIntervals::default() },
        speed: cloud.speed(),
        read_only: settings.read_only,
        zone: TimeZone::system(),
        keymap: keymap(settings, dirs)?,
        choice: Choice { profile: global.profile.clone(), region: None },
        profiles: if global.demo { Vec::new() } else { profile_names(&var) },
        regions: if global.demo { Vec::new() } else { REGIONS.iter().map(|region| (*region).to_owned()).collect() },
        fixed: global.demo.then(|| ONE_SIMULATION.to_owned()),
        reopen: reopen(cloud, file, global, dirs),
        notify: settings.notify.clone(),
        save_hours: save_hours(settings, global, dirs),
        execution_log: settings.execution_log.clone(),
        journal: settings.journal.clone(),
        mouse: true,
        preferences: Preferences::default(),
        preferences_file: None,
        view: None,
        filter: None,
        banner: global.demo.then(|| "demo".to_owned()),
    })
}

/// What is said to who wants to look elsewhere in the simulation.
const ONE_SIMULATION: &str = "the simulation has its own accounts in one region, ap-northeast-1, and no other; toban without --demo looks at yours";

/// The reader's keys, with the line of the file in what is said against them.
fn keymap(settings: &Settings, dirs: &Dirs) -> Result<Keymap, Failure> {
    let configured_environments: BTreeMap<String, Vec<String>> = settings
        .keys
        .iter()
        .map(|environment_config| (environment_config.command.clone(), environment_config.chords.clone()))
        .collect();
    Keymap::new(&configured_environments).map_err(|problems| {
        let told = problems.iter().map(|problem| {
            let line = settings.keys.iter().find(|key| key.command == problem.about()).map_or(0, |key| key.line);
            format!("{}:{line}: {problem}", dirs.file.display())
        });
        Failure::new(Exit::Failed, told.collect::<Vec<_>>().join("\n"))
    })
}

/// Writes office hours into the file; in the demo they hold until it ends, and no file is touched that nobody named.
fn save_hours(settings: &Settings, global: &Global, dirs: &Dirs) -> SaveHours {
    let file = (!global.demo || global.config.is_some()).then(|| dirs.file.clone());
    let known = settings.configured_environments.clone();
    Arc::new(move |environment, hours| save(file.as_deref(), &known, environment, hours))
}

fn save(
    file: Option<&Path>,
    known: &ConfiguredEnvironments,
    environment: &EnvironmentName,
    hours: &OfficeHours,
) -> Result<SavedHours, String> {
    let Some(file) = file else {
        let text = with_office_hours("", environment.as_str(), hours)?;
        let parsed = config::parse(&text, "config.toml").map_err(|why| why.to_string())?.configured_environments;
        let mut configured_environments = known.clone();
        let routine = parsed.of(environment).and_then(|config| config.routine.clone());
        match configured_environments.environments.iter_mut().find(|config| config.name == *environment) {
            Some(config) => config.routine = routine,
            None => configured_environments.environments.extend(parsed.environments),
        }
        configured_environments.schedules.extend(parsed.schedules);
        let message = "the demo keeps these hours until it ends, and writes no file of yours".to_owned();
        return Ok(SavedHours { configured_environments, message });
    };
    let shown = file.display();
    let text = match crate::os::read_text(file, crate::os::LARGEST) {
        Ok(text) => text,
        Err(why) if why.kind() == ErrorKind::NotFound => String::new(),
        Err(why) => return Err(format!("{shown} can't be read: {why}")),
    };
    // Where the usual name is taken by other hours, these get one of their own.
    let named = OfficeHours { name: format!("{}-{environment}", hours.name), ..hours.clone() };
    let changed = with_office_hours(&text, environment.as_str(), hours)
        .or_else(|_| with_office_hours(&text, environment.as_str(), &named))
        .map_err(|why| format!("nothing was written to {shown}: {why}"))?;
    let settings =
        config::parse(&changed, &shown.to_string()).map_err(|why| format!("nothing was written to {shown}: {why}"))?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|why| format!("{} can't be made: {why}", folder.display()))?;
    }
    crate::os::replace_text(file, &changed).map_err(|why| format!("{shown} can't be written: {why}"))?;
    let message = format!("written to {shown}; the action sync brings it to AWS");
    Ok(SavedHours { configured_environments: settings.configured_environments, message })
}

/// Opens the same file's sources through another profile or in another region.
fn reopen(cloud: Arc<dyn Cloud>, file: Settings, global: &Global, dirs: &Dirs) -> console::settings::Reopen {
    let (demo, endpoint_url, dirs) = (global.demo, global.endpoint_url.clone(), dirs.clone());
    let (profile, regions) = (global.profile.clone(), global.regions.clone());
    Arc::new(move |choice: &Choice| {
        if demo {
            // There is but one simulation; whoever leaves it for another profile finds it again.
            return Ok(Arc::clone(&cloud));
        }
        let flags = Global {
            profile: choice.profile.clone().or_else(|| profile.clone()),
            regions: choice.region.clone().map_or_else(|| regions.clone(), |region| vec![region]),
            endpoint_url: endpoint_url.clone(),
            ..Global::default()
        };
        let settings = options::settle(file.clone(), &flags, &dirs, |_| None);
        let live = Live::new(settings.places()).attended_by(Arc::new(attendant::Console));
        Ok(Arc::new(live.sharing(settings.execution_log.clone())))
    })
}

/// Whether the terminal is dark, by what `COLORFGBG` says. Where it says nothing the terminal itself is asked, after the
/// first frame: its answer may take a moment.
fn dark(var: &impl Fn(&str) -> Option<OsString>) -> Option<bool> {
    let value = var("COLORFGBG")?.into_string().ok()?;
    let ground: u8 = value.rsplit(';').next()?.parse().ok()?;
    Some(!matches!(ground, 7 | 9..=15))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::Demo;
    use std::path::Path;

    #[test]
    fn a_light_terminal_is_believed() {
        let message = |text: &'static str| dark(&move |_: &str| Some(OsString::from(text)));
        assert_eq!((message("15;0"), message("0;15"), message("0;default;7")), (Some(true), Some(false), Some(false)));
        assert_eq!((message("odd"), dark(&|_: &str| None)), (None, None));
    }

    #[test]
    fn a_terminal_is_asked_for_its_background_only_where_nothing_else_tells_the_theme() {
        let prompt = |theme: Option<&str>, no_color, message: Option<&'static str>| {
            let settings = Settings { theme: theme.map(str::to_owned), no_color, ..Settings::default() };
            let dirs = Dirs::with(Some(Path::new("/x/config.toml")), |_| None);
            let var = move |name: &str| match name {
                "COLORFGBG" => message.map(OsString::from),
                "TERM" => Some(OsString::from("xterm-256color")),
                _ => None,
            };
            let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
            let made = console(cloud, &settings, Settings::default(), &Global::default(), &dirs, var);
            made.map(|made| (made.theme.name().to_owned(), made.suits_terminal)).map_err(|fault| fault.message)
        };
        assert_eq!(prompt(None, false, None), Ok(("night".to_owned(), true)));
        assert_eq!(prompt(None, false, Some("0;15")), Ok(("day".to_owned(), false)));
        assert_eq!(prompt(Some("night"), false, None), Ok(("night".to_owned(), false)));
        assert_eq!(prompt(None, true, None), Ok(("plain".to_owned(), false)));
    }

    #[test]
    fn office_hours_from_the_console_make_the_file_and_leave_the_demos_reader_alone() {
        let home = tempfile::tempdir().expect("a home");
        let file = home.path().join("new/config.toml");
        let hours = OfficeHours {
            name: "office".to_owned(),
            days: "mon-fri".to_owned(),
            from: "09:00".to_owned(),
            to: "19:00".to_owned(),
            timezone: "Asia/Tokyo".to_owned(),
            holidays: None,
        };
        let none = ConfiguredEnvironments::default();
        let saved = save(Some(&file), &none, &"dev".into(), &hours).expect("it is written");
        assert!(saved.configured_environments.of(&"dev".into()).is_some_and(|config| config.routine.is_some()));
        let other = OfficeHours { to: "22:00".to_owned(), ..hours.clone() };
        save(Some(&file), &none, &"late".into(), &other).expect("it is written beside");
        let text = std::fs::read_to_string(&file).expect("the file");
        assert!(text.contains("[schedule.office]") && text.contains("[schedule.office-late]"), "{text}");
        let known = crate::demo::configured_environments();
        let saved = save(None, &known, &"backend-dev".into(), &other).expect("it is kept");
        let kept = saved.configured_environments.of(&"backend-dev".into()).and_then(|config| config.routine.clone());
        assert!(kept.is_some_and(|routine| routine.schedule.name == "office"), "{}", saved.message);
    }

    #[test]
    fn a_bad_key_names_file_and_line() {
        let dirs = Dirs::with(Some(Path::new("/x/config.toml")), |_| None);
        let environment_config =
            config::KeyWish { command: "refresh".to_owned(), chords: vec!["j".to_owned()], line: 7 };
        let settings = Settings { keys: vec![environment_config], ..Settings::default() };
        let cloud: Arc<dyn Cloud> = Arc::new(Demo::at(7, 0));
        let fault = console(cloud, &settings, Settings::default(), &Global::default(), &dirs, |_| None)
            .expect_err("a duplicate key");
        assert!(fault.message.starts_with("/x/config.toml:7: keys.refresh: j is taken by `down`"), "{fault}");
    }
}
