//! Use cases over several domains, and one domain's ports fulfilled by another.

mod bearer;
mod letters;
mod links;
mod welcome;

use saaskit_kernel::Subscriptions;

pub use bearer::BearerTokens;
pub use letters::NotifyLetters;
pub use links::Links;
pub use welcome::Welcome;

/// Who listens to which event: what every store is built with.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::new([welcome::ON_TENANT_CREATED])
}
