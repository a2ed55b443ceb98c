//! Where the reader is: a place for each thing opened, one on top of the other. Each holds its
//! own state; going back drops it.

use super::screens::charts::ChartView;
use super::screens::detail::Detail;
use super::screens::explain::ExplainPage;
use super::screens::list::ListPage;
use super::screens::logs::LogView;
use super::screens::sheet::Sheet;
use super::screens::timeline::TimelinePage;
use super::screens::viewer::Viewer;
use crate::command::Where;
use crate::world::EnvironmentName;

/// One place.
#[derive(Clone, Debug)]
pub enum Page {
    /// All environments.
    Fleet(Sheet),
    /// One environment.
    Environment(EnvironmentName, Sheet),
    /// The schedule of one environment.
    Schedule(EnvironmentName, Sheet),
    /// Why one environment is not well.
    Explain(Box<ExplainPage>),
    /// What happened to one environment.
    Timeline(Box<TimelinePage>),
    /// One resource.
    Detail(Box<Detail>),
    /// Faults and identities.
    Faults(Sheet),
    /// What was done from here.
    Journal(Sheet),
    /// What could not be placed.
    Unassigned(Sheet),
    /// A list over all environments.
    List(Box<ListPage>),
    /// The tunnels of this console.
    Tunnels(Sheet),
    /// Alarms that are muted.
    Mutes(Sheet),
    /// A procedure under way, by its number.
    Progress(u64, String, Sheet),
    /// Metrics over time.
    Charts(Box<ChartView>),
    /// Lines that programs wrote.
    Logs(Box<LogView>),
    /// A text.
    Viewer(Viewer),
}

impl Page {
    /// Which commands are offered here.
    #[must_use]
    pub fn place(&self) -> Where {
        match self {
            Self::Fleet(_) => Where::Fleet,
            Self::Environment(..) => Where::Environment,
            Self::Schedule(..) => Where::Schedule,
            Self::Explain(_) => Where::Explain,
            Self::Timeline(_) => Where::Timeline,
            Self::Detail(_) => Where::Detail,
            Self::Faults(_) => Where::Faults,
            Self::Journal(_) => Where::Journal,
            Self::Unassigned(_) => Where::Unassigned,
            Self::List(_) => Where::List,
            Self::Tunnels(_) => Where::Tunnels,
            Self::Mutes(_) => Where::Mutes,
            Self::Progress(..) => Where::Progress,
            Self::Charts(_) => Where::Charts,
            Self::Logs(_) => Where::Logs,
            Self::Viewer(_) => Where::Viewer,
        }
    }

    /// Whether it is about one environment, or something in one.
    #[must_use]
    pub const fn is_inside(&self) -> bool {
        matches!(
            self,
            Self::Environment(..)
                | Self::Schedule(..)
                | Self::Explain(_)
                | Self::Timeline(_)
                | Self::Detail(_)
                | Self::Charts(_)
                | Self::Logs(_)
        )
    }

    /// Its rows, if it has rows.
    #[must_use]
    pub fn sheet(&self) -> Option<&Sheet> {
        match self {
            Self::Fleet(sheet)
            | Self::Environment(_, sheet)
            | Self::Schedule(_, sheet)
            | Self::Faults(sheet)
            | Self::Journal(sheet)
            | Self::Unassigned(sheet)
            | Self::Tunnels(sheet)
            | Self::Mutes(sheet)
            | Self::Progress(_, _, sheet) => Some(sheet),
            Self::Explain(page) => Some(&page.sheet),
            Self::List(page) => Some(&page.sheet),
            Self::Timeline(page) => Some(&page.sheet),
            Self::Detail(detail) => Some(&detail.sheet),
            Self::Charts(_) | Self::Logs(_) | Self::Viewer(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn sheet_mut(&mut self) -> Option<&mut Sheet> {
        match self {
            Self::Fleet(sheet)
            | Self::Environment(_, sheet)
            | Self::Schedule(_, sheet)
            | Self::Faults(sheet)
            | Self::Journal(sheet)
            | Self::Unassigned(sheet)
            | Self::Tunnels(sheet)
            | Self::Mutes(sheet)
            | Self::Progress(_, _, sheet) => Some(sheet),
            Self::Explain(page) => Some(&mut page.sheet),
            Self::List(page) => Some(&mut page.sheet),
            Self::Timeline(page) => Some(&mut page.sheet),
            Self::Detail(detail) => Some(&mut detail.sheet),
            Self::Charts(_) | Self::Logs(_) | Self::Viewer(_) => None,
        }
    }

    /// What stands for it in the path at the top of the screen.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Fleet(_) => "fleet".to_owned(),
            Self::Environment(name, _) => name.to_string(),
            Self::Schedule(name, _) => format!("schedule of {name}"),
            Self::Explain(page) => format!("why {}", page.environment),
            Self::Timeline(page) => format!("timeline of {}", page.environment),
            Self::Detail(detail) => detail.name.clone(),
            Self::Faults(_) => "faults".to_owned(),
            Self::Journal(_) => "journal".to_owned(),
            Self::Unassigned(_) => "unassigned".to_owned(),
            Self::List(page) => page.title(),
            Self::Tunnels(_) => "tunnels".to_owned(),
            Self::Mutes(_) => "muted alarms".to_owned(),
            Self::Progress(_, title, _) => title.clone(),
            Self::Charts(view) => view.title.clone(),
            Self::Logs(view) => view.title.clone(),
            Self::Viewer(viewer) => viewer.title.clone(),
        }
    }
}
