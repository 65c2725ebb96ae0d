//! Text as PostgreSQL can hold it.
//!
//! Its `text` holds every character but U+0000, and a stranger may send that one. So U+0000 is stored as U+0001 U+0001, and
//! U+0001, which would then be read wrongly, as U+0001 U+0002. Equal texts stay equal, and their order by bytes stays what it
//! was, so keys, comparisons and lists need not know.

use std::borrow::Cow;

const MARK: char = '\u{1}';
const SPECIAL: [char; 2] = ['\0', MARK];

/// What is stored for a text.
pub(crate) fn to_stored(text: &str) -> Cow<'_, str> {
    if !text.contains(SPECIAL) {
        return Cow::Borrowed(text);
    }
    let mut stored = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '\0' => stored.extend([MARK, '\u{1}']),
            MARK => stored.extend([MARK, '\u{2}']),
            other => stored.push(other),
        }
    }
    Cow::Owned(stored)
}

/// The text behind what is stored; `None` when nothing that [`to_stored`] makes looks like this.
pub(crate) fn from_stored(stored: &str) -> Option<Cow<'_, str>> {
    if !stored.contains(MARK) {
        return Some(Cow::Borrowed(stored));
    }
    let mut text = String::with_capacity(stored.len());
    let mut characters = stored.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            MARK => match characters.next()? {
                '\u{1}' => '\0',
                '\u{2}' => MARK,
                _ => return None,
            },
            other => other,
        });
    }
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::{from_stored, to_stored};

    /// Every text of at most four of these characters.
    fn texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..4 {
            last = last
                .iter()
                .flat_map(|text| ['\0', '\u{1}', '\u{2}', 'a'].map(|next| format!("{text}{next}")))
                .collect();
            all.extend(last.clone());
        }
        all
    }

    #[test]
    fn every_text_comes_back_and_holds_no_zero_meanwhile() {
        for text in texts() {
            let stored = to_stored(&text);
            assert!(!stored.contains('\0'), "{text:?}");
            assert_eq!(from_stored(&stored).unwrap(), text);
        }
    }

    #[test]
    fn order_by_bytes_stays() {
        let mut texts = texts();
        texts.sort();
        let stored: Vec<String> = texts.iter().map(|text| to_stored(text).into_owned()).collect();
        assert!(stored.is_sorted());
    }

    #[test]
    fn what_was_never_stored_so_is_told() {
        for broken in ["\u{1}", "a\u{1}b", "\u{1}\u{3}"] {
            assert_eq!(from_stored(broken), None, "{broken:?}");
        }
    }
}
