//! Preferences centers: pages on which people see and change what they chose (consent-tokens-and-preferences 10, 11).
//!
//! What lives here: addresses, forms, words. A page carries the consent token that opened it in its forms, so that it needs neither cookies
//! nor script and works inside another site's page; saving is one event, as any page of the first party would send it.

mod entering;
mod form;
mod look;
mod published;
pub(crate) mod resource;
mod rows;
mod showing;
mod signing;
pub(crate) mod written;

use std::collections::BTreeSet;

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use consentry_domain::tenant::{Center, CenterFormat};
use consentry_web::{
    error::{ApiError, Problem, registry, wants_page},
    form as posted,
    house::{self, House},
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
    /// Where they are: the center's own host, or the tenant's.
    base: String,
}

/// Where a center is for everybody; none where it is within pages of others only.
pub(crate) fn shown_address(visit: &Visit, center: &Center) -> Option<String> {
    let address = match center.hosts.first() {
        Some(host) => format!("{}/", visit.house.base_url_at(host)),
        None => format!("{}/center/{}", visit.base_url(), center.id),
    };
    (center.format == CenterFormat::Hosted).then_some(address)
}

/// The center that is at this address, by its id or as the page at `/` of its host.
pub(crate) fn center_at<'a>(visit: &'a Visit, address: &str) -> Option<&'a Center> {
    let settings = &visit.tenant.tenant.preferences;
    let by_id = address
        .strip_prefix(visit.base_url().as_str())
        .and_then(|path| path.strip_prefix("/center/"))
        .and_then(|id| settings.center(id));
    let is_root = |center: &&Center| {
        let mut hosts = center.hosts.iter();
        hosts.any(|host| address.trim_end_matches('/') == visit.house.base_url_at(host))
    };
    by_id.or_else(|| settings.centers.iter().find(is_root))
}

/// Answers at `/` where the host is a center's own (11.1); hands the request back where it is not.
pub async fn at_root(house: &House, request: Request) -> Result<Response, Request> {
    let (parts, body) = request.into_parts();
    let visit = Visit::of(&parts, house).ok();
    let host = house::host(&parts.uri, &parts.headers);
    let found = visit.zip(host).filter(|(visit, host)| {
        let settings = &visit.tenant.tenant.preferences;
        settings.center_at(host).is_some()
    });
    let Some((visit, host)) = found else {
        return Err(Request::from_parts(parts, body));
    };
    let place = Place::Root(house.base_url_at(host));
    let request = Request::from_parts(parts, body);
    Ok(if request.method() == Method::POST {
        change(visit, request, place).await
    } else {
        show(visit, request, place).await
    })
}

/// How somebody came to a center.
enum Place {
    /// By its id.
    Id,
    /// By its host, whose base address this is.
    Root(String),
}

impl Place {
    fn center<'a>(&self, visit: &'a Visit, uri: &Uri) -> Option<&'a Center> {
        let settings = &visit.tenant.tenant.preferences;
        match self {
            Self::Id => settings.center(&path::segment(uri, "", 1)?),
            Self::Root(base) => settings.center_at(base.split_once("://")?.1),
        }
    }

    fn look(&self, visit: &Visit, center: Option<&Center>, headers: &HeaderMap, lang: Option<&str>) -> Look {
        let look = Look::new(visit, center, headers, lang);
        match self {
            Self::Id => look,
            Self::Root(_) => look.at_root(),
        }
    }

    fn base(self, visit: &Visit) -> String {
        match self {
            Self::Id => visit.base_url(),
            Self::Root(base) => base,
        }
    }
}

async fn get(visit: Visit, request: Request) -> Response {
    show(visit, request, Place::Id).await
}

async fn post(visit: Visit, request: Request) -> Response {
    change(visit, request, Place::Id).await
}

async fn show(visit: Visit, request: Request, place: Place) -> Response {
    let (parts, _) = request.into_parts();
    let parameters = query::read(&parts.uri, &Rules::DEFAULT).unwrap_or_default();
    let center = place.center(&visit, &parts.uri);
    let look = place.look(&visit, center, &parts.headers, parameters.all("lang").next());
    let center = center.filter(|center| look.shows(center));
    let Some(center) = center else {
        return PageFailure(ApiError::new(&registry::NOT_FOUND)).html(&visit, &look);
    };
    let visitor = Visitor {
        visit: &visit,
        center,
        look: &look,
        base: place.base(&visit),
    };
    let done = async {
        if parts.method == Method::HEAD {
            return Ok(visitor.enter("", false, String::new()));
        }
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

async fn change(visit: Visit, request: Request, place: Place) -> Response {
    let (parts, body) = request.into_parts();
    let center = place.center(&visit, &parts.uri);
    let Multipart { fields: form, files } = match read_form(&parts.headers, body).await {
        Ok(form) => form,
        Err(error) => {
            return place
                .look(&visit, center, &parts.headers, None)
                .failure(&visit, error);
        }
    };
    let look = place.look(&visit, center, &parts.headers, form.all("lang").next());
    let Some(center) = center else {
        return PageFailure(ApiError::new(&registry::NOT_FOUND)).html(&visit, &look);
    };
    let visitor = Visitor {
        visit: &visit,
        center,
        look: &look,
        base: place.base(&visit),
    };
    let done = async {
        let own = house::origin_of(&visitor.base).ok_or_else(|| ApiError::internal("no public origin"))?;
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
