//! `consentry schema`: files that operators write and answers that clients read, as schemas for machines and as pages for people.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::{configuration::Configuration, description, manifest::Manifest, schema};

/// What has a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Of {
    /// The manifest that `apply` takes.
    Manifest,
    /// The configuration of the server.
    Configuration,
    /// The API of the server, as an OpenAPI document.
    Api,
}

/// Options of `schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// Of which.
    #[arg(value_enum)]
    of: Of,
    /// As a page of Markdown.
    #[arg(long)]
    markdown: bool,
}

/// How a page says where it comes from.
const WRITTEN: &str = "Written from the code; do not edit by hand.";

pub(super) fn run(options: &SchemaArguments) -> anyhow::Result<()> {
    if options.markdown {
        std::io::stdout().lock().write_all(page(options.of)?.as_bytes())?;
        return Ok(());
    }
    print(options.of)
}

/// Prints it for machines.
pub(super) fn print(of: Of) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut stdout, &schema_of(of)?)?;
    writeln!(stdout)?;
    Ok(())
}

fn schema_of(of: Of) -> anyhow::Result<Value> {
    Ok(match of {
        Of::Manifest => schema::of::<Manifest>("The manifest of Consentry"),
        Of::Configuration => schema::of::<Configuration>("The configuration of Consentry"),
        Of::Api => serde_json::to_value(description::document())?,
    })
}

/// The page about it.
fn page(of: Of) -> anyhow::Result<String> {
    let schema = schema_of(of)?;
    Ok(match of {
        Of::Manifest => {
            let lead =
                format!("{WRITTEN} What a manifest is for, with examples: [the manifest](../manifest.md).");
            schema::reference::markdown("Reference of the manifest", &lead, &schema, None)
        }
        Of::Configuration => {
            let lead = format!(
                "{WRITTEN} One TOML file, and each key also as `CONSENTRY__SECTION__KEY` in the environment. What is in force, and \
                 from where, `consentry config show` says. Why one would: [operating it](../operations.md)."
            );
            let defaults = serde_json::to_value(Configuration::default())?;
            schema::reference::markdown("Reference of the configuration", &lead, &schema, Some(&defaults))
        }
        Of::Api => description::markdown(WRITTEN, &schema),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(name: &str) -> String {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference");
        std::fs::read_to_string(format!("{folder}/{name}.md")).unwrap_or_default()
    }

    #[test]
    fn the_references_are_what_the_code_says() {
        for (of, name) in [
            (Of::Manifest, "manifest"),
            (Of::Configuration, "configuration"),
            (Of::Api, "api"),
        ] {
            assert!(
                published(name) == page(of).unwrap(),
                "docs/reference/{name}.md is not current: consentry schema {name} --markdown > docs/reference/{name}.md"
            );
        }
    }

    /// Members of objects without a description.
    fn bare(path: &str, schema: &Value, found: &mut Vec<String>) {
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            if member["description"].as_str().is_none_or(str::is_empty) {
                found.push(path.clone());
            }
            bare(&path, member, found);
            bare(&path, &member["items"], found);
            bare(&path, &member["additionalProperties"], found);
            for choice in member["oneOf"].as_array().into_iter().flatten() {
                // The name of a variant says what it is.
                for inside in choice["properties"]
                    .as_object()
                    .into_iter()
                    .flat_map(|all| all.values())
                {
                    bare(&path, inside, found);
                }
            }
        }
    }

    #[test]
    fn every_member_of_manifest_and_configuration_says_what_it_means() {
        for of in [Of::Manifest, Of::Configuration] {
            let mut found = Vec::new();
            bare("", &schema_of(of).unwrap(), &mut found);
            assert_eq!(found, [""; 0], "{of:?}");
        }
    }
}
