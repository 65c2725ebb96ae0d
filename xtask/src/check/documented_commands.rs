//! Every command that a document shows is proven to work. A document shows commands in ```` ```sh ```` blocks; each
//! of them is listed here with its proof, and each proof is looked for. An unknown command fails, and so does an
//! entry that no document shows any more.

use anyhow::{Result, bail};

use super::markdown;
use crate::process;
use crate::workspace::{Workspace, has_extension};

/// How a documented command is known to work.
pub enum Proof {
    /// `cargo xtask test` runs it, in an empty folder, with the development binary on the path.
    Run,
    /// A test runs the same thing: the file it is in, and its name.
    Test(&'static str, &'static str),
    /// It is the continuous integration itself or a part of it: `.ci/run`, or a step of a task.
    Pipeline,
    /// Nothing here can run it; says why.
    ByHand(&'static str),
}

/// Every command that a document may show.
const COMMANDS: &[(&str, Proof)] = &[
    (".ci/run", Proof::Pipeline),
    (
        "cargo run --release -- demo",
        Proof::Test(BINARY_TESTS, "demo_json_prints_one_line_and_ends_well_when_told"),
    ),
    ("cargo xtask ci", Proof::Pipeline),
    ("cargo xtask check", Proof::Pipeline),
    ("cargo xtask test", Proof::Pipeline),
    ("cargo xtask test browser", Proof::Pipeline),
    ("cargo xtask test clients", Proof::Pipeline),
    ("cargo xtask test sdk", Proof::Pipeline),
    (
        "cargo xtask package",
        Proof::ByHand(
            "the tests package the development binary the same way; a release binary takes minutes",
        ),
    ),
    (
        "apt-get install ./target/package/consentry_0.1.0_amd64.deb",
        Proof::ByHand("the tests install the package with dpkg, into a folder of its own"),
    ),
    (
        "systemctl enable --now consentry",
        Proof::ByHand("the tests have systemd judge the unit; starting it would change the machine"),
    ),
    (
        "docker build --file packaging/container/Containerfile --tag consentry:0.1.0 .",
        Proof::ByHand(
            "nothing here builds images; the tests read the last stage and run the binary with its files",
        ),
    ),
    (
        "helm install consentry packaging/helm/consentry --set publicUrl=https://consent.example.com --set tls.secretName=consent-tls",
        Proof::ByHand("there is no cluster here"),
    ),
    (
        "consentry config show --config /etc/consentry/consentry.toml",
        Proof::Test(BINARY_TESTS, "environment_overrides_the_file"),
    ),
    ("cargo xtask layers", Proof::Pipeline),
    ("cargo xtask docs", Proof::Pipeline),
    (
        "cargo xtask check --only clippy,doc",
        Proof::Test(CHECK_TESTS, "every_step_can_be_asked_for_by_name"),
    ),
    (
        "cargo xtask check --advisories",
        Proof::ByHand("the advisory database is fetched from the network"),
    ),
    (
        "cargo xtask migrations --accept",
        Proof::Test(MIGRATION_TESTS, "a_new_migration_is_no_change"),
    ),
    ("consentry --help", Proof::Run),
    (
        "consentry doctor --config /etc/consentry.toml",
        Proof::Test(
            DOCTOR_TESTS,
            "a_server_that_runs_is_found_and_its_ledger_looked_at_afterwards",
        ),
    ),
    (
        "consentry completions bash > /usr/share/bash-completion/completions/consentry",
        Proof::Test(
            DOCTOR_TESTS,
            "shells_complete_the_commands_and_the_manual_has_a_page_for_each",
        ),
    ),
    (
        "consentry man --to /usr/local/share/man/man1",
        Proof::Test(
            DOCTOR_TESTS,
            "shells_complete_the_commands_and_the_manual_has_a_page_for_each",
        ),
    ),
    (
        "consentry audit --data consentry-data --tenant main",
        Proof::Test(BINARY_TESTS, "audit_prints_one_line_for_every_change"),
    ),
    (
        "consentry backup --to ledger-backup.db",
        Proof::Test(
            BACKUP_TESTS,
            "a_copy_made_under_load_has_all_that_was_acknowledged_before_it_began",
        ),
    ),
    (
        "consentry key list",
        Proof::Test(
            ROOT_KEY_TESTS,
            "dsp_3_4_a_signing_key_is_taken_out_at_once_and_another_one_signs",
        ),
    ),
    (
        "consentry key revoke --now --kid 2yq0EYV0F9Ys6YVjK5D2o1sYc6bP3hYw4fE7cXzQm1A",
        Proof::Test(
            ROOT_KEY_TESTS,
            "dsp_3_4_a_signing_key_is_taken_out_at_once_and_another_one_signs",
        ),
    ),
    (
        "consentry key rotate --root",
        Proof::Test(
            ROOT_KEY_TESTS,
            "another_root_key_opens_everything_and_the_old_one_nothing",
        ),
    ),
    (
        "consentry migrate --config /etc/consentry.toml",
        Proof::Test(
            DATABASES_TESTS,
            "a_ledger_in_postgresql_is_migrated_applied_served_by_two_nodes_and_verified",
        ),
    ),
    (
        "consentry erase-again --from erasures.ndjson",
        Proof::Test(
            BACKUP_TESTS,
            "dsr_13_without_the_journal_nothing_is_brought_back_unless_that_is_said",
        ),
    ),
    (
        "consentry restore --from ledger-backup.db",
        Proof::Test(
            BACKUP_TESTS,
            "a_copy_made_under_load_has_all_that_was_acknowledged_before_it_began",
        ),
    ),
    (
        "consentry forward-auth --issuer https://consent.example.org --data-source dpp://office@example.org/Person/Profile_v1.0 --login-issuer https://login.example.org",
        Proof::Test(
            VERIFICATION_TESTS,
            "dsp_15_a_proxy_learns_whose_token_it_is_or_how_to_refuse",
        ),
    ),
    (
        "consentry verify --issuer https://consent.example.org --data-source dpp://office@example.org/Person/Profile_v1.0 --login-issuer https://login.example.org --token consent.jwt --id-token id.jwt",
        Proof::Test(
            VERIFICATION_TESTS,
            "dsp_15_the_command_says_what_the_vectors_say_and_its_exit_code_too",
        ),
    ),
    (
        "consentry verify-ledger --data consentry-data",
        Proof::Test(
            BACKUP_TESTS,
            "a_copy_without_its_root_key_is_nothing_and_with_another_one_neither",
        ),
    ),
    (
        "consentry apply -f docs/examples/consents.toml",
        Proof::Test(APPLY_TESTS, "rec_12_5_a_manifest_is_all_that_a_server_needs"),
    ),
    (
        "consentry apply -f docs/examples/bank.toml",
        Proof::Test(
            APPLY_CLIENTS_TESTS,
            "a_bank_that_was_never_seen_asks_its_customer_and_hands_out_tokens",
        ),
    ),
    (
        "consentry apply -f docs/examples/newsletter.yaml",
        Proof::Test(
            EXAMPLES_TESTS,
            "a_newsletter_is_chosen_on_its_page_and_the_shop_is_told",
        ),
    ),
    (
        "consentry apply -f docs/examples/dataspace",
        Proof::Test(
            EXAMPLES_TESTS,
            "a_dataspace_asks_a_person_and_hands_out_a_token_that_a_data_source_takes",
        ),
    ),
    (
        "consentry export --manifest --server https://consent.example.com --token-file operator.token > consentry-manifest.yaml",
        Proof::Test(
            OPERATOR_TESTS,
            "what_is_configured_is_written_by_a_server_that_runs",
        ),
    ),
    (
        "consentry apply -f docs/examples/bank.toml --server https://consent.example.com --token-file operator.token",
        Proof::Test(
            OPERATOR_TESTS,
            "a_manifest_is_applied_to_a_server_that_runs_and_is_in_force_at_once",
        ),
    ),
    (
        "consentry schema manifest > manifest.schema.json",
        Proof::Test(
            EXAMPLES_TESTS,
            "every_example_is_what_the_schema_says_and_what_is_wrong_is_not",
        ),
    ),
    (
        "consentry export --manifest > consentry-manifest.yaml",
        Proof::Test(
            MANIFESTS_TESTS,
            "what_was_applied_is_written_back_and_applying_that_changes_nothing",
        ),
    ),
    (
        "consentry import ldif -f people.ldif",
        Proof::Test(
            IMPORT_TESTS,
            "rec_12_3_accounts_of_an_ldif_file_log_in_and_a_second_import_changes_nothing",
        ),
    ),
    (
        "consentry import events -f events.ndjson",
        Proof::Test(
            IMPORT_PREFERENCES_TESTS,
            "ctp_15_an_import_that_was_killed_is_gone_on_with_and_nothing_is_lost_or_doubled",
        ),
    ),
    (
        "consentry import users -f users.ndjson",
        Proof::Test(
            IMPORT_PREFERENCES_TESTS,
            "ctp_15_events_and_users_are_imported_once_and_refused_lines_are_named",
        ),
    ),
    (
        "consentry export --users > users.ndjson",
        Proof::Test(
            IMPORT_PREFERENCES_TESTS,
            "ctp_15_events_and_users_are_imported_once_and_refused_lines_are_named",
        ),
    ),
    (
        "consentry export --events --format csv > events.csv",
        Proof::Test(
            IMPORT_PREFERENCES_TESTS,
            "ctp_15_events_and_users_are_imported_once_and_refused_lines_are_named",
        ),
    ),
    (
        "consentry import records -f consents.ldif",
        Proof::Test(
            IMPORT_RECORDS_TESTS,
            "rec_17_records_of_an_ldif_file_are_read_by_their_ids_and_a_second_import_changes_nothing",
        ),
    ),
    (
        "consentry import third-party consents.json",
        Proof::Test(
            IMPORT_AGREEMENTS_TESTS,
            "tpa_a3_third_party_consents_keep_ids_and_dates_and_a_second_import_changes_nothing",
        ),
    ),
    (
        "consentry import third-party consents.json --dry-run",
        Proof::Test(
            IMPORT_AGREEMENTS_TESTS,
            "tpa_a3_third_party_consents_keep_ids_and_dates_and_a_second_import_changes_nothing",
        ),
    ),
    (
        "consentry import grants grants.json",
        Proof::Test(
            IMPORT_AGREEMENTS_TESTS,
            "dsh_d1_consent_grants_of_fdx_are_the_customers_connections",
        ),
    ),
    (
        "consentry import grants grants.json --dry-run",
        Proof::Test(
            IMPORT_AGREEMENTS_TESTS,
            "dsh_d1_consent_grants_of_fdx_are_the_customers_connections",
        ),
    ),
    (
        "consentry import dataspace consents.ndjson",
        Proof::Test(
            IMPORT_AGREEMENTS_TESTS,
            "dsp_7_consents_of_a_dataspace_keep_the_ids_that_tokens_carry",
        ),
    ),
    (
        "consentry import dataspace consents.ndjson --dry-run",
        Proof::Test(
            IMPORT_AGREEMENTS_TESTS,
            "dsp_7_consents_of_a_dataspace_keep_the_ids_that_tokens_carry",
        ),
    ),
    (
        "consentry import records consents.json",
        Proof::Test(
            IMPORT_RECORDS_TESTS,
            "rec_17_records_that_a_search_answered_are_read_by_their_ids",
        ),
    ),
    (
        "consentry export --tenant harbor --to harbor.ndjson",
        Proof::Test(
            TENANT_FILE_TESTS,
            "a_tenant_goes_from_a_folder_into_a_database_and_into_another_folder_and_is_the_same_in_each",
        ),
    ),
    (
        "consentry import tenant harbor.ndjson --root-file harbor-root.key",
        Proof::Test(
            TENANT_FILE_TESTS,
            "a_tenant_goes_from_a_folder_into_a_database_and_into_another_folder_and_is_the_same_in_each",
        ),
    ),
    (
        "cargo xtask described --accept",
        Proof::Test(DESCRIBED_TESTS, "a_type_that_reads_is_known_by_its_members"),
    ),
    (
        "consentry schema manifest --markdown > docs/reference/manifest.md",
        Proof::Test(SCHEMA_TESTS, "the_references_are_what_the_code_says"),
    ),
    (
        "consentry schema configuration --markdown > docs/reference/configuration.md",
        Proof::Test(SCHEMA_TESTS, "the_references_are_what_the_code_says"),
    ),
    (
        "consentry schema api --markdown > docs/reference/api.md",
        Proof::Test(SCHEMA_TESTS, "the_references_are_what_the_code_says"),
    ),
    (
        "curl --user \"$CLIENT_ID:$CLIENT_SECRET\" http://127.0.0.1:8080/admin/v1/accounts",
        Proof::Test(
            ADMINISTRATION_TESTS,
            "rec_12_5_the_demo_tells_the_credential_of_an_administrator",
        ),
    ),
    (
        "consentry move-to-postgres --data consentry-data",
        Proof::Test(
            MOVE_TESTS,
            "a_ledger_is_moved_while_it_is_written_and_nothing_that_was_acknowledged_is_lost",
        ),
    ),
    (
        "cargo xtask test cluster",
        Proof::Test(
            CLUSTER_TESTS,
            "architecture_5_a_leader_that_is_lost_takes_no_acknowledged_decision_with_it",
        ),
    ),
    (
        "cargo xtask pictures",
        Proof::Test(PICTURE_TESTS, "the pictures of the README can be taken anew"),
    ),
    (
        "cargo xtask bench",
        Proof::ByHand("takes minutes and a quiet machine"),
    ),
    (
        "cargo xtask fuzz filter --seconds 3600",
        Proof::ByHand("takes an hour; what it found is replayed by the tests"),
    ),
];

const BINARY_TESTS: &str = "crates/server/tests/suite/binary.rs";
const VERIFICATION_TESTS: &str = "crates/server/tests/suite/verification.rs";
const BACKUP_TESTS: &str = "crates/server/tests/suite/backup.rs";
const DATABASES_TESTS: &str = "crates/server/tests/suite/databases.rs";
const DOCTOR_TESTS: &str = "crates/server/tests/suite/doctor.rs";
const MOVE_TESTS: &str = "crates/server/tests/suite/move_to_postgres.rs";
const CLUSTER_TESTS: &str = "crates/server/tests/suite/cluster.rs";
const ROOT_KEY_TESTS: &str = "crates/server/tests/suite/root_key.rs";
const APPLY_TESTS: &str = "crates/server/tests/suite/apply.rs";
const APPLY_CLIENTS_TESTS: &str = "crates/server/tests/suite/apply_clients.rs";
const EXAMPLES_TESTS: &str = "crates/server/tests/suite/examples.rs";
const OPERATOR_TESTS: &str = "crates/server/tests/suite/operator.rs";
const MANIFESTS_TESTS: &str = "crates/server/tests/suite/manifests.rs";
const IMPORT_TESTS: &str = "crates/server/tests/suite/import.rs";
const IMPORT_PREFERENCES_TESTS: &str = "crates/server/tests/suite/import_preferences.rs";
const IMPORT_RECORDS_TESTS: &str = "crates/server/tests/suite/import_records.rs";
const IMPORT_AGREEMENTS_TESTS: &str = "crates/server/tests/suite/import_agreements.rs";
const TENANT_FILE_TESTS: &str = "crates/server/tests/suite/tenant_file.rs";
const DESCRIBED_TESTS: &str = "xtask/src/check/described.rs";
const SCHEMA_TESTS: &str = "crates/server/src/commands/schema.rs";
const ADMINISTRATION_TESTS: &str = "crates/server/tests/suite/administration.rs";
const PICTURE_TESTS: &str = "e2e/tests/pictures.test.mjs";
const CHECK_TESTS: &str = "xtask/src/check/mod.rs";
const MIGRATION_TESTS: &str = "xtask/src/check/migrations.rs";

/// Languages of blocks that would hide a command from this check.
const OTHER_SHELLS: [&str; 5] = ["bash", "console", "shell", "shell-session", "zsh"];

/// Fails on a command nobody proves, on a proof that is not there, and on an entry nobody shows.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut wrong = Vec::new();
    let shown = shown(workspace, &mut wrong)?;
    for Shown { place, command } in &shown {
        if !COMMANDS.iter().any(|(known, _)| known == command) {
            wrong.push(format!(
                "{place}: nothing proves `{command}`; list it in {}",
                file!()
            ));
        }
    }
    for (command, proof) in COMMANDS {
        if !shown.iter().any(|shown| shown.command == *command) {
            wrong.push(format!("{}: no document shows `{command}` any more", file!()));
        }
        if let Proof::Test(file, name) = proof
            && !holds_test(workspace, file, name)?
        {
            wrong.push(format!("`{command}`: {file} has no test `{name}`"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!("documented commands:\n{}", wrong.join("\n"))
}

/// Runs the commands that are their own proof. The binary must have been built.
pub fn run(workspace: &Workspace) -> Result<()> {
    let binaries = workspace.target().join("debug");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(binaries).chain(std::env::split_paths(&path)))?;
    for (command, _) in COMMANDS.iter().filter(|(_, proof)| matches!(proof, Proof::Run)) {
        let folder = tempfile::tempdir()?;
        process::run(
            std::process::Command::new("sh")
                .args(["-euc", command])
                .current_dir(folder.path())
                .env("PATH", &path),
        )?;
    }
    for (command, proof) in COMMANDS {
        if let Proof::ByHand(reason) = proof {
            println!("not run: `{command}`: {reason}");
        }
    }
    Ok(())
}

/// A command and the place that shows it.
struct Shown {
    place: String,
    command: String,
}

fn shown(workspace: &Workspace, wrong: &mut Vec<String>) -> Result<Vec<Shown>> {
    let mut shown = Vec::new();
    for path in workspace
        .files()?
        .into_iter()
        .filter(|path| speaks_to_people(path))
    {
        let Some(document) = workspace.text(&path)? else {
            continue;
        };
        let (commands, hidden) = commands(&document);
        shown.extend(commands.into_iter().map(|(line, command)| Shown {
            place: format!("{path}:{line}"),
            command,
        }));
        wrong.extend(
            hidden
                .into_iter()
                .map(|line| format!("{path}:{line}: name the block `sh`")),
        );
    }
    Ok(shown)
}

fn speaks_to_people(path: &str) -> bool {
    has_extension(path, "md") && (path.starts_with("docs/") || !path.contains('/'))
}

/// The commands of a document with their lines, and the lines of blocks in another shell's name.
fn commands(document: &str) -> (Vec<(usize, String)>, Vec<usize>) {
    let (mut commands, mut hidden) = (Vec::new(), Vec::new());
    let mut open: Option<(usize, String)> = None;
    for line in markdown::lines(document) {
        match line.block {
            Some("sh") => {
                let (start, before) = open.take().unwrap_or((line.number, String::new()));
                let (text, goes_on) = line
                    .text
                    .strip_suffix('\\')
                    .map_or((line.text, false), |text| (text, true));
                let command = format!("{before} {}", text.trim()).trim().to_owned();
                if goes_on {
                    open = Some((start, command));
                } else if !command.is_empty() && !command.starts_with('#') {
                    commands.push((start, command));
                }
            }
            Some(language) if OTHER_SHELLS.contains(&language) => hidden.push(line.number),
            _ => {}
        }
    }
    (commands, hidden)
}

fn holds_test(workspace: &Workspace, file: &str, name: &str) -> Result<bool> {
    if !workspace.root().join(file).is_file() {
        return Ok(false);
    }
    let text = workspace.text(file)?.unwrap_or_default();
    // Rust names a test by its function, node's runner by a string.
    Ok(
        [format!("fn {name}("), format!("\"{name}\""), format!("'{name}'")]
            .iter()
            .any(|form| text.contains(form)),
    )
}

#[cfg(test)]
mod tests {
    use super::commands;

    #[test]
    fn each_line_of_a_block_is_a_command() {
        let document = "text\n```sh\n# first\ncargo run \\\n  --release\n\ncargo xtask test\n```\n";
        assert_eq!(
            commands(document).0,
            [
                (4, "cargo run --release".to_owned()),
                (7, "cargo xtask test".to_owned())
            ]
        );
    }

    #[test]
    fn other_blocks_hold_no_commands() {
        assert_eq!(commands("```json\n{\"a\":1}\n```\n").0, []);
    }

    #[test]
    fn a_block_in_another_shells_name_is_reported() {
        assert_eq!(commands("```bash\ncargo run\n```\n").1, [2]);
    }
}
