use saaskit_kernel::Secret;

/// What URLs of objects are like, and what they are signed with.
#[derive(Debug, Clone)]
pub struct LocalUrlsConfig {
    /// Where our server serves objects, without a query: `https://app.example.com/api/v1/objects`.
    pub place: String,
    /// The secrets: the first signs, and what any of them signed is known again.
    pub secrets: Vec<Secret>,
}

impl LocalUrlsConfig {
    /// The fewest characters a secret has.
    pub const SHORTEST_SECRET: usize = 32;

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidLocalUrls> {
        let is_short = |secret: &Secret| secret.expose().chars().count() < Self::SHORTEST_SECRET;
        let is_http = self.place.starts_with("http://") || self.place.starts_with("https://");
        let rules = [
            (!is_http || self.place.contains(['?', '#']), "the place is a URL without a query"),
            (self.secrets.is_empty(), "there is a secret"),
            (self.secrets.iter().any(is_short), "a secret has at least 32 characters"),
        ];
        let broken: Vec<_> = rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidLocalUrls(broken)) }
    }
}

/// The rules a configuration breaks, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidLocalUrls(Vec<&'static str>);

impl InvalidLocalUrls {
    /// A sentence for each.
    pub fn rules(&self) -> &[&'static str] {
        &self.0
    }
}
