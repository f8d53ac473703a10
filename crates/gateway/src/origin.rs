use std::fmt;
use std::sync::Arc;

/// Where a page comes from: scheme, host and, if not the scheme's own, port. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(Arc<str>);

/// An origin that is none, or a wildcard where credentials are allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an exact origin such as https://app.example.com; * can't be allowed with credentials")]
pub struct OriginInvalid(String);

impl Origin {
    /// Reads `https://app.example.com` or `http://localhost:3000`, and nothing with a path or a wildcard.
    pub fn parse(text: &str) -> Result<Self, OriginInvalid> {
        let text = text.trim();
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
        if host.is_empty() || !host.bytes().all(allowed) {
            return Err(OriginInvalid(text.to_owned()));
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }

    /// The origin as browsers write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose pages may call from a browser, with credentials.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorsPolicy(Vec<Origin>);

impl CorsPolicy {
    /// Pages of exactly these origins.
    pub fn new<'a>(origins: impl IntoIterator<Item = &'a str>) -> Result<Self, OriginInvalid> {
        Ok(Self(origins.into_iter().map(Origin::parse).collect::<Result<_, _>>()?))
    }

    /// Whether pages of that origin may.
    pub fn allows(&self, origin: &str) -> bool {
        self.0.iter().any(|allowed| allowed.as_str() == origin)
    }
}

/// What a browser says about where a request was started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Provenance<'a> {
    /// `Sec-Fetch-Site`.
    pub fetch_site: Option<&'a str>,
    /// `Origin`.
    pub origin: Option<&'a str>,
}

impl Provenance<'_> {
    /// Whether a page of ours, or one that is allowed, started it; `None` where nothing is said. Browsers name the
    /// origin of whatever changes something; a page that hides its referrer sends `null`, and then only the site
    /// can tell.
    pub(crate) fn is_trusted(&self, ours: &Origin, allowed: &CorsPolicy) -> Option<bool> {
        let same_site = self.fetch_site.map(|site| site == "same-origin");
        match self.origin {
            Some(origin) if origin != "null" => {
                let is_ours = origin == ours.as_str() && same_site != Some(false);
                Some(is_ours || allowed.allows(origin))
            }
            Some(_) => Some(same_site == Some(true)),
            None => same_site,
        }
    }
}

/// Whether a `Host` header names the machine itself. Any other name could have been pointed here by a stranger's
/// name server.
pub fn is_local_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name == "[::1]"
        || name.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_origins_are_allowed() {
        let policy = CorsPolicy::new(["https://app.example.com", "http://localhost:3000"]).unwrap();
        assert!(policy.allows("https://app.example.com"));
        for origin in
            ["https://app.example.com.evil.org", "http://app.example.com", "null", "", "https://example.com"]
        {
            assert!(!policy.allows(origin), "{origin}");
        }
        for origin in
            ["*", "https://*.example.com", "null", "app.example.com", "https://a.example/", "https://"]
        {
            assert!(CorsPolicy::new([origin]).is_err(), "{origin}");
        }
    }

    #[test]
    fn pages_of_ours_and_allowed_ones_are_trusted_and_others_are_not() {
        let ours = Origin::parse("https://app.example.com").unwrap();
        let allowed = CorsPolicy::new(["https://front.example.com"]).unwrap();
        let is_trusted = |fetch_site, origin| Provenance { fetch_site, origin }.is_trusted(&ours, &allowed);
        assert_eq!(is_trusted(Some("same-origin"), Some("null")), Some(true));
        assert_eq!(is_trusted(Some("same-origin"), None), Some(true));
        assert_eq!(is_trusted(None, Some("https://app.example.com")), Some(true));
        assert_eq!(is_trusted(Some("same-site"), Some("https://front.example.com")), Some(true));
        assert_eq!(is_trusted(None, None), None);
        for (fetch_site, origin) in [
            (Some("cross-site"), Some("https://app.example.com")),
            (Some("same-origin"), Some("https://evil.example")),
            (Some("same-site"), None),
            (Some("none"), None),
            (None, Some("https://evil.example")),
            (None, Some("null")),
        ] {
            assert_eq!(is_trusted(fetch_site, origin), Some(false), "{fetch_site:?} {origin:?}");
        }
    }

    #[test]
    fn only_names_of_the_machine_itself_are_local() {
        for host in ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080", "[::1]"] {
            assert!(is_local_host(host), "{host}");
        }
        for host in
            ["", "localhost.evil.example", "evil.example:8080", "192.0.2.1", "127.0.0.1.evil.example", "::1"]
        {
            assert!(!is_local_host(host), "{host}");
        }
    }
}
