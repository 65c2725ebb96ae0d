//! The ID token that a data source shows beside a consent token (dataspace-consent-protocol 8.4): whose it is, and whether its issuer signed
//! it. Ours are judged by the ledger; those of other login providers here, with the keys they publish.

use consentry_domain::Timestamp;
use consentry_jose::{Algorithm, Limits, decode, encoding};
use consentry_ledger::dataspace::{Provider, VouchedPerson, token::LONGEST};
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};
use serde_json::{Map, Value};

use crate::{
    parties::{Parties, PartyError, Place},
    signed::object,
};

/// Whom an ID token is about; none where it is none, out of time, or of a provider whose people are none of the dataspace.
pub(crate) async fn vouched(
    visit: &Visit,
    parties: &Parties,
    provider: &Provider,
    token: &str,
) -> Result<Option<VouchedPerson>, ApiError> {
    let Some(read) = Unverified::read(token) else {
        return Ok(None);
    };
    if read.text("iss") == Some(&provider.login_issuer) {
        return Ok(visit.ledger().own_vouched_person(&visit.tenant, provider, token));
    }
    let known = read
        .text("iss")
        .and_then(|issuer| visit.tenant.login_provider(issuer));
    let Some((upstream, _)) = known else {
        return Ok(None);
    };
    let now = visit.ledger().now();
    let place = Place::Login(&upstream.issuer);
    match parties.check(&place, (token, &read.kid), now).await {
        Ok(_) => {}
        Err(PartyError::NotSigned) => return Ok(None),
        Err(PartyError::Unavailable { seconds }) => {
            return Err(ApiError::new(&registry::PARTY_KEYS_UNAVAILABLE).retry_after(seconds));
        }
    }
    let skew = i64::from(visit.tenant.tenant.dataspace.clock_skew_seconds);
    Ok(read.person(now, skew))
}

/// A token of which nothing is believed yet.
struct Unverified {
    kid: String,
    claims: Map<String, Value>,
}

impl Unverified {
    fn read(token: &str) -> Option<Self> {
        let unverified = decode(token, Limits { max_len: LONGEST }).ok()?;
        let header = object(&encoding::decode(token.split('.').next()?).ok()?)?;
        let changes_reading = ["crit", "zip", "b64"]
            .iter()
            .any(|name| header.contains_key(*name));
        // What has a version of this protocol is no ID token, whoever signed it.
        if unverified.header.alg != Algorithm::Rs256 || changes_reading || header.contains_key("v") {
            return None;
        }
        Some(Self {
            kid: header.get("kid")?.as_str()?.to_owned(),
            claims: object(&unverified.payload)?,
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    fn person(&self, now: Timestamp, skew: i64) -> Option<VouchedPerson> {
        let second = |name: &str| self.claims.get(name)?.as_i64();
        let now = now.as_seconds();
        if second("exp")? <= now.saturating_sub(skew) || second("iat")? > now.saturating_add(skew) {
            return None;
        }
        let owned = |text: &str| Some(text.to_owned());
        let (aud, azp) = match self.claims.get("aud")? {
            Value::String(one) => (vec![one.clone()], None),
            Value::Array(several) => {
                let several = several.iter().map(|one| one.as_str().and_then(owned));
                (several.collect::<Option<Vec<_>>>()?, self.text("azp"))
            }
            _ => return None,
        };
        Some(VouchedPerson {
            iss: self.text("iss")?.to_owned(),
            sub: self.text("sub").filter(|sub| !sub.is_empty())?.to_owned(),
            acr: self.text("acr").map(str::to_owned),
            azp: azp.map(str::to_owned),
            aud,
        })
    }
}
