//! Consent tokens (consent-tokens-and-preferences 4).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Method;
use serde_json::{Value, json};

use crate::world::{IRIS, World, moment, purpose_of, refused, text};

const USERS: &str = "/consents/users";

/// An event that switches the newsletter on, without saying for whom.
pub(crate) fn on() -> Value {
    json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } })
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn ctp_4_3_the_answer_repeats_what_was_asked_for() {
    let world = World::new().await;
    let asked = json!({
        "organization_id": "harbor", "organization_user_id": IRIS, "lifetime": 1800,
        "metadata": { "case": "C-5521" },
        "event": { "metadata": { "source": "helpdesk" }, "user": { "metadata": { "crm_id": "88012" } } },
        "delegate": { "id": "agent-17", "name": "T. Okafor", "metadata": { "country": "PT" } },
        "validations": { "email": { "enabled": true, "approval": true } },
        "permissions": ["write"],
    });
    let made = world.token(IRIS, &asked).await;
    for (name, value) in asked.as_object().unwrap() {
        assert_eq!(&made[name], value, "{name}");
    }
    let end = moment(&world.app, 1_800);
    assert_eq!(made["expires_at"].as_str().unwrap()[..19], end[..19]);
    let usual = world.token(IRIS, &json!({})).await;
    assert_eq!(usual["lifetime"], 900);
    assert_eq!(usual.get("metadata"), None);
}

#[tokio::test]
async fn ctp_4_5_the_jwt_tells_the_holder_what_is_theirs_and_nothing_else() {
    let world = World::new().await;
    let more = json!({ "metadata": { "case": "C" }, "delegate": { "id": "agent-17" },
        "event": { "metadata": { "source": "helpdesk" } } });
    let made = world.token(IRIS, &more).await;
    let token = text(&made, "id_token");
    let claims = claims(&token);
    assert_eq!(claims["sub"], IRIS);
    assert_eq!(claims["organization_user_id"], IRIS);
    assert_eq!(claims["organization_id"], "harbor");
    assert_eq!(
        (&claims["aud"], &claims["typ"]),
        (&json!("consents"), &json!("consent-token"))
    );
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        900
    );
    assert_eq!(claims["metadata"], json!({ "case": "C" }));
    assert_eq!(claims["permissions"], json!(["read", "write"]));
    assert!(!token.is_empty() && token.len() < 2_000);
    for secret in ["delegate", "event", "validations"] {
        assert_eq!(claims.get(secret), None, "{secret}");
    }
    let head = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    assert_eq!((&head["typ"], &head["alg"]), (&json!("JWT"), &json!("ES256")));
}

#[tokio::test]
async fn ctp_4_2_bad_input_is_400_and_names_the_field() {
    let world = World::new().await;
    let long = "x".repeat(257);
    for (field, body) in [
        ("organization_user_id", json!({})),
        ("organization_user_id", json!({ "organization_user_id": 5 })),
        ("organization_user_id", json!({ "organization_user_id": "" })),
        ("organization_user_id", json!({ "organization_user_id": "  " })),
        ("organization_user_id", json!({ "organization_user_id": long })),
        (
            "organization_user_id",
            json!({ "organization_user_id": "a\u{7}b" }),
        ),
        ("lifetime", json!({ "organization_user_id": "a", "lifetime": 0 })),
        ("lifetime", json!({ "organization_user_id": "a", "lifetime": -1 })),
        (
            "lifetime",
            json!({ "organization_user_id": "a", "lifetime": 1.5 }),
        ),
        (
            "lifetime",
            json!({ "organization_user_id": "a", "lifetime": "900" }),
        ),
        (
            "lifetime",
            json!({ "organization_user_id": "a", "lifetime": null }),
        ),
        (
            "lifetime",
            json!({ "organization_user_id": "a", "lifetime": 31_536_001 }),
        ),
        (
            "lifetime",
            json!({ "organization_user_id": "a", "lifetime": 9_007_199_254_740_993_i64 }),
        ),
        ("metadata", json!({ "organization_user_id": "a", "metadata": [] })),
        (
            "delegate.id",
            json!({ "organization_user_id": "a", "delegate": {} }),
        ),
        (
            "delegate.id",
            json!({ "organization_user_id": "a", "delegate": { "id": 1 } }),
        ),
        (
            "event.regulation",
            json!({ "organization_user_id": "a", "event": { "regulation": "lgpd" } }),
        ),
        (
            "permissions",
            json!({ "organization_user_id": "a", "permissions": [] }),
        ),
        (
            "permissions",
            json!({ "organization_user_id": "a", "permissions": ["admin"] }),
        ),
        (
            "validations.sms",
            json!({ "organization_user_id": "a", "validations": { "sms": {} } }),
        ),
        (
            "validations.email.enabled",
            json!({ "organization_user_id": "a", "validations": { "email": { "enabled": 1 } } }),
        ),
        (
            "validation",
            json!({ "organization_user_id": "a", "validation": "email", "validations": {} }),
        ),
    ] {
        let answer = world.ask(Method::POST, "/consents/tokens", Some(&body)).await;
        let errors = refused(&answer, 400, "BadRequest");
        assert!(errors[field].is_string(), "{field}: {errors}");
    }
    let much = json!({ "organization_user_id": "a", "metadata": { "x": "y".repeat(5_000) } });
    let answer = world.ask(Method::POST, "/consents/tokens", Some(&much)).await;
    refused(&answer, 413, "PayloadTooLarge");
    let more = json!({ "organization_user_id": "a", "metadata": { "x": "y".repeat(20_000) } });
    let answer = world.ask(Method::POST, "/consents/tokens", Some(&more)).await;
    refused(&answer, 413, "PayloadTooLarge");
    let longest = world.token("a", &json!({ "lifetime": 31_536_000 })).await;
    assert_eq!(longest["lifetime"], 31_536_000);
    assert_eq!(world.token("a", &json!({ "lifetime": 1 })).await["lifetime"], 1);
}

#[tokio::test]
async fn ctp_4_1_the_organization_stands_in_query_or_body_and_is_the_sessions_own() {
    let world = World::new().await;
    let post = async |path: &str, body: Value| {
        world
            .with(&world.session(), Method::POST, path, Some(&body))
            .await
    };
    let own = json!({ "organization_user_id": "a", "organization_id": "harbor" });
    assert_eq!(post("/consents/tokens", own.clone()).await.status(), 200);
    assert_eq!(
        post("/v1/consents/tokens?organization_id=harbor", own.clone())
            .await
            .status(),
        200
    );
    let none = post("/consents/tokens", json!({ "organization_user_id": "a" })).await;
    assert!(refused(&none, 400, "BadRequest")["organization_id"].is_string());
    let other = json!({ "organization_user_id": "a", "organization_id": "other" });
    refused(&post("/consents/tokens", other.clone()).await, 403, "Forbidden");
    let both = post("/consents/tokens?organization_id=harbor", other).await;
    refused(&both, 400, "BadRequest");
    refused(
        &post("/consents/tokens?organization_id=other", own).await,
        403,
        "Forbidden",
    );
}

#[tokio::test]
async fn ctp_4_2_a_token_makes_nobody_a_user() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({})).await;
    assert_eq!(world.get(USERS).await["data"], json!([]));
    let own = world
        .with(&token, Method::GET, USERS, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(own["data"], json!([]));
}

#[tokio::test]
async fn ctp_4_4_what_the_token_says_wins_and_its_own_metadata_goes_nowhere() {
    let world = World::new().await;
    let token = world
        .id_token(
            IRIS,
            &json!({
                "metadata": { "case": "C-5521" },
                "event": { "metadata": { "source": "helpdesk" }, "user": { "metadata": { "crm_id": "88012" } },
                    "regulation": "cpra" },
                "delegate": { "id": "agent-17", "name": "T. Okafor" },
            }),
        )
        .await;
    let event = json!({
        "consents": { "purposes": [{ "id": "newsletter", "enabled": true, "values": { "topics": { "value": "garden" } } }] },
        "metadata": { "source": "forged", "page": "footer" },
        "user": { "metadata": { "crm_id": "forged", "shoe": 42 } },
        "delegate": { "id": "somebody-else" },
        "created_at": "2020-01-01T00:00:00Z",
        "status": "confirmed",
    });
    let made = world
        .with(
            &token,
            Method::POST,
            "/v1/consents/events?organization_id=harbor",
            Some(&event),
        )
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        made["metadata"],
        json!({ "source": "helpdesk", "page": "footer" })
    );
    assert_eq!(made["user"]["metadata"], json!({ "crm_id": "88012", "shoe": 42 }));
    assert_eq!(made["user"]["organization_user_id"], IRIS);
    assert_eq!(made["delegate"], json!({ "id": "agent-17", "name": "T. Okafor" }));
    assert_eq!(made["created_at"], moment(&world.app, 0));
    assert_eq!(made["regulation"], "cpra");
    let whole = made.to_string();
    assert!(!whole.contains("C-5521"), "{whole}");
    let plain = world.id_token(IRIS, &json!({})).await;
    let made = world
        .with(&plain, Method::POST, "/consents/events", Some(&event))
        .await;
    assert_eq!(made.expect_status(200).json().get("delegate"), None);
    let user = world.user(IRIS).await;
    assert_eq!(user["metadata"], json!({ "crm_id": "forged", "shoe": 42 }));
    assert_eq!(
        purpose_of(&user, "newsletter")["values"],
        json!({ "topics": { "value": "garden" } })
    );
}

#[tokio::test]
async fn ctp_4_6_a_token_ends_to_the_second_and_says_so() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({ "lifetime": 60 })).await;
    // Whole seconds count, from the second in which it was issued.
    world.app.clock.advance_micros(60_000_000 - 120_331 - 1);
    assert_eq!(world.with(&token, Method::GET, USERS, None).await.status(), 200);
    world.app.clock.advance_micros(1);
    let answer = world.with(&token, Method::GET, USERS, None).await;
    refused(&answer, 401, "NotAuthenticated");
    assert_eq!(answer.json()["message"], "Consent token expired");
}

#[tokio::test]
async fn ctp_4_5_a_token_is_believed_for_its_row_only() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({})).await;
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let mut forged = claims(&token);
    forged["organization_user_id"] = json!("other@example.org");
    forged["exp"] = json!(9_999_999_999_i64);
    parts[1] = URL_SAFE_NO_PAD.encode(forged.to_string());
    let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), parts[1]);
    for bad in [
        parts.join("."),
        unsigned,
        format!("{token}x"),
        token[..token.len() - 2].to_owned(),
        "nothing".to_owned(),
        "a.b.c".to_owned(),
    ] {
        refused(
            &world.with(&bad, Method::GET, USERS, None).await,
            401,
            "NotAuthenticated",
        );
    }
    refused(&world.app.get(USERS).await, 401, "NotAuthenticated");
    assert_eq!(world.with(&token, Method::GET, USERS, None).await.status(), 200);
    let in_query = world.app.get(&format!("{USERS}?token={token}")).await;
    refused(&in_query, 401, "NotAuthenticated");
}

#[tokio::test]
async fn ctp_4_5_a_token_outlives_a_restart() {
    let world = World::new().await;
    let token = world.id_token(IRIS, &json!({ "lifetime": 31_536_000 })).await;
    let app = world.app.restarted().await;
    let ask = async || {
        app.request(Method::GET, USERS)
            .bearer(&token)
            .send()
            .await
            .status()
    };
    assert_eq!(ask().await, 200);
    app.pass(31_535_000);
    assert_eq!(ask().await, 200);
}

#[tokio::test]
async fn ctp_4_5_a_revoked_token_opens_nothing_and_others_go_on() {
    let world = World::new().await;
    let first = world.token(IRIS, &json!({})).await;
    let second = world.id_token(IRIS, &json!({})).await;
    let path = format!("/v1/consents/tokens/{}", text(&first, "jti"));
    assert_eq!(world.ask(Method::DELETE, &path, None).await.status(), 204);
    assert_eq!(
        world.ask(Method::DELETE, &path, None).await.status(),
        204,
        "again"
    );
    let token = text(&first, "id_token");
    refused(
        &world.with(&token, Method::GET, USERS, None).await,
        401,
        "NotAuthenticated",
    );
    assert_eq!(world.with(&second, Method::GET, USERS, None).await.status(), 200);
    let unknown = world
        .ask(Method::DELETE, "/consents/tokens/pt_nothing", None)
        .await;
    refused(&unknown, 404, "NotFound");
    let by_token = world.with(&second, Method::DELETE, &path, None).await;
    refused(&by_token, 403, "Forbidden");
}
