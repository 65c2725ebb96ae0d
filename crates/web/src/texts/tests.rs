use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use fluent_bundle::FluentValue;
use http::{HeaderMap, header};
use jiff::civil::date;

use super::*;

/// Key, and the variables in its text, of every message.
fn messages(files: &[&'static str]) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in files {
        let mut current = "";
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            if !line.starts_with([' ', '\t', '}']) && line.contains('=') {
                current = line.split('=').next().unwrap().trim();
                assert!(!found.contains_key(current), "{current} is defined twice");
                found.entry(current).or_default();
            }
            let names = line.split('$').skip(1).map(|rest| {
                rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                    .next()
                    .unwrap()
            });
            if !current.is_empty() {
                found.entry(current).or_default().extend(names);
            }
        }
    }
    found
}

#[test]
fn every_file_is_correct_fluent_and_no_key_is_repeated() {
    for language in languages() {
        let mut bundle = FluentBundle::new_concurrent(vec![language.tag.parse().unwrap()]);
        for file in language.files {
            let resource = FluentResource::try_new((*file).to_owned())
                .map_err(|(_, errors)| errors)
                .unwrap();
            bundle.add_resource(resource).unwrap();
        }
    }
}

#[test]
fn every_key_exists_in_every_language_with_the_same_variables() {
    let english = messages(ENGLISH);
    for language in languages() {
        let theirs = messages(language.files);
        for (key, variables) in &english {
            assert_eq!(theirs.get(key), Some(variables), "{key} in {language:?}");
        }
        for key in theirs.keys() {
            assert!(english.contains_key(key), "{key} is in {language:?} only");
        }
    }
}

/// The categories that counting from one to a hundred needs, as the plural rules behind the messages say.
fn plural_categories(language: &Language) -> BTreeSet<String> {
    let source =
        "n = { $n ->\n [zero] zero\n [one] one\n [two] two\n [few] few\n [many] many\n *[other] other\n}\n";
    let mut bundle = FluentBundle::new_concurrent(vec![language.tag.parse().unwrap()]);
    bundle
        .add_resource(FluentResource::try_new(source.to_owned()).unwrap())
        .unwrap();
    let pattern = bundle.get_message("n").unwrap().value().unwrap();
    (1_u64..=100)
        .map(|number| {
            let mut arguments = FluentArgs::new();
            arguments.set("n", number);
            bundle
                .format_pattern(pattern, Some(&arguments), &mut Vec::new())
                .into_owned()
        })
        .collect()
}

#[test]
fn every_plural_that_a_language_has_is_said() {
    for (language, expected) in [
        (&ENGLISH_LANGUAGE, "one other"),
        (&ARABIC_LANGUAGE, "few many one other two"),
        (&JAPANESE_LANGUAGE, "other"),
        (&POLISH_LANGUAGE, "few many one"),
    ] {
        let needed: Vec<String> = plural_categories(language).into_iter().collect();
        assert_eq!(needed.join(" "), expected, "{language:?}");
    }
    for language in languages() {
        let needed = plural_categories(language);
        let mut said: BTreeSet<String> = BTreeSet::new();
        let mut key = "";
        for line in language.files.iter().flat_map(|file| file.lines()) {
            if line.contains(" = ") && !line.starts_with([' ', '}', '#']) {
                key = line.split(' ').next().unwrap();
            }
            let variant = line.trim_start().trim_start_matches('*').strip_prefix('[');
            if let Some((category, _)) = variant.and_then(|rest| rest.split_once(']')) {
                said.insert(category.to_owned());
            } else if line.starts_with('}') {
                let of_numbers = said.iter().any(|category| category.parse::<u32>().is_ok());
                assert!(
                    of_numbers || said.is_superset(&needed),
                    "{key} in {language:?} says {said:?} of {needed:?}"
                );
                said.clear();
            }
        }
    }
}

/// Words that are spelled the same as in English.
const SAME_AS_IN_ENGLISH: [(&str, &str); 14] = [
    ("de", "code-label"),
    ("de", "dashboard-application"),
    ("de", "dashboard-name"),
    ("de", "dashboard-website"),
    ("de", "passkey-name"),
    ("es", "app-together"),
    ("es", "bank-question-away-no"),
    ("es", "center-no"),
    ("es", "field-error"),
    ("fr", "app-together"),
    ("fr", "code-label"),
    ("fr", "dashboard-status-active"),
    ("fr", "demo-mail-message"),
    ("pt", "app-together"),
];

#[test]
fn no_language_is_left_in_english() {
    let words = |text: &str| {
        text.split(|letter: char| !letter.is_alphabetic())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    let english = |key: &'static str| ENGLISH_LANGUAGE.text(key).to_string();
    let mut left = Vec::new();
    for language in languages().into_iter().filter(|language| language.tag != "en") {
        for key in messages(ENGLISH).into_keys() {
            let text = language.text(key).to_string();
            let is_same = text == english(key) && key != "list-more";
            if is_same && !SAME_AS_IN_ENGLISH.contains(&(language.tag, key)) {
                left.push(format!("{}: {key}", language.tag));
            }
            for word in ["the", "your", "you", "with", "this", "was", "and", "cannot"] {
                // "Was" is German too.
                let is_theirs = word == "was" && language.tag == "de";
                assert!(
                    is_theirs || !words(&text).iter().any(|theirs| theirs == word),
                    "{key} in {language:?}: {text}"
                );
            }
        }
    }
    assert!(left.is_empty(), "as in English: {left:?}");
}

#[test]
fn every_message_can_be_formed() {
    for language in languages() {
        for (key, variables) in messages(ENGLISH) {
            for number in [0, 1, 2, 3, 11, 100] {
                let mut arguments = FluentArgs::new();
                for variable in &variables {
                    arguments.set(*variable, number);
                }
                let pattern = language
                    .bundle()
                    .get_message(key)
                    .and_then(|message| message.value())
                    .unwrap();
                let mut errors = Vec::new();
                let text = language
                    .bundle()
                    .format_pattern(pattern, Some(&arguments), &mut errors);
                assert!(errors.is_empty(), "{key} in {language:?}: {errors:?}");
                assert!(
                    !text.trim().is_empty() && !text.contains("{ $"),
                    "{key} in {language:?}: {text}"
                );
            }
        }
    }
}

#[test]
fn no_key_is_unused_and_none_is_missing() {
    let known = messages(ENGLISH);
    let mut sources = Vec::new();
    let web = Path::new(env!("CARGO_MANIFEST_DIR"));
    collect(&web.join("src"), &mut sources);
    collect(&web.join("templates"), &mut sources);
    for folder in ["../doors", "../server"] {
        collect(&web.join(folder), &mut sources);
    }
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for path in &sources {
        let text: String = fs::read_to_string(path)
            .unwrap()
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        used.extend(known.keys().filter(|key| text.contains(&format!("\"{key}\""))));
        // Other types have methods of that name; pages and languages are called so everywhere.
        let calls = ["page.text(", "anguage.text(", "LANGUAGE.text("];
        let arguments = calls
            .into_iter()
            .flat_map(|call| text.split(call).skip(1))
            .map(str::trim_start);
        for key in arguments.filter_map(|rest| rest.strip_prefix('"')?.split('"').next()) {
            assert!(
                known.contains_key(key),
                "{key} is missing, used in {}",
                path.display()
            );
        }
    }
    let unused: Vec<_> = known.keys().filter(|key| !used.contains(*key)).collect();
    assert!(unused.is_empty(), "unused: {unused:?}");
}

/// Templates and sources; tests may name keys that do not exist.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "tests" && name != "target" {
            collect(&path, found);
        } else if name != "tests.rs"
            && path
                .extension()
                .is_some_and(|kind| kind == "rs" || kind == "html")
        {
            found.push(path);
        }
    }
}

#[test]
fn dates_are_spelled_out() {
    for (language, christmas, first) in [
        (&ENGLISH_LANGUAGE, "24 December 2026", "1 March 2026"),
        (
            &ARABIC_LANGUAGE,
            "24 ديسمبر \u{2068}2026\u{2069}",
            "1 مارس \u{2068}2026\u{2069}",
        ),
        (&FRENCH_LANGUAGE, "24 décembre 2026", "1er mars 2026"),
        (&GERMAN_LANGUAGE, "24. Dezember 2026", "1. März 2026"),
        (&JAPANESE_LANGUAGE, "2026年12月24日", "2026年3月1日"),
        (&POLISH_LANGUAGE, "24 grudnia 2026", "1 marca 2026"),
        (
            &PORTUGUESE_LANGUAGE,
            "24 de dezembro de 2026",
            "1 de março de 2026",
        ),
        (&SPANISH_LANGUAGE, "24 de diciembre de 2026", "1 de marzo de 2026"),
    ] {
        assert_eq!(language.date(date(2026, 12, 24)), christmas);
        assert_eq!(language.date(date(2026, 3, 1)), first);
    }
}

#[test]
fn dashboard_b8_moments_name_their_zone() {
    let moment = date(2026, 12, 24).at(14, 2, 0, 0).in_tz("UTC").unwrap();
    assert_eq!(ENGLISH_LANGUAGE.moment(&moment), "24 December 2026 at 14:02 UTC");
    let stamp = Value::from(moment.timestamp()).formed(&ENGLISH_LANGUAGE);
    assert_eq!(stamp, FluentValue::from("24 December 2026 at 14:02 UTC"));
}

#[test]
fn numbers_are_grouped_in_messages_too() {
    assert_eq!(ENGLISH_LANGUAGE.number(1_234_567), "1,234,567");
    assert_eq!(GERMAN_LANGUAGE.number(1_234_567), "1.234.567");
    let said = |language: &'static Language| {
        language
            .text("dashboard-show-all")
            .with("count", 12_345_u32)
            .to_string()
    };
    assert_eq!(said(&ENGLISH_LANGUAGE), "Show all 12,345");
    assert_eq!(said(&SPANISH_LANGUAGE), "Mostrar todas (12.345)");
    assert_eq!(said(&POLISH_LANGUAGE), "Pokaż wszystkie (12\u{a0}345)");
}

#[test]
fn lists_read_like_a_sentence() {
    let list = |items: &[&str]| ENGLISH_LANGUAGE.list(items.iter().copied());
    assert_eq!(list(&[]), "");
    assert_eq!(list(&["a"]), "a");
    assert_eq!(list(&["a", "b"]), "a and b");
    assert_eq!(list(&["a", "b", "c", "d"]), "a, b, c, and d");
    assert_eq!(ARABIC_LANGUAGE.list(["الرصيد", "الاسم"]), "الرصيد والاسم");
}

#[test]
fn dashboard_b8_a_name_cannot_rearrange_the_sentence() {
    let shown = |name: &str| {
        ENGLISH_LANGUAGE
            .text("signed-in-as")
            .with("name", name)
            .to_string()
    };
    assert_eq!(shown("Ada\u{202E}\u{0007}x"), "Logged in as Adax");
    assert_eq!(shown("آدا"), "Logged in as \u{2068}آدا\u{2069}");
    let arabic = ARABIC_LANGUAGE
        .text("signed-in-as")
        .with("name", "Ada")
        .to_string();
    assert!(arabic.ends_with("\u{2068}Ada\u{2069}"), "{arabic}");
}

#[test]
fn dashboard_b8_the_first_known_language_wins() {
    assert_eq!(negotiate(["fi", "ar-EG", "en"]).tag, "ar");
    assert_eq!(negotiate(["AR"]).tag, "ar");
    assert_eq!(negotiate(["en_GB"]).tag, "en");
    assert_eq!(negotiate(["tlh"]).tag, "en");
    assert_eq!(negotiate(Vec::<&str>::new()).tag, "en");
    assert_eq!(negotiate(["arabic"]).tag, "en");
    for (requested, expected) in [
        ("de-CH-1996", "de"),
        ("es-419", "es"),
        ("fr-CA", "fr"),
        ("ja-JP-u-ca-japanese", "ja"),
        ("pl", "pl"),
        ("pt-BR", "pt"),
        ("pt_PT", "pt"),
        ("PT", "pt"),
        ("ptx", "en"),
    ] {
        assert_eq!(negotiate([requested]).tag, expected, "{requested}");
    }
}

#[test]
fn accept_language_is_read_by_weight() {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::ACCEPT_LANGUAGE,
        "en;q=0.5, ar-EG, fi;q=0, de;q=0.55, xx;q=2, yy;q=a, *;q=0.1"
            .parse()
            .unwrap(),
    );
    assert_eq!(accepted(&headers), ["ar-EG", "de", "en"]);
    assert!(accepted(&HeaderMap::new()).is_empty());
}
