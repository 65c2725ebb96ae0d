//! What cannot be taken over.

use super::{ACCEPTED, PENDING, RECORDS, REVOKED, SERVICE, failed, found, house};

const BAD: &str = r#"dn: entryUUID=not-a-uuid,ou=consents,dc=meadow,dc=example
ping-consent-state: allowed
ping-consent-definition: {"id":"share-location","version":"9.0","locale":"en-GB"}

dn: entryUUID=10000000-0000-4000-8000-000000000001,ou=consents,dc=meadow,dc=example
ping-consent-state: accepted
ping-consent-subject: a
ping-consent-subject: b
ping-consent-subject-dn: nobody
ping-consent-definition: {"id":"share-location","version":"1","locale":"en-GB"
ping-consent-data: 7
ping-consent-created-date: 20250101000000
ping-consent-mood: good

dn: entryUUID=10000000-0000-4000-8000-000000000002,ou=consents,dc=meadow,dc=example
ping-consent-state: accepted
ping-consent-subject: a
ping-consent-definition: {"id":"gone","version":"1.0","locale":"en-GB"}
ping-consent-created-date: 20250101000000Z

dn: entryUUID=10000000-0000-4000-8000-000000000003,ou=consents,dc=meadow,dc=example
ping-consent-state: accepted
ping-consent-subject: a
ping-consent-definition: {"id":"share-location","version":"1.1","locale":"en-GB"}
ping-consent-created-date: 20250101000000Z

dn: entryUUID=10000000-0000-4000-8000-000000000004,ou=consents,dc=meadow,dc=example
ping-consent-state: denied
ping-consent-subject: a
ping-consent-definition: {"id":"share-location","version":"1.0","locale":"de"}
ping-consent-created-date: 20250101000000Z
ping-consent-updated-date: 20240101000000Z

dn: entryUUID=10000000-0000-4000-8000-000000000005,ou=consents,dc=meadow,dc=example
changetype: delete

dn: entryUUID=10000000-0000-4000-8000-000000000006,ou=consents,dc=meadow,dc=example
ping-consent-state: pending
ping-consent-subject: a
ping-consent-definition: {"id":"share-location"}
ping-consent-created-date: 29990101000000Z

"#;

#[test]
fn rec_17_a_file_with_anything_wrong_changes_nothing_and_every_line_is_told() {
    let house = house();
    let mixed = format!("{BAD}{}", RECORDS.replace("version: 1\n", ""));
    let (out, said) = failed(&house.import_records(&mixed, &[]));
    assert_eq!(out, "");
    let of = |line: usize, number: usize, why: &str| {
        format!(
            "consents.ldif:{line}: entryUUID=10000000-0000-4000-8000-00000000000{number},ou=consents,dc=meadow,dc=example: {why}"
        )
    };
    let first = |line: usize, why: &str| {
        format!("consents.ldif:{line}: entryUUID=not-a-uuid,ou=consents,dc=meadow,dc=example: {why}")
    };
    assert_eq!(
        said,
        [
            first(1, "subject is required"),
            first(1, "createdDate is required"),
            first(1, "entryUUID is no UUID"),
            first(2, "status must be pending, accepted, denied or revoked"),
            of(7, 1, "subject has more than one value"),
            of(9, 1, "subjectDN is not a distinguished name"),
            of(10, 1, "definition is not JSON"),
            of(11, 1, "data must be an object or an array"),
            of(12, 1, "createdDate is no generalized time with a zone"),
            of(
                13,
                1,
                "ping-consent-mood is no attribute of a record; name it in import.records.names or import.records.ignored"
            ),
            of(18, 2, "definition.id there is no such definition: gone"),
            of(
                24,
                3,
                "definition.version version 1.1 has not been published for locale en-GB"
            ),
            of(32, 4, "updatedDate lies before createdDate"),
            "consents.ldif:35: changetype delete is no addition".to_owned(),
            of(41, 6, "createdDate lies in the future"),
            "consentry: nothing is written, since 7 entries cannot be taken over; --skip-bad leaves them out"
                .to_owned(),
        ]
    );
    house.assert_empty();
    house.verify();
}

#[test]
fn rec_17_what_is_wrong_can_be_left_out() {
    let house = house();
    let mixed = format!("{BAD}{}", RECORDS.replace("version: 1\n", ""));
    let (out, said) = failed(&house.import_records(&mixed, &["--skip-bad"]));
    assert_eq!(
        out,
        "3 added, 0 unchanged, 0 different, 7 left out; no records: 1\n"
    );
    assert_eq!(
        said.last().map(String::as_str),
        Some("consentry: 7 entries of the file are not what stands here")
    );
    house.verify();
    let running = house.serve();
    assert_eq!(
        found(&running, SERVICE, "?all=true"),
        [PENDING, REVOKED, ACCEPTED]
    );
}
