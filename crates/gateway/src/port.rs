//! What the door asks of the world, besides the kernel's rate limiter.

use std::fmt;

use async_trait::async_trait;
use saaskit_kernel::{Fault, Principal};

/// Tells whom a credential belongs to.
///
/// # Contract
///
/// - A credential that is not believed is refused with a fault of kind `Unauthenticated`.
/// - A check that could not be made is a fault of kind `Unavailable` or `Internal`: never a refusal of the caller.
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// Whom the bearer token belongs to.
    async fn authenticate(&self, bearer: &str) -> Result<Principal, Box<dyn Fault>>;
}
