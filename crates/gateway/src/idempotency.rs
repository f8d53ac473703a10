use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{
    Claim, ClaimKey, ClaimState, ClaimWrite, Claims, Commit, CommitError, InstallationSecret, KeptAnswer,
    Principal, Source, Store, TenantId,
};

use crate::{Refusal, Repeated};

/// Gives a request that names itself by a key one effect, and its answer again, however often it is sent. Only for
/// who has proved who they are: keys of nobody could be guessed by anybody.
#[derive(Debug, Clone)]
pub struct Idempotency {
    claims: Arc<dyn Claims>,
    store: Arc<dyn Store>,
    source: Source,
    secret: InstallationSecret,
}

/// A request that names itself.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Who sent it.
    pub by: &'a Principal,
    /// The workspace it acts in, if in one.
    pub tenant: Option<TenantId>,
    /// The key its sender gave it.
    pub key: &'a str,
    /// The path it was sent to, as it was written.
    pub path: &'a str,
    /// What stands behind the `?`.
    pub query: &'a str,
    /// What it says.
    pub body: &'a [u8],
    /// Whether its answer holds a secret.
    pub is_secret: bool,
    /// The longest it may take to be answered.
    pub timeout: Duration,
}

/// What to do with a request that names itself.
#[derive(Debug)]
pub enum Opening {
    /// Serve it; this claim is to ride in its commit.
    Serve(Claim),
    /// Answer this: it was served before.
    Replay(KeptAnswer),
}

/// What to do with the answer of a request that was served.
#[derive(Debug)]
pub enum Closing {
    /// Give it.
    Own,
    /// Give what became of the same request, which was faster.
    Others(Result<KeptAnswer, Repeated>),
}

/// How long a key names its request.
const KEPT: Duration = Duration::from_hours(24);
/// Past the timeout, an answer can be on its way to the store for so long.
const GRACE: Duration = Duration::from_secs(5);
const LONGEST_KEY: usize = 255;

impl Idempotency {
    /// Keys of that installation.
    pub fn new(
        claims: Arc<dyn Claims>,
        store: Arc<dyn Store>,
        source: Source,
        secret: InstallationSecret,
    ) -> Self {
        Self { claims, store, source, secret }
    }

    /// Says whether a request is the first of its key.
    pub async fn open(&self, named: &Named<'_>) -> Result<Opening, Refusal> {
        let visible = named.key.bytes().all(|byte| byte.is_ascii_graphic());
        if named.key.is_empty() || named.key.len() > LONGEST_KEY || !visible {
            return Err(Repeated::KeyInvalid.into());
        }
        let claim = self.claim(named);
        let known = self.claims.claim(&claim.key, claim.at).await.map_err(Refusal::Unavailable)?;
        match known {
            Some(known) => Ok(Opening::Replay(self.judge(known, &claim, named)?)),
            None => Ok(Opening::Serve(claim)),
        }
    }

    /// Keeps the answer of a request that was served, if its claim was made: what left no trace may be tried again.
    /// An answer that must not be kept is left out.
    pub async fn close(
        &self,
        named: &Named<'_>,
        claim: Claim,
        answer: Option<KeptAnswer>,
    ) -> Result<Closing, CommitError> {
        let Some(known) = self.claims.claim(&claim.key, self.source.now()).await? else {
            return Ok(Closing::Own);
        };
        if known.claim != claim {
            return Ok(Closing::Others(self.judge(known, &claim, named)));
        }
        if let Some(answer) = answer.filter(|_| !named.is_secret) {
            let keep = ClaimWrite::Keep { claim, answer };
            self.store.commit(Commit::new().write(keep)).await?;
        }
        Ok(Closing::Own)
    }

    /// Removes the claims whose time is over; to be done now and then.
    pub async fn forget(&self) -> Result<(), CommitError> {
        let forget = ClaimWrite::Forget { at: self.source.now() };
        self.store.commit(Commit::new().write(forget)).await
    }

    fn claim(&self, named: &Named<'_>) -> Claim {
        let at = self.source.now();
        let tenant = named.tenant.map(|tenant| tenant.uuid().into_bytes()).unwrap_or_default();
        let user = named.by.user.uuid().into_bytes();
        let whose: [&[u8]; 4] = [&tenant, &user, named.path.as_bytes(), named.key.as_bytes()];
        Claim {
            key: ClaimKey(self.hash("gateway.claim", &whose)),
            fingerprint: self.hash("gateway.request", &[named.query.as_bytes(), named.body]),
            maker: self.source.bytes(),
            at,
            until: at.plus(KEPT),
        }
    }

    /// The parts hashed, each with its length before it, so that no part can pass for another.
    fn hash(&self, label: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut all = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
        for part in parts {
            all.extend((part.len() as u64).to_be_bytes());
            all.extend_from_slice(part);
        }
        self.secret.fingerprint(label, &all)
    }

    fn judge(&self, known: ClaimState, claim: &Claim, named: &Named<'_>) -> Result<KeptAnswer, Repeated> {
        let age = self.source.now().since(known.claim.at);
        match known.answer {
            _ if known.claim.fingerprint != claim.fingerprint => Err(Repeated::KeyReused),
            Some(answer) => Ok(answer),
            None if named.is_secret => Err(Repeated::AnswerNotKept),
            None if age < named.timeout + GRACE => Err(Repeated::InFlight),
            None => Err(Repeated::ResultUnknown),
        }
    }
}
