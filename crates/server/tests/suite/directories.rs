//! `[ldap.NAME]` as an operator writes it, over the binary.

use std::process::{Command, Output};

use consentry_testkit::slapd::Slapd;

use crate::{
    binary::{Running, free_address},
    import::status,
};

fn config(command: &str, text: &str, more: &[(&str, &str)]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("consentry.toml");
    std::fs::write(&file, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["config", command, "--config"])
        .arg(&file)
        .envs(more.iter().copied())
        .current_dir(folder.path())
        .output()
        .unwrap()
}

fn refusal(text: &str) -> String {
    let output = config("check", text, &[]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

const COMPANY: &str = "[ldap.company]\nurl = \"ldaps://dir.example\"\nbase = \"dc=example,dc=net\"\n";

#[test]
fn a_directory_is_checked_before_anything_is_served() {
    assert!(config("check", COMPANY, &[]).status.success());
    for (line, why) in [
        (
            "bind_dm = \"cn=reader\"",
            "unknown key ldap.company.bind_dm; did you mean ldap.company.bind_dn?",
        ),
        (
            "bind_password = \"secret-1\"",
            "unknown key ldap.company.bind_password",
        ),
        (
            "bind_dn = \"cn=reader\"",
            "ldap.company.bind_dn and bind_password_file go together",
        ),
        ("plain_text = true", "ldap.company: plain_text contradicts ldaps"),
        ("ca_file = \"nowhere.pem\"", "nowhere.pem: "),
        ("filter = \"uid=*\"", "ldap.company: filter must be"),
        (
            "deadline_seconds = 0",
            "ldap.company: connections and deadline_seconds",
        ),
    ] {
        let said = refusal(&format!("{COMPANY}{line}\n"));
        assert!(said.contains(why) && !said.contains("secret-1"), "{said}");
    }
    assert!(refusal("[ldap]\nurl = \"ldaps://x\"\n").contains("[ldap.company]"));
    assert!(refusal("[lpad.company]\nurl = \"ldaps://x\"\n").contains("unknown key lpad.company"));
}

#[test]
fn a_directory_can_be_written_into_the_environment() {
    let environment = [
        ("CONSENTRY__LDAP__COMPANY__URL", "ldap://dir.example:1389"),
        ("CONSENTRY__LDAP__COMPANY__BASE", "dc=example,dc=net"),
        ("CONSENTRY__LDAP__COMPANY__PLAIN_TEXT", "true"),
        ("CONSENTRY__LDAP__COMPANY__ORDER", "2"),
    ];
    let output = config("show", "", &environment);
    let shown = String::from_utf8(output.stdout).unwrap();
    for line in [
        "\n[ldap.company]\n",
        "\nurl = \"ldap://dir.example:1389\" # CONSENTRY__LDAP__COMPANY__URL\n",
        "\nplain_text = true # CONSENTRY__LDAP__COMPANY__PLAIN_TEXT\n",
    ] {
        assert!(shown.contains(line), "{line}{shown}");
    }
    assert!(config("check", "", &environment).status.success());
    let stronger = config("show", COMPANY, &environment);
    assert!(
        String::from_utf8(stronger.stdout)
            .unwrap()
            .contains("dir.example:1389")
    );
}

#[test]
fn a_running_server_asks_the_directory_it_was_given() {
    let slapd = Slapd::start();
    let section = slapd.section();
    let path = |path: Option<std::path::PathBuf>| path.unwrap().display().to_string();
    let keys = [
        ("CONSENTRY__LDAP__COMPANY__URL", section.url),
        ("CONSENTRY__LDAP__COMPANY__BASE", section.base),
        ("CONSENTRY__LDAP__COMPANY__BIND_DN", section.bind_dn.unwrap()),
        (
            "CONSENTRY__LDAP__COMPANY__BIND_PASSWORD_FILE",
            path(section.bind_password_file),
        ),
        ("CONSENTRY__LDAP__COMPANY__CA_FILE", path(section.ca_file)),
    ];
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start_configured(free_address(), folder.path(), &keys);
    assert_eq!(status(&running, "dora", "dora-secret-31"), 200);
    assert_eq!(status(&running, "dora", "wrong"), 401);
    drop(slapd);
    assert_eq!(status(&running, "Eli", "eli-secret-32"), 503);
    assert!(running.stop().success());
}
