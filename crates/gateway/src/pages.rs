use crate::{CorsPolicy, Credential, Csrf, CsrfProof, Knock, Origin, Refusal};

/// Whose pages may act in a browser, and how they prove it. A door without it believes no cookie.
#[derive(Debug, Clone)]
pub struct Pages {
    ours: Origin,
    allowed: CorsPolicy,
    csrf: Csrf,
}

impl Pages {
    /// Our own pages and those of the policy.
    pub fn new(ours: Origin, allowed: CorsPolicy, csrf: Csrf) -> Self {
        Self { ours, allowed, csrf }
    }

    /// The proofs.
    pub fn csrf(&self) -> &Csrf {
        &self.csrf
    }

    /// Refuses what a foreign page makes a browser change. With a cookie the page must be known to be ours and
    /// show its proof. Without, it may be no browser at all; where it is one, a foreign page could sign its visitor
    /// in to somebody else's account. Who shows a token has proved enough: no page can make a browser add it.
    pub(crate) fn judge(&self, knock: &Knock<'_>) -> Result<(), Refusal> {
        let trusted = knock.provenance.is_trusted(&self.ours, &self.allowed);
        match knock.credential {
            _ if !knock.changes => Ok(()),
            Credential::Bearer(_) => Ok(()),
            Credential::Cookie(cookie) if knock.access.needs_credential() => {
                if trusted != Some(true) {
                    return Err(Refusal::CrossSite);
                }
                self.judge_proof(knock.csrf, cookie)
            }
            _ if trusted == Some(false) => Err(Refusal::CrossSite),
            _ => Ok(()),
        }
    }

    fn judge_proof(&self, proof: CsrfProof<'_>, cookie: &str) -> Result<(), Refusal> {
        match proof {
            CsrfProof::Form => Ok(()),
            CsrfProof::Header(Some(token)) if self.csrf.is_good(token, cookie) => Ok(()),
            CsrfProof::Header(_) => Err(Refusal::CsrfTokenInvalid),
        }
    }
}
