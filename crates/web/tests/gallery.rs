//! One page of every kind, written to the target folder to be looked at, and held to what every page must keep.
//!
//! `python3 -m http.server --bind 127.0.0.1 --directory target/tmp/gallery` shows them.

use std::{collections::BTreeSet, error::Error, fs, io, path::Path};

use askama::Template;
use consentry_web::{
    assets,
    error::{ApiError, html, registry},
    page::{Accent, Brand, Embedding, Frame, Page, ShownName, Theme},
    request_id::RequestId,
    texts::{ARABIC_LANGUAGE, ENGLISH_LANGUAGE, Language},
};
use http_body_util::BodyExt as _;

#[derive(Template)]
#[template(path = "gallery/login.html")]
struct Login {
    page: Page,
    error: &'static str,
    field_error: &'static str,
}

#[derive(Template)]
#[template(path = "gallery/consent.html")]
struct Consent {
    page: Page,
    title: &'static str,
    party: ShownName,
    detail: &'static str,
    items: Vec<(&'static str, &'static str)>,
    facts: Vec<(&'static str, String)>,
    approve: &'static str,
    decline: &'static str,
    after: &'static str,
}

#[derive(Template)]
#[template(path = "gallery/list.html")]
struct List {
    page: Page,
    rows: Vec<Row>,
}

struct Row {
    name: ShownName,
    detail: &'static str,
    kind: &'static str,
    status: &'static str,
    what: &'static str,
    when: &'static str,
}

#[derive(Template)]
#[template(path = "gallery/stop.html")]
struct Stop {
    page: Page,
}

#[tokio::test]
async fn architecture_8_every_kind_of_page() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gallery");
    for file in [&assets::STYLESHEET, &assets::SCRIPT, &assets::ICON] {
        write(&folder, file.path().trim_start_matches('/'), file.content)?;
    }
    let accent = Accent::parse("#f2a900")?;
    write(
        &folder,
        accent.path().trim_start_matches('/'),
        accent.stylesheet().as_bytes(),
    )?;

    for theme in [Theme::Light, Theme::Dark] {
        let themed = |mut page: Page| {
            page.theme = theme;
            page
        };
        let mut pages = vec![
            ("login", login(themed(page("Log in", &ENGLISH_LANGUAGE)), "", "")),
            (
                "login-wrong",
                login(
                    themed(page("Log in", &ENGLISH_LANGUAGE)),
                    "User name and password do not belong together.",
                    "Enter your password",
                ),
            ),
            (
                "consent",
                consent(themed(page("Allow access", &ENGLISH_LANGUAGE))),
            ),
            (
                "consent-ar",
                consent_in_arabic(themed(page("السماح بالوصول", &ARABIC_LANGUAGE))),
            ),
            (
                "list",
                list(themed(embedded("Apps with access to your accounts"))),
            ),
            (
                "stop",
                Stop {
                    page: themed(embedded("Moneytrack")),
                }
                .render(),
            ),
        ];
        let id = RequestId::from(uuid::Uuid::from_u128(7));
        for (name, code) in [
            ("failure", &registry::GONE),
            ("failure-ours", &registry::INTERNAL),
        ] {
            let answer = html(&ApiError::new(code), &id, &themed(page("", &ENGLISH_LANGUAGE)));
            let body = answer.into_body().collect().await?.to_bytes();
            pages.push((name, Ok(String::from_utf8(body.to_vec())?)));
        }
        for (name, html) in pages {
            let html = html?;
            keeps_the_rules(name, &html);
            write(
                &folder,
                &format!("{name}-{}.html", theme.as_str()),
                html.as_bytes(),
            )?;
        }
    }
    Ok(())
}

/// What can be judged without a browser: one main heading, unique ids, labels and descriptions that exist, nothing inline.
fn keeps_the_rules(name: &str, html: &str) {
    assert_eq!(html.matches("<h1").count(), 1, "{name}: one h1");
    let ids = attributes(html, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "{name}: ids are unique");
    for attribute in ["for", "aria-labelledby", "aria-describedby", "data-swap"] {
        for value in attributes(html, attribute) {
            for id in value.split_whitespace() {
                assert!(unique.contains(id), "{name}: {attribute} names {id}");
            }
        }
    }
    for forbidden in ["<style", " style=\"", "javascript:", " onclick", "http://"] {
        assert!(!html.contains(forbidden), "{name}: {forbidden}");
    }
}

fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

fn page(title: &str, language: &'static Language) -> Page {
    let mut page = Page::new(language, title, Brand::named("Harbor Bank"));
    page.help = Some("/help".to_owned());
    page
}

fn embedded(title: &str) -> Page {
    let mut page = page(title, &ENGLISH_LANGUAGE);
    page.person = Some("Ada".to_owned());
    page.brand.accent = Accent::parse("#f2a900").ok();
    page.frame = Frame::Embedded(Embedding {
        address: String::new(),
        host_origins: Vec::new(),
    });
    page
}

fn login(page: Page, error: &'static str, field_error: &'static str) -> askama::Result<String> {
    Login {
        page,
        error,
        field_error,
    }
    .render()
}

fn consent(mut page: Page) -> askama::Result<String> {
    page.person = Some("Ada Lovelace".to_owned());
    Consent {
        facts: vec![
            ("Why", "Monthly budget overview".to_owned()),
            ("Until", page.language.date(jiff::civil::date(2026, 12, 24))),
            ("Also while you are away", "Yes, until the date above".to_owned()),
            ("Goes to", "moneytrack.example".to_owned()),
        ],
        page,
        title: "Moneytrack would like to see your data",
        party: ShownName::new("Moneytrack"),
        detail: "Moneytrack Software GmbH · moneytrack.example",
        items: vec![
            (
                "Account name and balance",
                "Account type, nickname, masked number, current and available balance",
            ),
            (
                "Transactions",
                "Date, amount, payee or merchant, category, status",
            ),
        ],
        approve: "Allow access",
        decline: "Do not allow",
        after: "You can stop this at any time under “Apps with access to your accounts”.",
    }
    .render()
}

fn consent_in_arabic(mut page: Page) -> askama::Result<String> {
    page.person = Some("Ada".to_owned());
    Consent {
        facts: vec![
            ("السبب", "نظرة عامة على الميزانية الشهرية".to_owned()),
            ("حتى", page.language.date(jiff::civil::date(2026, 12, 24))),
        ],
        page,
        title: "يرغب Moneytrack في الاطلاع على بياناتك",
        party: ShownName::new("Moneytrack"),
        detail: "moneytrack.example",
        items: vec![
            (
                "اسم الحساب والرصيد",
                "نوع الحساب والرقم المختصر والرصيد الحالي والمتاح",
            ),
            ("المعاملات", "التاريخ والمبلغ والمستفيد والفئة والحالة"),
        ],
        approve: "السماح بالوصول",
        decline: "عدم السماح",
        after: "يمكنك إيقاف ذلك في أي وقت.",
    }
    .render()
}

fn list(page: Page) -> askama::Result<String> {
    let row = |name, detail, kind, status, when| Row {
        name: ShownName::new(name),
        detail,
        kind,
        status,
        what: "Balances and transactions of Everyday ··4417 and Savings ··0931",
        when,
    };
    List {
        page,
        rows: vec![
            row(
                "Moneytrack",
                "through LinkBridge",
                "active",
                "Active",
                "Last used today, 11:43 · Until 11 February 2027",
            ),
            row(
                "Pennywise Planner",
                "",
                "soon",
                "Ends soon",
                "Never used · Until 3 December 2026",
            ),
            row(
                "Averyveryveryverylongapplicationnamewithoutanyspaceinitatallnotone",
                "",
                "paused",
                "Paused by your bank",
                "Last used 4 March 2026 · No end date",
            ),
        ],
    }
    .render()
}

fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(path, content)
}
