//! `consentry config`: is the configuration right, and what is in force?

use std::path::Path;

use clap::Subcommand;

use super::schema;
use crate::{configuration::Configuration, directories, ledger_place::LedgerPlace};

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Says whether file and environment can be used.
    ///
    /// Example: consentry config check
    #[command(verbatim_doc_comment)]
    Check,
    /// Prints what is in force, as TOML, and where each value is from. Secrets are left out.
    ///
    /// Example: consentry config show
    #[command(verbatim_doc_comment)]
    Show,
    /// Prints the JSON Schema of the configuration.
    ///
    /// Example: consentry config schema > consentry.schema.json
    #[command(verbatim_doc_comment)]
    Schema,
}

pub(super) fn run(file: Option<&Path>, command: &ConfigCommand) -> anyhow::Result<()> {
    if matches!(command, ConfigCommand::Schema) {
        return schema::print(schema::Of::Configuration);
    }
    let configuration = Configuration::load(file)?;
    LedgerPlace::of(&configuration, None)?;
    directories::configured(&configuration.ldap)?;
    configuration.mail.mailer()?;
    match command {
        ConfigCommand::Check => {
            configuration.check_reach(configuration.server.listen)?;
            println!("configuration is fine");
        }
        ConfigCommand::Show => print!("{}", Configuration::explained(file)?),
        ConfigCommand::Schema => {}
    }
    Ok(())
}
