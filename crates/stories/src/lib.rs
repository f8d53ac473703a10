//! Use cases over several domains, and one domain's ports fulfilled by another.

mod authorize;
mod belongings;
mod brand;
mod credentials;
mod enter;
mod error;
mod export;
mod letters;
mod links;
mod mails;
mod people;
mod take_roles;
mod tenant_roles;
mod user_directory;
mod welcome;

use saaskit_kernel::Subscriptions;

pub use authorize::{GivenRoles, Permissions, permissions};
pub use belongings::TenantBelongings;
pub use brand::TenantBrand;
pub use credentials::Credentials;
pub use enter::EnterTenant;
pub use error::StoryError;
pub use export::{Export, ExportPart};
pub use letters::NotifyLetters;
pub use links::Links;
pub use mails::Mails;
pub use people::AccountPeople;
pub use take_roles::TakeRoles;
pub use tenant_roles::TenantRoles;
pub use user_directory::UserDirectory;
pub use welcome::Welcome;

/// Who listens to which event: what every store is built with.
pub fn subscriptions() -> Subscriptions {
    let [removed, left] = take_roles::ON_MEMBERSHIP_ENDED;
    Subscriptions::new([welcome::ON_TENANT_CREATED, removed, left])
}
