use std::borrow::Cow;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use saaskit_auth::claims::{AccessClaims, TokenRefused};
use saaskit_kernel::{SessionId, TenantId, Timestamp, UserId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The only type of token that is believed (RFC 9068 section 2.1).
pub(crate) const TYPE: &str = "at+jwt";

/// How far ahead of this node's clock a token may begin: another node's clock made it.
const SKEW: Duration = Duration::from_mins(1);

/// The whole header. Any other member, such as `jwk`, `jku`, `x5u`, `x5c` or `crit`, is refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header<'a> {
    pub(crate) typ: Cow<'a, str>,
    pub(crate) alg: Cow<'a, str>,
    pub(crate) kid: Cow<'a, str>,
}

/// The claims. Others are left unread, so that a node understands the tokens of the next version.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload<'a> {
    iss: Cow<'a, str>,
    aud: Cow<'a, str>,
    sub: UserId,
    sid: SessionId,
    ep: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<TenantId>,
    exp: i64,
    iat: i64,
    #[serde(skip_serializing)]
    nbf: Option<i64>,
    jti: Cow<'a, str>,
    amr: Cow<'a, [String]>,
    auth_time: i64,
}

/// Who issues tokens, and for whom.
#[derive(Debug)]
pub(crate) struct Realm {
    pub(crate) issuer: String,
    pub(crate) audience: String,
}

impl Realm {
    pub(crate) fn payload<'a>(&'a self, claims: &'a AccessClaims) -> Payload<'a> {
        Payload {
            iss: Cow::Borrowed(&self.issuer),
            aud: Cow::Borrowed(&self.audience),
            sub: claims.user,
            sid: claims.session,
            ep: claims.epoch,
            tid: claims.tenant,
            exp: claims.expires_at.seconds(),
            iat: claims.issued_at.seconds(),
            nbf: None,
            jti: Cow::Borrowed(&claims.token_id),
            amr: Cow::Borrowed(&claims.methods),
            auth_time: claims.authenticated_at.seconds(),
        }
    }

    /// The claims of a payload whose signature was verified, if it is from and for this realm and has begun.
    pub(crate) fn admit(&self, payload: Payload<'_>, now: Timestamp) -> Result<AccessClaims, TokenRefused> {
        let begins = payload.nbf.map_or(payload.iat, |nbf| nbf.max(payload.iat));
        if payload.iss != self.issuer || payload.aud != self.audience || instant(begins) > now.plus(SKEW) {
            return Err(TokenRefused::Invalid);
        }
        Ok(AccessClaims {
            user: payload.sub,
            session: payload.sid,
            epoch: payload.ep,
            tenant: payload.tid,
            issued_at: instant(payload.iat),
            expires_at: instant(payload.exp),
            authenticated_at: instant(payload.auth_time),
            methods: payload.amr.into_owned(),
            token_id: payload.jti.into_owned(),
        })
    }
}

fn instant(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds.saturating_mul(1000))
}

/// A part of a token: JSON in base64url.
pub(crate) fn encode<T: Serialize>(part: &T) -> Result<String, serde_json::Error> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(part)?))
}

/// Reads [`encode`] back.
pub(crate) fn decode<T: DeserializeOwned>(part: &str) -> Result<T, TokenRefused> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenRefused::Invalid)?;
    serde_json::from_slice(&json).map_err(|_| TokenRefused::Invalid)
}
