//! The start of a run: flags and environment laid over the file's settings. Reads the
//! environment; touches neither AWS nor the terminal, so that the console's first frame waits for
//! nothing but a local file.

use std::ffi::OsString;

use super::args::Global;
use crate::aws::Source;
use crate::config::{Dirs, Settings};
use crate::engine::journal;
use crate::theme::{ColorDepth, Theme};

/// Lays `global` and the environment `var` over what the file said.
#[must_use]
pub(super) fn settle(
    mut settings: Settings,
    global: &Global,
    dirs: &Dirs,
    var: impl Fn(&str) -> Option<OsString>,
) -> Settings {
    let set = |name| var(name).is_some_and(|value| !value.is_empty());
    settings.read_only = match (global.read_only, global.write) {
        (true, _) => true,
        (false, true) => false,
        (false, false) => settings.read_only || asked_read_only(var("TOBAN_READ_ONLY")),
    };
    // https://no-color.org: any value but an empty one; --theme is the flag that overrides it.
    settings.no_color = set("NO_COLOR") && global.theme.is_none();
    if let Some(theme) = &global.theme {
        settings.theme = Some(theme.clone());
    }
    settings.theme_dirs = vec![dirs.themes.clone()];
    // The simulated account is another one each time: what was done in the last has not been done in this.
    settings.execution_log = dirs.state.clone().filter(|_| !global.demo);
    let journal = if global.demo { journal::DEMO_FILE } else { journal::FILE };
    settings.journal = dirs.state.as_ref().map(|state| state.join(journal));
    if global.demo && !dirs.named {
        // What the usual file says of real accounts would only make riddles of the simulated one.
        settings.configured_environments = crate::demo::configured_environments();
    }
    if global.write {
        // Who asks for leave to change on the command line has it in every environment.
        for environment in &mut settings.configured_environments.environments {
            environment.read_only = false;
        }
    }
    settings.sources = sources(settings.sources, global);
    settings
}

/// Anything but a plain no asks for read-only: whoever sets it means to be safe.
fn asked_read_only(value: Option<OsString>) -> bool {
    value.is_some_and(|value| {
        let value = value.to_string_lossy().to_lowercase();
        !matches!(value.as_str(), "" | "0" | "false" | "no" | "off")
    })
}

/// A profile picks the sources that have it, or makes one; regions and endpoint hold for all of them.
fn sources(configured: Vec<Source>, global: &Global) -> Vec<Source> {
    let mut sources = configured;
    if let Some(profile) = &global.profile {
        sources.retain(|source| source.profile.as_ref() == Some(profile));
        if sources.is_empty() {
            sources.push(Source::profile(profile));
        }
    }
    let regions = regions(&global.regions);
    if sources.is_empty() && (!regions.is_empty() || global.endpoint_url.is_some()) {
        sources.push(Source::current());
    }
    for source in &mut sources {
        if !regions.is_empty() {
            source.regions.clone_from(&regions);
        }
        if global.endpoint_url.is_some() {
            source.endpoint_url.clone_from(&global.endpoint_url);
        }
    }
    sources
}

/// Each region once. `--region a,b` is what other tools take, and a region's name has no comma.
fn regions(typed: &[String]) -> Vec<String> {
    let mut regions: Vec<String> = Vec::new();
    for region in typed.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty()) {
        if !regions.iter().any(|known| known == region) {
            regions.push(region.to_owned());
        }
    }
    regions
}

/// The theme that printed tables are coloured with; none where colour would be in the way.
#[must_use]
pub(super) fn paint(settings: &Settings, to_terminal: bool, var: impl Fn(&str) -> Option<OsString>) -> Option<Theme> {
    let depth = ColorDepth::of_terminal(&var);
    if !to_terminal || settings.no_color || depth == ColorDepth::Monochrome {
        return None;
    }
    let name = Theme::choose(settings.theme.as_deref(), false, None);
    Some(Theme::load(name, &settings.theme_dirs).unwrap_or_else(|_| Theme::built_in(name)).at_depth(depth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::path::Path;

    fn settled(settings: Settings, global: &Global, vars: &[(&str, &str)]) -> Settings {
        let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
        settle(settings, global, &Dirs::with(Some(Path::new("/x/config.toml")), |_| None), var)
    }

    #[rstest]
    #[case::nothing(false, false, None, false, false)]
    #[case::flag(true, false, None, false, true)]
    #[case::variable(false, false, Some("1"), false, true)]
    #[case::variable_says_no(false, false, Some("0"), false, false)]
    #[case::variable_is_empty(false, false, Some(""), false, false)]
    #[case::odd_variable_is_safe(false, false, Some("ja"), false, true)]
    #[case::file(false, false, None, true, true)]
    #[case::variable_cannot_undo_the_file(false, false, Some("0"), true, true)]
    #[case::write_wins(false, true, Some("1"), true, false)]
    fn read_only_by_flag_variable_or_file(
        #[case] read_only: bool,
        #[case] write: bool,
        #[case] variable: Option<&str>,
        #[case] file: bool,
        #[case] expected: bool,
    ) {
        let vars: Vec<(&str, &str)> = variable.map(|value| ("TOBAN_READ_ONLY", value)).into_iter().collect();
        let settings = Settings { read_only: file, ..Settings::default() };
        let global = Global { read_only, write, ..Global::default() };
        assert_eq!(settled(settings, &global, &vars).read_only, expected);
    }

    #[test]
    fn a_profile_picks_its_sources_and_regions_hold_for_all() {
        let role = Some("arn:aws:iam::123456789012:role/duty".to_owned());
        let context = Source { role_arn: role, ..Source::profile("duty").in_regions(["us-east-1"]) };
        let configured = vec![context.clone(), Source::profile("other").in_regions(["us-east-1"])];
        let global = Global {
            profile: Some("duty".to_owned()),
            regions: vec!["ap-northeast-1,ap-northeast-3".to_owned(), "ap-northeast-1".to_owned()],
            ..Global::default()
        };
        let expected = context.in_regions(["ap-northeast-1", "ap-northeast-3"]);
        assert_eq!(sources(configured.clone(), &global), [expected], "role and all");
        let unknown = Global { profile: Some("new".to_owned()), ..Global::default() };
        assert_eq!(sources(configured.clone(), &unknown), [Source::profile("new")]);
        assert_eq!(sources(configured.clone(), &Global::default()), configured);
        assert_eq!(sources(Vec::new(), &Global::default()), []);
        let tokyo = Global { regions: vec!["ap-northeast-1".to_owned()], ..Global::default() };
        assert_eq!(sources(Vec::new(), &tokyo), [Source::current().in_regions(["ap-northeast-1"])]);
    }

    #[test]
    fn an_endpoint_goes_to_every_source() {
        let global = Global { endpoint_url: Some("http://localhost:5000".to_owned()), ..Global::default() };
        for configured in [vec![], vec![Source::profile("duty"), Source::profile("other")]] {
            let endpoints: Vec<_> =
                sources(configured, &global).into_iter().map(|source| source.endpoint_url).collect();
            assert!(!endpoints.is_empty() && endpoints.iter().all(|it| *it == global.endpoint_url), "{endpoints:?}");
        }
    }

    #[test]
    fn no_color_holds_unless_a_theme_is_asked_for_on_the_command_line() {
        let vars = [("NO_COLOR", "1")];
        assert!(settled(Settings::default(), &Global::default(), &vars).no_color);
        let global = Global { theme: Some("day".to_owned()), ..Global::default() };
        let settings = settled(Settings::default(), &global, &vars);
        assert!(!settings.no_color);
        assert_eq!(settings.theme.as_deref(), Some("day"));
        assert_eq!(settings.theme_dirs, [Path::new("/x/themes")]);
        assert!(!settled(Settings::default(), &Global::default(), &[("NO_COLOR", "")]).no_color);
    }

    #[test]
    fn colour_only_where_it_is_seen() {
        let settings = Settings::default();
        let term = |name: &'static str| move |var: &str| (var == "TERM").then(|| OsString::from(name));
        let painted = paint(&settings, true, term("xterm-256color"));
        assert_eq!(painted, Some(Theme::built_in("night").at_depth(ColorDepth::Ansi256)));
        assert!(paint(&settings, false, term("xterm-256color")).is_none());
        assert!(paint(&settings, true, term("dumb")).is_none());
        assert!(paint(&Settings { no_color: true, ..settings }, true, term("xterm-256color")).is_none());
    }
}
