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

const FRENCH: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

const GERMAN: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// As a date has them.
const POLISH: [&str; 12] = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
];

const PORTUGUESE: [&str; 12] = [
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
];

const SPANISH: [&str; 12] = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
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
    let mut parts = iso.splitn(3, '-').map(str::parse::<usize>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) else {
        return iso.to_owned();
    };
    let named = |months: [&'static str; 12]| months.get(month.wrapping_sub(1)).copied();
    let said = match locale.language().to_ascii_lowercase().as_str() {
        "ar" => named(ARABIC).map(|month| format!("{day} {month} {year}")),
        "de" => named(GERMAN).map(|month| format!("{day}. {month} {year}")),
        "en" => named(ENGLISH).map(|month| format!("{day} {month} {year}")),
        "es" => named(SPANISH).map(|month| format!("{day} de {month} de {year}")),
        "fr" if day == 1 => named(FRENCH).map(|month| format!("1er {month} {year}")),
        "fr" => named(FRENCH).map(|month| format!("{day} {month} {year}")),
        "ja" => Some(format!("{year}年{month}月{day}日")),
        "pl" => named(POLISH).map(|month| format!("{day} {month} {year}")),
        "pt" => named(PORTUGUESE).map(|month| format!("{day} de {month} de {year}")),
        _ => None,
    };
    said.unwrap_or_else(|| iso.to_owned())
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
        assert_eq!(said("de-AT"), "3. Mai 2027");
        assert_eq!(said("es"), "3 de mayo de 2027");
        assert_eq!(said("fr"), "3 mai 2027");
        assert_eq!(said("ja"), "2027年5月3日");
        assert_eq!(said("pl"), "3 maja 2027");
        assert_eq!(said("pt-BR"), "3 de maio de 2027");
        assert_eq!(said("fi"), "2027-05-03");
        let first = Timestamp::parse("2027-05-01T00:00:00Z").unwrap();
        assert_eq!(day(first, &Locale::parse("fr").unwrap()), "1er mai 2027");
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
