use std::fmt;

use crate::Refusal;

/// Where a page comes from: scheme, host and, if not the scheme's own, port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

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
        Ok(Self(text.to_ascii_lowercase()))
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
    /// Whether a form came from a page of ours. Browsers that say nothing about the site still send the origin of
    /// a foreign page; who sends neither is no browser, and acts for nobody but itself. Pages that hide their
    /// referrer send the origin `null`, so the site is asked first.
    pub fn check(&self, ours: &Origin) -> Result<(), Refusal> {
        let same = match (self.fetch_site, self.origin) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => origin == ours.as_str(),
            (None, None) => true,
        };
        if same { Ok(()) } else { Err(Refusal::CrossSite) }
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
    fn a_form_of_a_foreign_page_is_refused() {
        let ours = Origin::parse("https://app.example.com").unwrap();
        let check = |fetch_site, origin| Provenance { fetch_site, origin }.check(&ours).is_ok();
        assert!(check(Some("same-origin"), Some("null")));
        assert!(check(None, Some("https://app.example.com")));
        assert!(check(None, None));
        assert!(!check(Some("cross-site"), Some("https://app.example.com")));
        assert!(!check(Some("same-site"), None));
        assert!(!check(None, Some("https://evil.example")));
        assert!(!check(None, Some("null")));
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
