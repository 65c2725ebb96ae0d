//! Spellings of distinguished names.

use proptest::prelude::*;

use super::*;

fn canonical(text: &str) -> String {
    Dn::parse(text)
        .unwrap_or_else(|_| panic!("{text:?} should be a name"))
        .into()
}

#[test]
fn rec_5_2_dn_case_of_types_and_values_does_not_matter() {
    assert_eq!(
        canonical("UID=Ada,OU=People,dc=Example,DC=net"),
        "uid=ada,ou=people,dc=example,dc=net"
    );
}

#[test]
fn attributes_of_a_name_are_told_as_they_mean() {
    let dn = Dn::parse(r"CN=Smith\, Jane+uid=\#J ,ou=a\2Cb,1.2.3=#04AF,o=\ ").unwrap();
    let told = dn.attributes();
    let told: Vec<_> = told
        .iter()
        .map(|(kind, value)| (kind.as_str(), value.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("cn", "smith, jane"),
            ("uid", "#j"),
            ("ou", "a,b"),
            ("1.2.3", "#04af"),
            ("o", " "),
        ]
    );
}

#[test]
fn rec_5_2_dn_spaces_around_separators_do_not_matter() {
    assert_eq!(
        canonical(" uid = ada ,  ou = people ; dc= example "),
        "uid=ada,ou=people,dc=example"
    );
    assert_eq!(canonical("cn=Consent   Admin,dc=x"), "cn=consent admin,dc=x");
}

#[test]
fn rec_5_2_dn_escape_forms_do_not_matter() {
    let one = canonical(r"cn=Smith\, Jane,dc=x");
    assert_eq!(one, r"cn=smith\, jane,dc=x");
    assert_eq!(canonical(r"cn=Smith\2C Jane,dc=x"), one);
    assert_eq!(canonical(r#"cn="Smith, Jane",dc=x"#), one);
    assert_eq!(canonical(r"cn=Lu\c4\8Di\c4\87"), canonical("cn=Lučić"));
    assert_eq!(canonical(r"cn=\#1"), r"cn=\#1");
    assert_eq!(canonical(r"cn=a\3Db"), canonical("cn=a=b"));
    assert_eq!(canonical(r"cn=\00a"), r"cn=\00a");
}

#[test]
fn rec_5_2_dn_multi_valued_parts_are_unordered() {
    assert_eq!(
        canonical("uid=ada+cn=Ada L,dc=x"),
        canonical("CN=ada l + UID=ada , dc=x")
    );
    assert_ne!(
        canonical("uid=ada,cn=ada l,dc=x"),
        canonical("cn=ada l,uid=ada,dc=x")
    );
}

#[test]
fn rec_5_2_dn_numbers_and_encoded_values_are_names() {
    assert_eq!(canonical("OID.2.5.4.3=Ada"), "2.5.4.3=ada");
    assert_eq!(
        canonical("1.3.6.1.4.1.1466.0=#04024869"),
        "1.3.6.1.4.1.1466.0=#04024869"
    );
}

#[test]
fn rec_4_1_what_is_no_name_is_told_apart_from_a_login_name() {
    for text in [
        "",
        " ",
        "ada",
        "ada@example.net",
        "uid",
        "=ada",
        "uid=",
        "uid=ada,",
        ",uid=ada",
        "uid=ada,,dc=x",
        "uid=ada+",
        "1x=a",
        "uid=a\"b",
        "cn=\\",
        "cn=\\4",
        "cn=\\zz",
        "cn=\\ff",
        "cn=#",
        "cn=#0",
        "cn=\"open",
        "a b=c",
        "uid=<a>",
    ] {
        assert_eq!(Dn::parse(text), Err(InvalidDn), "{text:?}");
    }
    assert!(Dn::parse(&format!("cn={}", "a".repeat(MAX_BYTES))).is_err());
    assert!(Dn::parse(&vec!["cn=a"; MAX_ATTRIBUTES + 1].join(",")).is_err());
}

#[test]
fn a_name_does_not_show_itself_in_logs() {
    assert_eq!(format!("{:?}", Dn::parse("uid=ada").unwrap()), "Dn(…)");
}

/// Any name as pairs of type and value, and one random spelling of it.
fn attribute() -> impl Strategy<Value = (String, String)> {
    ("[a-z][a-z0-9-]{0,5}", "[ -~äÖčΣß]{1,12}")
}

fn spelled(value: &str, style: u8) -> String {
    if style.is_multiple_of(3) {
        return value.bytes().map(|byte| format!("\\{byte:02X}")).collect();
    }
    if style % 3 == 1 && !value.contains(['"', '\\']) {
        return format!("\"{value}\"");
    }
    value
        .chars()
        .map(|character| match character {
            ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\' => format!("\\{character}"),
            other => other.to_string(),
        })
        .collect()
}

proptest! {
    #[test]
    fn the_canonical_form_is_stable(text in ".{0,60}") {
        if let Ok(dn) = Dn::parse(&text) {
            prop_assert_eq!(Dn::parse(dn.as_str()), Ok(dn.clone()));
        }
    }

    #[test]
    fn all_spellings_of_a_name_are_one(
        parts in prop::collection::vec(prop::collection::vec(attribute(), 1..3), 1..5),
        styles in any::<[u8; 2]>(),
        shout in any::<bool>(),
    ) {
        let spell = |style: u8, backwards: bool, shout: bool| {
            let parts: Vec<String> = parts
                .iter()
                .map(|attributes| {
                    let mut spelled: Vec<String> = attributes
                        .iter()
                        .map(|(kind, value)| {
                            let kind = if shout { kind.to_uppercase() } else { kind.clone() };
                            format!("{kind} = {}", spelled(value, style))
                        })
                        .collect();
                    if backwards {
                        spelled.reverse();
                    }
                    spelled.join(" + ")
                })
                .collect();
            parts.join(" , ")
        };
        let one = Dn::parse(&spell(styles[0], false, false));
        prop_assert!(one.is_ok());
        prop_assert_eq!(one, Dn::parse(&spell(styles[1], true, shout)));
    }
}

#[test]
fn rec_12_3_a_name_stands_below_its_bases_and_nothing_else() {
    let name = |text: &str| Dn::parse(text).unwrap();
    let ada = name("uid=ada,ou=People,dc=x");
    for base in ["ou=people, dc=x", "dc=X", "uid=ada,ou=people,dc=x"] {
        assert!(ada.is_below(&name(base)), "{base}");
    }
    for base in ["dc=y", "ople,dc=x", "ou=people", "cn=z,uid=ada,ou=people,dc=x"] {
        assert!(Dn::parse(base).is_err() || !ada.is_below(&name(base)), "{base}");
    }
    assert!(
        !name("cn=a\\,dc=x").is_below(&name("dc=x")),
        "the comma belongs to the value"
    );
    assert!(
        name("cn=a\\\\,dc=x").is_below(&name("dc=x")),
        "the backslash belongs to the value"
    );
}

#[test]
fn rec_12_3_any_text_can_be_the_value_of_one_attribute() {
    for text in ["ada", "a,ou=admins", "a+b=c", " x ", "#1", "\"<>\\;", "\0", "é"] {
        let dn = Dn::parse(&format!("uid={},dc=x", escape(text))).unwrap();
        assert_eq!(dn.as_str().matches("dc=").count(), 1, "{text}");
        assert!(
            dn.is_below(&Dn::parse("dc=x").unwrap()),
            "{text}: {}",
            dn.as_str()
        );
    }
}

proptest! {
    #[test]
    fn what_is_canonical_at_first_sight_is_what_reading_it_gives(
        text in "[a-z0-9=,.@+ _#-]{0,12}|([a-z][a-z0-9-]{0,3}=[a-z0-9.@_-]{1,4},?){1,4}",
    ) {
        if is_plain(&text) {
            prop_assert_eq!(Dn::read(&text), Ok(Dn(text)));
        }
    }
}

#[test]
fn many_attributes_are_counted_at_first_sight_too() {
    let name = |parts: usize| vec!["a=b"; parts].join(",");
    assert!(Dn::parse(&name(MAX_ATTRIBUTES)).is_ok());
    assert_eq!(Dn::parse(&name(MAX_ATTRIBUTES + 1)), Err(InvalidDn));
}
