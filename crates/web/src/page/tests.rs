use super::{accent::contrast, *};
use crate::texts::{ARABIC_LANGUAGE, ENGLISH_LANGUAGE};

fn page() -> Page {
    Page::new(&ENGLISH_LANGUAGE, "Log in", Brand::named("Harbor Bank"))
}

#[derive(askama::Template)]
#[template(
    source = "{% extends \"layout.html\" %}{% block main %}<h1>{{ page.title }}</h1>{% endblock %}",
    ext = "html"
)]
struct Plain {
    page: Page,
}

/// Snapshots do not change with every change of the stylesheet.
fn shown(page: Page) -> String {
    let stylesheet = page.stylesheet();
    let (script, icon) = (page.script(), page.icon());
    let html = askama::Template::render(&Plain { page }).unwrap();
    html.replace(&stylesheet, "/assets/HASH/consentry.css")
        .replace(&script, "/assets/HASH/consentry.js")
        .replace(&icon, "/assets/HASH/icon.svg")
}

#[test]
fn architecture_8_the_layout_of_a_page() {
    insta::assert_snapshot!("plain", shown(page()));
}

#[test]
fn architecture_8_the_layout_of_an_embedded_page_in_arabic() {
    let brand = Brand {
        name: "بنك <b>الميناء".to_owned(),
        logo: Some("/logo.png".to_owned()),
        accent: Accent::parse("#F2A900").ok(),
    };
    let mut page = Page::new(&ARABIC_LANGUAGE, "تسجيل الدخول", brand);
    page.theme = Theme::Dark;
    page.person = Some("Ada".to_owned());
    page.help = Some("https://bank.example/help".to_owned());
    page.frame = Frame::Embedded(Embedding {
        address: "/embed/authorizations".to_owned(),
        host_origins: vec!["https://a.example".to_owned(), "https://b.example".to_owned()],
    });
    insta::assert_snapshot!("embedded", shown(page));
}

#[test]
fn tpa_b23_the_layout_has_nothing_inline() {
    let html = shown(page());
    for forbidden in ["<style", "style=", "onclick", "onload", "javascript:"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    for (index, _) in html.match_indices("<script") {
        assert!(html[index..].starts_with("<script type=\"module\" src=\"/assets/"));
    }
}

#[test]
fn wcag_1_4_3_any_accent_becomes_legible() {
    for colour in [
        "#ffffff", "#000000", "#F2A900", "#ffff00", "#0a5c36", "#777777", "#ff0000",
    ] {
        let accent = Accent::parse(colour).unwrap();
        let channels = |shade: Accent| {
            let text = shade.to_string();
            [1, 3, 5].map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        };
        let (light, dark) = (channels(accent.on_light()), channels(accent.on_dark()));
        for (shade, ground) in [
            (light, [0xff, 0xff, 0xff]),
            (light, [0xf4, 0xf5, 0xf2]),
            (dark, [0x18, 0x1f, 0x20]),
            (dark, [0x0e, 0x13, 0x14]),
        ] {
            assert!(
                contrast(shade, ground) >= 4.5,
                "{colour}: {shade:?} on {ground:?}"
            );
        }
    }
    insta::assert_snapshot!("accent", Accent::parse("#F2A900").unwrap().stylesheet());
}

#[test]
fn a_legible_accent_stays_as_it_is() {
    let accent = Accent::parse("#0a5c36").unwrap();
    assert_eq!(accent.on_light(), accent);
}

/// The palette of the stylesheet, held to the same measure.
#[test]
fn wcag_1_4_3_the_palette_is_legible() {
    let sheet = std::str::from_utf8(assets::STYLESHEET.content).unwrap();
    let start = |marker: &str| sheet.find(marker).unwrap();
    let light = palette(&sheet[start(":root {")..]);
    let dark = palette(&sheet[start(":root:not([data-theme=\"light\"]) {")..]);
    let chosen = palette(&sheet[start(":root[data-theme=\"dark\"] {")..]);
    assert_eq!(dark, chosen, "both ways to be dark are the same");
    for colours in [light, dark] {
        let of = |name: &str| colours.iter().find(|(known, _)| known == name).unwrap().1;
        for ground in ["ground", "surface", "sunken"] {
            for text in ["ink", "quiet", "accent", "wrong"] {
                let ratio = contrast(of(text), of(ground));
                assert!(ratio >= 4.5, "{text} on {ground}: {ratio}");
            }
            for sign in ["edge", "focus"] {
                let ratio = contrast(of(sign), of(ground));
                assert!(ratio >= 3.0, "{sign} on {ground}: {ratio}");
            }
        }
        for (text, ground) in [
            ("on-accent", "accent"),
            ("done", "done-tint"),
            ("warn", "warn-tint"),
            ("wrong", "wrong-tint"),
            ("ink", "done-tint"),
            ("ink", "warn-tint"),
            ("ink", "wrong-tint"),
        ] {
            let ratio = contrast(of(text), of(ground));
            assert!(ratio >= 4.5, "{text} on {ground}: {ratio}");
        }
    }
}

fn palette(block: &str) -> Vec<(String, [u8; 3])> {
    block
        .lines()
        .take_while(|line| !line.trim_start().starts_with('}'))
        .filter_map(|line| {
            line.trim()
                .strip_prefix("--")?
                .strip_suffix(';')?
                .split_once(": #")
        })
        .map(|(name, colour)| {
            let channel = |at: usize| u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            (name.to_owned(), [channel(0), channel(2), channel(4)])
        })
        .collect()
}

#[test]
fn colours_are_parsed_strictly() {
    for bad in [
        "", "#", "#fff", "0a5c36", "#0a5c3g", "#+a5c36", "#0a5c36;", "#ééé",
    ] {
        assert_eq!(Accent::parse(bad), Err(AccentError), "{bad}");
    }
    assert_eq!(
        Accent::parse("#0A5C36").unwrap().path(),
        "/assets/accent/0a5c36.css"
    );
}

#[test]
fn dashboard_b8_names_of_others_are_cleaned_and_cut() {
    let name = ShownName::new(&format!(" \u{202E}{}\n", "x".repeat(80)));
    assert_eq!(name.full.chars().count(), 80);
    assert_eq!(name.short.chars().count(), 64);
    assert!(name.short.ends_with('…'));
    assert_eq!(ShownName::new("  «éclair»").initial(), "É");
    assert_eq!(ShownName::new("\u{2066}").initial(), "");
}

#[test]
fn themes_are_read_leniently() {
    assert_eq!(Theme::parse("dark"), Theme::Dark);
    assert_eq!(Theme::parse("light"), Theme::Light);
    assert_eq!(Theme::parse("purple"), Theme::Auto);
}
