//! What of a mail depends on the language and stands in no template: dates, and the direction of writing.

use consentry_domain::{Timestamp, locale::Locale};

const ENGLISH: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const ARABIC: [&str; 12] = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "مايو",
    "يونيو",
    "يوليو",
    "أغسطس",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
];

/// Languages that are written from right to left.
const RIGHT_TO_LEFT: [&str; 10] = ["ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ur", "yi"];

/// `ltr` or `rtl`.
pub(super) fn direction(locale: &Locale) -> &'static str {
    let language = locale.language().to_ascii_lowercase();
    if RIGHT_TO_LEFT.contains(&language.as_str()) {
        "rtl"
    } else {
        "ltr"
    }
}

/// A day, UTC: in words where the product knows the language, otherwise as ISO 8601 writes it.
pub(super) fn day(at: Timestamp, locale: &Locale) -> String {
    let iso = at.to_rfc3339_seconds();
    let iso = iso.get(..10).unwrap_or(&iso);
    let months = match locale.language().to_ascii_lowercase().as_str() {
        "en" => ENGLISH,
        "ar" => ARABIC,
        _ => return iso.to_owned(),
    };
    let mut parts = iso.splitn(3, '-').map(str::parse::<usize>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return iso.to_owned();
    };
    let month = month.checked_sub(1).and_then(|index| months.get(index));
    month.map_or_else(|| iso.to_owned(), |month| format!("{day} {month} {year}"))
}

/// A text of somebody else as a mail shows it: one line without anything that ends it or turns the direction of writing around.
pub(super) fn one_line(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|character| {
            if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                character
            }
        })
        .filter(|character| !matches!(character, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_in_words_where_the_language_is_known() {
        let at = Timestamp::parse("2027-05-03T23:59:59Z").unwrap();
        let said = |locale| day(at, &Locale::parse(locale).unwrap());
        assert_eq!(said("en-GB"), "3 May 2027");
        assert_eq!(said("ar"), "3 مايو 2027");
        assert_eq!(said("de"), "2027-05-03");
    }

    #[test]
    fn texts_of_others_are_one_line_and_do_not_turn_the_writing_around() {
        assert_eq!(
            one_line("Money\r\nBcc: eve@example.com"),
            "Money Bcc: eve@example.com"
        );
        assert_eq!(one_line(" a\u{2028}b\u{202e}c\u{85}\td \u{2066}e"), "a bc d e");
        assert_eq!(one_line("مرحبا 🎉"), "مرحبا 🎉");
    }

    #[test]
    fn directions() {
        for (locale, expected) in [
            ("ar", "rtl"),
            ("AR-EG", "rtl"),
            ("he_IL", "rtl"),
            ("en", "ltr"),
            ("x", "ltr"),
        ] {
            assert_eq!(direction(&Locale::parse(locale).unwrap()), expected, "{locale}");
        }
    }
}
