//! Preferences centers: pages on which people see and change what they chose (consent-tokens-and-preferences 10, 11).
//!
//! What lives here: addresses, forms, words. A page carries the consent token that opened it in its forms, so that it needs neither cookies
//! nor script and works inside another site's page; saving is one event, as any page of the first party would send it.

mod entering;
mod form;
mod look;
mod published;
mod rows;
mod showing;
mod signing;

use std::collections::BTreeSet;

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use consentry_domain::tenant::Center;
use consentry_web::{
    error::{ApiError, Problem, registry, wants_page},
    form as posted,
    house::House,
    multipart::{self, Multipart},
    origin,
    parameters::{Empty, Parameters, Rules},
    path, query,
    routes::{Cors, RouteTable},
    sign_in,
    visit::Visit,
};
use http::{HeaderMap, Method, Uri, request::Parts};

pub(crate) use self::{look::Look, published::published};

/// What a form may hold: a center may list many preferences.
const FORM: Rules = Rules {
    count: 2_000,
    size: 256 * 1024,
    empty: Empty::Kept,
};

/// What a form with files may hold in all, in bytes: what the house lets in.
const LARGEST: usize = crate::admission::LARGEST;

/// Adds the pages. A `GET` may issue a token, so none answers `HEAD`.
pub(crate) fn register(table: RouteTable<House>) -> RouteTable<House> {
    table
        .owns_with("/center", fallback)
        .get_only("/center/{center}", Cors::Never, get)
        .post("/center/{center}", Cors::Never, post)
}

/// A failure that is shown as a page.
#[derive(Debug)]
pub(crate) struct PageFailure(ApiError);

impl<E: Into<ApiError>> From<E> for PageFailure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl PageFailure {
    fn html(self, visit: &Visit, look: &Look) -> Response {
        look.failure(visit, self.0)
    }
}

/// Whoever comes to a center.
pub(crate) struct Visitor<'a> {
    visit: &'a Visit,
    center: &'a Center,
    look: &'a Look,
}

async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let parameters = query::read(&parts.uri, &Rules::DEFAULT).unwrap_or_default();
    let center = center_of(&visit, &parts.uri);
    let look = Look::new(&visit, center, &parts.headers, parameters.all("lang").next());
    let Some(center) = center else {
        return PageFailure(ApiError::new(&registry::NOT_FOUND)).html(&visit, &look);
    };
    let visitor = Visitor {
        visit: &visit,
        center,
        look: &look,
    };
    let done = async {
        if origin::speculative(&parts.headers) {
            return Err(PageFailure(ApiError::new(&registry::UNAVAILABLE)));
        }
        if let Some(token) = parameters.all("token").next() {
            return visitor.open(token).await;
        }
        if let Some(session) = sign_in::session(&visit, &parts.headers).await? {
            let base = visit.base_url();
            let opened = visit.ledger().open_center(&visit.tenant, &base, &session).await?;
            if let Some(token) = opened {
                return visitor.open(&token.id_token).await;
            }
        }
        Ok(visitor.enter("", false, String::new()))
    };
    done.await.unwrap_or_else(|failure| failure.html(&visit, &look))
}

async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let center = center_of(&visit, &parts.uri);
    let Multipart { fields: form, files } = match read_form(&parts.headers, body).await {
        Ok(form) => form,
        Err(error) => return Look::new(&visit, center, &parts.headers, None).failure(&visit, error),
    };
    let look = Look::new(&visit, center, &parts.headers, form.all("lang").next());
    let Some(center) = center else {
        return PageFailure(ApiError::new(&registry::NOT_FOUND)).html(&visit, &look);
    };
    let visitor = Visitor {
        visit: &visit,
        center,
        look: &look,
    };
    let done = async {
        let own = visit
            .house
            .origin(&visit.tenant)
            .ok_or_else(|| ApiError::internal("no public origin"))?;
        origin::guard(&Method::POST, &parts.headers, &own)?;
        let one = |name| form.all(name).next().unwrap_or_default();
        match one("step") {
            "save" => visitor.save(one("token"), &form, &files).await,
            "code" => visitor.send_code(one("name")).await,
            "link" => visitor.send_link(one("name")).await,
            "enter" => visitor.enter_with_code(one("handle"), one("code")).await,
            _ => Err(PageFailure(ApiError::new(&registry::INVALID_REQUEST))),
        }
    };
    done.await.unwrap_or_else(|failure| failure.html(&visit, &look))
}

/// A form, with files where the page asks for some.
async fn read_form(headers: &HeaderMap, body: Body) -> Result<Multipart, ApiError> {
    if multipart::is_multipart(headers) {
        return Ok(multipart::read(headers, body, &FORM, LARGEST).await?);
    }
    let fields = posted::read(headers, body, &FORM).await?;
    Ok(Multipart {
        fields,
        files: Vec::new(),
    })
}

fn center_of<'a>(visit: &'a Visit, uri: &Uri) -> Option<&'a Center> {
    let id = path::segment(uri, "", 1)?;
    visit.tenant.tenant.preferences.center(&id)
}

/// All values of a parameter.
fn values<'a>(form: &'a Parameters, name: &str) -> BTreeSet<&'a str> {
    form.iter()
        .filter(|(own, _)| *own == name)
        .map(|(_, value)| value)
        .collect()
}

fn fallback(house: &House, parts: &Parts, error: ApiError) -> Response {
    if !wants_page(&parts.headers) {
        return Problem(error).into_response();
    }
    match Visit::of(parts, house) {
        Ok(visit) => {
            let look = Look::new(&visit, None, &parts.headers, None);
            PageFailure(error).html(&visit, &look)
        }
        Err(unknown) => unknown.into_response(),
    }
}
