use std::fmt;

/// What a request shows to prove whose it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// Nothing.
    None,
    /// A token that its sender added by itself. It wins over a cookie, which browsers add unasked; the cookie is
    /// then not looked at, whether the token is believed or not.
    Bearer(&'a str),
    /// The cookie of a browser's session.
    Cookie(&'a str),
    /// Two of one sort: nobody can tell whose request it is.
    Ambiguous,
}

impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer(_) => "Bearer([redacted])",
            Self::Cookie(_) => "Cookie([redacted])",
            Self::Ambiguous => "Ambiguous",
        })
    }
}
