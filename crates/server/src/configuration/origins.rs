//! Where each value of the configuration came from, for people who wonder why it is what it is.

use std::{collections::BTreeSet, fmt::Write as _, path::PathBuf};

use super::Configuration;

/// What the names of environment variables begin with.
const PREFIX: &str = "CONSENTRY__";

/// What was said, and by whom; everything else has its default.
#[derive(Debug, Default)]
pub(super) struct Origins {
    /// The file that was read, and what it says.
    pub(super) file: Option<(PathBuf, toml::Table)>,
    /// Names of environment variables, in upper case.
    pub(super) environment: BTreeSet<String>,
}

impl Origins {
    /// Those of a file beside the environment of this process.
    pub(super) fn new(file: Option<(PathBuf, toml::Table)>) -> Self {
        let names = std::env::vars_os().filter_map(|(name, _)| Some(name.to_str()?.to_uppercase()));
        Self {
            file,
            environment: names.filter(|name| name.starts_with(PREFIX)).collect(),
        }
    }

    /// The configuration as TOML, each value with where it is from. What was printed can be read again and says the same.
    pub(super) fn beside(&self, configuration: &Configuration) -> Result<String, toml::ser::Error> {
        let mut text = String::new();
        self.section(&toml::Table::try_from(configuration)?, &mut Vec::new(), &mut text);
        Ok(text)
    }

    /// The values of a section, then the sections in it.
    fn section(&self, table: &toml::Table, path: &mut Vec<String>, text: &mut String) {
        let (sections, values): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| value.is_table());
        if !values.is_empty() && !path.is_empty() {
            let _infallible = writeln!(text, "[{}]", path.join("."));
        }
        for (key, value) in &values {
            path.push((*key).clone());
            let _infallible = writeln!(text, "{key} = {value} # {}", self.of(path));
            path.pop();
        }
        if !values.is_empty() {
            text.push('\n');
        }
        for (key, value) in sections {
            if let Some(section) = value.as_table() {
                path.push(key.clone());
                self.section(section, path, text);
                path.pop();
            }
        }
    }

    /// Where the value of a key is from. The environment goes before the file.
    fn of(&self, path: &[String]) -> String {
        let variable = format!("{PREFIX}{}", path.join("__").to_uppercase());
        if self.environment.contains(&variable) {
            return variable;
        }
        match &self.file {
            Some((file, table)) if says(table, path) => file.display().to_string(),
            _ => "default".to_owned(),
        }
    }
}

fn says(table: &toml::Table, path: &[String]) -> bool {
    match path {
        [] => false,
        [key] => table.contains_key(key),
        [section, rest @ ..] => table
            .get(section)
            .and_then(toml::Value::as_table)
            .is_some_and(|section| says(section, rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_has_its_place_and_what_is_printed_says_the_same() {
        let written = "[server]\nlisten = \"127.0.0.1:1\"\n[ldap.company]\nurl = \"ldaps://x\"\n";
        let configuration: Configuration = toml::from_str(written).unwrap();
        let origins = Origins {
            file: Some(("own.toml".into(), toml::from_str(written).unwrap())),
            environment: ["CONSENTRY__STORAGE__URL".to_owned()].into(),
        };
        let shown = origins.beside(&configuration).unwrap();
        for line in [
            "listen = \"127.0.0.1:1\" # own.toml\n",
            "url = \"sqlite://consentry-data\" # CONSENTRY__STORAGE__URL\n",
            "migrate = true # default\n",
            "[ldap.company]\n",
            "url = \"ldaps://x\" # own.toml\n",
        ] {
            assert!(shown.contains(line), "{line}{shown}");
        }
        assert_eq!(toml::from_str::<Configuration>(&shown).unwrap(), configuration);
    }
}
