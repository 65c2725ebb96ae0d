//! How people get a consent token on pages of others: a code or a link by mail (consent-tokens-and-preferences 3.4, 10). The center's own
//! page does the same by forms; what is sent, counted and believed is the ledger's, once for both.

use axum::{extract::Request, response::Response};
use consentry_domain::tenant::{AuthProvider, Center, CenterFormat};
use consentry_ledger::{
    once::Outcome,
    one_time::{RedeemError, SendError},
    preferences::{Entrance, OpenCenterError, is_id},
};
use consentry_web::{
    body,
    error::{ApiError, registry},
    json::{self, Limits},
    origin,
    parameters::{Parameters, Rules},
    query, rate_limits,
    visit::Visit,
};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::ok,
    center,
    failure::{Feathers, not_authenticated, not_found, refused, told},
    repeated, tokens,
    wish::Reader,
};

/// Largest body, in bytes.
const LARGEST: usize = 16 * 1024;

/// How long somebody who got in may stay, in seconds (10).
const STAY: i64 = 900;

/// Somebody at a page of another site, which names the tenant by its public key.
pub(crate) struct Guest<'a> {
    visit: &'a Visit,
    parameters: Parameters,
    /// The center whose words and rules the page uses.
    center: Option<&'a Center>,
}

impl<'a> Guest<'a> {
    fn admit(visit: &'a Visit, uri: &http::Uri, headers: &HeaderMap) -> Result<Self, ApiError> {
        if origin::speculative(headers) {
            return Err(ApiError::new(&registry::UNAVAILABLE));
        }
        let parameters = query::read(uri, &Rules::DEFAULT)?;
        let settings = &visit.tenant.tenant.preferences;
        let key = parameters.all("key").next().unwrap_or_default();
        if !settings.is_public_key(key) {
            return Err(not_authenticated().detail("key is no public key of this organization"));
        }
        let center = match parameters.all("widget_id").next() {
            None => None,
            Some(id) => match settings.center(id).filter(|center| center.sign_in) {
                Some(center) => Some(center),
                None => return Err(refused("widget_id", "is no center that people get into by mail")),
            },
        };
        Ok(Self {
            visit,
            parameters,
            center,
        })
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.parameters.all(name).next().filter(|value| !value.is_empty())
    }

    /// A parameter that names somebody.
    fn name(&self, parameter: &'static str) -> Result<&str, ApiError> {
        let name = self.one(parameter).map(str::trim).filter(|name| is_id(name));
        name.ok_or_else(|| refused(parameter, "must be a text of 1 to 256 characters"))
    }

    /// Refuses another provider than the one that this route is of.
    fn check_provider(&self, own: AuthProvider) -> Result<(), ApiError> {
        match self.one("auth_provider_id") {
            Some(id) if id != own.as_str() => Err(refused("auth_provider_id", "is another provider")),
            _ => Ok(()),
        }
    }

    /// Whether somebody whom nobody knows yet gets in.
    fn may_begin(&self) -> bool {
        let settings = &self.visit.tenant.tenant.preferences;
        self.center
            .map_or(settings.new_people, |center| center.new_people)
    }

    /// What is asked of choices that are made with the token.
    fn entrance<'b>(&'b self, base: &'b str) -> Entrance<'b> {
        let validations = self.center.and_then(|center| center.validations.as_ref());
        Entrance { base, validations }
    }
}

/// `GET /auth/initiate`: which way in a page shall offer.
pub(crate) async fn initiate(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let guest = Guest::admit(&visit, request.uri(), request.headers())?;
    if guest.parameters.all("email").next().is_some() {
        guest.name("email")?;
    }
    let own = guest.center.and_then(|center| center.auth_provider);
    let provider = own
        .unwrap_or(visit.tenant.tenant.preferences.auth_provider)
        .as_str();
    Ok(ok(&json!({ "auth_provider_id": provider, "type": provider })))
}

/// `GET /auth/protocols/otp/generate`: sends a code, and answers the same whether there is anybody to send it to.
pub(crate) async fn send_code(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let guest = Guest::admit(&visit, request.uri(), request.headers())?;
    guest.check_provider(AuthProvider::Otp)?;
    let name = guest.name("email")?;
    let sent =
        visit
            .ledger()
            .send_preference_code_by_name(&visit.tenant, name, guest.may_begin(), visit.address);
    let quota = sent.await.map_err(not_sent)?;
    // Neither a key nor the id of a center holds anything that would have to be encoded.
    let key = guest.one("key").unwrap_or_default();
    let center = guest.center.map(|center| format!("&widget_id={}", center.id));
    let callback = format!(
        "{}/v1/auth/protocols/otp/verify?key={key}&auth_provider_id={}{}",
        visit.base_url(),
        AuthProvider::Otp.as_str(),
        center.unwrap_or_default(),
    );
    let answer = ok(&json!({ "redirect_url": "", "callback": callback }));
    Ok(rate_limits::told_in_draft_7(answer, Some(&quota)))
}

/// `POST /auth/protocols/otp/verify`: the token for whoever got the code.
pub(crate) async fn verify_code(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (parts, body) = request.into_parts();
    let guest = Guest::admit(&visit, &parts.uri, &parts.headers)?;
    guest.check_provider(AuthProvider::Otp)?;
    body::require_media_type(&parts.headers, &["application/json"])?;
    let bytes = body::read(body, LARGEST).await?;
    let wish = json::parse(&bytes, &Limits::size(LARGEST)).map_err(ApiError::from)?;
    let mut reader = Reader::default();
    let named = match reader.object(&wish, "") {
        None => None,
        Some(object) => {
            let path = "organization_user_id";
            let name = reader.id(object, path, path);
            let code = reader.text(object, ("code", "code"), 64);
            for (path, is_missing) in [(path, name.is_none()), ("code", code.is_none())] {
                if is_missing && Reader::member(object, path).is_none() {
                    reader.refuse(path, "is missing");
                }
            }
            name.zip(code)
        }
    };
    reader.finish()?;
    let (name, code) = named.ok_or_else(|| refused("", "must be an object"))?;
    let base = visit.base_url();
    let name = name.trim();
    let opened = visit.ledger().open_center_by_name(
        &visit.tenant,
        guest.entrance(&base),
        (name, &code),
        visit.address,
    );
    let token = opened.await.map_err(|error| match error {
        OpenCenterError::Code(RedeemError::Wrong { left }) => {
            not_authenticated().detail(format!("The code is wrong; tries left: {left}"))
        }
        OpenCenterError::Code(RedeemError::Over) => {
            not_authenticated().detail("There is no code that could be used; ask for another one")
        }
        OpenCenterError::Code(RedeemError::Throttled { seconds }) => later(seconds),
        OpenCenterError::Code(RedeemError::Fault(fault)) | OpenCenterError::Fault(fault) => fault.into(),
    })?;
    Ok(ok(&json!({
        "id_token": token.id_token,
        "organization_user_id": name,
        "lifetime": STAY,
        "expires_at": token.expires_at.to_rfc3339_millis(),
    })))
}

/// `GET /auth/protocols/message/callback`: sends a link to a page of the organization with a token in it.
pub(crate) async fn send_link(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let guest = Guest::admit(&visit, request.uri(), request.headers())?;
    guest.check_provider(AuthProvider::Message)?;
    let name = guest.name("id")?;
    if guest.one("channel").is_some_and(|channel| channel != "email") {
        return Err(refused("channel", "must be email").into());
    }
    let page = guest.one("privacy_center_url").unwrap_or_default();
    if !is_own_page(&visit, page) {
        let why = "must be a center of the organization, or one of its pages";
        return Err(refused("privacy_center_url", why).into());
    }
    let base = visit.base_url();
    let sent = visit.ledger().send_center_link(
        &visit.tenant,
        (guest.entrance(&base), page),
        name,
        guest.may_begin(),
        visit.address,
    );
    let quota = sent.await.map_err(not_sent)?;
    let message = format!("An email was sent to {name} successfully");
    let answer = ok(&json!({ "message": message }));
    Ok(rate_limits::told_in_draft_7(answer, Some(&quota)))
}

/// Whether a token may be sent to this address: to a center that lets in by mail, or to a page of the settings; with any query.
fn is_own_page(visit: &Visit, page: &str) -> bool {
    let settings = &visit.tenant.tenant.preferences;
    let is_plain = page
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte));
    let address = page.split_once('?').map_or(page, |(address, _)| address);
    let center = center::center_at(visit, address).filter(|center| center.format == CenterFormat::Hosted);
    is_plain
        && page.len() <= 2_000
        && (center.is_some_and(|center| center.sign_in) || settings.pages.iter().any(|own| own == address))
}

fn not_sent(error: SendError) -> ApiError {
    match error {
        SendError::Throttled(quota) => rate_limits::exceeded_in_draft_7(&quota),
        SendError::Fault(fault) => fault.into(),
    }
}

fn later(seconds: i64) -> ApiError {
    ApiError::new(&registry::RATE_LIMITED).retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// `GET /auth-providers`: both ways in, since each is always there.
pub(crate) async fn providers(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let usual = admitted.tenant().tenant.preferences.auth_provider;
    let all = AuthProvider::ALL.iter().map(|own| shown(&admitted, *own, usual));
    Ok(admitted.told(crate::answer::page(all.collect(), &admitted.query)?))
}

/// `GET /auth-providers/{provider}`.
pub(crate) async fn provider(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
    let _permit = admitted.managing()?;
    admitted.require_organization()?;
    let own = AuthProvider::from_name(&admitted.last_segment()?).ok_or_else(not_found)?;
    let usual = admitted.tenant().tenant.preferences.auth_provider;
    Ok(admitted.told(ok(&shown(&admitted, own, usual))))
}

/// `POST /auth-providers`: answers the provider of this type, as the usual one where that is wanted.
pub(crate) async fn add_provider(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, choose_provider, provider).await
}

async fn choose_provider(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    change(&admitted, body, None).await
}

/// `PATCH /auth-providers/{provider}`: makes it the usual one, and the other one not.
pub(crate) async fn change_provider(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Organization).await?;
    let own = admitted.last_segment()?;
    change(&admitted, body, Some(&own)).await
}

async fn change(
    admitted: &Admitted,
    body: axum::body::Body,
    own: Option<&str>,
) -> Result<Response, Feathers> {
    let permit = admitted.managing()?;
    let body = admitted.read(body, LARGEST).await?;
    let mut reader = Reader::default();
    let Some(object) = reader.object(&body, "") else {
        reader.finish()?;
        return Err(not_found().into());
    };
    tokens::organization(admitted, &body)?;
    let own = own.map(AuthProvider::from_name);
    let named = Reader::member(object, "type").map(|value| value.as_str().and_then(AuthProvider::from_name));
    let named = match (named, own) {
        (Some(Some(named)), Some(Some(own))) if named != own => {
            reader.refuse("type", "is that of another provider");
            None
        }
        (Some(Some(named)), _) => Some(named),
        (None, Some(own)) => own,
        (Some(None) | None, _) => {
            reader.refuse("type", "must be otp or message");
            None
        }
    };
    let usual = match Reader::member(object, "is_default").map(Value::as_bool) {
        None => false,
        Some(Some(usual)) => usual,
        Some(None) => {
            reader.refuse("is_default", "must be true or false");
            false
        }
    };
    reader.finish()?;
    let named = named.filter(|_| own != Some(None)).ok_or_else(not_found)?;
    let (ledger, tenant) = (admitted.visit.ledger(), admitted.tenant());
    ledger.leads_to(Outcome::made(named.as_str()));
    let settings = if usual {
        let changed = ledger.change_preference_settings(tenant, &permit, |settings| {
            settings.auth_provider = named;
            Ok(())
        });
        changed.await.map_err(told)?.auth_provider
    } else {
        tenant.tenant.preferences.auth_provider
    };
    Ok(admitted.told(ok(&shown(admitted, named, settings))))
}

fn shown(admitted: &Admitted, own: AuthProvider, usual: AuthProvider) -> Value {
    json!({
        "id": own.as_str(),
        "type": own.as_str(),
        "organization_id": admitted.tenant().tenant.slug,
        "is_default": own == usual,
    })
}
