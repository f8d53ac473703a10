use std::net::IpAddr;
use std::sync::Arc;

use saaskit_kernel::{IpKey, LimitKey, Principal, RateLimiter};

use crate::port::Authenticator;
use crate::{Access, Bypass, Class, Limit, Limits, Per, Refusal, Standing, is_local_host};

/// Judges who comes in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Door {
    limiter: Arc<dyn RateLimiter>,
    authenticator: Arc<dyn Authenticator>,
    limits: Arc<Limits>,
    bypass: Option<Bypass>,
}

/// A request at the door: all that is known before its body is read.
#[derive(Debug, Clone, Copy)]
pub struct Knock<'a> {
    /// Who may use what is asked for.
    pub access: Access,
    /// What it costs.
    pub class: Class,
    /// Where it comes from.
    pub ip: IpAddr,
    /// The host it asked for.
    pub host: &'a str,
    /// Its bearer token.
    pub bearer: Option<&'a str>,
    /// Its benchmark token.
    pub bypass: Option<&'a str>,
}

/// A request that was let in.
#[derive(Debug, Clone)]
pub struct Pass {
    principal: Option<Principal>,
    ip: IpAddr,
    unlimited: bool,
    standings: Vec<Standing>,
}

impl Pass {
    /// Who it is from, where the route asks for that.
    pub fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// Where it comes from.
    pub fn ip(&self) -> IpAddr {
        self.ip
    }

    /// The limits that were drawn, in that order.
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }
}

impl Door {
    /// A door with these limits.
    pub fn new(limiter: Arc<dyn RateLimiter>, authenticator: Arc<dyn Authenticator>, limits: Limits) -> Self {
        Self { limiter, authenticator, limits: Arc::new(limits), bypass: None }
    }

    /// The same door with a way past its limits.
    #[must_use]
    pub fn with_bypass(self, bypass: Bypass) -> Self {
        Self { bypass: Some(bypass), ..self }
    }

    /// Lets a request in or says why not. The address is counted before the credential is looked at, the user and
    /// the class after; the first refusal ends it, and what was drawn until then is not given back.
    pub async fn admit(&self, knock: &Knock<'_>) -> Result<Pass, Refusal> {
        if knock.access == Access::Development && !is_local_host(knock.host) {
            return Err(Refusal::NotFound);
        }
        let unlimited = !knock.class.is_counted() || self.is_bypassed(knock.bypass);
        let mut pass = Pass { principal: None, ip: knock.ip, unlimited, standings: Vec::new() };
        self.count(&mut pass, Limit::Ip).await?;
        if knock.access.needs_credential() {
            pass.principal = Some(self.authenticate(knock.bearer).await?);
        }
        if let Some(limit) = knock.class.limit() {
            self.count(&mut pass, limit).await?;
        }
        Ok(pass)
    }

    /// Draws a limit that only the body tells whom it counts: `account` is what the body names, in a form that two
    /// spellings of one account share.
    pub async fn draw(&self, pass: &Pass, limit: Limit, account: &str) -> Result<(), Refusal> {
        match key(limit, pass, Some(account)) {
            Some(key) if !pass.unlimited => self.take(limit, &key).await.map(drop),
            _ => Ok(()),
        }
    }

    async fn count(&self, pass: &mut Pass, limit: Limit) -> Result<(), Refusal> {
        if let Some(key) = key(limit, pass, None).filter(|_| !pass.unlimited) {
            pass.standings.push(self.take(limit, &key).await?);
        }
        Ok(())
    }

    async fn take(&self, limit: Limit, key: &LimitKey) -> Result<Standing, Refusal> {
        let bucket = self.limits.bucket(limit);
        let taken = self.limiter.take(key, bucket, 1).await.map_err(Refusal::Unavailable)?;
        let standing = Standing { limit, bucket, taken };
        if taken.allowed { Ok(standing) } else { Err(Refusal::Limited(standing)) }
    }

    async fn authenticate(&self, bearer: Option<&str>) -> Result<Principal, Refusal> {
        let bearer = bearer.ok_or(Refusal::Unauthenticated)?;
        self.authenticator.authenticate(bearer).await.map_err(Refusal::Credential)
    }

    fn is_bypassed(&self, shown: Option<&str>) -> bool {
        self.bypass.as_ref().zip(shown).is_some_and(|(bypass, shown)| bypass.opens_for(shown))
    }
}

/// The bucket a limit counts in; none where it counts what this request does not have.
fn key(limit: Limit, pass: &Pass, account: Option<&str>) -> Option<LimitKey> {
    let ip = IpKey::from(pass.ip);
    let subject = match limit.per() {
        Per::Ip => ip.to_string(),
        Per::Principal => pass.principal.as_ref()?.user.to_string(),
        Per::Account => account?.to_owned(),
        Per::IpAndAccount => format!("{ip}/{}", account?),
    };
    Some(LimitKey::new(limit.as_str(), subject))
}
