//! Who you are: accounts, sessions, tokens.
//!
//! [`Auth`] is the whole of it: a concrete struct over the ports of [`port`]. Its use cases, one a file under
//! `service/`:
//!
//! - accounts: register, verify an address, ask for the link again, forget and reset a password, change it, change the
//!   address and undo that, show and update the profile, export, delete, erase;
//! - sessions: log in, unlock, renew, authenticate a request by token or cookie, prove oneself again, act in a
//!   workspace, list and end sessions, log out;
//! - rights: make, change, remove and assign roles, ask whether somebody may do something and why;
//! - operation: set up the first operator, make others and take that back, find, lock, delete and restore accounts, keep
//!   the keys, sweep.

mod access;
pub mod action;
mod archive;
mod attempts;
mod belongings;
mod carrier;
/// What access tokens say.
pub mod claims;
mod client;
mod device;
mod error;
pub mod event;
mod news;
mod one_time;
mod password;
mod permission;
pub mod permissions;
mod policy;
pub mod port;
mod refresh_token;
mod registration_proof;
mod role;
mod service;
mod session;
mod signing_key;
mod user;
/// What auth asks to have changed.
pub mod write;

pub use access::{AccessError, GlobalRole, Known, Place, RoleSheet, SystemRole, TenantRole};
pub use archive::TABLES;
pub use attempts::{Admission, AttemptKey, Attempts, Tries};
pub use belongings::{NoBelongings, Veto};
pub use carrier::{AccessToken, Carried, Carrier, GoesOn, Tokens};
pub use client::Client;
pub use device::DeviceToken;
pub use error::{AccountError, AuthError, ProofError, SignInError};
pub use news::News;
pub use one_time::{OneTimeToken, Purpose};
pub use password::{Password, PasswordHash};
pub use permission::Permission;
pub use policy::PasswordPolicy;
pub use refresh_token::{ClientMark, Presented, RefreshToken, Renewal, Rotation};
pub use registration_proof::RegistrationProof;
pub use role::{Assignment, Rights, Role, RoleEntity, RoleId};
pub use service::{
    Administer, Auth, ChangePassword, Explanation, LogIn, Ports, Profile, Register, RoleDraft, SessionSheet,
    SetUp, Settings, Shown, SignedIn, Verified,
};
pub use session::{Method, Session};
pub use signing_key::{Algorithm, KeyEntity, KeyId, SigningKey};
pub use user::{User, UserStatus};
