//! Writing the fields of a request into a registration (third-party-authorization A.2). A field that is not there stays as it is; one
//! whose value is an object is replaced whole (TPA-CL-04).

use consentry_domain::{
    Lifetime, PartyId,
    client::{Client, LONGEST_URI, Pkce, Prompt, SubjectType, Wrong},
    scope::Scope,
};
use consentry_ledger::{TenantSnapshot, profile};
use serde_json::{Map, Value};

use super::{
    reader::{Given, Reader, whole},
    unbuilt, wire,
};

/// Most addresses, scopes and the like in one field.
const MOST: usize = 100;

/// A year, in seconds.
const YEAR: i64 = 31_536_000;

/// Longest name, in characters.
const NAME: usize = 200;

/// Longest text about something, in characters.
const TEXT: usize = 2_000;

/// Whether a client comes into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It does.
    Create,
    /// It was there.
    Change,
}

/// Writes what a body says into a client.
pub(super) fn write(
    members: &Map<String, Value>,
    kind: Kind,
    tenant: &TenantSnapshot,
    client: &mut Client,
) -> Result<(), Vec<Wrong>> {
    let mut reader = Reader::new(members);
    read_only(&mut reader, kind, tenant, client);
    unbuilt::read(&mut reader, tenant);
    identity(&mut reader, kind, tenant, client);
    addresses(&mut reader, client);
    permissions(&mut reader, kind, client);
    lifetimes(&mut reader, client);
    switches(&mut reader, client);
    shown(&mut reader, client);
    authentication(&mut reader, client);
    reader.finish()
}

/// What cannot be changed may be sent back as it is.
fn read_only(reader: &mut Reader<'_>, kind: Kind, tenant: &TenantSnapshot, client: &Client) {
    let is = wire::client(tenant, client, None);
    for name in [
        "app_id",
        "tenant_id",
        "client_id",
        "client_secret",
        "created_at",
        "updated_at",
    ] {
        let Some(value) = reader.raw(name) else { continue };
        let fits = match (name, kind) {
            ("app_id" | "tenant_id", _) | (_, Kind::Change) => *value == is[name],
            (_, Kind::Create) => false,
        };
        if !fits {
            reader.refuse(name, "cannot be chosen or changed");
        }
    }
}

fn identity(reader: &mut Reader<'_>, kind: Kind, tenant: &TenantSnapshot, client: &mut Client) {
    match reader.text("name", NAME) {
        Some(Given::Value(name)) => client.name = name,
        Some(Given::Default) => reader.refuse("name", "must be a text"),
        None if kind == Kind::Create && reader.raw("name").is_none() => reader.refuse("name", "is missing"),
        None => {}
    }
    let description = reader.read(
        "description",
        "must be a text of at most 2000 characters",
        |value| {
            let text = value.as_str()?;
            (text.chars().count() <= TEXT).then(|| text.to_owned())
        },
    );
    if let Some(description) = description {
        client.settings.description = description.or(String::new());
    }
    if let Some(is) = reader.boolean("is_third_party") {
        client.is_third_party = is.or(false);
    }
    if let Some(is) = reader.boolean("enabled") {
        client.enabled = is.or(true);
    }
    if let Some(of) = reader.choice("client_type", "web, native") {
        client.client_type = of.or(consentry_domain::client::ClientType::Web);
    }
    // TPA-CL-12: what a new client has that does not say.
    let usual = if client.is_third_party {
        tenant.tenant.authorization.third_party_pkce
    } else {
        Pkce::Allow
    };
    if kind == Kind::Create {
        client.pkce = usual;
    }
    let names = "allowPkceAlongsideClientCredentials, enforcePkceAlongsideClientCredentials, \
                 enforcePkceInsteadOfClientCredentials";
    if let Some(pkce) = reader.choice("pkce", names) {
        client.pkce = pkce.or(usual);
    }
}

fn addresses(reader: &mut Reader<'_>, client: &mut Client) {
    if let Some(uris) = reader.texts("redirect_uris", MOST, LONGEST_URI) {
        client.redirect_uris = uris.or(Vec::new());
    }
    if let Some(uris) = reader.texts("post_logout_redirect_uris", MOST, LONGEST_URI) {
        client.post_logout_redirect_uris = uris.or(Vec::new());
    }
    if let Some(uri) = reader.text("consent_uri", LONGEST_URI) {
        client.consent_uri = uri.value();
    }
}

fn permissions(reader: &mut Reader<'_>, kind: Kind, client: &mut Client) {
    let why = "must be a list of at most 100 different scopes";
    let scopes = reader.read("allowed_scopes", why, |value| {
        let values = value.as_array().filter(|values| values.len() <= MOST)?;
        let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
        let texts = texts.filter(|texts| texts.iter().all(|text| !text.contains(' ')))?;
        let scope = Scope::parse(&texts.join(" ")).ok()?;
        (scope.values().len() == texts.len()).then_some(scope)
    });
    if let Some(scopes) = scopes {
        client.allowed_scopes = scopes.or(Scope::default());
    }
    if let Some(resources) = reader.texts("resources", MOST, LONGEST_URI) {
        client.resources = resources.or(Vec::new());
    }
    let why = "must be a list of at least one of login, consent, none, each once";
    let prompts = reader.read("supported_prompts", why, |value| {
        let prompts: Vec<Prompt> = serde_json::from_value(value.clone()).ok()?;
        let each_once = Prompt::ALL
            .iter()
            .all(|prompt| prompts.iter().filter(|own| *own == prompt).count() <= 1);
        (each_once && !prompts.is_empty()).then_some(prompts)
    });
    if let Some(prompts) = prompts {
        client.supported_prompts = prompts.or(Prompt::ALL.to_vec());
    }
    let given = reader.choice::<SubjectType>("subject_type", "public, pairwise");
    if let Some(given) = given {
        let given = given.value();
        if given == Some(SubjectType::Pairwise) && !client.is_third_party {
            reader.refuse("subject_type", "must be public for an application's own client");
        }
        client.settings.subject_type = given.filter(|_| client.is_third_party || kind == Kind::Create);
    }
}

fn lifetimes(reader: &mut Reader<'_>, client: &mut Client) {
    if let Some(seconds) = reader.seconds("consent_validity_period", 1, YEAR) {
        client.consent_validity = seconds.value().map(Lifetime::seconds);
    }
    if let Some(seconds) = reader.seconds("interaction_ttl_seconds", 60, 86_400) {
        client.settings.interaction = seconds.value().map(Lifetime::seconds);
    }
    let why = "must be an object with access_token_ttl, refresh_token_ttl and max_refresh_rotate, \
               each whole seconds from 1 to 31536000 if there";
    let expiration = reader.read("token_expiration", why, |value| {
        let members = value.as_object()?;
        let mut lives = [None; 3];
        for (name, value) in members {
            let position = match name.as_str() {
                "access_token_ttl" => 0,
                "refresh_token_ttl" => 1,
                "max_refresh_rotate" => 2,
                _ => return None,
            };
            if !value.is_null() {
                lives[position] = Some(Lifetime::seconds(whole(value, 1, YEAR)?));
            }
        }
        Some(lives)
    });
    if let Some(expiration) = expiration {
        let [access, refresh, window] = expiration.or([None; 3]);
        client.settings.access_token = access;
        client.settings.refresh_token = refresh;
        client.settings.refresh_window = window;
    }
}

fn switches(reader: &mut Reader<'_>, client: &mut Client) {
    if let Some(mode) = reader.choice("consent_callback_mode", "strict, compat") {
        client.callback_mode = mode.value();
    }
    if let Some(asks) = reader.choice("prompt_consent", "always, if_required") {
        client.prompt_consent = asks.value();
    }
    if let Some(format) = reader.choice("requested_scope_format", "repeat, space, comma, brackets") {
        client.scope_format = format.value();
    }
    if let Some(site) = reader.choice("short_cookies_samesite_type", "lax, none") {
        client.settings.cookie_site = site.value();
    }
    if let Some(must) = reader.boolean("enforce_par") {
        client.settings.require_pushed_requests = must.or(false);
    }
    if let Some(algorithm) = reader.choice("id_token_signed_response_alg", "RS256, ES256") {
        client.settings.id_token_algorithm = algorithm.value();
    }
    if let Some(algorithm) = reader.choice("access_token_signed_response_alg", "RS256, ES256") {
        client.settings.access_token_algorithm = algorithm.value();
    }
    if let Some(claims) = reader.texts("default_custom_claims", 20, 64) {
        let claims = claims.or(Vec::new());
        if let Some(unknown) = claims.iter().find(|claim| profile::scope_of(claim).is_none()) {
            let why = format!("{unknown:?} is no claim that a scope carries");
            reader.refuse("default_custom_claims", why);
        }
        client.settings.id_token_claims = claims;
    }
    if let Some(types) = reader.choices("authorization_details_types", "fdx_v1.0") {
        client.settings.authorization_details_types = types.or(Vec::new());
    }
}

/// What people are shown of it.
fn shown(reader: &mut Reader<'_>, client: &mut Client) {
    if let Some(purpose) = reader.text("purpose", TEXT) {
        client.purpose = purpose.value();
    }
    if let Some(name) = reader.text("organization_name", NAME) {
        let name = name.value();
        if client.party.is_some() && name.is_some() {
            reader.refuse(
                "organization_name",
                "must be left to the party that is registered for this client",
            );
        }
        client.settings.organization_name = name;
    }
    let settings = &mut client.settings;
    for (name, own) in [
        ("logo_uri", &mut settings.logo_uri),
        ("client_uri", &mut settings.client_uri),
        ("policy_uri", &mut settings.policy_uri),
        ("tos_uri", &mut settings.tos_uri),
        ("reconnect_uri", &mut settings.reconnect_uri),
    ] {
        if let Some(uri) = reader.text(name, LONGEST_URI) {
            *own = uri.value();
        }
    }
    if let Some(contacts) = reader.texts("contacts", 10, 254) {
        settings.contacts = contacts.or(Vec::new());
    }
    if let Some(parties) = reader.texts("intermediaries", 10, 64) {
        let named = parties.or(Vec::new());
        let parties: Result<Vec<PartyId>, _> = named.iter().map(|id| id.parse()).collect();
        match parties {
            Ok(parties) => settings.intermediaries = parties,
            Err(_) => reader.refuse("intermediaries", "must be ids of parties"),
        }
    }
}

/// Secrets only; a public client has none.
fn authentication(reader: &mut Reader<'_>, client: &mut Client) {
    let configured = reader.raw("authentication_configuration");
    if let Some(value) = configured.filter(|value| !value.is_null()) {
        match authentication_of(value) {
            Some(Authentication::Secret) => client.settings.assertion_keys = None,
            Some(Authentication::Keys(keys)) => client.settings.assertion_keys = Some(keys),
            None if *value == wire::authentication(client) => {}
            None => reader.refuse(
                "authentication_configuration",
                "must be {\"method\": \"client_secret_basic\"}, or {\"method\": \"private_key_jwt\", \"jwks\": …}, or \
                 {\"method\": \"none\"} for a public client: nothing else is built",
            ),
        }
    }
    // Deprecated: ignored beside the other.
    let Some(method) = reader.raw("token_endpoint_auth_method") else {
        return;
    };
    let fits = match method.as_str() {
        Some("client_secret_basic" | "client_secret_post") => {
            !client.is_public() && !client.signs_assertions()
        }
        Some(wire::PRIVATE_KEY_JWT) => client.signs_assertions(),
        Some("none") => client.is_public(),
        _ => method.is_null(),
    };
    if configured.is_none() && !fits {
        let why = "must be as authentication_configuration says: client_secret_basic or client_secret_post, private_key_jwt with \
                   keys, or none for a public client";
        reader.refuse("token_endpoint_auth_method", why);
    }
}

/// How a client is to prove who it is.
enum Authentication {
    /// With a secret.
    Secret,
    /// By what it signs: its public keys, as text.
    Keys(String),
}

/// What a configuration says; none where it is none that is built.
fn authentication_of(value: &Value) -> Option<Authentication> {
    let members = value.as_object()?;
    let is_bound = members
        .get("isMtlsCertTokenBound")
        .is_some_and(|bound| *bound != Value::Bool(false));
    let others = members
        .keys()
        .any(|name| !matches!(name.as_str(), "method" | "jwks" | "isMtlsCertTokenBound"));
    if is_bound || others {
        return None;
    }
    match (members.get("method")?.as_str()?, members.get("jwks")) {
        ("client_secret_basic", None) => Some(Authentication::Secret),
        (wire::PRIVATE_KEY_JWT, Some(keys)) => Some(Authentication::Keys(keys.to_string())),
        _ => None,
    }
}
