//! All that the console can do to the world. An update returns these as data; only the runner
//! performs them.

use super::preferences::Preferences;
use super::question::Question;
use super::settings::Choice;
use crate::change::gate::Approved;
use crate::config::edit::OfficeHours;
use crate::engine::journal::Line;
use crate::engine::left_sessions::LeftSession;
use crate::engine::poller::PollRequest;
use crate::engine::run_procedure::ProcedureRun;
use crate::engine::session::SessionRequest;
use crate::engine::session_command::SessionCommand;
use crate::logs::Ask;
use crate::operations::tunnel::Carrier;
use crate::operations::tunnel::request::TunnelRequest;
use crate::world::read_request::ReadRequest;
use crate::world::{EnvironmentName, ResourceId, Scope, SourceName};

/// Something to be done. Answers come back as messages.
#[derive(PartialEq, Debug)]
pub enum Effect {
    /// Find out where to look.
    Scopes,
    /// Take in what earlier runs knew of these places.
    Recall(Vec<Scope>),
    /// Find out who we are there.
    Identify(Scope),
    /// Read a kind.
    Read(PollRequest),
    /// Make a picture of the world.
    Gather,
    /// Learn more about one resource; the number comes back with the answer.
    Look(u64, ResourceId),
    /// Perform a change that the gate approved, and journal it.
    Change(Box<Approved>),
    /// Drive a procedure that the gate let through, and journal it.
    Run(Box<ProcedureRun>),
    /// Read beside the pace; the question comes back with the answer.
    Consult(Question, Vec<ReadRequest>),
    /// Read what a session's checklist takes, within a moment: nobody waits longer for it. The question comes back.
    Foresee(Question, Vec<ReadRequest>),
    /// Read a page of log lines, for the page of that number.
    ReadLogs(u64, Ask),
    /// Keep what is remembered of the reader.
    Remember(Box<Preferences>),
    /// Write a text to a file of that name, which must not be there yet.
    SaveText(String, String),
    /// Write office hours of an environment into the configuration.
    WriteHours(EnvironmentName, OfficeHours),
    /// Hand the terminal to a login command, then forget the source's cached credentials.
    Login(SourceName),
    /// Hand the terminal to a session in a resource.
    OpenSession(Box<SessionRequest>),
    /// Run a command in a session and bring back what it says.
    RunInSession(Box<SessionCommand>),
    /// Open a tunnel.
    OpenTunnel(u64, Box<TunnelRequest>),
    /// Tell a tunnel who may carry it from now on.
    SetCarriers(u64, Vec<Carrier>),
    /// End a tunnel's session and open another.
    Reconnect(u64),
    /// Close a tunnel.
    CloseTunnel(u64),
    /// Open the cloud for another profile or region.
    Reopen(Choice),
    /// Tell a reader who looks elsewhere.
    Notify(String),
    /// Put text on the clipboard.
    Copy(String),
    /// Open an address in the browser.
    Browse(String),
    /// Load a theme.
    Theme(String),
    /// Read the journal.
    Journal,
    /// Find the sessions that a toban which was killed left open.
    LeftSessions,
    /// End those.
    EndSessions(Vec<LeftSession>),
    /// Write down how changes ended whose end nobody wrote down, then read the journal again.
    Close(Vec<Line>),
    /// Take the mouse, or let go of it.
    Mouse(bool),
    /// Draw everything anew, whatever the terminal shows now.
    Redraw,
    /// Give the terminal back and stop until the shell continues us.
    Suspend,
    /// End.
    Quit,
}
