//! Everything that can happen to the console: keys, arrivals, time. Each carries its moment, so
//! that whoever handles it needs no clock; answers carry what they answer, so that late ones drop.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::question::Question;
use super::settings::SavedHours;
use super::tunnels::Report as Heard;
use crate::change::plan::Plan;
use crate::change::receipt::Receipt;
use crate::change::{Ending, Report};
use crate::display::Extra;
use crate::engine::journal::Entry;
use crate::engine::left_sessions::LeftSession;
use crate::engine::poller::PollRequest;
use crate::engine::seen_events::SeenEvents;
use crate::engine::session_command::Answer;
use crate::keys::Chord;
use crate::kinds::log_page::LogPage;
use crate::overview::Picture;
use crate::ssm::channel::End;
use crate::theme::Theme;
use crate::world::read_request::ReadRequest;
use crate::world::{AnyReading, EnvironmentName, Fault, Identity, ResourceId, Scope, SourceName, World};

/// Something that happened, and when.
#[derive(Debug)]
pub struct Msg {
    /// When, by the cloud's clock.
    pub now: Timestamp,
    /// What.
    pub news: Event,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// The first frame is on the screen: work may begin.
    Started,
    /// A key.
    Key(Chord),
    /// A line was typed, where there is no screen.
    Line(String),
    /// Text was pasted.
    Pasted(String),
    /// The left button went down at a column and row.
    Clicked(u16, u16),
    /// The wheel turned by so many notches, down is positive.
    Wheeled(isize),
    /// The terminal has a new size, or lost its picture.
    Resized,
    /// The terminal got (or lost) the focus.
    Watched(bool),
    /// The moment asked for by [`super::model::Model::wake_at`] came.
    Tick,
    /// Where to look.
    Scopes(u64, Result<Vec<Scope>, Fault>),
    /// What earlier runs knew of the places that are looked at.
    Recalled(u64, Box<World>),
    /// What is remembered of what happened.
    Seen(u64, Arc<SeenEvents>),
    /// Which sources can be logged in by a command.
    Logins(u64, BTreeSet<SourceName>),
    /// Who we are there.
    Identity(u64, Scope, Result<Identity, Fault>),
    /// A reading ended.
    Read(u64, PollRequest, Result<AnyReading, Fault>),
    /// The picture of the world as it was when it was asked for.
    Gathered(u64, Picture),
    /// The picture could not be made.
    NotGathered(u64),
    /// More about one resource.
    Looked(u64, ResourceId, Result<Extra, Fault>),
    /// A change ended.
    Changed(Plan, Result<Receipt, Fault>),
    /// Where a procedure stands.
    Progress(u64, Report),
    /// What a procedure that ends now saw of the account.
    Saw(u64, Box<World>),
    /// A procedure ended.
    Ended(u64, Ending),
    /// What was asked beside the pace was read.
    Consulted(Question, Vec<(ReadRequest, Result<AnyReading, Fault>)>),
    /// A page of log lines came: the number of the page on the screen, that of the question, and the lines.
    LogsRead(u64, u64, Result<LogPage, Fault>),
    /// A text was written to a file.
    Saved(String),
    /// Office hours of an environment were written, or why not.
    HoursWritten(EnvironmentName, Result<Box<SavedHours>, String>),
    /// A login command ended; the error says why it failed.
    LoggedIn(SourceName, Result<(), String>),
    /// A session ended, or could not be opened and why; before it, what it was for.
    Visited(String, Result<End, String>),
    /// A command in a session ended: what was done, the command, and what came of it.
    Answered(String, String, Result<Answer, String>),
    /// How a tunnel is doing.
    Tunnel(u64, Heard),
    /// A tunnel is closed; the reason, if it could not be opened at all.
    TunnelGone(u64, Option<String>),
    /// A page was opened in a browser.
    Browsed(String),
    /// A page could not be opened in a browser here; its address and why.
    NotBrowsed(String, String),
    /// Another cloud was opened, or not.
    Reopened(Result<(), String>),
    /// Another theme was loaded, or not.
    Themed(Result<Box<Theme>, String>),
    /// The journal's latest entries, newest last.
    Journal(Vec<Entry>),
    /// The sessions that a toban which was killed left open.
    LeftSessions(Vec<LeftSession>),
    /// They were ended, or why one could not be.
    EndedSessions(Result<usize, String>),
    /// An edge of a schedule was executed beside the console, or missed; a sentence for the reader.
    Kept(String),
    /// Something outside did not work; a sentence for the reader.
    Failed(String),
}
