//! Keys of the consent provider of a dataspace, which are those of the tenant (dataspace-consent-protocol 3.4).

use consentry_domain::Lifetime;
use consentry_ledger::key_rotation::KeyPlan;
use consentry_outbound::OutboundOptions;
use consentry_testkit::dataspace::{Dataspace, PROFILE, contents};

use crate::world::until;

const DAY: i64 = 86_400;

/// Ids of the keys that verifiers find.
async fn published(world: &Dataspace) -> Vec<String> {
    let set = world
        .app
        .get("/.well-known/jwks.json")
        .await
        .expect_status(200)
        .json();
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The key that signs a consent token now.
async fn signer(world: &Dataspace) -> String {
    let token = world.consent_token(PROFILE).await;
    contents(&token).0["kid"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dsp_3_4_the_next_key_is_published_ahead_and_the_old_one_stays_until_its_tokens_ended() {
    let world = Dataspace::start().await;
    world.granted(&[PROFILE]).await;
    let outbound = world.app.outbound_with(OutboundOptions {
        keys: Some(KeyPlan {
            replace_after: Lifetime::days(10),
            ahead: Lifetime::days(1),
            stays: Lifetime::days(1),
        }),
        ..OutboundOptions::default()
    });
    let first = signer(&world).await;
    assert_eq!(published(&world).await, std::slice::from_ref(&first));
    world.app.pass(9 * DAY);
    until("the next key is published", || async {
        published(&world).await.len() == 2
    })
    .await;
    assert_eq!(signer(&world).await, first, "it signs nothing yet");
    world.app.pass(DAY);
    // Not more often than an application may ask about one person.
    until("the next key signs", || async {
        world.app.pass(60);
        signer(&world).await != first
    })
    .await;
    let next = signer(&world).await;
    let both = published(&world).await;
    assert!(both.contains(&first) && both.contains(&next), "{both:?}");
    world.app.pass(DAY);
    until("the old key is gone", || async {
        published(&world).await == [next.clone()]
    })
    .await;
    outbound.stop().await;
}
