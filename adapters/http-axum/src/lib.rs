//! The JSON API over HTTP, and the few pages that mails link to.
//!
//! [`Api`] takes a [`Resource`] of each domain that is there and makes one [`axum::Router`] of them, behind the
//! layers of [`layer`]. Every route is one [`Row`] of a table: the row mounts the handler, tells the
//! door who may use it and what it costs, and appears in the OpenAPI document. A handler reads, calls one use
//! case, and shows its answer.

mod api;
#[cfg(feature = "auth")]
pub mod auth;
mod body;
mod bounded;
mod caller;
mod cookie;
mod cursor;
#[cfg(feature = "notify")]
pub mod dev;
mod docs;
mod edge;
#[cfg(feature = "stories")]
pub mod enter_tenant;
#[cfg(feature = "stories")]
pub mod export;
mod fault;
mod fields;
mod form;
pub mod health;
pub mod home;
pub mod layer;
mod list;
pub mod metrics;
pub mod objects;
mod openapi;
pub mod page;
mod problem;
mod rate_limit;
#[cfg(feature = "auth")]
mod roles;
mod route;
mod settings;
#[cfg(feature = "notify")]
pub mod suppressions;
#[cfg(feature = "stories")]
pub mod tenant_brand;
#[cfg(feature = "stories")]
pub mod tenant_roles;
#[cfg(feature = "tenants")]
pub mod tenants;
mod url;
#[cfg(feature = "stories")]
pub mod user_directory;
mod version;

pub use api::Api;
pub use body::Body;
pub use caller::{Asker, Caller};
pub use cookie::{Device, SetCookie, SignedOut};
pub use cursor::Cursors;
pub use fault::RequestFault;
pub use form::PageForm;
pub use health::Health;
pub use list::{Listed, Listing};
pub use metrics::Metrics;
pub use problem::{FieldError, Problem};
pub use route::{Resource, Retired, RouteInfo, Row};
pub use settings::{PublicUrl, PublicUrlInvalid, Settings};
pub use version::{IfMatch, Versioned};

/// Every route there can be, for the catalogue: a domain's only if its feature is on.
pub fn routes() -> Vec<RouteInfo> {
    entries().into_iter().map(|entry| entry.info).collect()
}

/// The OpenAPI document of every route there can be.
pub fn document(public_url: &PublicUrl) -> utoipa::openapi::OpenApi {
    openapi::document(&entries(), public_url)
}

fn entries() -> Vec<route::Entry> {
    let mut all = docs::entries();
    all.extend(home::entries());
    all.extend(objects::entries());
    all.extend(health::entries());
    all.extend(metrics::entries());
    #[cfg(feature = "auth")]
    all.extend(auth::entries());
    #[cfg(feature = "tenants")]
    all.extend(tenants::entries());
    #[cfg(feature = "stories")]
    all.extend(tenant_roles::entries());
    #[cfg(feature = "stories")]
    all.extend(export::entries());
    #[cfg(feature = "stories")]
    all.extend(enter_tenant::entries());
    #[cfg(feature = "stories")]
    all.extend(user_directory::entries());
    #[cfg(feature = "stories")]
    all.extend(tenant_brand::entries());
    #[cfg(feature = "notify")]
    all.extend(suppressions::entries());
    #[cfg(feature = "notify")]
    all.extend(dev::entries());
    all
}

/// Every code a problem can carry, each once, in the order of their names.
pub fn codes() -> Vec<saaskit_kernel::Code> {
    let mut all = [RequestFault::CODES, saaskit_gateway::Refusal::CODES].concat();
    all.extend(saaskit_gateway::TenantMismatch::CODES);
    all.extend(objects::ObjectFault::CODES);
    #[cfg(feature = "auth")]
    all.extend(saaskit_auth::AuthError::CODES);
    #[cfg(feature = "tenants")]
    all.extend(saaskit_tenants::TenantsError::CODES);
    #[cfg(feature = "notify")]
    all.extend(saaskit_notify::NotifyError::CODES);
    all.sort_by_key(saaskit_kernel::Code::name);
    all.dedup();
    all
}
