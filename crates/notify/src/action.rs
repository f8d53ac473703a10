//! What notify writes into the audit log.

use saaskit_kernel::Action;

/// An operator said that an address gets no mail.
pub const SUPPRESS: Action = Action { name: "notify.suppress", risk: 20 };
/// An operator said that an address gets mail again.
pub const LIFT_SUPPRESSION: Action = Action { name: "notify.lift_suppression", risk: 30 };
/// A workspace's mails look different.
pub const SET_BRANDING: Action = Action { name: "notify.set_branding", risk: 30 };
/// A workspace's mails look like the installation's again.
pub const RESET_BRANDING: Action = Action { name: "notify.reset_branding", risk: 20 };

/// Every action, for the catalogue.
pub const ALL: &[Action] = &[SUPPRESS, LIFT_SUPPRESSION, SET_BRANDING, RESET_BRANDING];
