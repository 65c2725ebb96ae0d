//! `consentry doctor`: the usual mistakes of an installation, found before people do, each with its cure.
//!
//! Nothing is made that is not there, neither a ledger nor a key. One file per subject; what a subject may find is listed in it.

mod address;
mod certificate;
mod clock;
mod database;
mod disk;
mod framing;
mod key;
mod mail;
mod nats;
mod switches;

use std::path::Path;

use consentry_egress::Answer;
use consentry_ledger::Ledger;
use url::Url;

use super::serve;
use crate::{
    configuration::{Configuration, ConfigurationError},
    ledger_place::LedgerPlace,
};

/// What was found about one thing.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    /// It is as it should be.
    Fine(String),
    /// It could not be looked at, or there is nothing to look at; why.
    Skipped(String),
    /// It is not; what to do about it.
    Wrong { what: String, cure: String },
}

impl Found {
    fn wrong(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::Wrong {
            what: what.into(),
            cure: cure.into(),
        }
    }
}

/// What is looked at.
struct Patient {
    configuration: Configuration,
    place: LedgerPlace,
    /// The address people and clients use.
    public: Url,
    /// What answers there to the question whether it is alive; why nothing does.
    answered: Result<Answer, String>,
    /// The ledger, where there is one that can be opened now.
    ledger: Option<Ledger>,
}

pub(super) fn run(file: Option<&Path>) -> anyhow::Result<()> {
    let configuration = match Configuration::load(file) {
        Ok(configuration) => configuration,
        Err(error) => {
            let cure = match &error {
                ConfigurationError::UnknownKey { .. } => {
                    "`consentry config show` prints every key there is, with its value"
                }
                _ => "see docs/operations.md for what goes there",
            };
            return conclude(&[("configuration", vec![Found::wrong(error.to_string(), cure)])]);
        }
    };
    serve::runtime()?.block_on(async {
        let place = LedgerPlace::of(&configuration, None)?;
        let public = address::public(&configuration)?;
        let answered = address::ask(&public).await;
        let (ledger, database) = database::open(&configuration, &place).await;
        let patient = Patient {
            configuration,
            place,
            public,
            answered,
            ledger,
        };
        let found = [
            ("configuration", vec![Found::Fine("it can be read".to_owned())]),
            ("public address", address::look(&patient)),
            ("proxy", address::proxy(&patient)),
            ("certificate", certificate::look(&patient)),
            ("clock", clock::look(&patient)),
            ("root key", key::look(&patient)),
            ("disk", disk::look(&patient)),
            ("database", vec![database]),
            ("mail", mail::look(&patient).await),
            ("nats", nats::look(&patient).await),
            ("framing", framing::look(&patient)),
            ("switches", switches::look(&patient)),
        ];
        if let Some(ledger) = &patient.ledger {
            ledger.close().await;
        }
        conclude(&found)
    })
}

/// Prints what was found. Anything that is wrong is a failure.
fn conclude(found: &[(&str, Vec<Found>)]) -> anyhow::Result<()> {
    let mut wrong = 0;
    for (name, found) in found {
        for found in found {
            match found {
                Found::Fine(what) => println!("ok       {name}: {what}"),
                Found::Skipped(why) => println!("skipped  {name}: {why}"),
                Found::Wrong { what, cure } => {
                    wrong += 1;
                    println!("WRONG    {name}: {what}\n         cure: {cure}");
                }
            }
        }
    }
    anyhow::ensure!(wrong == 0, "{wrong} of what was looked at is wrong");
    Ok(())
}
