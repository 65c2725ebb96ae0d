//! A large manifest applied by the command: ten thousand clients and five thousand definitions. There is no limit beside it, since its memory is
//! to be bounded; what it takes is told in objects a second.

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::Result;

use super::{
    Setup,
    watched::{mebibytes, watched},
};
use crate::{load::per_second, report::Figure};

/// Clients and definitions where figures are to mean something, and where it is only shown that it works.
const OBJECTS: [(usize, usize); 2] = [(10_000, 5_000), (20, 10)];

/// Applies it to a ledger that is not there yet, and once more, which changes nothing.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let (clients, definitions) = OBJECTS[usize::from(setup.rounds == 1)];
    let file = scratch.path().join("manifest.toml");
    std::fs::write(&file, manifest(clients, definitions)?)?;
    let folder = scratch.path().join("data");
    let (first, memory) = applied(setup, &file, &folder)?;
    let (again, memory_again) = applied(setup, &file, &folder)?;
    let objects = clients + definitions;
    let rate = |scenario, took| Figure {
        scenario,
        engine: "sqlite",
        value: per_second(objects, took),
        unit: "/s",
        ..Figure::default()
    };
    Ok(vec![
        rate("apply", first),
        mebibytes("apply-memory", memory),
        rate("apply-again", again),
        mebibytes("apply-again-memory", memory_again),
    ])
}

fn manifest(clients: usize, definitions: usize) -> Result<String> {
    let mut text = String::from(
        "[[tenants]]\nslug = \"main\"\nlocale = \"en-GB\"\nbrand = { name = \"Bank\" }\n\n[[tenants.applications]]\nname = \"Bank\"\n\n\
         [[tenants.parties]]\nname = \"Party\"\n",
    );
    for number in 0..definitions {
        write!(
            text,
            "\n[[tenants.definitions]]\nkey = \"scope-{number}\"\nkind = \"scope\"\n\n[[tenants.definitions.localizations]]\nlocale = \"en-GB\"\n\
             version = \"1.0\"\ntitle = \"Scope {number}\"\ndata = \"What is shared under number {number}\"\npurpose = \"To measure\"\n"
        )?;
    }
    for number in 0..clients {
        let scope = number % definitions;
        write!(
            text,
            "\n[[tenants.clients]]\nid = \"client-{number}\"\nname = \"Client {number}\"\napplication = \"Bank\"\nparty = \"Party\"\n\
             third_party = true\nredirect_uris = [\"https://client-{number}.example/callback\"]\nscopes = \"scope-{scope}\"\n\
             purpose = \"To measure\"\n"
        )?;
    }
    Ok(text)
}

/// How long it takes, and the most memory that it had, in KiB.
fn applied(setup: &Setup, file: &Path, folder: &Path) -> Result<(Duration, u32)> {
    let mut applying = Command::new(&setup.binary)
        .args(["apply", "-f"])
        .arg(file)
        .arg("--data")
        .arg(folder)
        .stdout(Stdio::null())
        .spawn()?;
    let (memory, took) = watched(&mut applying)?;
    Ok((took, memory))
}
