use std::error::Error;
use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{Call, Commit, Fault, Guard, Name, PortError, UserId};

/// Why an account can't go, or come back, in the words of who keeps what belongs to it.
#[derive(Debug)]
pub struct Veto(Box<dyn Fault>);

impl Veto {
    /// In these words.
    pub fn new(fault: impl Fault) -> Self {
        Self(Box::new(fault))
    }

    /// The words.
    pub fn fault(&self) -> &dyn Fault {
        &*self.0
    }
}

impl fmt::Display for Veto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Error for Veto {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// Keeps what a user has outside of the account.
///
/// # Contract
///
/// - The commit of leaving ends all of it, once it is applied together with the end of the account, and nothing before.
/// - The commit of returning brings back what that ended, as far as there is room for it, and nothing else.
/// - After the commit of forgetting nothing comes back any more.
/// - What must not be left is refused: when it is planned, or by a guard in the commit, which is then explained.
#[async_trait]
pub trait Belongings: fmt::Debug + Send + Sync + 'static {
    /// The commit that ends it, for an account that goes; to be joined with the caller's own.
    async fn plan_leaving(&self, call: &Call, user: UserId) -> Result<Commit, Veto>;

    /// The commit that brings it back, for an account that is restored.
    async fn plan_returning(&self, call: &Call, user: UserId) -> Result<Commit, Veto>;

    /// The commit that ends for good what would come back, for an account that is erased.
    async fn plan_forgetting(&self, call: &Call, user: UserId) -> Result<Commit, PortError>;

    /// What it is called: nothing of that is a good password of theirs.
    async fn names(&self, user: UserId) -> Result<Vec<Name>, PortError>;

    /// Why that guard refused a commit planned here; `None` if it guards something else.
    fn explain(&self, guard: Guard) -> Option<Veto>;
}

/// Where a user has nothing but the account.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBelongings;

#[async_trait]
impl Belongings for NoBelongings {
    async fn plan_leaving(&self, _: &Call, _: UserId) -> Result<Commit, Veto> {
        Ok(Commit::new())
    }

    async fn plan_returning(&self, _: &Call, _: UserId) -> Result<Commit, Veto> {
        Ok(Commit::new())
    }

    async fn plan_forgetting(&self, _: &Call, _: UserId) -> Result<Commit, PortError> {
        Ok(Commit::new())
    }

    async fn names(&self, _: UserId) -> Result<Vec<Name>, PortError> {
        Ok(Vec::new())
    }

    fn explain(&self, _: Guard) -> Option<Veto> {
        None
    }
}
