//! The joined tables of all doors.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use axum::{Router, extract::Request, middleware, response::IntoResponse as _, routing::any};
use http::{HeaderValue, Method, header, request::Parts};

use super::{Cors, CrossOriginPolicies, Endpoint, Prefix, RouteTable, cors};
use crate::error::{ApiError, Problem, registry};

/// Every route of a site, with one owner each.
#[derive(Debug)]
pub struct Site {
    /// What answers requests. The request-id layer goes around it.
    pub router: Router,
    /// What answers for a layer that goes around the router and refuses a request itself.
    pub refusals: Refusals,
    listing: String,
}

/// Refusals of layers around all routes, each in the shape of the path's owner.
#[derive(Clone)]
pub struct Refusals(Arc<Owners>);

impl Refusals {
    /// The answer to a request with this head.
    pub async fn answer(&self, parts: Parts, error: ApiError) -> axum::response::Response {
        self.0.render_for(parts, error).await
    }
}

impl std::fmt::Debug for Refusals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusals").finish_non_exhaustive()
    }
}

impl Site {
    /// Joins the tables of the doors; `policies` answers for routes of the kinds [`Cors::Listed`], [`Cors::Bearer`]
    /// and [`Cors::Published`].
    ///
    /// # Errors
    ///
    /// Every conflict at once: two owners of a path or prefix, a route outside its door's prefixes, a malformed path.
    pub fn join(tables: Vec<RouteTable>, policies: &CrossOriginPolicies) -> Result<Self, Vec<Conflict>> {
        let mut conflicts = Vec::new();
        let mut prefixes: BTreeMap<&'static str, Prefix> = BTreeMap::new();
        let mut paths: BTreeMap<String, Placed> = BTreeMap::new();
        for table in tables {
            let door = table.door;
            conflicts.extend(table.faults);
            for prefix in table.prefixes {
                if let Some(other) = prefixes.get(prefix.path) {
                    conflicts.push(Conflict::Prefix {
                        path: prefix.path,
                        doors: [other.door, door],
                    });
                } else {
                    prefixes.insert(prefix.path, prefix);
                }
            }
            for (path, endpoint) in table.paths {
                let shape = shape(path);
                if let Some(other) = paths.get(&shape) {
                    let method = endpoint.methods.first().cloned().unwrap_or_default();
                    conflicts.push(Conflict::Route {
                        path,
                        method,
                        doors: [other.door, door],
                    });
                } else {
                    paths.insert(shape, Placed { door, path, endpoint });
                }
            }
        }
        let owners = Arc::new(Owners {
            prefixes: prefixes.into_values().collect(),
        });
        for Placed { door, path, .. } in paths.values() {
            match owners.of(path) {
                Some(owner) if owner.door == *door => {}
                owner => conflicts.push(Conflict::Outside {
                    path,
                    door,
                    owner: owner.map(|owner| owner.door),
                }),
            }
        }
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        let listing = listing(&owners, paths.values());
        let mut router = Router::new();
        for placed in paths.into_values() {
            router = router.route(placed.path, serve(placed.endpoint, &owners, policies));
        }
        let fallback = Arc::clone(&owners);
        let router = router.fallback_service(any(move |request: Request| async move {
            fallback
                .render(request, ApiError::new(&registry::NOT_FOUND))
                .await
        }));
        Ok(Self {
            router,
            refusals: Refusals(owners),
            listing,
        })
    }

    /// One line per route and per prefix, sorted: method, path, owner, CORS kind.
    pub fn listing(&self) -> &str {
        &self.listing
    }
}

/// Why tables cannot be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The same path, up to the names of its parameters, twice.
    #[error("{method} {path} is registered by {} and by {}", doors[0], doors[1])]
    Route {
        /// The path of the later registration.
        path: &'static str,
        /// Its first method.
        method: Method,
        /// Who registered it.
        doors: [&'static str; 2],
    },
    /// The same prefix twice.
    #[error("the prefix {path} is owned by {} and by {}", doors[0], doors[1])]
    Prefix {
        /// The prefix.
        path: &'static str,
        /// Who claims it.
        doors: [&'static str; 2],
    },
    /// A route below a prefix of another door, or of none.
    #[error("{door} registers {path}, which belongs to {}", owner.unwrap_or("nobody"))]
    Outside {
        /// The path.
        path: &'static str,
        /// Who registers it.
        door: &'static str,
        /// Who owns the longest prefix.
        owner: Option<&'static str>,
    },
    /// Not a path of whole segments.
    #[error("{door} registers the malformed path {path}")]
    Path {
        /// Who registers it.
        door: &'static str,
        /// The path.
        path: &'static str,
    },
    /// A method that no table can register.
    #[error("{door} registers {method} {path}, which no door may")]
    Method {
        /// Who registers it.
        door: &'static str,
        /// The path.
        path: &'static str,
        /// The method.
        method: Method,
    },
    /// Methods of one path with different CORS kinds.
    #[error("{door} registers {path} with two CORS kinds")]
    Cors {
        /// Who registers it.
        door: &'static str,
        /// The path.
        path: &'static str,
    },
}

struct Placed {
    door: &'static str,
    path: &'static str,
    endpoint: Endpoint<()>,
}

struct Owners {
    prefixes: Vec<Prefix>,
}

impl Owners {
    fn of(&self, path: &str) -> Option<&Prefix> {
        self.prefixes
            .iter()
            .filter(|prefix| covers(prefix.path, path))
            .max_by_key(|prefix| prefix.path.len())
    }

    async fn render(&self, request: Request, error: ApiError) -> axum::response::Response {
        let (parts, _) = request.into_parts();
        self.render_for(parts, error).await
    }

    async fn render_for(&self, parts: Parts, error: ApiError) -> axum::response::Response {
        match self.of(parts.uri.path()) {
            Some(owner) => (owner.render)(parts, error).await,
            None => Problem(error).into_response(),
        }
    }
}

/// One path with its 405 and its CORS kind.
fn serve(
    endpoint: Endpoint<()>,
    owners: &Arc<Owners>,
    policies: &CrossOriginPolicies,
) -> axum::routing::MethodRouter {
    let kind = endpoint.cors;
    let allow = allow(&endpoint.methods, kind);
    let refusing = (Arc::clone(owners), allow.clone());
    let refuse = move |request: Request| async move {
        let (owners, allow) = refusing;
        let error = ApiError::new(&registry::METHOD_NOT_ALLOWED).header(header::ALLOW, allow);
        owners.render(request, error).await
    };
    let mut router = endpoint.router;
    if endpoint.methods.contains(&Method::GET) && !endpoint.methods.contains(&Method::HEAD) {
        // The framework would answer HEAD with the GET handler.
        router = router.head(refuse.clone());
    }
    let router = router.fallback(refuse);
    if kind == Cors::Never {
        return router;
    }
    let policies = Arc::clone(policies);
    router.layer(middleware::from_fn(move |request, next| {
        cors::answer(kind, allow.clone(), Arc::clone(&policies), request, next)
    }))
}

fn allow(methods: &[Method], cors: Cors) -> HeaderValue {
    let mut names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    if cors != Cors::Never {
        names.push(Method::OPTIONS.as_str());
    }
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static("GET"))
}

fn listing<'a>(owners: &Owners, paths: impl Iterator<Item = &'a Placed>) -> String {
    let mut lines = Vec::new();
    for Placed { door, path, endpoint } in paths {
        for method in &endpoint.methods {
            lines.push((
                *path,
                format!(
                    "{:<7} {path} {door} cors:{}",
                    method.as_str(),
                    endpoint.cors.as_str()
                ),
            ));
        }
    }
    lines.sort();
    let mut text = String::new();
    for (_, line) in lines {
        let _ = writeln!(text, "{line}");
    }
    for prefix in &owners.prefixes {
        let _ = writeln!(text, "prefix  {} {}", prefix.path, prefix.door);
    }
    text
}

/// A prefix covers itself and what is below it, at whole segments.
fn covers(prefix: &str, path: &str) -> bool {
    match path.strip_prefix(prefix.trim_end_matches('/')) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// The path without the names of its parameters.
fn shape(path: &str) -> String {
    path.split('/')
        .map(|segment| if segment.starts_with('{') { "{}" } else { segment })
        .collect::<Vec<_>>()
        .join("/")
}
