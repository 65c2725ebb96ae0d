use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

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
    for files in [ENGLISH, ARABIC] {
        let mut bundle = FluentBundle::new_concurrent(vec!["en".parse().unwrap()]);
        for file in files {
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
    let arabic = messages(ARABIC);
    for (key, variables) in &english {
        assert_eq!(arabic.get(key), Some(variables), "{key}");
    }
    for key in arabic.keys() {
        assert!(english.contains_key(key), "{key} is in Arabic only");
    }
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
                    .bundle
                    .get_message(key)
                    .and_then(|message| message.value())
                    .unwrap();
                let mut errors = Vec::new();
                let text = language
                    .bundle
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
    let day = date(2026, 12, 24);
    assert_eq!(ENGLISH_LANGUAGE.date(day), "24 December 2026");
    assert_eq!(
        ARABIC_LANGUAGE.date(day),
        "\u{2068}24\u{2069} ديسمبر \u{2068}2026\u{2069}"
    );
    assert_eq!(ENGLISH_LANGUAGE.date(date(2026, 3, 4)), "4 March 2026");
}

#[test]
fn dashboard_b8_moments_name_their_zone() {
    let moment = date(2026, 12, 24).at(14, 2, 0, 0).in_tz("UTC").unwrap();
    assert_eq!(ENGLISH_LANGUAGE.moment(&moment), "24 December 2026 at 14:02 UTC");
    let stamp = Value::from(moment.timestamp()).formed(&ENGLISH_LANGUAGE);
    assert_eq!(stamp, FluentValue::from("24 December 2026 at 14:02 UTC"));
}

#[test]
fn numbers_are_grouped() {
    for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
        assert_eq!(ENGLISH_LANGUAGE.number(number), text);
    }
    assert_eq!(grouped("-1234.5"), "-1,234.5");
    assert_eq!(grouped("-123"), "-123");
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
