//! What people chose at a preferences door: by person, and by the order in which people were first seen.

use consentry_domain::Timestamp;

use super::{Engine, sample, write};
use crate::{Hash, PreferenceKind, PreferenceRow, Row, Store};

/// All rows of preferences of a person are listed apart from files, and people behind a place.
pub async fn preferences_are_listed_by_person_and_by_place(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let (ada, bob) = (sample::person(1), sample::person(2));
    let made = |words: &str, kind, person, seconds| PreferenceRow {
        created_at: sample::at(seconds),
        ..sample::preference(words, kind, person)
    };
    let of_ada = made("ada", PreferenceKind::Person, ada, 3);
    let of_bob = made("bob", PreferenceKind::Person, bob, 2);
    let events = [
        made("late", PreferenceKind::Event, ada, 9),
        made("early", PreferenceKind::Event, ada, 1),
    ];
    let file = made("file", PreferenceKind::Proof, ada, 4);
    let rows = events.iter().chain([&of_ada, &of_bob, &file]);
    write(&store, rows.cloned().map(Row::Preference)).await;
    let listed = store.preferences_of(tenant, ada).await.unwrap();
    assert_eq!(listed, [events[1].clone(), of_ada.clone(), events[0].clone()]);
    assert_eq!(store.preference(tenant, file.hash).await.unwrap(), Some(file));
    let start = (Timestamp::from_micros(i64::MIN), Hash::new([0; 32]));
    let all = store.preference_people(tenant, start, 10).await.unwrap();
    assert_eq!(all, [of_bob.clone(), of_ada.clone()]);
    let first = store.preference_people(tenant, start, 1).await.unwrap();
    assert_eq!(first, all[..1]);
    let after = (of_bob.created_at, of_bob.hash);
    let rest = store.preference_people(tenant, after, 10).await.unwrap();
    assert_eq!(rest, [of_ada]);
    assert_eq!(store.preferences_of(sample::tenant(2), ada).await.unwrap(), []);
}
