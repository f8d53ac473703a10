use std::time::Duration;

use saaskit_kernel::Secret;

/// By what a client carries its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Carrier {
    /// Access tokens, and a chain of refresh tokens that renews them.
    #[default]
    Tokens,
    /// One secret in a cookie of a browser.
    Cookie,
}

/// Proves for a while who its bearer is.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// What is shown.
    pub secret: Secret,
    /// How long it is good.
    pub expires_in: Duration,
}

/// What a session is carried by from now on.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Shown with every request.
    pub access: AccessToken,
    /// Shown once, for the next tokens.
    pub refresh: Secret,
    /// How long the refresh token is good.
    pub refresh_expires_in: Duration,
}

/// What a session that changed goes on by.
#[derive(Debug, Clone)]
pub enum GoesOn {
    /// Its tokens, the next access token of which says what changed.
    ByToken(AccessToken),
    /// Another cookie: the one before is not believed any more.
    ByCookie {
        /// What the cookie holds.
        secret: Secret,
        /// For how long to keep it.
        life: Duration,
    },
}

/// What a client gets to carry its session by.
#[derive(Debug, Clone)]
pub enum Carried {
    /// [`Carrier::Tokens`].
    ByTokens(Tokens),
    /// [`Carrier::Cookie`].
    ByCookie {
        /// What the cookie holds.
        secret: Secret,
        /// For how long to keep it.
        life: Duration,
    },
}
