//! Office hours for an environment in three answers, with the week they make drawn below them while they are typed. State
//! only; `view` draws it, and nothing is written before it was seen and said yes to.

pub mod view;

use jiff::Timestamp;
use tui_input::Input;

use crate::config::edit::{OfficeHours, with_office_hours};
use crate::config::parse;
use crate::environment::EnvironmentConfig;
use crate::keys::{Chord, Key, edit};
use crate::offhours::OffHours;
use crate::overview::EnvironmentStatus;
use crate::schedule::timeline::{Day, band};
use crate::schedule::{Exceptions, Intent};
use crate::world::{EnvironmentName, World};

/// Days in the band.
const WEEK: usize = 7;
/// What the three answers are to begin with.
const USUAL: [&str; 3] = ["mon-fri", "09:00", "19:00"];

/// The form.
#[derive(Clone, Debug)]
pub struct HoursForm {
    /// For which environment.
    pub environment: EnvironmentName,
    /// Days, from, to.
    pub fields: [Input; 3],
    /// The one that is typed into.
    pub at: usize,
    /// The zone of the times.
    pub timezone: String,
    /// Whether all is said and a yes is awaited.
    pub asking: bool,
}

/// What a key meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HoursKey {
    /// The reader goes on.
    Stay,
    /// It is dropped.
    Leave,
    /// It is to be written.
    Write(OfficeHours),
}

/// What the answers come to.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// Seven days.
    pub week: Vec<Day>,
    /// How many hours of them it is asleep.
    pub asleep: f64,
    /// What that saves in a month, in words.
    pub savings: Option<String>,
    /// What keeps it from sleeping all the same.
    pub disabled_reason: Option<String>,
}

impl HoursForm {
    /// An empty form with the usual answers in it, in the zone of whoever asks.
    #[must_use]
    pub fn new(environment: EnvironmentName, timezone: &str) -> Self {
        let fields = USUAL.map(|text| Input::new(text.to_owned()));
        Self { environment, fields, at: 0, timezone: timezone.to_owned(), asking: false }
    }

    /// What the fields say.
    #[must_use]
    pub fn hours(&self) -> OfficeHours {
        let [days, from, to] = self.fields.each_ref().map(|field| field.value().trim().to_owned());
        let holidays = OfficeHours::usual_holidays(&self.timezone);
        OfficeHours { name: "office".to_owned(), days, from, to, timezone: self.timezone.clone(), holidays }
    }

    /// The environment's section as it would be read.
    fn config(&self) -> Result<EnvironmentConfig, String> {
        let text = with_office_hours("", self.environment.as_str(), &self.hours())?;
        let problem = |fault: crate::config::DocumentError| {
            fault.problems.first().map(|problem| problem.message.clone()).unwrap_or_default()
        };
        let settings = parse(&text, "config.toml").map_err(problem)?;
        settings
            .configured_environments
            .of(&self.environment)
            .cloned()
            .ok_or_else(|| "it names no environment".to_owned())
    }

    /// What the answers come to.
    ///
    /// # Errors
    /// Why they are no schedule.
    pub fn outcome(
        &self,
        environment: Option<&EnvironmentStatus>,
        world: &World,
        now: Timestamp,
    ) -> Result<Outcome, String> {
        let config = self.config()?;
        let routine = config.routine.as_ref().ok_or_else(|| "it has no hours".to_owned())?;
        let none = Exceptions::default();
        let week = band(Intent::new(&routine.schedule, &none), now, WEEK);
        let asleep = week.iter().flat_map(|day| day.drawn().chars().collect::<Vec<_>>()).filter(|mark| *mark == '▒');
        let asleep = f64::from(u32::try_from(asleep.count()).unwrap_or_default()) / 2.0;
        let off = environment.and_then(|environment| OffHours::of(environment, world, Some(&config), now));
        let savings = off.and_then(|off| off.savings(world, now)).map(|savings| savings.to_string());
        Ok(Outcome {
            week,
            asleep,
            savings,
            disabled_reason: environment.and_then(|environment| environment.stop_barred()),
        })
    }

    /// Takes a key; `good` if what is typed is a schedule.
    pub fn hear(&mut self, chord: Chord, good: bool) -> HoursKey {
        let plain = !chord.ctrl && !chord.alt;
        if self.asking {
            self.asking = false;
            return match chord.key {
                Key::Char('y') if plain => HoursKey::Write(self.hours()),
                _ => HoursKey::Stay,
            };
        }
        let last = self.fields.len() - 1;
        match chord.key {
            Key::Esc => return HoursKey::Leave,
            Key::Enter if self.at == last => self.asking = good,
            Key::Tab if chord.shift => self.at = self.at.checked_sub(1).unwrap_or(last),
            Key::Up => self.at = self.at.checked_sub(1).unwrap_or(last),
            Key::Enter | Key::Down | Key::Tab => self.at = (self.at + 1) % self.fields.len(),
            _ => {
                if let Some(field) = self.fields.get_mut(self.at) {
                    edit(field, chord);
                }
            }
        }
        HoursKey::Stay
    }
}

#[cfg(test)]
mod tests;
