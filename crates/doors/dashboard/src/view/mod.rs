//! Connections in words: what the ledger knows, made fit for people. Nothing here decides or reads.

pub mod accounts;
pub mod activity;
pub mod clusters;
pub mod connection;
pub mod fdx;
pub mod item;
pub mod joint;
pub mod link;
pub mod list;
pub mod object;
pub mod renewal;
pub mod single;
pub mod status;
pub mod telling;

use consentry_domain::shown;
use consentry_ledger::agreements::Connection;
use consentry_web::texts::Text;

pub use self::{
    connection::ConnectionView,
    status::Phase,
    telling::{Held, Telling, UTC, zone},
};

/// Whether a connection is shown at all: one that a newer decision replaced is shown as the newer one.
pub fn is_listed(connection: &Connection) -> bool {
    shown::dashboard(connection.state).is_some()
}

/// What a page has to say about what just happened.
#[derive(Debug, Clone)]
pub struct Notice {
    /// `done`, `info` or `error`.
    pub kind: &'static str,
    /// What happened.
    pub title: String,
    /// What follows from it; may be empty.
    pub text: String,
    /// What has just happened to which connections, for the page around this one (consent-dashboard A10).
    pub told: Vec<(&'static str, String)>,
}

impl Notice {
    /// Something was done.
    pub fn done(title: &Text) -> Self {
        Self {
            kind: "done",
            title: title.to_string(),
            text: String::new(),
            told: Vec::new(),
        }
    }

    /// The same, and told to the page around this one: `consent-revoked`, `consent-modified` or `consent-renewed`.
    #[must_use]
    pub fn telling(mut self, what: &'static str, id: String) -> Self {
        self.told.push((what, id));
        self
    }

    /// Something is to be known.
    pub fn info(title: &Text) -> Self {
        Self {
            kind: "info",
            ..Self::done(title)
        }
    }

    /// Something failed.
    pub fn error(title: &Text, text: &Text) -> Self {
        Self {
            kind: "error",
            text: text.to_string(),
            ..Self::done(title)
        }
    }
}

/// What every screen shows beside layout and content of its own.
#[derive(Debug, Clone)]
pub struct Screen {
    /// Bearer of the page session, for the hidden field of each form.
    pub session: String,
    /// Where to get help, in the bank's words, where the layout cannot link it.
    pub help: Option<String>,
    /// What just happened.
    pub notice: Option<Notice>,
    /// Whether there is a button for who is done.
    pub has_done: bool,
    /// Seconds until the page session is over, whatever is done.
    pub ends_in: i64,
    /// Seconds until it is over where nothing is done.
    pub idle: i64,
}
