//! Which addresses a client may be registered with (third-party-authorization A.2.2). They are compared as text later, so what could be
//! read in two ways is refused here.

use super::ClientType;

/// Longest address, in bytes.
pub const LONGEST_URI: usize = 2048;

/// Hosts that are the machine itself.
const LOCAL: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UriUse {
    /// Sending a browser back to a client of this type (TPA-CL-08).
    Return(ClientType),
    /// A page or picture: `https`, or a local environment (TPA-CL-10).
    Page,
}

/// The parts of an address that was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UriParts<'a> {
    /// Scheme, without colon.
    pub scheme: &'a str,
    /// Host as written, brackets of an IPv6 address included; empty where a private scheme has none.
    pub host: &'a str,
    /// Host with port where there is one.
    pub authority: &'a str,
}

/// Reads an address, or says why it is refused (TPA-CL-08, TPA-CL-09).
///
/// # Errors
///
/// The rule that is broken, as in "must …".
pub fn check_uri(uri: &str, used: UriUse) -> Result<UriParts<'_>, &'static str> {
    check_characters(uri)?;
    let Some((scheme, rest)) = uri.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Err("must be absolute, with its scheme in lower case");
    };
    match (scheme, used) {
        ("https" | "http", _) => {
            let parts = with_authority(scheme, rest)?;
            if scheme == "http" && !LOCAL.contains(&parts.host) {
                return Err("must be https outside a local environment");
            }
            Ok(parts)
        }
        (_, UriUse::Return(ClientType::Native)) => private(scheme, rest),
        _ => Err("must have the scheme https"),
    }
}

/// Whether the host of an address is one of a list; entries are hosts, with a port where it matters. An empty list takes every host.
pub fn is_among(parts: &UriParts<'_>, hosts: &[String]) -> bool {
    hosts.is_empty()
        || hosts
            .iter()
            .any(|host| host.eq_ignore_ascii_case(parts.host) || host.eq_ignore_ascii_case(parts.authority))
}

fn check_characters(uri: &str) -> Result<(), &'static str> {
    if uri.is_empty() || uri.len() > LONGEST_URI {
        return Err("must have 1 to 2048 characters");
    }
    for byte in uri.bytes() {
        match byte {
            b'#' => return Err("must have no fragment"),
            b'*' => return Err("must have no wildcard"),
            b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                return Err("must have no character that addresses do not have");
            }
            0x21..=0x7e => {}
            _ => {
                return Err(
                    "must be ASCII without spaces and control characters; hosts in their A-label form",
                );
            }
        }
    }
    let mut pieces = uri.split('%');
    let _before = pieces.next();
    let hexadecimal = |piece: &str| {
        let digits = piece.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if pieces.all(hexadecimal) {
        Ok(())
    } else {
        Err("must have two hexadecimal digits behind each per cent sign")
    }
}

fn is_scheme(scheme: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+.-".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_lowercase()) && scheme.bytes().all(inner)
}

fn with_authority<'a>(scheme: &'a str, rest: &'a str) -> Result<UriParts<'a>, &'static str> {
    let rest = rest.strip_prefix("//").ok_or("must have a host")?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains('@') {
        return Err("must have no user name");
    }
    let host = host_of(authority).ok_or("must have a host, with a port from 1 to 65535 if any")?;
    check_path(path)?;
    Ok(UriParts {
        scheme,
        host,
        authority,
    })
}

/// The host of an authority; none where it is malformed.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = if authority.starts_with('[') {
        let end = authority.find(']')? + 1;
        let (host, port) = authority.split_at(end);
        let inner = host.strip_prefix('[')?.strip_suffix(']')?;
        inner.parse::<std::net::Ipv6Addr>().ok()?;
        (host, port)
    } else {
        let end = authority.find(':').unwrap_or(authority.len());
        let (host, port) = authority.split_at(end);
        let label = |label: &str| {
            let inner = label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
            (1..=63).contains(&label.len()) && inner && !label.starts_with('-') && !label.ends_with('-')
        };
        if host.len() > 253 || !host.split('.').all(label) {
            return None;
        }
        (host, port)
    };
    let is_port = |digits: &str| {
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        plain && digits.parse::<u16>().is_ok()
    };
    match port.strip_prefix(':') {
        Some(digits) => is_port(digits).then_some(host),
        None => port.is_empty().then_some(host),
    }
}

/// A reverse-domain private scheme (RFC 8252 7.1): it has a dot, which keeps every scheme out that does something.
fn private<'a>(scheme: &'a str, rest: &'a str) -> Result<UriParts<'a>, &'static str> {
    if !scheme.contains('.') || scheme.split('.').any(str::is_empty) {
        return Err(
            "must have the scheme https, or a private scheme of a domain in reverse, such as com.vendor.app",
        );
    }
    let path = match rest.strip_prefix("//") {
        Some(path) => path,
        None => rest
            .strip_prefix('/')
            .ok_or("must have a path behind its private scheme")?,
    };
    let authority = path.split(['/', '?']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("must have no user name");
    }
    check_path(path)?;
    Ok(UriParts {
        scheme,
        host: "",
        authority: "",
    })
}

fn check_path(path: &str) -> Result<(), &'static str> {
    let path = path.split('?').next().unwrap_or_default();
    let dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    if path.split('/').any(dots) {
        Err("must have no dot segments")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEB: UriUse = UriUse::Return(ClientType::Web);
    const NATIVE: UriUse = UriUse::Return(ClientType::Native);

    #[test]
    fn tpa_cl_08_which_schemes_a_client_may_have() {
        let table = [
            ("https://moneytrack.example/verify", true, true, true),
            ("https://moneytrack.example", true, true, true),
            ("https://moneytrack.example:8443/a?b=c&d=e", true, true, true),
            ("https://xn--bcher-kva.example/x", true, true, true),
            ("https://[2001:db8::1]/x", true, true, true),
            ("http://localhost/x", true, true, true),
            ("http://localhost:3000/x", true, true, true),
            ("http://127.0.0.1:9999/callback", true, true, true),
            ("http://[::1]:8/callback", true, true, true),
            ("http://moneytrack.example/verify", false, false, false),
            ("http://127.0.0.1.evil.example/", false, false, false),
            ("http://localhost.evil.example/", false, false, false),
            ("http://127.1/", false, false, false),
            ("com.vendor.app://path", false, true, false),
            ("com.vendor.app:/path", false, true, false),
            ("com.vendor.app:path", false, false, false),
            ("vendor://path", false, false, false),
            ("com..app://path", false, false, false),
            ("javascript:alert(1)", false, false, false),
            ("javascript://moneytrack.example/%0aalert(1)", false, false, false),
            ("data:text/html,x", false, false, false),
            ("file:///etc/passwd", false, false, false),
            ("vbscript:x", false, false, false),
            ("blob:https://moneytrack.example/x", false, false, false),
            ("about:blank", false, false, false),
            ("ftp://moneytrack.example/", false, false, false),
        ];
        for (uri, web, native, page) in table {
            let is_good = |used| check_uri(uri, used).is_ok();
            assert_eq!(
                (is_good(WEB), is_good(NATIVE), is_good(UriUse::Page)),
                (web, native, page),
                "{uri}"
            );
        }
    }

    #[test]
    fn tpa_cl_09_what_could_be_read_in_two_ways_is_refused_everywhere() {
        let long = format!("https://moneytrack.example/{}", "x".repeat(LONGEST_URI));
        let wrong = [
            "",
            "/verify",
            "verify",
            "//moneytrack.example/verify",
            "https:/moneytrack.example",
            "https:moneytrack.example",
            "https://",
            "https:///verify",
            "https://?x",
            "HTTPS://moneytrack.example/",
            "https://moneytrack.example/#x",
            "https://moneytrack.example/#",
            "https://user@moneytrack.example/",
            "https://user:secret@moneytrack.example/",
            "https://moneytrack.example@evil.example/",
            "https://*.moneytrack.example/",
            "https://moneytrack.example/*",
            "https://moneytrack.example\\@evil.example/",
            "https://moneytrack.example/a\\b",
            "https://moneytrack.example/a b",
            "https://moneytrack.example/\tx",
            "https://moneytrack.example/\nx",
            "https://moneytrack.example/\u{0}",
            " https://moneytrack.example/",
            "https://moneytrack.example/../x",
            "https://moneytrack.example/a/.",
            "https://moneytrack.example/a/./b",
            "https://moneytrack.example/a/%2e%2E/b",
            "https://moneytrack.example/a/.%2e",
            "https://b\u{fc}cher.example/",
            "https://moneytrack.example/\u{fc}",
            "https://money%74rack.example/",
            "https://moneytrack.example:0/",
            "https://moneytrack.example:65536/",
            "https://moneytrack.example:80a/",
            "https://moneytrack.example:/",
            "https://moneytrack..example/",
            "https://-moneytrack.example/",
            "https://[::1/",
            "https://[x]/",
            "https://moneytrack.example/%zz",
            "https://moneytrack.example/%2",
            "com.vendor.app://user@x/y",
            "com.vendor.app://x/../y",
            "com.vendor.app://x#y",
            long.as_str(),
        ];
        for uri in wrong {
            for used in [WEB, NATIVE, UriUse::Page] {
                assert!(check_uri(uri, used).is_err(), "{uri} {used:?}");
            }
        }
    }

    #[test]
    fn tpa_cl_10_consent_hosts_are_compared_whole() {
        let hosts = ["app.bank.example".to_owned(), "localhost:3000".to_owned()];
        for (uri, fits) in [
            ("https://app.bank.example/consent?for=x", true),
            ("https://APP.bank.example/consent", true),
            ("https://app.bank.example:8443/consent", true),
            ("http://localhost:3000/consent", true),
            ("http://localhost:3001/consent", false),
            ("https://evil.example/app.bank.example", false),
            ("https://app.bank.example.evil.example/", false),
        ] {
            let parts = check_uri(uri, UriUse::Page).unwrap();
            assert_eq!(is_among(&parts, &hosts), fits, "{uri}");
            assert!(is_among(&parts, &[]), "{uri}");
        }
    }
}
