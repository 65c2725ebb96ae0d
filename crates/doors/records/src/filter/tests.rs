use std::fmt::Write as _;

use consentry_domain::{
    DefinitionKey, Timestamp,
    definition::{Definition, DefinitionKind, Localization},
    locale::Locale,
};
use proptest::prelude::*;

use super::{
    Filter,
    grammar::{Expression, Name, Operator, Test, Value, parse},
};

fn definition(display_name: Option<&str>, description: Option<&str>) -> Definition {
    Definition {
        key: DefinitionKey::parse("share-location").unwrap(),
        kind: DefinitionKind::Agreement,
        display_name: display_name.map(str::to_owned),
        description: description.map(str::to_owned),
        parameters: Vec::new(),
        parent: None,
        lifetime: None,
        actions: consentry_domain::Actions::default(),
        choice: consentry_domain::definition::Choice::default(),
    }
}

fn wording(locale: &str, version: &str, title: Option<&str>) -> Localization {
    Localization {
        definition: DefinitionKey::parse("share-location").unwrap(),
        locale: Locale::parse(locale).unwrap(),
        version: version.parse().unwrap(),
        title: title.map(str::to_owned),
        data: "Your approximate position".to_owned(),
        purpose: format!("To show shops, {locale}"),
        published_at: Timestamp::EPOCH,
    }
}

fn fits(filter: &str) -> bool {
    let definition = definition(Some("Share location"), None);
    let wordings = [
        wording("en-GB", "1.10", Some("Find Shops")),
        wording("nl-NL", "2.0", None),
    ];
    let wordings: Vec<&Localization> = wordings.iter().collect();
    Filter::of_definitions(filter)
        .unwrap_or_else(|error| panic!("{filter}: {error}"))
        .fits(&definition, &wordings)
}

fn position(filter: &str) -> usize {
    Filter::of_definitions(filter).expect_err(filter).position
}

#[test]
fn rfc7644_3_4_2_2_the_examples_are_filters() {
    for text in [
        r#"userName Eq "john""#,
        r#"Username eq "john""#,
        r#"userName eq "bjensen""#,
        r#"name.familyName co "O'Malley""#,
        r#"userName sw "J""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
        "title pr",
        r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified lt "2011-05-13T04:42:34Z""#,
        r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
        r#"title pr and userType eq "Employee""#,
        r#"title pr or userType eq "Intern""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
        r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
        r#"userType eq "Employee" and (emails.type eq "work")"#,
        r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    ] {
        assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
    }
}

#[test]
fn rec_11_4_what_is_no_filter_is_refused_where_it_stops_being_one() {
    for (text, at) in [
        ("", 1),
        ("   ", 1),
        ("displayName", 12),
        ("displayName ", 13),
        ("displayName is \"x\"", 13),
        ("displayName eq", 15),
        ("displayName eq ", 16),
        ("displayName eq x", 16),
        ("displayName eq 'x'", 16),
        ("displayName eq \"x", 16),
        ("displayName eq \"\\x\"", 16),
        ("displayName eq \"\\ud800\"", 16),
        ("displayName eq \"x\"or id pr", 19),
        ("displayName eq \"x\" or", 20),
        ("displayName eq \"x\" or ", 23),
        ("displayName eq \"x\" xor id pr", 20),
        ("displayName eq \"x\" id pr", 20),
        ("displayName eq \"x\" and and id pr", 28),
        ("(displayName pr", 16),
        ("displayName pr)", 15),
        ("()", 2),
        ("not displayName pr", 5),
        ("not (displayName pr", 20),
        ("eq \"x\"", 4),
        ("1d pr", 1),
        (".id pr", 1),
        ("localizations. pr", 14),
        ("localizations..id pr", 14),
        ("localizations[id pr", 20),
        ("localizations[] pr", 15),
        ("localizations[id pr] pr", 22),
        ("displayName\teq \"x\"", 12),
        ("displayName eq \"ä\" and ü pr", 24),
        ("displayName eq 01", 16),
        ("displayName eq TRUE", 16),
        ("displayName == \"x\"", 13),
    ] {
        assert_eq!(
            position(text),
            at,
            "{text:?}: {}",
            Filter::of_definitions(text).unwrap_err()
        );
    }
}

#[test]
fn rec_11_4_unknown_attributes_and_wrong_types_are_refused() {
    for (text, at) in [
        ("userName eq \"x\"", 1),
        ("id pr and parameters pr", 11),
        ("localizations pr", 1),
        ("localizations.displayName pr", 1),
        ("localizations.id.x pr", 1),
        ("definition.id pr", 1),
        ("urn:x:id pr", 1),
        ("displayName[id pr]", 1),
        ("localizations[localizations.id pr]", 15),
        ("id eq 7", 7),
        ("version gt 1.1", 12),
        ("id eq true", 7),
        ("titleText eq null", 14),
        ("version gt \"1\"", 12),
        ("version le \"1.x\"", 12),
    ] {
        assert_eq!(position(text), at, "{text}");
    }
    assert_eq!(
        Filter::of_localizations("localizations.id pr")
            .unwrap_err()
            .position,
        1
    );
    assert_eq!(
        Filter::of_localizations("localizations[id pr]")
            .unwrap_err()
            .position,
        1
    );
}

#[test]
fn rec_11_4_operators_compare_without_case() {
    for (text, expected) in [
        (r#"displayName eq "SHARE LOCATION""#, true),
        (r#"DISPLAYNAME EQ "Share location""#, true),
        (r#"displayName eq "Share""#, false),
        (r#"displayName ne "share location""#, false),
        (r#"displayName ne "x""#, true),
        (r#"displayName sw "sHARE""#, true),
        (r#"displayName sw "hare""#, false),
        (r#"displayName ew "TION""#, true),
        (r#"displayName co "E L""#, true),
        (r#"displayName co "e  l""#, false),
        (r#"displayName gt "share""#, true),
        (r#"displayName ge "share location""#, true),
        (r#"displayName lt "t""#, true),
        (r#"displayName le "a""#, false),
        ("displayName pr", true),
        (r#"displayName co """#, true),
        (r#"displayName eq "\u0053hare location""#, true),
    ] {
        assert_eq!(fits(text), expected, "{text}");
    }
}

#[test]
fn rec_11_4_versions_are_ordered_as_numbers() {
    for (text, expected) in [
        (r#"version gt "1.9""#, true),
        (r#"version gt "2.0""#, false),
        (r#"version ge "2.0""#, true),
        (r#"version lt "1.10""#, false),
        (r#"version le "1.10""#, true),
        (r#"version eq "1.10""#, true),
        (r#"version eq "1.1""#, false),
        (r#"version sw "1.1""#, true),
        (r#"version ew "x""#, false),
    ] {
        assert_eq!(fits(text), expected, "{text}");
    }
}

#[test]
fn rec_11_4_a_localization_attribute_fits_where_one_localization_does() {
    for (text, expected) in [
        (r#"localizations.id eq "nl-nl""#, true),
        (
            r#"localizations.locale eq "en-GB" and localizations.version eq "2.0""#,
            true,
        ),
        (r#"localizations[locale eq "en-GB" and version eq "2.0"]"#, false),
        (r#"localizations[locale eq "en-GB" and version eq "1.10"]"#, true),
        (r#"localizations[id eq "en-GB" and displayName sw "share"]"#, true),
        (r#"locale eq "en-GB""#, true),
        (r#"titleText co "shops""#, true),
        (r#"dataText co "position" and purposeText ew "nl-NL""#, true),
        (r#"not (locale eq "en-GB")"#, false),
        (r#"locale ne "en-GB""#, true),
    ] {
        assert_eq!(fits(text), expected, "{text}");
    }
}

#[test]
fn rec_11_4_what_is_absent_is_different_from_everything_and_nothing_else() {
    for operator in Operator::ALL {
        let text = format!("description {} \"x\"", operator.as_str());
        assert_eq!(fits(&text), operator == Operator::NotEqual, "{text}");
        assert_eq!(
            fits(&format!("not ({text})")),
            operator != Operator::NotEqual,
            "{text}"
        );
    }
    assert!(!fits("description pr") && fits("not (description pr)"));
    let (bare, none) = (definition(None, None), Vec::new());
    for (text, expected) in [
        (r#"locale eq "en-GB""#, false),
        (r#"locale ne "en-GB""#, true),
        (r#"not (locale eq "en-GB")"#, true),
        ("locale pr", false),
        (r#"version gt "0.0""#, false),
        ("localizations[locale pr]", false),
    ] {
        assert_eq!(
            Filter::of_definitions(text).unwrap().fits(&bare, &none),
            expected,
            "{text}"
        );
    }
}

#[test]
fn rec_11_4_and_binds_tighter_than_or() {
    let id = "id eq \"share-location\"";
    for (text, expected) in [
        (format!("{id} or id eq \"x\" and id eq \"y\""), true),
        (format!("({id} or id eq \"x\") and id eq \"y\""), false),
        (format!("id eq \"x\" and id eq \"y\" or {id}"), true),
        (format!("not ({id}) or {id}"), true),
        (format!("NOT({id} AND id eq \"x\")"), true),
        (format!(" ( ( {id} ) ) "), true),
    ] {
        assert_eq!(fits(&text), expected, "{text}");
    }
}

#[test]
fn rec_11_4_nesting_and_number_are_limited() {
    let nested = |levels: usize| format!("{}id pr{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Filter::of_definitions(&nested(16)).is_ok());
    assert_eq!(position(&nested(17)), 17);
    assert_eq!(position(&"not (".repeat(17)), 17 * 5);
    let bracketed = format!("{}localizations[id pr]{}", "(".repeat(16), ")".repeat(16));
    assert_eq!(position(&bracketed), 16 + "localizations[".len());
    let side_by_side = vec!["(id pr)"; 64].join(" and ");
    assert!(
        Filter::of_definitions(&side_by_side).is_ok(),
        "levels are given back"
    );
    assert!(Filter::of_definitions(&format!("{side_by_side} or id pr")).is_err());
}

#[test]
fn rec_11_4_ten_thousand_parentheses_are_refused_before_they_cost_anything() {
    for text in [
        "(".repeat(10_000),
        "not(".repeat(2500),
        "a[".repeat(5000),
        "x".repeat(1_000_000),
    ] {
        assert!(Filter::of_definitions(&text).is_err());
        assert!(parse(&text).is_err());
    }
}

#[test]
fn rec_14_a_filter_has_at_most_4096_characters() {
    let of_length = |length: usize| {
        let empty = "id eq \"\"";
        format!("id eq \"{}\"", "é".repeat(length - empty.len()))
    };
    assert!(Filter::of_definitions(&of_length(4096)).is_ok());
    assert_eq!(position(&of_length(4097)), 4097);
}

fn name() -> impl Strategy<Value = Name> {
    "[a-z][a-z0-9_-]{0,6}(\\.[a-z][a-z0-9_-]{0,4}){0,2}"
        // A negation reads like this only before a parenthesis, and a schema's address before a colon.
        .prop_map(|text| Name { text, at: 0 })
}

fn comparand() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::Text),
        any::<i64>().prop_map(|number| Value::Number(number.into())),
        any::<bool>().prop_map(Value::Boolean),
        Just(Value::Null),
    ]
}

fn comparison() -> impl Strategy<Value = Expression> {
    let against =
        (prop::sample::select(Operator::ALL.to_vec()), comparand()).prop_map(|(operator, value)| {
            Test::Against {
                operator,
                value,
                at: 0,
            }
        });
    (name(), prop_oneof![Just(Test::Present), against])
        .prop_map(|(attribute, test)| Expression::Compare { attribute, test })
}

fn expression() -> impl Strategy<Value = Expression> {
    comparison().prop_recursive(4, 24, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several.clone().prop_map(Expression::Or),
            several.prop_map(Expression::And),
            inner.clone().prop_map(|inner| Expression::Not(Box::new(inner))),
            (name(), inner).prop_map(|(attribute, filter)| Expression::Within {
                attribute,
                filter: Box::new(filter),
            }),
        ]
    })
}

/// Writes an expression with as many parentheses as it needs.
fn written(expression: &Expression) -> String {
    let mut text = String::new();
    match expression {
        Expression::Or(parts) => text = parts.iter().map(grouped).collect::<Vec<_>>().join(" or "),
        Expression::And(parts) => text = parts.iter().map(grouped).collect::<Vec<_>>().join(" and "),
        Expression::Not(inner) => write!(text, "not ({})", written(inner)).unwrap(),
        Expression::Within { attribute, filter } => {
            write!(text, "{}[{}]", attribute.text, written(filter)).unwrap();
        }
        Expression::Compare { attribute, test } => {
            text.push_str(&attribute.text);
            match test {
                Test::Present => text.push_str(" pr"),
                Test::Against { operator, value, .. } => {
                    let value = match value {
                        Value::Text(text) => serde_json::to_string(text).unwrap(),
                        Value::Number(number) => number.to_string(),
                        Value::Boolean(value) => value.to_string(),
                        Value::Null => "null".to_owned(),
                    };
                    write!(text, " {} {value}", operator.as_str()).unwrap();
                }
            }
        }
    }
    text
}

fn grouped(expression: &Expression) -> String {
    match expression {
        Expression::Or(_) | Expression::And(_) => format!("({})", written(expression)),
        _ => written(expression),
    }
}

/// The same without places.
fn placeless(expression: Expression) -> Expression {
    let all = |parts: Vec<Expression>| parts.into_iter().map(placeless).collect();
    match expression {
        Expression::Or(parts) => Expression::Or(all(parts)),
        Expression::And(parts) => Expression::And(all(parts)),
        Expression::Not(inner) => Expression::Not(Box::new(placeless(*inner))),
        Expression::Within { attribute, filter } => Expression::Within {
            attribute: Name { at: 0, ..attribute },
            filter: Box::new(placeless(*filter)),
        },
        Expression::Compare { attribute, test } => Expression::Compare {
            attribute: Name { at: 0, ..attribute },
            test: match test {
                Test::Present => Test::Present,
                Test::Against { operator, value, .. } => Test::Against {
                    operator,
                    value,
                    at: 0,
                },
            },
        },
    }
}

proptest! {
    #[test]
    fn rec_11_4_what_is_written_is_read_again(expression in expression()) {
        let text = written(&expression);
        let read = parse(&text).map(placeless);
        prop_assert_eq!(read, Ok(expression), "{}", text);
    }

    #[test]
    fn rec_11_4_no_text_breaks_the_parser(text in "\\PC{0,80}") {
        let _ = Filter::of_definitions(&text);
    }

    #[test]
    fn rec_11_4_no_text_of_its_own_words_breaks_the_parser(words in prop::collection::vec(
        prop::sample::select(vec![
            "(", ")", "[", "]", "not", "and", "or", "id", "version", "localizations", ".", " ", "eq", "gt", "pr",
            "\"1.0\"", "\"", "\\", "7", "null", "urn:", "é",
        ]),
        0..40,
    )) {
        let text = words.concat();
        if let Err(error) = Filter::of_definitions(&text) {
            prop_assert!(error.position <= text.chars().count() + 1);
        }
    }

    #[test]
    fn rec_11_4_a_negation_is_the_opposite(one in "[a-c]{0,2}", other in "[a-c]{0,2}", operator in 0_usize..9) {
        let (definition, none) = (definition(Some(&one), None), Vec::new());
        let fits = |text: String| Filter::of_definitions(&text).unwrap().fits(&definition, &none);
        let operator = Operator::ALL[operator].as_str();
        let (a, b) = (format!("displayName {operator} \"{other}\""), "displayName co \"a\"");
        prop_assert_eq!(fits(format!("not ({a})")), !fits(a.clone()));
        prop_assert_eq!(fits(format!("not ({a} or {b})")), fits(format!("not ({a}) and not ({b})")));
        prop_assert_eq!(fits(format!("not ({a} and {b})")), fits(format!("not ({a}) or not ({b})")));
    }
}
