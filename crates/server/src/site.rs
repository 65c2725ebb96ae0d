//! The one site: every door's routes joined, and the layers around them.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
};
use consentry_door_records::{Validators, messages::Messages};
use consentry_egress::Egress;
use consentry_ledger::{Draw, Entropy};
use consentry_web::{
    assets,
    error::{ApiError, HtmlFailure, Problem, registry, wants_page},
    house::House,
    logos,
    page::{Brand, Page},
    request_id::{self, Sources},
    routes::{Conflict, Cors, CrossOriginPolicies, RouteTable, Site},
    texts::negotiate,
    visit::Visit,
};

use crate::{
    bounds::{self, Bounds},
    demo, description, health,
    metrics::{self, Metrics},
    operating::{self, Operator},
    staleness::{self, Memory},
    telemetry,
};

/// What a site is made of.
#[derive(Clone)]
pub struct Parts {
    /// State of all handlers.
    pub house: House,
    /// Source of request ids.
    pub entropy: Arc<dyn Entropy>,
    /// Where requests are counted.
    pub metrics: Metrics,
    /// Whether `/metrics` is on this listener.
    pub metrics_here: bool,
    /// The demo bank, if it runs.
    pub demo: Option<Arc<demo::Demo>>,
    /// What checking tokens of other issuers needs.
    pub validators: Validators,
    /// Which messages the log of the records door has.
    pub messages: Messages,
    /// Which addresses may be reached.
    pub egress: Arc<Egress>,
    /// Who may apply manifests; none: nobody.
    pub operator: Option<Operator>,
    /// How long a request may take.
    pub deadline: Duration,
    /// Whether traces of trusted proxies go on here (W3C Trace Context).
    pub joins_traces: bool,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("house", &self.house)
            .finish_non_exhaustive()
    }
}

/// Joins the doors.
pub fn join(parts: &Parts) -> Result<Site, Vec<Conflict>> {
    let house = &parts.house;
    let mut tables = vec![
        assets::routes(),
        logos::routes().with_state(house.clone()),
        health::routes().with_state(house.clone()),
        description::routes().with_state(house.clone()),
        home(parts).with_state(house.clone()),
        consentry_door_administration::routes().with_state(house.clone()),
        consentry_door_authorization::routes(&parts.egress).with_state(house.clone()),
        consentry_door_records::routes(&parts.validators, &parts.messages).with_state(house.clone()),
        consentry_door_dashboard::routes(&parts.egress).with_state(house.clone()),
        consentry_door_dataspace::routes(&parts.egress).with_state(house.clone()),
        consentry_door_decisions::routes(&parts.egress).with_state(house.clone()),
        consentry_door_preferences::routes().with_state(house.clone()),
    ];
    if parts.metrics_here {
        tables.push(metrics_table(&parts.metrics));
    }
    if let Some(operator) = &parts.operator {
        tables.push(operating::routes().with_state(operator.clone()));
    }
    if let Some(demo) = &parts.demo {
        tables.push(demo::routes().with_state(Arc::clone(demo)));
    }
    let house = house.clone();
    let policies: CrossOriginPolicies = Arc::new(move |kind, uri, headers| {
        let tenant = &house.tenant_of(uri, headers)?.tenant;
        match kind {
            Cors::Bearer | Cors::Published => {
                Some(consentry_door_preferences::cross_origin(&tenant.preferences))
            }
            _ => tenant.records.cors.clone(),
        }
    });
    Site::join(tables, &policies)
}

/// The site with its layers, ready for a listener.
pub fn router(parts: &Parts) -> Result<Router, Vec<Conflict>> {
    let site = join(parts)?;
    let bounds = Bounds {
        deadline: parts.deadline,
        refusals: site.refusals.clone(),
    };
    let memory = Memory {
        ledger: parts.house.ledger().clone(),
        refusals: site.refusals.clone(),
    };
    let sources = Sources {
        id: {
            let entropy = Arc::clone(&parts.entropy);
            Arc::new(move || uuid::Builder::from_random_bytes(entropy.bytes()).into_uuid())
        },
        instant: Arc::new(instant),
        join: parts.joins_traces.then(|| telemetry::join(parts.house.clone())),
    };
    let around = Arc::new(Around {
        sources,
        metrics: parts.metrics.clone(),
        bounds,
        memory,
    });
    Ok(site
        .router
        .layer(middleware::from_fn_with_state(around, go_around)))
}

/// What goes around every door.
struct Around {
    sources: Sources,
    metrics: Metrics,
    bounds: Bounds,
    memory: Memory,
}

/// One layer, from the outermost to the innermost: each layer of the framework costs every request some boxes and copies.
async fn go_around(State(around): State<Arc<Around>>, request: Request, next: Next) -> Response {
    let Around {
        sources,
        metrics,
        bounds,
        memory,
    } = &*around;
    request_id::identify(sources, request, |request| {
        metrics::count(metrics, request, |request| {
            bounds::hold(bounds, request, |request| {
                staleness::bound(memory, request, |request| next.run(request))
            })
        })
    })
    .await
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long answers take; nothing is decided by it"
)]
fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

fn metrics_table(metrics: &Metrics) -> RouteTable {
    RouteTable::new("server")
        .owns("/metrics", |_, error| Problem(error).into_response())
        .get(
            "/metrics",
            Cors::Never,
            |State(metrics): State<Metrics>| async move { metrics.page() },
        )
        .with_state(metrics.clone())
}

/// The root: a preferences center on a host of its own, the way into the demo where it runs, and whoever nobody else answers.
fn home(parts: &Parts) -> RouteTable<House> {
    let is_demo = parts.demo.is_some();
    RouteTable::new("server")
        .owns_with("/", nothing_here)
        .get(
            "/",
            Cors::Never,
            move |State(house): State<House>, request: Request| async move {
                match consentry_door_preferences::at_root(&house, request).await {
                    Ok(center) => center,
                    Err(request) => root(&house, is_demo, request),
                }
            },
        )
        .post(
            "/",
            Cors::Never,
            |State(house): State<House>, request: Request| async move {
                match consentry_door_preferences::at_root(&house, request).await {
                    Ok(center) => center,
                    Err(request) => {
                        let (parts, _) = request.into_parts();
                        nothing_here(&house, &parts, ApiError::new(&registry::NOT_FOUND))
                    }
                }
            },
        )
}

/// The root of a host that is no center's.
fn root(house: &House, is_demo: bool, request: Request) -> Response {
    if is_demo {
        return Redirect::to("/demo").into_response();
    }
    let (parts, _) = request.into_parts();
    let tenant = house.tenant_of(&parts.uri, &parts.headers);
    // Clients of a dataspace send people to the bare address of the provider.
    if tenant.is_some_and(|tenant| tenant.tenant.dataspace.base_domain.is_some()) {
        return Redirect::to("/portal").into_response();
    }
    nothing_here(house, &parts, ApiError::new(&registry::NOT_FOUND))
}

/// 404 and 405 where no door answers: a page under the tenant's brand for people, a problem document for programs.
fn nothing_here(house: &House, parts: &http::request::Parts, error: ApiError) -> Response {
    if !wants_page(&parts.headers) {
        return Problem(error).into_response();
    }
    let visit = match Visit::of(parts, house) {
        Ok(visit) => visit,
        Err(unknown) => return unknown.into_response(),
    };
    let tenant = &visit.tenant.tenant;
    let own = [tenant.locale.as_str()];
    let language = negotiate(visit.languages.iter().map(String::as_str).chain(own));
    HtmlFailure::new(error, Page::new(language, "", Brand::from(&*visit.tenant))).into_response()
}
