//! The command line. Exit codes: 0 fine, 1 failed (one sentence on stderr), 2 wrong usage.

mod apply;
mod audit;
mod backup;
mod config;
mod demo;
mod doctor;
mod export;
mod forward_auth;
mod import;
mod key;
mod manual;
mod migrate;
mod move_to_postgres;
mod proof;
mod schema;
mod serve;
mod verify;
mod verify_ledger;

use std::{path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};

/// Consentry: the place where a person's yes is asked for, recorded, proved, enforced and taken back.
#[derive(Debug, Parser)]
#[command(name = "consentry", version, about, arg_required_else_help = true)]
struct Arguments {
    /// Configuration file; without it `consentry.toml` is read if it is there.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves. Without any file: 127.0.0.1:8080, SQLite in ./consentry-data, one tenant, keys made on first start.
    ///
    /// Example: consentry serve --config /etc/consentry.toml
    #[command(verbatim_doc_comment)]
    Serve,
    /// Serves with a demo bank to try everything in the browser.
    ///
    /// Example: consentry demo --listen 127.0.0.1:8080
    #[command(verbatim_doc_comment)]
    Demo(demo::DemoArguments),
    /// Copies the ledger as it is now into one file, while the server runs. The root key is not in it.
    ///
    /// Example: consentry backup --to ledger-backup.db
    #[command(verbatim_doc_comment)]
    Backup(backup::BackupArguments),
    /// Puts a copy in the place of a ledger that is not there, once its chain is proved.
    ///
    /// Example: consentry restore --from ledger-backup.db
    #[command(verbatim_doc_comment)]
    Restore(backup::RestoreArguments),
    /// Deletes people again who were deleted after a copy was made that was brought back, as the journal of erasures has them.
    ///
    /// Example: consentry erase-again --from erasures.ndjson
    #[command(verbatim_doc_comment)]
    EraseAgain(backup::EraseAgainArguments),
    /// Judges a consent token of a dataspace as a data source does. Exit codes: 0 accepted, 1 refused, 2 could not decide.
    ///
    /// Example: consentry verify --issuer https://consent.example.org --data-source dpp://office@example.org/Person_v1.0
    ///   --login-issuer https://login.example.org --token consent.jwt --id-token id.jwt
    #[command(verbatim_doc_comment)]
    Verify(verify::VerifyArguments),
    /// Judges consent tokens for a reverse proxy, which asks before it lets a request through to a data source.
    ///
    /// Example: consentry forward-auth --issuer https://consent.example.org --data-source dpp://office@example.org/Person_v1.0
    ///   --login-issuer https://login.example.org
    #[command(verbatim_doc_comment)]
    ForwardAuth(forward_auth::ForwardAuthArguments),
    /// Replays the log against the projections and checks the hash chain; names the first difference.
    ///
    /// Example: consentry verify-ledger
    #[command(verbatim_doc_comment)]
    VerifyLedger(verify_ledger::VerifyArguments),
    /// Brings the ledger's schema to this program's state and ends. Nodes of the program before this one may be at work.
    ///
    /// Example: consentry migrate --config /etc/consentry.toml
    #[command(verbatim_doc_comment)]
    Migrate(migrate::MigrateArguments),
    /// Copies a ledger from a folder into an empty PostgreSQL database while it is served, and proves both to be the same.
    ///
    /// Example: consentry move-to-postgres --data consentry-data
    #[command(verbatim_doc_comment)]
    MoveToPostgres(move_to_postgres::MoveArguments),
    /// Prints every change of definitions, localizations and consent records, one line each.
    ///
    /// Example: consentry audit --data consentry-data
    #[command(verbatim_doc_comment)]
    Audit(audit::AuditArguments),
    /// Makes tenants, definitions, clients, webhooks, accounts and people what a manifest says. Twice is once.
    ///
    /// Example: consentry apply -f consentry-manifest.yaml --dry-run
    #[command(verbatim_doc_comment)]
    Apply(apply::ApplyArguments),
    /// Writes what is configured as a manifest, without secrets and people; applying it changes nothing. Or everything of a tenant as a
    /// file, for `consentry import tenant`. Or what people chose, as lines.
    ///
    /// Example: consentry export --manifest > consentry-manifest.yaml
    #[command(verbatim_doc_comment)]
    Export(export::ExportArguments),
    /// Prints the JSON Schema of a file that operators write, or the OpenAPI document; as a page for people with --markdown.
    ///
    /// Example: consentry schema manifest > manifest.schema.json
    #[command(verbatim_doc_comment)]
    Schema(schema::SchemaArguments),
    /// Takes over what other systems have.
    Import {
        #[command(subcommand)]
        command: import::ImportCommand,
    },
    /// Changes keys.
    Key {
        #[command(subcommand)]
        command: key::KeyCommand,
    },
    /// Looks for the usual mistakes of an installation, and says the cure of each. Makes nothing that is not there.
    ///
    /// Example: consentry doctor --config /etc/consentry.toml
    #[command(verbatim_doc_comment)]
    Doctor,
    /// Prints what makes a shell complete commands and options.
    ///
    /// Example: consentry completions bash > /usr/share/bash-completion/completions/consentry
    #[command(verbatim_doc_comment)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Writes the manual: a page for each command.
    ///
    /// Example: consentry man --to /usr/local/share/man/man1
    #[command(verbatim_doc_comment)]
    Man(manual::ManArguments),
    /// Checks configuration.
    Config {
        #[command(subcommand)]
        command: config::ConfigCommand,
    },
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Serve => serve::run(arguments.config.as_deref()),
        Command::Demo(options) => demo::run(arguments.config.as_deref(), &options),
        Command::Verify(options) => return verify::run(&options),
        Command::ForwardAuth(options) => forward_auth::run(&options),
        Command::VerifyLedger(options) => verify_ledger::run(arguments.config.as_deref(), &options),
        Command::Migrate(options) => migrate::run(arguments.config.as_deref(), &options),
        Command::MoveToPostgres(options) => move_to_postgres::run(arguments.config.as_deref(), &options),
        Command::Audit(options) => audit::run(arguments.config.as_deref(), &options),
        Command::Apply(options) => apply::run(arguments.config.as_deref(), &options),
        Command::Export(options) => export::run(arguments.config.as_deref(), &options),
        Command::Schema(options) => schema::run(&options),
        Command::Backup(options) => backup::backup(arguments.config.as_deref(), &options),
        Command::Restore(options) => backup::restore(arguments.config.as_deref(), &options),
        Command::EraseAgain(options) => backup::erase_again(arguments.config.as_deref(), &options),
        Command::Import { command } => import::run(arguments.config.as_deref(), &command),
        Command::Key { command } => key::run(arguments.config.as_deref(), &command),
        Command::Doctor => doctor::run(arguments.config.as_deref()),
        Command::Completions { shell } => manual::completions(&mut Arguments::command(), shell),
        Command::Man(options) => manual::write(Arguments::command(), &options),
        Command::Config { command } => config::run(arguments.config.as_deref(), &command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("consentry: {error:#}");
            ExitCode::FAILURE
        }
    }
}
