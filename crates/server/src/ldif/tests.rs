use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_ledger::import::{AccountWish, NewPassword};
use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

fn read(text: &str) -> Vec<Result<Record, Vec<Refused>>> {
    records(text.as_bytes()).map(Result::unwrap).collect()
}

fn one(text: &str) -> Record {
    let mut all = read(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).unwrap()
}

fn values(record: &Record) -> Vec<(&str, &str)> {
    record
        .attributes
        .iter()
        .map(|attribute| {
            let value = std::str::from_utf8(&attribute.value).unwrap();
            (attribute.name.as_str(), value)
        })
        .collect()
}

/// Line and reason of everything that is refused.
fn refused(text: &str) -> Vec<(usize, String)> {
    read(text)
        .into_iter()
        .filter_map(Result::err)
        .flatten()
        .map(|refused| (refused.line, refused.why))
        .collect()
}

fn lines(text: &str) -> Vec<usize> {
    refused(text).into_iter().map(|(line, _)| line).collect()
}

#[test]
fn rfc_2849_a_file_is_records_between_empty_lines() {
    let text = "version: 1\ndn: cn=a,dc=x\ncn: a\n\n\n\ndn: cn=b,dc=x\ncn:b\n";
    let all: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
    assert_eq!((all[0].line, all[0].dn.as_str()), (2, "cn=a,dc=x"));
    assert_eq!((all[1].line, all[1].dn.as_str()), (7, "cn=b,dc=x"));
    assert_eq!(values(&all[1]), [("cn", "b")]);
    let apart = one("version: 1\n\ndn: cn=a,dc=x\ncn: a\n");
    assert_eq!(apart.line, 3);
    for nothing in ["", "\n\n", "# only a comment\n", "version: 1\n"] {
        assert_eq!(read(nothing), [], "{nothing:?}");
    }
}

#[test]
fn rfc_2849_lines_are_folded_with_one_space() {
    let record = one(
        "dn: cn=Barbara J\n  Jensen,\n dc=example\ndescription:Babs is a\n  big\n  sailing fan\nsn\n : Jensen\n",
    );
    assert_eq!(record.dn, "cn=Barbara J Jensen,dc=example");
    assert_eq!(
        values(&record),
        [("description", "Babs is a big sailing fan"), ("sn", "Jensen")]
    );
    assert_eq!(record.attributes[1].line, 7);
    assert_eq!(lines("dn: cn=a,dc=x\ncn: a\n\n folded\ndn: cn=b,dc=x\n"), [4]);
}

#[test]
fn rfc_2849_comments_are_left_out_and_are_folded_too() {
    let record = one("# first\n#folded\n  comment\ndn: cn=a,dc=x\n# between\n uid: not-a-value\ncn: a\n");
    assert_eq!(values(&record), [("cn", "a")]);
    assert_eq!(one("dn: cn=a,dc=x\ncn: a\n#\n\n#\n").line, 1);
}

#[test]
fn rfc_2849_values_are_text_or_base64() {
    let record = one(
        "dn:: Y249WmXDqyxkYz14\ncn:: WmXDqw==\ndescription:: IGxlYWRpbmc=\nempty:\nsn:   spaced  \ncn;lang-nl: Zeeuw\nurl: ldap://x:389/\n",
    );
    assert_eq!(record.dn, "cn=Zeë,dc=x");
    assert_eq!(
        values(&record),
        [
            ("cn", "Zeë"),
            ("description", " leading"),
            ("empty", ""),
            ("sn", "spaced  "),
            ("cn", "Zeeuw"),
            ("url", "ldap://x:389/"),
        ]
    );
    let folded = one("dn: cn=a,dc=x\ncn:: WmXD\n qw==\n");
    assert_eq!(values(&folded), [("cn", "Zeë")]);
}

#[test]
fn rfc_2849_lines_end_with_cr_lf_too() {
    let record = one("\u{feff}version: 1\r\ndn: cn=a,\r\n dc=x\r\ncn: a\r\n\r\n");
    assert_eq!(
        (record.dn.as_str(), values(&record)),
        ("cn=a,dc=x", vec![("cn", "a")])
    );
}

#[test]
fn rfc_2849_an_addition_is_content() {
    let record = one("dn: cn=a,dc=x\nchangetype: add\ncn: a\n");
    assert_eq!(values(&record), [("cn", "a")]);
    assert_eq!(
        values(&one("dn: cn=a,dc=x\nchangeType: ADD\ncn: a\n")),
        [("cn", "a")]
    );
}

#[test]
fn what_cannot_be_imported_is_refused_with_its_line() {
    for (text, line, why) in [
        (
            "dn: cn=a,dc=x\nchangetype: modify\nreplace: cn\ncn: b\n-\n",
            2,
            "changetype modify",
        ),
        ("dn: cn=a,dc=x\nchangetype: delete\n", 2, "changetype delete"),
        (
            "dn: cn=a,dc=x\nchangetype: modrdn\nnewrdn: cn=b\n",
            2,
            "changetype modrdn",
        ),
        (
            "dn: cn=a,dc=x\ncontrol: 1.2.840.113556.1.4.805 true\nchangetype: add\n",
            2,
            "controls",
        ),
        ("cn: a\ndn: cn=a,dc=x\n", 1, "begins with dn"),
        ("dn: cn=a,dc=x\ncn: a\ndn: cn=b,dc=x\ncn: b\n", 3, "empty line"),
        (
            "dn: cn=a,dc=x\njpegPhoto:< file:///etc/passwd\n",
            2,
            "other places",
        ),
        ("dn: cn=a,dc=x\ncn:: not base64!\n", 2, "not base64"),
        ("dn: cn=a,dc=x\nno colon here\n", 2, "a colon"),
        ("dn: cn=a,dc=x\nc n: a\n", 2, "no name"),
        ("dn: cn=a,dc=x\n: a\n", 2, "no name"),
        ("dn:: //79\ncn: a\n", 1, "UTF-8"),
        ("version: 2\ndn: cn=a,dc=x\n", 1, "version 1"),
    ] {
        let all = refused(text);
        assert!(
            all.iter().any(|(at, reason)| *at == line && reason.contains(why)),
            "{text:?}: {all:?}"
        );
    }
    let both = lines("dn: cn=a,dc=x\nbroken\ncn:: !\n");
    assert_eq!(both, [2, 3], "everything that is wrong with a record");
}

#[test]
fn rec_17_an_entry_that_is_too_large_is_refused_and_the_next_one_is_read() {
    let folded = "\n ".to_owned() + &"x".repeat(1 << 20);
    for large in [
        format!("cn: {}", "x".repeat(5 << 20)),
        format!("cn: {}", folded.repeat(5)),
    ] {
        for end in ["\n", "\r\n"] {
            let text = format!("dn: cn=a,dc=x\n{large}\nsn: a\n\ndn: cn=b,dc=x\nsn: b\n").replace('\n', end);
            let read = read(&text);
            assert_eq!(read.len(), 2);
            let refused = read[0].as_ref().unwrap_err();
            assert_eq!(refused[0].why, "the entry is larger than 4 MiB");
            assert_eq!(read[1].as_ref().unwrap().dn, "cn=b,dc=x");
            assert_eq!(read[1].as_ref().unwrap().line, text.lines().count() - 1);
        }
    }
}

#[test]
fn rec_17_lines_are_the_same_however_the_file_comes_in_pieces() {
    let text = "\u{feff}version: 1\r\n# c\r\n d\r\n\r\ndn: cn=\u{e9},dc=x\r\ncn: long\r\n er\r\n\r\n\r\n x\ndn: cn=b,dc=x\n";
    let whole = read(text);
    assert_eq!(whole.len(), 2, "{whole:?}");
    for size in 1..20 {
        let pieces = std::io::BufReader::with_capacity(size, text.as_bytes());
        let read: Vec<_> = records(pieces).map(Result::unwrap).collect();
        assert_eq!(read, whole, "{size}");
    }
}

#[test]
fn a_refused_record_takes_no_other_with_it() {
    let all = read("dn: cn=a,dc=x\nbroken\n\ndn: cn=b,dc=x\ncn: b\n");
    assert!(all[0].is_err());
    assert_eq!(all[1].as_ref().unwrap().dn, "cn=b,dc=x");
    // What is refused is named and not repeated: it may be a password.
    let text = format!(
        "{all:?}{:?}",
        read("dn: cn=a,dc=x\nuserPassword: secret-1\nsecret-2\n")
    );
    assert!(!text.contains("secret"), "{text}");
}

fn found(attributes: &str) -> (AccountWish, Vec<Refused>) {
    match account(&one(&format!("dn: UID=Ada, ou=people,dc=x\n{attributes}"))).unwrap() {
        Found::Account(wish, left_out) => (*wish, left_out),
        Found::Other => panic!("no account"),
    }
}

#[test]
fn rec_12_3_an_entry_gives_names_and_flags() {
    let (wish, left_out) = found(
        "objectClass: top\nobjectClass: inetOrgPerson\nuid: ada\nuid: ada\nUID: lovelace\ncn: Ada L\nentryUUID: 5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22\nmail: ada@x.example\n",
    );
    assert_eq!(wish.dn.as_str(), "uid=ada,ou=people,dc=x");
    assert_eq!(
        (wish.uid, wish.cn),
        (
            vec!["ada".to_owned(), "lovelace".to_owned()],
            vec!["Ada L".to_owned()]
        )
    );
    assert_eq!(
        wish.entry_uuid.as_deref(),
        Some("5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22")
    );
    assert_eq!((wish.bypass_acl, wish.disabled), (None, None));
    assert!(wish.password.is_none() && left_out.is_empty());
    let flags = |attributes: &str| {
        let (wish, _) = found(attributes);
        (wish.bypass_acl, wish.disabled)
    };
    assert_eq!(flags("ds-privilege-name: config-read\n"), (Some(false), None));
    assert_eq!(
        flags("ds-privilege-name: config-read\nds-privilege-name: Bypass-ACL\n"),
        (Some(true), None)
    );
    assert_eq!(flags("ds-pwp-account-disabled: true\n"), (None, Some(true)));
    assert_eq!(flags("ds-pwp-account-disabled: false\n"), (None, Some(false)));
    assert_eq!(flags("nsAccountLock: TRUE\n"), (None, Some(true)));
    assert_eq!(flags("pwdAccountLockedTime: 000001010000Z\n"), (None, Some(true)));
    assert_eq!(
        flags("pwdAccountLockedTime: 20310304091527Z\n"),
        (None, Some(false))
    );
}

#[test]
fn rec_12_3_containers_and_groups_are_no_accounts() {
    let kind = |attributes: &str| {
        let record = one(&format!("dn: cn=x,dc=x\n{attributes}"));
        matches!(account(&record), Ok(Found::Account(..)))
    };
    assert!(!kind("objectClass: organizationalUnit\nou: people\n"));
    assert!(!kind(
        "objectClass: groupOfNames\ncn: staff\nmember: uid=ada,dc=x\n"
    ));
    assert!(kind("objectClass: PERSON\ncn: x\n"));
    assert!(kind("cn: x\n"), "without classes");
    assert!(
        kind("objectClass: organizationalRole\ncn: x\nuserPassword: s\n"),
        "with a password"
    );
    let nameless = account(&one("dn: nobody\nobjectClass: person\n")).unwrap_err();
    assert_eq!((nameless[0].line, nameless.len()), (1, 1));
    assert!(account(&one("dn: nobody\nobjectClass: organizationalUnit\n")).is_err());
}

#[test]
fn rec_12_3_names_that_are_no_text_are_refused() {
    for attributes in ["uid:: //79\n", "cn:: YQBi\n", "uid:\n"] {
        let record = one(&format!("dn: uid=a,dc=x\nobjectClass: person\n{attributes}"));
        assert_eq!(account(&record).unwrap_err()[0].line, 3, "{attributes}");
    }
    let long = format!("dn: uid=a,dc=x\nuid: {}\n", "x".repeat(1025));
    assert_eq!(account(&one(&long)).unwrap_err()[0].line, 2);
    // What no account needs may be anything.
    found("objectClass: person\njpegPhoto:: //79\n");
}

const ARGON2: &str =
    "{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$4GruD5HrOwNUrhdtBKx5kg$1neTf31qZlTixC+aCa6Xj+nhJ7RvDc3VIfIEVB4pOjI";

#[test]
fn rec_12_3_passwords_are_taken_in_clear_or_as_argon2() {
    let clear = |attributes: &str| match found(attributes).0.password {
        Some(NewPassword::Clear(password)) => password.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(clear("userPassword: plain text\n"), "plain text");
    assert_eq!(clear("userPassword:: 4oKsIHM=\n"), "€ s");
    assert_eq!(clear("userPassword: {CLEARTEXT}x\n"), "x");
    assert_eq!(clear("userPassword: {not a scheme}x\n"), "{not a scheme}x");
    assert_eq!(clear("userPassword: {unclosed\n"), "{unclosed");
    let (wish, left_out) = found(&format!("userPassword: {ARGON2}\n"));
    assert!(left_out.is_empty());
    assert!(matches!(wish.password, Some(NewPassword::Hash(hash)) if ARGON2.ends_with(&hash)));
    assert!(!format!("{:?}", found("userPassword: secret-1\n").0).contains("secret-1"));
}

#[test]
fn rec_12_3_passwords_of_other_schemes_are_left_out_with_their_line() {
    for value in [
        "{SSHA}DkMTwBl+a/3DQTxCYEApdUtNXGgdUac3",
        "{CRYPT}$6$x$y",
        "{MD5}x",
        "{ARGON2}garbage",
        // Four gigabytes for each login.
        "{ARGON2}$argon2id$v=19$m=4194304,t=3,p=1$4GruD5HrOwNUrhdtBKx5kg$1neTf31qZlTixC+aCa6Xj+nhJ7RvDc3VIfIEVB4pOjI",
        "{ARGON2}$argon2id$v=19$m=4096,t=99999,p=1$4GruD5HrOwNUrhdtBKx5kg$1neTf31qZlTixC+aCa6Xj+nhJ7RvDc3VIfIEVB4pOjI",
    ] {
        let (wish, left_out) = found(&format!("uid: ada\nuserPassword: {value}\n"));
        assert!(wish.password.is_none(), "{value}");
        assert_eq!((left_out.len(), left_out[0].line), (1, 3), "{value}");
        assert!(left_out[0].why.contains("left out") && !left_out[0].why.contains('$'));
    }
    let (wish, left_out) = found("userPassword: {MD5}x\nuserPassword: one\nuserPassword: two\n");
    assert!(matches!(wish.password, Some(NewPassword::Clear(one)) if one.expose_secret() == "one"));
    assert_eq!(left_out.iter().map(|left| left.line).collect::<Vec<_>>(), [2, 4]);
    assert!(found("userPassword:\n").0.password.is_none());
}

/// Writes a record as RFC 2849 recommends: base64 where needed, folded at 76 columns.
fn written(dn: &str, attributes: &[(String, Vec<u8>)]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let dn = ("dn".to_owned(), dn.as_bytes().to_vec());
    for (name, value) in std::iter::once(&dn).chain(attributes) {
        let line = format!("{name}:: {}", STANDARD.encode(value));
        for (index, part) in line.as_bytes().chunks(75).enumerate() {
            let space = if index == 0 { "" } else { " " };
            writeln!(text, "{space}{}", std::str::from_utf8(part).unwrap()).unwrap();
        }
    }
    text
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(text in proptest::collection::vec(any::<u8>(), 0..400)) {
        let lines = text.split(|byte| *byte == b'\n').count();
        for record in records(text.as_slice()) {
            match record.unwrap() {
                Ok(record) => { let _ = account(&record); }
                Err(refused) => {
                    prop_assert!(refused.iter().all(|refused| (1..=lines).contains(&refused.line)));
                }
            }
        }
    }

    #[test]
    fn lines_of_ldif_are_read_or_refused(text in "([a-z:;<# \\-=+/\u{e9}]{0,12}\r?\n){0,12}") {
        for record in read(&text).into_iter().flatten() {
            let _ = account(&record);
        }
    }

    #[test]
    fn what_was_written_is_read_again(
        dn in "[^\0]{1,90}",
        attributes in proptest::collection::vec(("[a-z]{2}[a-z0-9-]{0,8}x", proptest::collection::vec(any::<u8>(), 0..120)), 0..5),
    ) {
        let text = written(&dn, &attributes);
        let record = one(&text);
        prop_assert_eq!(&record.dn, &dn);
        let read: Vec<_> = record.attributes.into_iter().map(|own| (own.name, own.value)).collect();
        prop_assert_eq!(read, attributes);
    }
}
