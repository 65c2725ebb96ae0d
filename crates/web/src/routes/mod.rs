//! The one route table of a site.
//!
//! A door builds a [`RouteTable`]: it names the prefixes that it owns, and registers each route with its handler in one
//! call. The server joins the tables of all doors into a [`Site`], which refuses two owners for one path, answers 404
//! and 405 in the shape of the prefix's owner, answers CORS by the route's kind, and lists every route for a snapshot.
//!
//! Paths are made of whole segments, literal or `{name}`; there are no catch-alls, so that every path is on the list.

mod cors;
mod site;
#[cfg(test)]
mod tests;

pub use self::{
    cors::{Cors, CrossOriginPolicies},
    site::{Conflict, Refusals, Site},
};

use std::{collections::BTreeMap, future, pin::Pin, sync::Arc};

use axum::{
    handler::Handler,
    response::Response,
    routing::{MethodFilter, MethodRouter},
};
use http::{Method, request::Parts};

use crate::error::ApiError;

/// An answer in the making.
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// Renders a failure of a prefix: 404 and 405.
type RenderFallback = Arc<dyn Fn(Parts, ApiError) -> Answering + Send + Sync>;

/// As [`RenderFallback`], with the state of the handlers.
type RenderWithState<S> = Arc<dyn Fn(S, Parts, ApiError) -> Answering + Send + Sync>;

/// What one door serves; `S` is the state of its handlers until [`RouteTable::with_state`].
pub struct RouteTable<S = ()> {
    door: &'static str,
    prefixes: Vec<Prefix>,
    prefixes_with_state: Vec<(&'static str, RenderWithState<S>)>,
    paths: BTreeMap<&'static str, Endpoint<S>>,
    faults: Vec<Conflict>,
}

impl<S: Clone + Send + Sync + 'static> RouteTable<S> {
    /// An empty table of a door.
    pub fn new(door: &'static str) -> Self {
        Self {
            door,
            prefixes: Vec::new(),
            prefixes_with_state: Vec::new(),
            paths: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Owns a prefix: the path itself and everything below it that no longer prefix owns.
    ///
    /// `/` owns what nobody else does. `render` answers 404 and 405; usually it is
    /// `|_, error| Problem(error).into_response()`.
    #[must_use]
    pub fn owns(
        self,
        prefix: &'static str,
        render: impl Fn(&Parts, ApiError) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.owns_all(&[prefix], render)
    }

    /// As [`RouteTable::owns`], for failures that depend on the state, such as the frame policy of a tenant.
    #[must_use]
    pub fn owns_with(
        self,
        prefix: &'static str,
        render: impl Fn(&S, &Parts, ApiError) -> Response + Send + Sync + 'static,
    ) -> Self {
        self.owns_after(prefix, move |state, parts, error| {
            future::ready(render(&state, &parts, error))
        })
    }

    /// As [`RouteTable::owns_with`], for failures that are only told after something was looked up, such as credentials.
    #[must_use]
    pub fn owns_after<R, F>(mut self, prefix: &'static str, render: R) -> Self
    where
        R: Fn(S, Parts, ApiError) -> F + Send + Sync + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        let render: RenderWithState<S> =
            Arc::new(move |state, parts, error| Box::pin(render(state, parts, error)));
        self.prefixes_with_state.push((prefix, render));
        self
    }

    /// Owns several prefixes whose failures look alike.
    #[must_use]
    pub fn owns_all(
        mut self,
        prefixes: &[&'static str],
        render: impl Fn(&Parts, ApiError) -> Response + Send + Sync + 'static,
    ) -> Self {
        let render: RenderFallback =
            Arc::new(move |parts, error| Box::pin(future::ready(render(&parts, error))));
        for path in prefixes {
            self.prefixes.push(Prefix {
                path,
                door: self.door,
                render: Arc::clone(&render),
            });
        }
        self
    }

    /// A `GET` route that answers `HEAD` too.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, cors: Cors, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::GET, path, cors, handler.clone())
            .route(Method::HEAD, path, cors, handler)
    }

    /// A `GET` route with an effect: `HEAD` is 405, so that it never spends anything.
    #[must_use]
    pub fn get_only<H, T>(self, path: &'static str, cors: Cors, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::GET, path, cors, handler)
    }

    /// A `POST` route.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, cors: Cors, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::POST, path, cors, handler)
    }

    /// A `PUT` route.
    #[must_use]
    pub fn put<H, T>(self, path: &'static str, cors: Cors, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::PUT, path, cors, handler)
    }

    /// A `PATCH` route.
    #[must_use]
    pub fn patch<H, T>(self, path: &'static str, cors: Cors, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::PATCH, path, cors, handler)
    }

    /// A `DELETE` route.
    #[must_use]
    pub fn delete<H, T>(self, path: &'static str, cors: Cors, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        self.route(Method::DELETE, path, cors, handler)
    }

    /// Registers one method of one path with its handler. The CORS kind must be the same for all methods of a path.
    #[must_use]
    pub fn route<H, T>(mut self, method: Method, path: &'static str, cors: Cors, handler: H) -> Self
    where
        H: Handler<T, S>,
        T: 'static,
    {
        let door = self.door;
        let Some(filter) = filter(&method) else {
            self.faults.push(Conflict::Method { door, path, method });
            return self;
        };
        if !well_formed(path) {
            self.faults.push(Conflict::Path { door, path });
            return self;
        }
        let endpoint = self.paths.entry(path).or_insert_with(|| Endpoint {
            methods: Vec::new(),
            cors,
            router: MethodRouter::new(),
        });
        if endpoint.methods.contains(&method) {
            self.faults.push(Conflict::Route {
                path,
                method,
                doors: [door, door],
            });
            return self;
        }
        if endpoint.cors != cors {
            self.faults.push(Conflict::Cors { door, path });
        }
        endpoint.methods.push(method);
        endpoint.router = std::mem::take(&mut endpoint.router).on(filter, handler);
        self
    }

    /// Gives the handlers their state; the table can then be joined into a [`Site`].
    pub fn with_state(self, state: S) -> RouteTable {
        let with_state = |endpoint: Endpoint<S>| Endpoint {
            methods: endpoint.methods,
            cors: endpoint.cors,
            router: endpoint.router.with_state(state.clone()),
        };
        let mut prefixes = self.prefixes;
        for (path, render) in self.prefixes_with_state {
            let state = state.clone();
            let render: RenderFallback = Arc::new(move |parts, error| render(state.clone(), parts, error));
            prefixes.push(Prefix {
                path,
                door: self.door,
                render,
            });
        }
        RouteTable {
            door: self.door,
            prefixes,
            prefixes_with_state: Vec::new(),
            paths: self
                .paths
                .into_iter()
                .map(|(path, endpoint)| (path, with_state(endpoint)))
                .collect(),
            faults: self.faults,
        }
    }
}

impl<S> std::fmt::Debug for RouteTable<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RouteTable")
            .field("door", &self.door)
            .field("paths", &self.paths.keys())
            .finish_non_exhaustive()
    }
}

/// A prefix with its owner.
struct Prefix {
    path: &'static str,
    door: &'static str,
    render: RenderFallback,
}

/// All methods of one path.
struct Endpoint<S> {
    methods: Vec<Method>,
    cors: Cors,
    router: MethodRouter<S>,
}

/// Whole segments only: literals of unreserved characters, or `{name}`. A slash at the end is a path of its own (consent-api 2).
fn well_formed(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    rest.is_empty() || rest.split('/').all(segment_is_well_formed)
}

fn segment_is_well_formed(segment: &str) -> bool {
    let name = segment
        .strip_prefix('{')
        .map_or(Some(segment), |rest| rest.strip_suffix('}'));
    name.is_some_and(|name| {
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
    })
}

fn filter(method: &Method) -> Option<MethodFilter> {
    // OPTIONS belongs to the CORS kind of the route; TRACE and CONNECT are never served.
    match method.as_str() {
        "GET" => Some(MethodFilter::GET),
        "HEAD" => Some(MethodFilter::HEAD),
        "POST" => Some(MethodFilter::POST),
        "PUT" => Some(MethodFilter::PUT),
        "PATCH" => Some(MethodFilter::PATCH),
        "DELETE" => Some(MethodFilter::DELETE),
        _ => None,
    }
}
