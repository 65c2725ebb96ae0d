//! The table of layers.

/// The crate that tests may import anywhere above the pure ones, and nothing else may.
pub const TESTKIT: &str = "consentry-testkit";

const DOMAIN: &str = "consentry-domain";
const JOSE: &str = "consentry-jose";
const STORE: &str = "consentry-store";
const SQLITE_VFS: &str = "consentry-sqlite-vfs";
const STORE_SQLITE: &str = "consentry-store-sqlite";
const STORE_POSTGRES: &str = "consentry-store-postgres";
const LEDGER: &str = "consentry-ledger";
const EGRESS: &str = "consentry-egress";
const OUTBOUND: &str = "consentry-outbound";
const WEB: &str = "consentry-web";
const BENCH: &str = "consentry-bench";
const FUZZ: &str = "consentry-fuzz";
const SERVER: &str = "consentry-server";
const VERIFY: &str = "consentry-verify";

/// Every door's crate is named with this, so that a new door needs no row of its own.
const DOOR: &str = "consentry-door-";

const RUNTIMES: &[&str] = &[
    "tokio",
    "tokio-util",
    "futures-util",
    "futures",
    "async-std",
    "smol",
];
const SQL: &[&str] = &[
    "rusqlite",
    "libsqlite3-sys",
    "refinery",
    "tokio-postgres",
    "deadpool-postgres",
    "postgres",
    "sqlx",
    "diesel",
];
const HTTP_SERVERS: &[&str] = &[
    "axum",
    "axum-core",
    "axum-extra",
    "hyper",
    "hyper-util",
    "tower-http",
    "tower",
];
const RANDOMNESS: &[&str] = &["rand", "rand_core", "getrandom", "fastrand"];
const CLIENTS: &[&str] = &["reqwest", "ldap3", "async-nats"];
const PAGES: &[&str] = &["askama", "fluent-bundle", "unic-langid"];

/// What a layer may import.
pub struct Layer {
    /// The rule in one sentence, shown with each breach.
    pub rule: &'static str,
    /// Crates of the workspace that its code may import.
    inside: Inside,
    /// Crates of the workspace that only its tests may import.
    tests: &'static [&'static str],
    /// Crates of others that its code may import.
    pub outside: Outside,
    /// Groups of crates that it may not even reach through others.
    unreachable: &'static [&'static [&'static str]],
}

enum Inside {
    Only(&'static [&'static str]),
    All,
}

/// What of others a layer may import.
pub enum Outside {
    /// These and nothing else.
    Only(&'static [&'static str]),
    /// Everything outside of these groups.
    AllBut(&'static [&'static [&'static str]]),
}

impl Layer {
    /// Whether its code may import a crate of the workspace.
    pub fn may_import(&self, name: &str) -> bool {
        match self.inside {
            Inside::All => true,
            Inside::Only(crates) => crates.contains(&name),
        }
    }

    /// Whether its tests may import a crate of the workspace that its code may not.
    pub fn tests_may_import(&self, name: &str) -> bool {
        self.tests.contains(&name)
    }

    /// Whether it may not reach a crate through any other.
    pub fn may_not_reach(&self, name: &str) -> bool {
        self.unreachable.iter().any(|group| group.contains(&name))
    }
}

/// The layer of a crate of the workspace; `None` for a crate that nobody placed.
pub fn layer_of(name: &str) -> Option<Layer> {
    let layer = match name {
        DOMAIN => Layer {
            rule: "domain is pure: no async, clock, randomness, SQL, HTTP or jose",
            inside: Inside::Only(&[]),
            tests: &[],
            outside: Outside::Only(&["serde", "uuid", "jiff", "thiserror"]),
            unreachable: &[RUNTIMES, SQL, HTTP_SERVERS, CLIENTS, &["aws-lc-rs"]],
        },
        JOSE => Layer {
            rule: "jose knows keys and tokens, neither domain nor store",
            inside: Inside::Only(&[]),
            tests: &[],
            outside: Outside::Only(&[
                "aws-lc-rs",
                "base64",
                "base64-simd",
                "secrecy",
                "serde",
                "serde_json",
                "subtle",
                "thiserror",
                "zeroize",
            ]),
            unreachable: &[RUNTIMES, SQL, HTTP_SERVERS, CLIENTS],
        },
        STORE => Layer {
            rule: "store is the waist: it knows the domain, and neither a driver nor HTTP",
            inside: Inside::Only(&[DOMAIN]),
            tests: &[],
            outside: Outside::AllBut(&[SQL, HTTP_SERVERS, RANDOMNESS, PAGES]),
            unreachable: &[SQL, HTTP_SERVERS, CLIENTS],
        },
        SQLITE_VFS => Layer {
            rule: "the file system below SQLite knows its driver and nothing else",
            inside: Inside::Only(&[]),
            tests: &[],
            outside: Outside::Only(&["rusqlite", "tempfile"]),
            unreachable: &[RUNTIMES, HTTP_SERVERS, CLIENTS],
        },
        STORE_SQLITE => Layer {
            rule: "an engine knows store, domain and its own driver",
            inside: Inside::Only(&[STORE, DOMAIN, SQLITE_VFS]),
            tests: &[TESTKIT],
            outside: Outside::AllBut(&[
                HTTP_SERVERS,
                RANDOMNESS,
                PAGES,
                &[
                    "tokio-postgres",
                    "deadpool-postgres",
                    "postgres",
                    "sqlx",
                    "diesel",
                ],
            ]),
            unreachable: &[HTTP_SERVERS],
        },
        STORE_POSTGRES => Layer {
            rule: "an engine knows store, domain and its own driver",
            inside: Inside::Only(&[STORE, DOMAIN]),
            tests: &[TESTKIT],
            outside: Outside::AllBut(&[
                HTTP_SERVERS,
                RANDOMNESS,
                PAGES,
                &["rusqlite", "libsqlite3-sys", "postgres", "sqlx", "diesel"],
            ]),
            unreachable: &[HTTP_SERVERS],
        },
        LEDGER => Layer {
            rule: "ledger knows domain, store and jose: no HTTP, no driver, no door",
            inside: Inside::Only(&[DOMAIN, STORE, JOSE]),
            tests: &[TESTKIT, STORE_SQLITE],
            outside: Outside::AllBut(&[SQL, HTTP_SERVERS, PAGES]),
            unreachable: &[SQL, HTTP_SERVERS, CLIENTS],
        },
        EGRESS => Layer {
            rule: "egress knows the domain: neither ledger nor doors",
            inside: Inside::Only(&[DOMAIN]),
            tests: &[TESTKIT],
            outside: Outside::AllBut(&[SQL, &["axum", "axum-extra"], PAGES]),
            unreachable: &[SQL],
        },
        OUTBOUND => Layer {
            rule: "outbound knows ledger and egress: no door, no page, no driver",
            inside: Inside::Only(&[LEDGER, EGRESS, DOMAIN, STORE]),
            tests: &[TESTKIT],
            outside: Outside::AllBut(&[SQL, HTTP_SERVERS, PAGES, RANDOMNESS]),
            unreachable: &[SQL],
        },
        WEB => Layer {
            rule: "web knows ledger and domain: no store, no driver, no door",
            inside: Inside::Only(&[LEDGER, DOMAIN]),
            tests: &[TESTKIT],
            outside: Outside::AllBut(&[SQL, RANDOMNESS]),
            unreachable: &[SQL, CLIENTS],
        },
        SERVER => Layer {
            rule: "server wires everything together and has no rules of its own",
            inside: Inside::All,
            tests: &[TESTKIT],
            outside: Outside::AllBut(&[RANDOMNESS]),
            unreachable: &[],
        },
        TESTKIT => Layer {
            rule: "testkit may import everything",
            inside: Inside::All,
            tests: &[],
            outside: Outside::AllBut(&[]),
            unreachable: &[],
        },
        BENCH => Layer {
            rule: "bench measures from outside: of the product it knows jose and the SDK alone, whose speed has no outside",
            inside: Inside::Only(&[JOSE, VERIFY]),
            tests: &[],
            outside: Outside::AllBut(&[PAGES]),
            // Not reqwest: the SDK can have it, and has it not here; what is looked at knows no features.
            unreachable: &[&["ldap3", "async-nats"]],
        },
        FUZZ => Layer {
            rule: "fuzz feeds readers, and nothing imports it",
            inside: Inside::All,
            tests: &[],
            outside: Outside::Only(&["libfuzzer-sys"]),
            unreachable: &[],
        },
        VERIFY => Layer {
            rule: "the SDK stands alone, since it is published: it knows nothing of the workspace",
            inside: Inside::Only(&[]),
            tests: &[],
            outside: Outside::AllBut(&[SQL, RANDOMNESS, PAGES]),
            unreachable: &[SQL],
        },
        "xtask" => Layer {
            rule: "xtask stays light and judges from outside",
            inside: Inside::Only(&[]),
            tests: &[],
            outside: Outside::Only(&["anyhow", "clap", "serde", "serde_json", "tempfile"]),
            unreachable: &[RUNTIMES, SQL, HTTP_SERVERS, CLIENTS, &["aws-lc-rs"]],
        },
        door if door.strip_prefix(DOOR).is_some_and(|name| !name.is_empty()) => Layer {
            rule: "a door knows web, ledger, domain, jose and egress: no other door, no store, no driver",
            inside: Inside::Only(&[WEB, LEDGER, DOMAIN, JOSE, EGRESS]),
            tests: &[TESTKIT],
            outside: Outside::AllBut(&[SQL, RANDOMNESS, &["hyper", "hyper-util"]]),
            unreachable: &[SQL],
        },
        _ => return None,
    };
    Some(layer)
}

/// A need that one place of the house serves for all.
pub struct Owner {
    /// The rule in one sentence.
    pub rule: &'static str,
    /// The crates of the workspace that may import it.
    pub crates: &'static [&'static str],
}

/// Who alone may import a crate of somebody else; `None` where the layers decide.
pub fn owner_of(import: &str) -> Option<Owner> {
    let owner = match import {
        "reqwest" => Owner {
            rule: "what leaves the process leaves through egress, which the SDK may not import",
            crates: &[EGRESS, TESTKIT, VERIFY],
        },
        "lettre" | "async-nats" | "ldap3" => Owner {
            rule: "what leaves the process leaves through egress",
            crates: &[EGRESS, TESTKIT],
        },
        "rusqlite" | "libsqlite3-sys" => Owner {
            rule: "the engine alone knows its driver, and what measures its limit",
            crates: &[STORE_SQLITE, SQLITE_VFS, TESTKIT, BENCH],
        },
        "tokio-postgres" | "deadpool-postgres" => Owner {
            rule: "the engine alone knows its driver, and what measures its limit",
            crates: &[STORE_POSTGRES, BENCH],
        },
        "refinery" => Owner {
            rule: "the engines alone migrate",
            crates: &[STORE_SQLITE, STORE_POSTGRES],
        },
        "jsonwebtoken" | "josekit" | "jwt-compact" => Owner {
            rule: "tokens are made by jose",
            crates: &[],
        },
        "chrono" | "time" => Owner {
            rule: "time is jiff",
            crates: &[],
        },
        _ => return None,
    };
    Some(owner)
}
