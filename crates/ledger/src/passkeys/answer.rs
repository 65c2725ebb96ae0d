//! What a browser and an authenticator answer (Web Authentication Level 3), and what must hold of it. Nothing is read from or written to the
//! ledger here.
//!
//! Attestation is neither asked for nor looked at (5.4.7, `none`): the house has no list of makes it would trust more than others.

use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::{
    cbor::{Item, Malformed, Reader},
    key::PublicKey,
};
use crate::opaque::from_base64url;

/// Longest answer that is looked at, in bytes of its JSON.
pub(super) const LONGEST: usize = 16 << 10;

/// Longest id of a credential (6.1, 7.1).
const LONGEST_ID: usize = 1023;

/// Where the answer must come from.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Origin of the page, as browsers write it: `https://bank.example`.
    pub origin: &'a str,
    /// Its host, which is the id of the relying party: `bank.example`.
    pub host: &'a str,
}

/// What a browser sends, as `PublicKeyCredential.toJSON` writes it. What it says beside that is left out.
#[derive(Debug, Deserialize)]
struct Sent {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    response: SentResponse,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SentResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(default)]
    attestation_object: Option<String>,
    #[serde(default)]
    authenticator_data: Option<String>,
    #[serde(default)]
    signature: Option<String>,
    #[serde(default)]
    user_handle: Option<String>,
}

/// What the browser says about where and why it asked (5.8.1).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// A new passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) id: Vec<u8>,
    pub(super) key: PublicKey,
    pub(super) counter: u32,
    pub(super) is_backed_up: bool,
}

/// A passkey that was used; its signature is still to be checked with its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) id: Vec<u8>,
    /// Whose it says it is.
    pub(super) user: [u8; 16],
    pub(super) counter: u32,
    pub(super) is_backed_up: bool,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Used {
    pub(super) fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(&self.signed, &self.signature)
    }
}

/// Reads the answer to `navigator.credentials.create` (7.1).
pub(super) fn made(answer: &str, challenge: &[u8], place: Place<'_>) -> Result<Made, Malformed> {
    let sent = sent(answer)?;
    let _client_data = client_data(&sent.response, "webauthn.create", challenge, place)?;
    let object = bytes(sent.response.attestation_object.as_deref())?;
    let mut reader = Reader::new(&object);
    let mut data = None;
    for _ in 0..reader.map()? {
        match reader.item()? {
            Item::Text("authData") => match reader.item()? {
                Item::Bytes(bytes) => data = Some(bytes),
                _ => return Err(Malformed),
            },
            Item::Text(_) => reader.skip()?,
            _ => return Err(Malformed),
        }
    }
    let authenticator = AuthenticatorData::read(data.ok_or(Malformed)?, place)?;
    let (id, key) = authenticator.credential.ok_or(Malformed)?;
    if id != bytes(Some(&sent.id))? {
        return Err(Malformed);
    }
    Ok(Made {
        id,
        key,
        counter: authenticator.counter,
        is_backed_up: authenticator.is_backed_up,
    })
}

/// Reads the answer to `navigator.credentials.get` (7.2).
pub(super) fn used(answer: &str, challenge: &[u8], place: Place<'_>) -> Result<Used, Malformed> {
    let sent = sent(answer)?;
    let client_data = client_data(&sent.response, "webauthn.get", challenge, place)?;
    let data = bytes(sent.response.authenticator_data.as_deref())?;
    let authenticator = AuthenticatorData::read(&data, place)?;
    let user = bytes(sent.response.user_handle.as_deref())?;
    let hash = digest(&SHA256, &client_data);
    Ok(Used {
        id: bytes(Some(&sent.id))?,
        user: user.try_into().map_err(|_| Malformed)?,
        counter: authenticator.counter,
        is_backed_up: authenticator.is_backed_up,
        signed: [&data, hash.as_ref()].concat(),
        signature: bytes(sent.response.signature.as_deref())?,
    })
}

fn sent(answer: &str) -> Result<Sent, Malformed> {
    if answer.len() > LONGEST {
        return Err(Malformed);
    }
    let sent: Sent = serde_json::from_str(answer).map_err(|_| Malformed)?;
    if sent.kind == "public-key" {
        Ok(sent)
    } else {
        Err(Malformed)
    }
}

fn bytes(text: Option<&str>) -> Result<Vec<u8>, Malformed> {
    text.and_then(from_base64url).ok_or(Malformed)
}

/// The client data, once it is what was asked for, by a page of ours that stands in no frame of somebody else.
fn client_data(
    response: &SentResponse,
    kind: &str,
    challenge: &[u8],
    place: Place<'_>,
) -> Result<Vec<u8>, Malformed> {
    let text = bytes(Some(&response.client_data))?;
    let said: ClientData = serde_json::from_slice(&text).map_err(|_| Malformed)?;
    let answered = bytes(Some(&said.challenge))?;
    let is_ours: bool = answered.ct_eq(challenge).into();
    if is_ours && said.kind == kind && said.origin == place.origin && !said.cross_origin {
        Ok(text)
    } else {
        Err(Malformed)
    }
}

/// Flags of the authenticator's data (6.1).
const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 1 << 2;
const BACKUP_ELIGIBLE: u8 = 1 << 3;
const BACKED_UP: u8 = 1 << 4;
const CREDENTIAL_DATA: u8 = 1 << 6;
const EXTENSION_DATA: u8 = 1 << 7;

struct AuthenticatorData {
    counter: u32,
    is_backed_up: bool,
    credential: Option<(Vec<u8>, PublicKey)>,
}

impl AuthenticatorData {
    /// Reads what the authenticator says, once it is meant for this host and says that it made sure who is there: a passkey stands alone here.
    fn read(data: &[u8], place: Place<'_>) -> Result<Self, Malformed> {
        let (host, rest) = data.split_at_checked(32).ok_or(Malformed)?;
        let (&flags, rest) = rest.split_first().ok_or(Malformed)?;
        let (counter, rest) = rest.split_first_chunk::<4>().ok_or(Malformed)?;
        let is = |flag: u8| flags & flag != 0;
        let is_sound = host == digest(&SHA256, place.host.as_bytes()).as_ref()
            && is(USER_PRESENT)
            && is(USER_VERIFIED)
            && (is(BACKUP_ELIGIBLE) || !is(BACKED_UP));
        if !is_sound {
            return Err(Malformed);
        }
        let mut rest = rest;
        let mut credential = None;
        if is(CREDENTIAL_DATA) {
            // The make of the authenticator comes first.
            let (_make, after) = rest.split_at_checked(16).ok_or(Malformed)?;
            let (length, after) = after.split_first_chunk::<2>().ok_or(Malformed)?;
            let length = usize::from(u16::from_be_bytes(*length));
            let (id, after) = after.split_at_checked(length).ok_or(Malformed)?;
            if id.is_empty() || id.len() > LONGEST_ID {
                return Err(Malformed);
            }
            let mut reader = Reader::new(after);
            credential = Some((id.to_vec(), PublicKey::read(&mut reader)?));
            rest = reader.rest();
        }
        if is(EXTENSION_DATA) {
            let mut reader = Reader::new(rest);
            reader.skip()?;
            rest = reader.rest();
        }
        if !rest.is_empty() {
            return Err(Malformed);
        }
        Ok(Self {
            counter: u32::from_be_bytes(*counter),
            is_backed_up: is(BACKED_UP),
            credential,
        })
    }
}
