//! As much Markdown as the checks need: fenced blocks, headings and links. Not a renderer.

/// A line and whether it stands inside a fenced block.
pub struct Line<'text> {
    /// Counted from 1.
    pub number: usize,
    /// Without its end.
    pub text: &'text str,
    /// The language of the block the line is in (empty when none is named); `None` outside of blocks.
    pub block: Option<&'text str>,
}

/// The lines of a document; the fences themselves are left out.
pub fn lines(document: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut block: Option<(&str, &str)> = None;
    for (index, text) in document.lines().enumerate() {
        let trimmed = text.trim_start();
        let fence = ["```", "~~~"]
            .into_iter()
            .find(|fence| trimmed.starts_with(fence));
        match (block, fence) {
            (None, Some(fence)) => {
                let language = trimmed
                    .trim_start_matches(['`', '~'])
                    .split([' ', ',', '{'])
                    .next()
                    .unwrap_or("");
                block = Some((fence, language.trim()));
            }
            (Some((open, _)), Some(fence)) if open == fence => block = None,
            _ => lines.push(Line {
                number: index + 1,
                text,
                block: block.map(|(_, language)| language),
            }),
        }
    }
    lines
}

/// Targets of the links and images of a line, `[text](target)` and `[name]: target`; code spans are left out.
pub fn targets(line: &str) -> Vec<String> {
    let plain = without_code_spans(line);
    let mut targets = Vec::new();
    for (at, _) in plain.match_indices("](") {
        let rest = &plain[at + 2..];
        let target = match rest.strip_prefix('<') {
            Some(rest) => rest.split('>').next(),
            None => rest.split([')', ' ']).next(),
        };
        targets.extend(target.filter(|target| !target.is_empty()).map(str::to_owned));
    }
    let definition = plain
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("]: "));
    if let Some((name, target)) = definition
        && !name.starts_with('^')
    {
        targets.extend(target.split_whitespace().next().map(str::to_owned));
    }
    targets
}

/// The names under which the headings of a document can be linked to.
pub fn anchors(document: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for line in lines(document).iter().filter(|line| line.block.is_none()) {
        let level = line.text.bytes().take_while(|byte| *byte == b'#').count();
        let Some(title) = line.text[level..]
            .strip_prefix(' ')
            .filter(|_| (1..=6).contains(&level))
        else {
            continue;
        };
        let base = anchor(title);
        let mut free = base.clone();
        let mut count = 0;
        while anchors.contains(&free) {
            count += 1;
            free = format!("{base}-{count}");
        }
        anchors.push(free);
    }
    anchors
}

/// As forges name headings: lower case, blanks to hyphens, other punctuation dropped.
fn anchor(title: &str) -> String {
    title
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|char| match char {
            ' ' => Some('-'),
            '-' | '_' => Some(char),
            _ => char.is_alphanumeric().then_some(char),
        })
        .collect()
}

fn without_code_spans(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    // An even number of parts means that a span never ends; then nothing is a span.
    if parts.len().is_multiple_of(2) {
        return line.to_owned();
    }
    parts.iter().step_by(2).copied().collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::{anchors, lines, targets};

    #[test]
    fn a_block_knows_its_language_and_its_end() {
        let document = "before\n```sh\ncargo xtask test\n```\nafter\n";
        let seen: Vec<_> = lines(document)
            .iter()
            .map(|line| (line.number, line.text, line.block))
            .collect();
        assert_eq!(
            seen,
            [
                (1, "before", None),
                (3, "cargo xtask test", Some("sh")),
                (5, "after", None)
            ]
        );
    }

    #[test]
    fn a_fence_of_the_other_kind_does_not_end_a_block() {
        assert_eq!(
            lines("~~~sh\n```\n~~~\nafter")
                .iter()
                .filter(|line| line.block.is_none())
                .count(),
            1
        );
    }

    #[test]
    fn links_images_and_definitions_are_targets() {
        let line = "see [the house](docs/architecture.md#doors), ![seen](<a b.png>) and `[not](this)`";
        assert_eq!(targets(line), ["docs/architecture.md#doors", "a b.png"]);
        assert_eq!(
            targets("[house]: docs/architecture.md \"title\""),
            ["docs/architecture.md"]
        );
    }

    #[test]
    fn headings_are_named_as_forges_name_them() {
        let document =
            "# One ledger, five doors\n## `cargo xtask`\n## Again\n## Again\n```\n# not this\n```\n";
        assert_eq!(
            anchors(document),
            ["one-ledger-five-doors", "cargo-xtask", "again", "again-1"]
        );
    }
}
