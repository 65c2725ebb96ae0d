//! SCIM filters, which every requester of the records door may send (consent-api 11.4).

#![no_main]

use consentry_domain::{
    DefinitionKey, Timestamp,
    definition::{Definition, DefinitionKind, Localization},
    locale::Locale,
};
use consentry_door_records::filter::Filter;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for read in [Filter::of_definitions, Filter::of_localizations] {
        match read(&text) {
            Ok(filter) => judge(&filter),
            Err(refused) => assert!(
                (1..=text.chars().count() + 1).contains(&refused.position),
                "refused at a place that is not there: {refused}"
            ),
        }
    }
});

/// A filter that was taken can be judged, and always says the same.
fn judge(filter: &Filter) {
    let (Ok(key), Ok(locale), Ok(version)) = (
        DefinitionKey::parse("share-location"),
        Locale::parse("en-GB"),
        "1.10".parse(),
    ) else {
        return;
    };
    let wording = Localization {
        definition: key.clone(),
        locale,
        version,
        title: None,
        data: "Your position".to_owned(),
        purpose: "To show shops nearby".to_owned(),
        published_at: Timestamp::EPOCH,
    };
    let definition = Definition {
        key,
        kind: DefinitionKind::Agreement,
        display_name: Some("Share location".to_owned()),
        description: None,
        parameters: Vec::new(),
        parent: None,
        lifetime: None,
        actions: consentry_domain::Actions::default(),
        choice: Default::default(),
    };
    let once = filter.fits(&definition, &[&wording]);
    assert_eq!(once, filter.fits(&definition, &[&wording]));
}
