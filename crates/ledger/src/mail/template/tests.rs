use std::fmt::Write as _;

use super::*;

fn tenants(kind: MailKind, subject: &str, text: &str, html: Option<&str>) -> MailSettings {
    MailSettings {
        templates: vec![MailTemplate {
            kind,
            locale: Locale::parse("de").unwrap(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: html.map(str::to_owned),
        }],
        ..MailSettings::default()
    }
}

fn refusal(kind: MailKind, subject: &str, text: &str, html: Option<&str>) -> String {
    check_templates(&tenants(kind, subject, text, html))
        .unwrap_err()
        .to_string()
}

#[test]
fn the_products_own_templates_work_in_every_language_with_much_and_with_little_to_say() {
    assert_eq!(OWN.len(), MailKind::ALL.len());
    let own: Vec<MailTemplate> = OWN
        .as_flattened()
        .iter()
        .map(|own| own.template().unwrap())
        .collect();
    check_templates(&MailSettings {
        templates: own,
        ..MailSettings::default()
    })
    .unwrap();
}

#[test]
fn what_the_product_writes_in_each_language() {
    let mut shown = String::new();
    for kind in MailKind::ALL {
        for language in ["en", "ar", "de", "es", "fr", "ja", "pl", "pt"] {
            for is_full in [true, false] {
                let locale = Locale::parse(language).unwrap();
                let mut variables = sample(*kind, is_full);
                variables.insert("locale".to_owned(), Value::from(language));
                variables.insert(
                    "dir".to_owned(),
                    Value::from(super::super::words::direction(&locale)),
                );
                let parts = PRODUCT.fill(*kind, &locale, &variables).unwrap();
                assert!(!parts.text.contains("{{") && !parts.text.contains("{%"));
                let how = if is_full { "much" } else { "little" };
                let _ = write!(
                    shown,
                    "=== {} {language} {how}\n{}\n\n{}",
                    kind.as_str(),
                    parts.subject,
                    parts.text
                );
                let html = parts.html.unwrap();
                assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
                let direction = if language == "ar" { "rtl" } else { "ltr" };
                let expected = format!(r#"lang="{language}" dir="{direction}""#);
                assert!(html.contains(&expected), "{html}");
                assert!(!html.contains("<script") && !html.contains("http-equiv"));
            }
        }
    }
    for gap in shown.split("===") {
        assert!(!gap.trim_end().contains("\n\n\n"), "too much space: {gap}");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_template_that_does_not_work_is_refused_where_it_is_configured() {
    let given = MailKind::ConsentGiven;
    for (said, refused) in [
        (
            "subject: line 1: syntax error",
            refusal(given, "{{ party", "x", None),
        ),
        (
            "text: line 2: syntax error",
            refusal(given, "x", "a\n{% if party %}", None),
        ),
        (
            "html: there is no partie; there are brand, consents_url",
            refusal(given, "x", "x", Some("{{ partie }}")),
        ),
        ("text: there is no days", refusal(given, "x", "{{ days }}", None)),
        (
            "text: line 1: undefined value",
            refusal(
                given,
                "x",
                "{% for item in items %}{{ item.heading }}{% endfor %}",
                None,
            ),
        ),
        ("look with {% if %}", refusal(given, "x", "{{ party }}", None)),
        ("only texts and numbers", refusal(given, "x", "{{ items }}", None)),
        (
            "unknown filter",
            refusal(given, "x", "x", Some("{{ brand|safe }}")),
        ),
        ("line 1", refusal(given, "x", "{% include 'frame.html' %}", None)),
        (
            "subject: it is empty",
            refusal(given, "{% if not brand %}x{% endif %}", "x", None),
        ),
        (
            "fuel",
            refusal(
                given,
                "x",
                "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
                None,
            ),
        ),
    ] {
        assert!(refused.contains(said), "{said}: {refused}");
        assert!(
            refused.starts_with("mail template consent-given de, "),
            "{refused}"
        );
    }
}

#[test]
fn what_a_template_inserts_into_html_is_text() {
    let settings = tenants(
        MailKind::ConsentGiven,
        "Hallo {{ brand }}",
        "{{ brand }}",
        Some(r#"<p title="{{ brand }}">{{ brand }}</p>"#),
    );
    let own = MailTemplates::prepare(&settings).unwrap();
    let mut variables = sample(MailKind::ConsentGiven, true);
    let evil = r#"<script>alert("x")</script>"#;
    variables.insert("brand".to_owned(), Value::from(evil));
    let locale = Locale::parse("de").unwrap();
    let parts = own.fill(MailKind::ConsentGiven, &locale, &variables).unwrap();
    let html = parts.html.unwrap();
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(&quot;x&quot;)"), "{html}");
    assert_eq!(
        parts.text,
        format!("{evil}\n"),
        "plain text has nothing to escape"
    );
    assert_eq!(parts.subject, format!("Hallo {evil}"));
}

#[test]
fn an_html_part_that_is_a_document_stays_what_it_is() {
    let whole = "<!doctype html><html lang=\"{{ locale }}\"><title>x</title>{{ brand }}</html>";
    let settings = tenants(MailKind::ConsentGiven, "x", "x", Some(whole));
    let own = MailTemplates::prepare(&settings).unwrap();
    let locale = Locale::parse("de").unwrap();
    let parts = own.fill(
        MailKind::ConsentGiven,
        &locale,
        &sample(MailKind::ConsentGiven, true),
    );
    let html = parts.unwrap().html.unwrap();
    assert_eq!(
        html,
        "<!doctype html><html lang=\"en\"><title>x</title>Harbor Bank</html>"
    );
}

#[test]
fn a_subject_is_one_line_of_a_bounded_length() {
    let settings = tenants(MailKind::ConsentGiven, "{{ brand }}", "x", None);
    let own = MailTemplates::prepare(&settings).unwrap();
    let locale = Locale::parse("de").unwrap();
    let mut variables = sample(MailKind::ConsentGiven, true);
    variables.insert(
        "brand".to_owned(),
        Value::from(format!("a\r\nBcc: b\n{}", "c".repeat(500))),
    );
    let parts = own.fill(MailKind::ConsentGiven, &locale, &variables).unwrap();
    assert!(parts.subject.starts_with("a Bcc: b ccc"), "{}", parts.subject);
    assert_eq!(parts.subject.chars().count(), LONGEST_SUBJECT);
}

#[test]
fn the_tenants_words_come_first_and_english_last() {
    let own = MailTemplates::prepare(&tenants(MailKind::ConsentGiven, "x", "x", None)).unwrap();
    let chosen = |kind, languages: &[&str]| {
        let languages: Vec<Locale> = languages.iter().map(|tag| Locale::parse(tag).unwrap()).collect();
        let (templates, locale) = own.choose(kind, &languages).unwrap();
        (
            std::ptr::eq(templates, &raw const own),
            locale.as_str().to_owned(),
        )
    };
    let given = MailKind::ConsentGiven;
    assert_eq!(chosen(given, &["de-CH", "en"]), (true, "de".to_owned()));
    assert_eq!(chosen(given, &["ar-EG", "de"]), (false, "ar".to_owned()));
    assert_eq!(chosen(given, &["fi", "de"]), (true, "de".to_owned()));
    assert_eq!(chosen(given, &["fi"]), (false, "en".to_owned()));
    assert_eq!(chosen(given, &[]), (false, "en".to_owned()));
    assert_eq!(chosen(MailKind::ConsentEnded, &["de"]), (false, "de".to_owned()));
    assert_eq!(chosen(MailKind::ConsentEnded, &["fi"]), (false, "en".to_owned()));
}

#[test]
fn why_a_mail_could_not_be_written_holds_nothing_that_it_would_say() {
    let text = "{% if brand == 'secret' %}{{ brand - 1 }}{% endif %}x";
    let own = MailTemplates::prepare(&tenants(MailKind::ConsentGiven, "x", text, None)).unwrap();
    let mut variables = sample(MailKind::ConsentGiven, true);
    variables.insert("brand".to_owned(), Value::from("secret"));
    let locale = Locale::parse("de").unwrap();
    let failure = own.fill(MailKind::ConsentGiven, &locale, &variables).unwrap_err();
    assert_eq!(failure.part, "text");
    let told = failure.told(false);
    assert!(told.starts_with("line 1: ") && !told.contains("secret"), "{told}");
}
