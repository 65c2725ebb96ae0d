//! Manifests in every form they are written in, and written back: TOML, YAML and folders, on both engines.

use std::{
    path::Path,
    process::{Command, Output},
};

use consentry_testkit::postgres::Postgres;

use crate::{
    apply::{CARLA, EXAMPLE, PORTAL, applied, refused},
    binary::{Running, free_address},
    examples::examples,
};

/// Runs the binary.
pub(crate) fn run(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(words)
        .output()
        .unwrap()
}

/// A folder with manifests and secrets, and a ledger: in a folder of its own, or in PostgreSQL.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    storage: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = format!("sqlite://{}", folder.path().join("data").display());
        Self { folder, storage }
    }

    pub(crate) fn in_postgres() -> Self {
        let postgres = Postgres::shared();
        let storage = postgres.network_url(&postgres.database());
        Self {
            storage,
            ..Self::new()
        }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file; answers its path.
    pub(crate) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn keys(&self) -> Vec<(&str, String)> {
        vec![
            ("CONSENTRY__STORAGE__URL", self.storage.clone()),
            ("CONSENTRY__KEYS__ROOT_FILE", self.path("root.key")),
        ]
    }

    pub(crate) fn run(&self, more: &[(&str, String)], words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_consentry"))
            .envs(self.keys())
            .envs(more.iter().map(|(key, value)| (key, value)))
            .args(words)
            .output()
            .unwrap()
    }

    pub(crate) fn serve(&self, more: &[(&str, String)]) -> Running {
        let mut keys = self.keys();
        keys.extend(more.iter().cloned());
        Running::serve_configured(free_address(), &keys)
    }
}

#[test]
fn what_the_demo_is_made_of_is_written_as_a_manifest_that_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let _ended = Running::start(free_address(), &data).stop();
    let data = data.to_str().unwrap();
    let written = applied(&run(&["export", "--manifest", "--data", data]));
    let file = folder.path().join("demo.yaml");
    std::fs::write(&file, &written).unwrap();
    let file = file.to_str().unwrap();
    let again = applied(&run(&["apply", "--prune", "-f", file, "--data", data]));
    assert!(
        again.starts_with("0 added, 0 changed, 0 removed, "),
        "{again}\n{written}"
    );
}

/// Most of what can be configured, beside what the examples show.
const RICH: &str = r#"
tenants:
  - slug: main
    locale: en-GB
    hosts: [consent.meadow.example, consent.meadow.example:8443]
    brand: { name: "Meadow: \"Stores\"", help: "yes" }
    lifetimes: { consent: 7776000 }
    records:
      service_account_dns: ["cn=portal,ou=services,dc=meadow,dc=example"]
      identity_mappers:
        login:
          kind: scripted
          answer: value
          attributes: [uid]
          script: |
            {% if id %}
              {{ id }}
            {% endif %}
    dashboard: { frame_origins: ["https://shop.meadow.example"] }
    authorization: { preset: mosaic, third_party_pkce: allowPkceAlongsideClientCredentials }
    mail:
      templates: []
    preferences:
      regulations: [lgpd]
      centers: [{ id: news, purposes: [parent-of-all], sign_in: false }]
    applications:
      - { name: "1.0", default_resource: "https://api.meadow.example", resources: ["https://api.meadow.example"] }
    parties:
      - { name: Moneytrack, legal_name: "no", registered_id: "0123" }
    clients:
      - id: moneytrack
        name: Moneytrack
        application: "1.0"
        party: Moneytrack
        third_party: true
        redirect_uris: ["https://moneytrack.example/callback"]
        scopes: openid child
        consent_validity: 86400
        prompts: [login, consent]
        purpose: "two\nlines, # and more: 'quoted'"
        settings: { description: "~", contacts: [a@b.example] }
      - id: backend
        name: Back end
        application: "1.0"
        secret_env: BACKEND_SECRET
        scopes: webhooks:manage subjects:read
        authority: application
        disabled: false
    webhooks:
      - url: https://hooks.meadow.example/one
        client: backend
        format: didomi
        flatten: true
        signature: [v1, v1a]
        timeout_s: 7
        subject_view: internal
        basic: { username: consentry, password_file: hook.password }
      - url: https://hooks.meadow.example/two
        client: backend
        selection: { types: [decision.recorded], door: [preferences] }
        order: strict
        resume: now
        disabled: true
    api_keys:
      - { id: meadow-dashboard-backend, opens: dashboard, secret_file: key.secret, disabled: true }
    definitions:
      - key: child
        kind: scope
        parent: parent-of-all
        actions: [read, write]
        localizations:
          - { locale: "no", version: "1.10", title: "null", data: " leading", purpose: "trailing " }
          - { locale: en-GB, version: "2.0", data: "On", purpose: "1e3" }
      - key: openid
        kind: protocol
      - key: parent-of-all
        kind: purpose
        lifetime: 604800
        choice: { one_click: true }
    accounts:
      - dn: cn=portal,ou=services,dc=meadow,dc=example
        cn: [portal]
        password_file: portal.password
        bypass_acl: true
"#;

fn written_back(place: &Place) {
    place.write("hook.password", "a password of a hook");
    place.write("key.secret", "a secret of a machine that nobody guesses");
    place.write("portal.password", PORTAL);
    let file = place.write("rich.yaml", RICH);
    let keys = [(
        "BACKEND_SECRET",
        "a-secret-of-the-back-end-in-the-environment".to_owned(),
    )];
    let first = applied(&place.run(&keys, &["apply", "-f", &file]));
    assert!(
        first.contains("+ webhook https://hooks.meadow.example/two of backend\n"),
        "{first}"
    );
    assert!(first.contains("secret of client moneytrack: cs_"), "{first}");
    assert_eq!(first.matches("whsec_").count(), 2, "{first}");
    let again = applied(&place.run(&keys, &["apply", "-f", &file]));
    assert!(again.starts_with("0 added, 0 changed, 0 removed, "), "{again}");

    let written = applied(&place.run(&[], &["export", "--manifest"]));
    for secret in [
        "a-secret",
        "a secret",
        "a password",
        PORTAL,
        "whsec",
        "sha256",
        "argon2",
    ] {
        assert!(!written.contains(secret), "{secret}: {written}");
    }
    // Elsewhere than the files that the first one named, so that nothing but what is kept can be kept.
    let exported = place.write("elsewhere/export.yaml", &written);
    let kept = applied(&place.run(&[], &["apply", "--prune", "-f", &exported]));
    assert!(
        kept.starts_with("0 added, 0 changed, 0 removed, "),
        "{kept}\n{written}"
    );
    assert_eq!(
        applied(&place.run(&[], &["export", "--manifest", "--tenant", "main"])),
        written
    );
    let absent = refused(&place.run(&[], &["export", "--manifest", "--tenant", "other"]));
    assert!(absent.contains("there is no tenant other"), "{absent}");

    // It is the manifest of the installation: what is changed in it is changed there.
    let other = written.replace("timeout_s: 7", "timeout_s: 9");
    assert_ne!(other, written);
    let exported = place.write("elsewhere/export.yaml", &other);
    let changed = applied(&place.run(&[], &["apply", "-f", &exported]));
    assert!(
        changed.starts_with("~ webhook https://hooks.meadow.example/one of backend\n0 added, 1 changed, "),
        "{changed}"
    );
    // In an empty ledger there is nothing to keep, and it says which secret is missing.
    let empty = Place::new();
    let missing = refused(&empty.run(&[], &["apply", "-f", &exported]));
    assert!(missing.contains("needs secret_file or secret_env"), "{missing}");
}

#[test]
fn what_was_applied_is_written_back_and_applying_that_changes_nothing() {
    written_back(&Place::new());
}

#[test]
fn what_was_applied_is_written_back_from_postgresql() {
    written_back(&Place::in_postgres());
}

#[test]
fn every_example_is_written_back_and_applying_that_changes_nothing() {
    for name in ["bank.toml", "consents.toml", "newsletter.yaml", "dataspace"] {
        let place = Place::new();
        let secret = "a secret of a machine that nobody guesses";
        for file in [
            "newsletter.key",
            "backend.secret",
            "carla.password",
            "portal.password",
        ] {
            place.write(&format!("examples/{file}"), secret);
        }
        copy(
            &examples().join(name),
            Path::new(&place.path(&format!("examples/{name}"))),
        );
        let keys = [("MEADOW_SHOP_SECRET", secret.to_owned())];
        let file = place.path(&format!("examples/{name}"));
        let _first = applied(&place.run(&keys, &["apply", "-f", &file]));
        let written = applied(&place.run(&[], &["export", "--manifest"]));
        let exported = place.write("export.yaml", &written);
        let kept = applied(&place.run(&[], &["apply", "--prune", "-f", &exported]));
        assert!(
            kept.starts_with("0 added, 0 changed, 0 removed, "),
            "{name}: {kept}\n{written}"
        );
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

#[test]
fn a_folder_is_one_manifest_and_contradictions_in_it_are_told() {
    let place = Place::new();
    place.write("folder/portal.password", PORTAL);
    place.write("folder/carla.password", CARLA);
    place.write("folder/README.md", "no manifest");
    place.write("folder/a.toml", EXAMPLE);
    let more = "tenants:\n  - slug: main\n    definitions:\n      - { key: third, kind: agreement }\n";
    place.write("folder/b.yaml", more);
    let folder = place.path("folder");
    let first = applied(&place.run(&[], &["apply", "-f", &folder]));
    assert!(
        first.contains("+ definition share-location\n") && first.contains("+ definition third\n"),
        "{first}"
    );
    assert!(
        first.ends_with("9 added, 0 changed, 0 removed, 0 unchanged\n"),
        "{first}"
    );

    for (text, expected) in [
        (
            "tenants: [{ slug: main, locale: nl-NL }]\n",
            "c.yml: locale is in another file already",
        ),
        (
            "tenants: [{ slug: main }, { slug: main }]\n",
            "c.yml: tenant main is there twice",
        ),
        (
            "tenants: [{ slug: main, definitions: [{ key: third }] }]\n",
            "tenant main: definition third is there twice",
        ),
        ("tenants: [{ slug: second }]\n", "tenant second: it has no locale"),
        (
            "tenants: [{ slug: main, definition: [] }]\n",
            "unknown field `definition`",
        ),
        ("tenants: [{ slug: main, slug: other }]\n", "duplicate"),
        ("tenants: [{ slug: main, hosts: x }]\n", "c.yml"),
    ] {
        place.write("folder/c.yml", text);
        let told = refused(&place.run(&[], &["apply", "-f", &folder]));
        assert!(told.contains(expected), "{expected}: {told}");
    }
    let empty = place.write("empty/README.md", "no manifest");
    let told = refused(&place.run(&[], &["apply", "-f", &place.path("empty")]));
    assert!(told.contains("holds no manifest"), "{told}");
    let told = refused(&place.run(&[], &["apply", "-f", &empty]));
    assert!(told.contains("ends in .toml, .yaml, .yml or .json"), "{told}");
}

#[test]
fn webhooks_that_cannot_be_are_refused_before_anything_is_written() {
    let place = Place::new();
    place.write("key.secret", "a secret of a machine that nobody guesses");
    place.write("hook.password", "a password of a hook");
    place.write("portal.password", PORTAL);
    let keys = [(
        "BACKEND_SECRET",
        "a-secret-of-the-back-end-in-the-environment".to_owned(),
    )];
    for (from, to, expected) in [
        ("timeout_s: 7", "timeout_s: 90", "/timeout_s is not from 5 to 30"),
        (
            "client: backend",
            "client: moneytrack",
            "has not the scope webhooks:manage",
        ),
        ("client: backend", "client: nobody", "there is no client nobody"),
        (
            "https://hooks.meadow.example/one",
            "http://10.0.0.1/one",
            "webhook http://10.0.0.1/one of backend",
        ),
        (
            ", password_file: hook.password",
            "",
            "have no secret, and none is kept",
        ),
        (
            "types: [decision.recorded]",
            "types: [decision.imagined]",
            "names no event type",
        ),
        (
            "secret_env: BACKEND_SECRET",
            "secret_env: NO_SUCH_VARIABLE",
            "environment variable NO_SUCH_VARIABLE",
        ),
        (
            "secret_env: BACKEND_SECRET",
            "secret_env: BACKEND_SECRET\n        secret_file: key.secret",
            "take one away",
        ),
    ] {
        assert!(RICH.contains(from), "{from}");
        let file = place.write("rich.yaml", &RICH.replace(from, to));
        let told = refused(&place.run(&keys, &["apply", "-f", &file]));
        assert!(told.contains(expected), "{expected}: {told}");
        let written = place.run(&[], &["export", "--manifest"]);
        let nothing = !written.status.success() || !String::from_utf8_lossy(&written.stdout).contains("slug");
        assert!(
            nothing,
            "{expected}: {}",
            String::from_utf8_lossy(&written.stdout)
        );
    }
}
