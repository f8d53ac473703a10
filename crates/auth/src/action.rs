//! What auth writes into the audit log.

use saaskit_kernel::Action;

/// An address asked for an account.
pub const REGISTER: Action = Action { name: "auth.register", risk: 10 };
/// An address was proved.
pub const VERIFY_EMAIL: Action = Action { name: "auth.verify_email", risk: 10 };
/// Somebody tried to sign in.
pub const LOG_IN: Action = Action { name: "auth.log_in", risk: 10 };
/// A session was ended by its owner.
pub const LOG_OUT: Action = Action { name: "auth.log_out", risk: 0 };
/// The first operator was made, by the link that is printed.
pub const SET_UP: Action = Action { name: "auth.set_up", risk: 80 };
/// An operator was made on the machine.
pub const CREATE_ADMIN: Action = Action { name: "auth.create_admin", risk: 80 };
/// A signing key was made.
pub const ADD_KEY: Action = Action { name: "auth.add_signing_key", risk: 30 };

/// Every action, for the catalogue.
pub const ALL: &[Action] = &[REGISTER, VERIFY_EMAIL, LOG_IN, LOG_OUT, SET_UP, CREATE_ADMIN, ADD_KEY];
