use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use saaskit_kernel::{IpKey, Kind, LimitKey, Principal, RateLimiter, Secret, TenantId};

use crate::acting::acting_tenant;
use crate::port::{Authenticator, Authorizer};
use crate::{
    Access, Bypass, Class, Credential, CsrfProof, Limit, Limits, Pages, Pass, Per, Provenance, Refusal,
    Standing, TenantMismatch, is_local_host,
};

/// Judges who comes in. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Door {
    limiter: Arc<dyn RateLimiter>,
    authenticator: Arc<dyn Authenticator>,
    authorizer: Option<Arc<dyn Authorizer>>,
    limits: Arc<Limits>,
    pages: Option<Arc<Pages>>,
    bypass: Option<Arc<Bypass>>,
}

/// A request at the door: all that is known before its body is read.
#[derive(Clone, Copy)]
pub struct Knock<'a> {
    /// Who may use what is asked for.
    pub access: Access,
    /// What it costs.
    pub class: Class,
    /// Where it comes from.
    pub ip: IpAddr,
    /// The host it asked for.
    pub host: &'a str,
    /// How it proves whose it is.
    pub credential: Credential<'a>,
    /// The workspace it says it acts in.
    pub tenant: Option<&'a str>,
    /// Whether its method may change anything.
    pub changes: bool,
    /// Which page started it.
    pub provenance: Provenance<'a>,
    /// How it proves that a page of ours did.
    pub csrf: CsrfProof<'a>,
    /// Its benchmark token.
    pub bypass: Option<&'a str>,
}

impl fmt::Debug for Knock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Knock");
        shown.field("access", &self.access).field("class", &self.class).field("ip", &self.ip);
        shown.field("credential", &self.credential).finish_non_exhaustive()
    }
}

impl Door {
    /// A door with these limits. It believes no cookie and gives nobody a permission, until it is told how.
    pub fn new(limiter: Arc<dyn RateLimiter>, authenticator: Arc<dyn Authenticator>, limits: Limits) -> Self {
        let limits = Arc::new(limits);
        Self { limiter, authenticator, authorizer: None, limits, pages: None, bypass: None }
    }

    /// The same door, asking who holds a permission.
    #[must_use]
    pub fn with_authorizer(self, authorizer: Arc<dyn Authorizer>) -> Self {
        Self { authorizer: Some(authorizer), ..self }
    }

    /// The same door, believing the cookies of browsers that show these pages.
    #[must_use]
    pub fn with_pages(self, pages: Pages) -> Self {
        Self { pages: Some(Arc::new(pages)), ..self }
    }

    /// The same door with a way past its limits.
    #[must_use]
    pub fn with_bypass(self, bypass: Bypass) -> Self {
        Self { bypass: Some(Arc::new(bypass)), ..self }
    }

    /// Whose pages may act in a browser.
    pub fn pages(&self) -> Option<&Pages> {
        self.pages.as_deref()
    }

    /// Lets a request in or says why not. The address is counted first, then the page that sent it is judged, then
    /// the credential, then the user and the class are counted, then the workspace it acts in is looked at and the
    /// permission asked for; the first refusal ends it, and what was drawn until then is not given back.
    pub async fn admit(&self, knock: &Knock<'_>) -> Result<Pass, Refusal> {
        if knock.access == Access::Development && !is_local_host(knock.host) {
            return Err(Refusal::NotFound);
        }
        let unlimited = !knock.class.is_counted() || self.is_bypassed(knock.bypass);
        let (principal, cookie, tenant, standings) = (None, None, None, Vec::new());
        let mut pass = Pass { principal, cookie, tenant, ip: knock.ip, unlimited, standings };
        self.count(&mut pass, Limit::Ip).await?;
        if let Some(pages) = &self.pages {
            pages.judge(knock)?;
        }
        self.identify(&mut pass, knock).await?;
        if let Some(limit) = knock.class.limit() {
            self.count(&mut pass, limit).await?;
        }
        pass.tenant = self.place(pass.principal(), knock.tenant).await?;
        if let (Access::Permission(permission), Some(principal)) = (knock.access, &pass.principal) {
            self.authorize(principal, &pass, permission).await?;
        }
        Ok(pass)
    }

    /// Draws a limit that only the body tells whom it counts: `subject` is what the body names, in a form that two
    /// spellings of one account share. Tells where one stands with it then; nothing where it was not drawn.
    pub async fn draw(&self, pass: &Pass, limit: Limit, subject: &str) -> Result<Option<Standing>, Refusal> {
        match key(limit, pass, Some(subject)) {
            Some(key) if !pass.unlimited => self.take(limit, &key).await.map(Some),
            _ => Ok(None),
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

    /// Asks whose request it is, where one must be somebody. Where anybody may come, a cookie tells who looks at a
    /// page; one that is not believed is then no reason to refuse, and changes are nobody's.
    async fn identify(&self, pass: &mut Pass, knock: &Knock<'_>) -> Result<(), Refusal> {
        if knock.access.needs_credential() {
            pass.principal = Some(self.authenticate(knock.credential).await?);
        } else if let (Credential::Cookie(_), Access::Public, false) =
            (knock.credential, knock.access, knock.changes || !knock.class.is_counted())
        {
            pass.principal = self.authenticate(knock.credential).await.ok();
        }
        if let (Credential::Cookie(cookie), Some(_)) = (knock.credential, &pass.principal) {
            pass.cookie = Some(Secret::new(cookie));
        }
        Ok(())
    }

    async fn authenticate(&self, credential: Credential<'_>) -> Result<Principal, Refusal> {
        let known = match credential {
            Credential::Bearer(token) => self.authenticator.bearer(token).await,
            Credential::Cookie(secret) if self.pages.is_some() => self.authenticator.cookie(secret).await,
            Credential::None | Credential::Cookie(_) => return Err(Refusal::Unauthenticated),
            Credential::Ambiguous => return Err(Refusal::Ambiguous),
        };
        known.map_err(Refusal::Credential)
    }

    /// Where a request acts. Its user must be in a workspace that its header selects; the session's was entered.
    async fn place(
        &self,
        principal: Option<&Principal>,
        header: Option<&str>,
    ) -> Result<Option<TenantId>, Refusal> {
        let mismatch = |fault: TenantMismatch| Refusal::Tenant(Box::new(fault));
        let acting = acting_tenant(principal, header).map_err(mismatch)?;
        // Who was removed from where the session acts still signs out; what is done there asks by itself.
        if let (Some(principal), Some(tenant), Some(_)) = (principal, acting, header)
            && principal.tenant != Some(tenant)
        {
            let authorizer = self.authorizer.as_ref().ok_or_else(|| mismatch(TenantMismatch))?;
            authorizer.is_in(principal, tenant).await.map_err(Refusal::Tenant)?;
        }
        Ok(acting)
    }

    async fn authorize(
        &self,
        principal: &Principal,
        pass: &Pass,
        permission: &'static str,
    ) -> Result<(), Refusal> {
        let missing = Refusal::PermissionMissing(permission);
        let Some(authorizer) = &self.authorizer else { return Err(missing) };
        authorizer.may(principal, pass.tenant, pass.ip, permission).await.map_err(|fault| {
            match fault.code().kind() {
                Kind::Forbidden => missing,
                _ => Refusal::Credential(fault),
            }
        })
    }

    fn is_bypassed(&self, shown: Option<&str>) -> bool {
        self.bypass.as_ref().zip(shown).is_some_and(|(bypass, shown)| bypass.opens_for(shown))
    }
}

/// The bucket a limit counts in; none where it counts what this request does not have.
fn key(limit: Limit, pass: &Pass, subject: Option<&str>) -> Option<LimitKey> {
    let ip = IpKey::from(pass.ip);
    let subject = match limit.per() {
        Per::Ip => ip.to_string(),
        Per::Principal => pass.principal.as_ref()?.user.to_string(),
        Per::Account | Per::Session => subject?.to_owned(),
        Per::IpAndAccount => format!("{ip}/{}", subject?),
    };
    Some(LimitKey::new(limit.as_str(), subject))
}
