//! One request: which tenant it is for, and from where it comes. The tenant is settled before anything else is looked at.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    response::{IntoResponse, Response},
};
use consentry_ledger::{Ledger, TenantSnapshot};
use http::{StatusCode, header, request::Parts};

use crate::{
    house::House,
    request_id::{self, RequestId},
    texts,
};

/// Extractor of every handler.
#[derive(Debug, Clone)]
pub struct Visit {
    /// What the installation is.
    pub house: House,
    /// The tenant whose host was asked.
    pub tenant: Arc<TenantSnapshot>,
    /// The id of the request.
    pub request_id: RequestId,
    /// The network address it comes from, after trusted proxies.
    pub address: IpAddr,
    /// Languages the browser asks for, best first.
    pub languages: Vec<String>,
    /// The ledger on behalf of this request, where it has a key.
    acting: Option<Ledger>,
}

impl Visit {
    /// The ledger.
    pub fn ledger(&self) -> &Ledger {
        self.acting.as_ref().unwrap_or_else(|| self.house.ledger())
    }

    /// The same visit, whose ledger is this one.
    pub(crate) fn through(&self, ledger: Ledger) -> Self {
        Self {
            acting: Some(ledger),
            ..self.clone()
        }
    }

    /// The visit of a request, where no handler runs: renderers of failures.
    pub fn of(parts: &Parts, house: &House) -> Result<Self, UnknownHost> {
        let tenant = house.tenant_of(&parts.uri, &parts.headers).ok_or(UnknownHost)?;
        Ok(Self {
            house: house.clone(),
            tenant,
            request_id: request_id::of(parts),
            address: address(parts, house),
            languages: texts::accepted(&parts.headers),
            acting: None,
        })
    }

    /// Public base address of the tenant, without slash at the end.
    pub fn base_url(&self) -> String {
        self.house.base_url(&self.tenant)
    }
}

/// No tenant serves this host: a bare 404 that nobody may frame (consent-dashboard A0.3).
#[derive(Debug, Clone, Copy)]
pub struct UnknownHost;

impl IntoResponse for UnknownHost {
    fn into_response(self) -> Response {
        let headers = [
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; frame-ancestors 'none'",
            ),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (StatusCode::NOT_FOUND, headers).into_response()
    }
}

impl FromRequestParts<House> for Visit {
    type Rejection = UnknownHost;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, UnknownHost> {
        Self::of(parts, house)
    }
}

fn address(parts: &Parts, house: &House) -> IpAddr {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    if !house.trusts(peer) {
        return peer;
    }
    // The last entry is the one our own proxy added; what stands before it may be invented.
    parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok())
        .unwrap_or(peer)
}
