//! The project speaks of itself only. A path of the machine somebody worked on, the number of a ticket in somebody's
//! tracker or a note about who wrote a line means nothing to the next reader.

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Beginnings of paths that exist on one machine only. Split, so that this list does not find itself.
const MACHINE_PATHS: [&str; 4] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
];

/// Words about how a change came to be; they belong into nobody's source. Compared in lower case.
const ABOUT_THE_WORK: [&str; 6] = [
    concat!("co-auth", "ored-by"),
    concat!("fix", "me"),
    concat!("generated ", "with "),
    concat!("language ", "model"),
    concat!("todo", ":"),
    concat!("x", "xx:"),
];

/// Fails when a file of the project speaks of a place outside of it.
pub fn check(workspace: &Workspace) -> Result<()> {
    let mut found = Vec::new();
    for path in workspace.files()? {
        let Some(text) = workspace.text(&path)? else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            if let Some(what) = foreign(line) {
                found.push(format!("{path}:{}: {what}", index + 1));
            }
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    bail!(
        "these speak of a place or a moment outside of the project:\n{}",
        found.join("\n")
    )
}

/// What of a line means nothing outside of the place it was written at.
fn foreign(line: &str) -> Option<String> {
    if let Some(path) = MACHINE_PATHS.iter().find(|path| holds_path(line, path)) {
        return Some(format!("path of one machine, `{path}`"));
    }
    let lower = line.to_lowercase();
    if let Some(words) = ABOUT_THE_WORK.iter().find(|words| lower.contains(**words)) {
        return Some(format!("about the work, `{words}`"));
    }
    if let Some((_, address)) = line.split_once("\"resolved\": \"")
        && !address.starts_with("https://registry.npmjs.org/")
    {
        return Some("package from somebody's own mirror".to_owned());
    }
    holds_ticket(&lower).then(|| "number of a ticket".to_owned())
}

/// A path counts where it begins: inside of an address it is none of a machine.
fn holds_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !path.starts_with('/') || before.is_none_or(|char| !char.is_alphanumeric() && !"}.-_".contains(char))
    })
}

/// Only a number right behind the word makes it a ticket.
fn holds_ticket(lower: &str) -> bool {
    const WORD: &str = concat!("is", "sue ");
    lower.match_indices(WORD).any(|(at, _)| {
        let before = lower[..at].chars().next_back();
        let number = lower[at + WORD.len()..].trim_start_matches('#');
        before.is_none_or(|char| !char.is_alphanumeric())
            && number.starts_with(|char: char| char.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::foreign;

    #[test]
    fn a_path_of_one_machine_is_found() {
        for line in [
            concat!("see /ho", "me/ada/notes"),
            concat!("cd /wo", "rk/main"),
            concat!("(/ro", "ot/.cargo)"),
        ] {
            assert!(foreign(line).is_some(), "{line}");
        }
    }

    #[test]
    fn a_path_of_an_address_is_none_of_a_machine() {
        for line in [
            "https://harbor.example/home/accounts",
            concat!("GET {base}/ho", "me/"),
            "homework",
        ] {
            assert_eq!(foreign(line), None, "{line}");
        }
    }

    #[test]
    fn a_ticket_is_found_by_its_number_only() {
        assert!(foreign(concat!("as asked in is", "sue 12")).is_some());
        assert!(foreign(concat!("as asked in Is", "sue #12")).is_some());
        assert_eq!(foreign("tokens that we issue expire"), None);
        assert_eq!(foreign("a login session of 30 minutes"), None);
    }

    #[test]
    fn a_lock_file_names_no_mirror() {
        let line = |address: &str| format!(r#"      "resol{}": "{address}/axe-core.tgz","#, "ved");
        assert!(foreign(&line("http://10.0.0.7/npm")).is_some());
        assert_eq!(foreign(&line("https://registry.npmjs.org/axe-core/-")), None);
    }

    #[test]
    fn words_about_the_work_are_found_in_any_case() {
        assert!(foreign(concat!("// TO", "DO: later")).is_some());
        assert!(foreign(concat!("Co-Auth", "ored-By: somebody")).is_some());
    }
}
