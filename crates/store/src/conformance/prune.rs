//! Tidying up what was over.

use super::{Engine, commit, rows::stored, sample, writing};
use crate::{ChangeSet, IdempotencyKey, InteractionRow, Row, Store, TokenRow};

fn ending(words: &str, seconds: i64) -> ChangeSet {
    let token = TokenRow {
        expires_at: sample::at(seconds),
        ..sample::token(words, sample::person(1))
    };
    let interaction = InteractionRow {
        expires_at: sample::at(seconds),
        ..sample::interaction(words, "browser")
    };
    let mut change = writing([Row::Token(token), Row::Interaction(interaction)]);
    change.idempotency = Some(IdempotencyKey {
        ..sample::request(words, words, seconds)
    });
    change.at = sample::at(-1);
    change
}

/// Credentials, interactions and remembered requests that were over before the moment go; everything else stays.
pub async fn what_was_over_goes_and_the_rest_stays(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let other = sample::tenant(2);
    for (words, seconds) in [
        ("long over", 10),
        ("just over", 49),
        ("at the moment", 50),
        ("not over", 51),
    ] {
        let _receipt = commit(&store, ending(words, seconds)).await.unwrap();
    }
    let _receipt = commit(
        &store,
        ChangeSet {
            tenant: other,
            ..ending("elsewhere", 10)
        },
    )
    .await
    .unwrap();
    let others = sample::every_row();
    let mut change = writing(others.clone());
    change
        .rows
        .retain(|row| !matches!(row, crate::RowChange::Put(Row::Token(_) | Row::Interaction(_))));
    let _receipt = commit(&store, change).await.unwrap();

    assert_eq!(store.prune(tenant, sample::at(50), 1000).await.unwrap(), 6);
    assert_eq!(store.prune(tenant, sample::at(50), 1000).await.unwrap(), 0);
    for (words, stays) in [
        ("long over", false),
        ("just over", false),
        ("at the moment", true),
        ("not over", true),
    ] {
        let hash = sample::hash(words);
        assert_eq!(
            store.token(tenant, hash).await.unwrap().is_some(),
            stays,
            "{words}"
        );
        assert_eq!(
            store.interaction(tenant, hash).await.unwrap().is_some(),
            stays,
            "{words}"
        );
        assert_eq!(
            commit(&store, ending(words, 1000)).await.is_err(),
            stays,
            "{words} is remembered"
        );
    }
    assert!(
        store
            .token(other, sample::hash("elsewhere"))
            .await
            .unwrap()
            .is_some()
    );
    for row in others
        .iter()
        .filter(|row| !matches!(row, Row::Token(_) | Row::Interaction(_)))
    {
        assert_eq!(stored(&store, tenant, row).await.as_ref(), Some(row));
    }
}

/// One call removes at most as many rows as asked; calling again goes on.
pub async fn no_more_rows_go_than_asked(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    for number in 0..5 {
        let _receipt = commit(&store, ending(&format!("token {number}"), number))
            .await
            .unwrap();
    }
    let mut counts = Vec::new();
    for _ in 0..6 {
        counts.push(store.prune(tenant, sample::at(100), 4).await.unwrap());
    }
    assert_eq!(counts, [4, 4, 4, 3, 0, 0]);
}
