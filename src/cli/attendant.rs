//! Who is there while credentials are looked for: the console, which must go on and shows what is waited for, or a
//! command, which waits, says so on standard error and may ask on the terminal. Decides nothing about credentials.

use futures_util::future::BoxFuture;
use std::io::{IsTerminal, stderr, stdin};
use std::time::Duration;

use super::output;
use crate::aws::Attendant;
use crate::ssm::start_request::Token;
use crate::{os, text};

/// The console: its keys are its own, and no reading may hold up what it shows.
#[derive(Debug)]
pub(super) struct Console;

/// How long a reading of the console waits for credentials before it shows that they are waited for.
const PATIENCE: Duration = Duration::from_secs(3);

impl Attendant for Console {
    fn patience(&self) -> Option<Duration> {
        Some(PATIENCE)
    }

    fn is_on_terminal(&self) -> bool {
        false
    }

    fn waiting(&self, what: &str) {
        tracing::info!(what, "waiting for credentials");
    }

    fn code<'a>(&'a self, _device: &'a str) -> BoxFuture<'a, Option<Token>> {
        // It is typed when the reader asks for it: a question in the middle of a picture would be in the way.
        Box::pin(std::future::ready(None))
    }
}

/// A command.
#[derive(Debug)]
pub(super) struct Terminal;

impl Attendant for Terminal {
    fn patience(&self) -> Option<Duration> {
        None
    }

    fn is_on_terminal(&self) -> bool {
        stdin().is_terminal() && stderr().is_terminal()
    }

    fn waiting(&self, what: &str) {
        output::note(&format!("toban: waiting for {}\n", text::harmless(what)));
    }

    fn code<'a>(&'a self, device: &'a str) -> BoxFuture<'a, Option<Token>> {
        Box::pin(async move {
            if !self.is_on_terminal() {
                return None;
            }
            let asked = os::ask(&format!("code of the MFA device {device}")).await;
            asked.unwrap_or_else(|fault| {
                tracing::warn!(%fault, "the terminal cannot be asked for a code");
                None
            })
        })
    }
}
