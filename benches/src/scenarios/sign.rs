//! Making a token with a parsed key, beside the bare signature by the same key over a message of the same size. One core.

use anyhow::Result;
use consentry_jose::{Algorithm, SigningKey};
use serde_json::json;

use super::Setup;
use crate::{
    limits::signatures::{Bare, rate},
    report::Figure,
};

/// Both algorithms.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    Ok(vec![
        one(setup, "sign", Algorithm::Rs256)?,
        one(setup, "sign-es256", Algorithm::Es256)?,
    ])
}

fn one(setup: &Setup, scenario: &'static str, algorithm: Algorithm) -> Result<Figure> {
    let key = SigningKey::generate(algorithm)?;
    let bare = Bare::of(&key)?;
    let header = key.header(Some("at+jwt"));
    let claims = json!({
        "iss": "https://consent.harbor.example/cis/oidc", "sub": "01a20289-a237-7a31-8e01-aabbccddeeff",
        "aud": "https://api.harbor.example", "client_id": "moneytrack", "iat": 1_795_339_220, "exp": 1_795_342_820,
        "jti": "01a20289-a238-7c0f-9c44-1d2e3f405162", "scope": "openid offline_access accounts:balance accounts:transactions",
        "grant_id": "01a20289-a230-7a31-b0b0-102030405060",
    });
    let message = header.as_str().len() + claims.to_string().len() * 4 / 3;
    let message = vec![b'x'; message];
    let (mut limit, mut value) = (0.0_f64, 0.0_f64);
    for _ in 0..setup.rounds {
        limit = limit.max(rate(setup.window / 2, || bare.sign(&message))?);
        value = value.max(rate(setup.window / 2, || {
            let _token = key.sign(&header, &claims)?;
            Ok(())
        })?);
    }
    Ok(Figure {
        scenario,
        engine: "none",
        value,
        unit: "/s",
        limit: Some(limit),
        ratio: Some(value / limit),
        ..Figure::default()
    })
}
