//! What tenants writes into the audit log.

use saaskit_kernel::Action;

/// A workspace was made.
pub const CREATE: Action = Action { name: "tenants.create", risk: 10 };
/// A workspace was renamed.
pub const UPDATE: Action = Action { name: "tenants.update", risk: 20 };

/// Every action, for the catalogue.
pub const ALL: &[Action] = &[CREATE, UPDATE];
