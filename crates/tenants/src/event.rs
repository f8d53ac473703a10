//! The events tenants tells.

/// A workspace was made. `{"tenant": id, "owner": id}`
pub const TENANT_CREATED: &str = "tenants.tenant_created";

/// Every event, for the catalogue.
pub const ALL: &[&str] = &[TENANT_CREATED];
