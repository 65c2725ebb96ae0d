//! Stylesheet, script and icon: compiled in, served under the hash of their content, kept by browsers for ever.
//!
//! A tenant's accent colour is a stylesheet too, `/assets/accent/{colour}`: pages have no inline style.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    extract::Path,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, StatusCode, header};

use crate::{
    error::{ApiError, Problem, registry},
    page::Accent,
    routes::{Cors, RouteTable},
};

/// One file.
#[derive(Debug)]
pub struct Asset {
    /// Last segment of the address.
    pub name: &'static str,
    /// Its bytes.
    pub content: &'static [u8],
    media_type: &'static str,
    hash: String,
}

impl Asset {
    /// The address of this very content.
    pub fn path(&self) -> String {
        format!("/assets/{}/{}", self.hash, self.name)
    }
}

/// The stylesheet of every page.
pub static STYLESHEET: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "consentry.css",
        concat!(
            include_str!("../assets/style/ground.css"),
            include_str!("../assets/style/frame.css"),
            include_str!("../assets/style/parts.css"),
            include_str!("../assets/style/circumstances.css"),
        )
        .as_bytes(),
        "text/css; charset=utf-8",
    )
});

/// The module that improves every page.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "consentry.js",
        include_bytes!("../assets/consentry.js"),
        "text/javascript; charset=utf-8",
    )
});

/// The module of pages that use passkeys.
pub static PASSKEYS: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "passkeys.js",
        include_bytes!("../assets/passkeys.js"),
        "text/javascript; charset=utf-8",
    )
});

/// The module of pages on which people sign.
pub static SIGNATURE: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "signature.js",
        include_bytes!("../assets/signature.js"),
        "text/javascript; charset=utf-8",
    )
});

/// The module of pages that only lead on.
pub static ONWARD: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "onward.js",
        include_bytes!("../assets/onward.js"),
        "text/javascript; charset=utf-8",
    )
});

/// The icon in the browser's tab.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| asset("icon.svg", include_bytes!("../assets/icon.svg"), "image/svg+xml"));

/// The routes under `/assets`.
pub fn routes() -> RouteTable {
    RouteTable::new("assets")
        .owns("/assets", |_, error| Problem(error).into_response())
        .get("/assets/accent/{colour}", Cors::Never, accent)
        // Modules are fetched with CORS, and a frame without an origin of its own is foreign even here (dashboard B7.9).
        .get("/assets/{hash}/{name}", Cors::Anyone, file)
}

async fn file(Path((hash, name)): Path<(String, String)>) -> Response {
    let files: [&LazyLock<Asset>; 6] = [&STYLESHEET, &SCRIPT, &PASSKEYS, &SIGNATURE, &ONWARD, &ICON];
    match files.into_iter().find(|file| file.name == name) {
        Some(file) if file.hash == hash => answer(
            file.media_type,
            "public, max-age=31536000, immutable",
            file.content,
        ),
        // Another release's file: a page of that release would be styled by this one.
        _ => Problem(ApiError::new(&registry::NOT_FOUND)).into_response(),
    }
}

async fn accent(Path(colour): Path<String>) -> Response {
    let accent = colour
        .strip_suffix(".css")
        .and_then(|colour| Accent::parse(&format!("#{colour}")).ok());
    match accent {
        Some(accent) => answer(
            "text/css; charset=utf-8",
            "public, max-age=86400",
            accent.stylesheet().into_bytes(),
        ),
        None => Problem(ApiError::new(&registry::NOT_FOUND)).into_response(),
    }
}

fn answer(media_type: &'static str, caching: &'static str, content: impl Into<axum::body::Body>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        // An icon opened by itself is a document; it may load nothing.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        ),
    ];
    (StatusCode::OK, headers, content.into()).into_response()
}

fn asset(name: &'static str, content: &'static [u8], media_type: &'static str) -> Asset {
    let hash = digest(&SHA256, content);
    Asset {
        name,
        content,
        media_type,
        hash: URL_SAFE_NO_PAD.encode(&hash.as_ref()[..12]),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;
    use crate::routes::{CrossOriginPolicies, Site};

    async fn get(path: &str) -> Response {
        let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
        let site = Site::join(vec![routes()], &nobody).unwrap();
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        site.router.oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn files_are_served_under_their_hash_for_ever() {
        for file in [&STYLESHEET, &SCRIPT, &ICON] {
            let answer = get(&file.path()).await;
            assert_eq!(answer.status(), StatusCode::OK, "{}", file.path());
            assert_eq!(
                answer.headers()[header::CACHE_CONTROL],
                "public, max-age=31536000, immutable"
            );
        }
    }

    #[tokio::test]
    async fn another_hash_or_name_is_404() {
        let other = get("/assets/AAAAAAAAAAAAAAAA/consentry.css").await;
        assert_eq!(other.status(), StatusCode::NOT_FOUND);
        let other = get(&STYLESHEET.path().replace("consentry.css", "icon.svg")).await;
        assert_eq!(other.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn an_accent_is_a_stylesheet() {
        let answer = get("/assets/accent/0a5c36.css").await;
        assert_eq!(answer.status(), StatusCode::OK);
        let body = axum::body::to_bytes(answer.into_body(), 4096).await.unwrap();
        assert!(body.starts_with(b":root"));
        for bad in ["0a5c3.css", "0a5c36", "url(x).css", "zzzzzz.css"] {
            assert_eq!(
                get(&format!("/assets/accent/{bad}")).await.status(),
                StatusCode::NOT_FOUND
            );
        }
    }

    #[test]
    fn architecture_8_the_module_stays_small() {
        assert!(
            SCRIPT.content.len() <= 10 * 1024,
            "{} bytes",
            SCRIPT.content.len()
        );
    }

    #[test]
    fn pages_load_nothing_from_elsewhere() {
        let text = String::from_utf8_lossy(STYLESHEET.content);
        for forbidden in ["http:", "https:", "@import", "url("] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
    }
}
