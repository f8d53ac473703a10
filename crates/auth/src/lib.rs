//! Who you are: accounts, sessions, tokens.
//!
//! [`Auth`] is the whole of it: a concrete struct over the ports of [`port`]. Its use cases, one a file under
//! `service/`: register, verify an address, ask for the link again, log in, log out, authenticate a request,
//! show oneself, set up the first operator, keep the keys.

mod access;
pub mod action;
mod attempts;
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
mod role;
mod service;
mod session;
mod signing_key;
mod user;
/// What auth asks to have changed.
pub mod write;

pub use access::{AccessError, GlobalRole, Known, Place, RoleSheet, SystemRole, TenantRole};
pub use attempts::{Admission, AttemptKey, Attempts};
pub use carrier::{AccessToken, Carried, Carrier, Tokens};
pub use client::Client;
pub use device::DeviceToken;
pub use error::{AccountError, AuthError, ProofError, SignInError};
pub use news::News;
pub use one_time::{OneTimeToken, Purpose};
pub use password::{Password, PasswordHash};
pub use permission::Permission;
pub use policy::PasswordPolicy;
pub use refresh_token::{ClientMark, Presented, RefreshToken, Renewal, Rotation};
pub use role::{Assignment, Role, RoleEntity, RoleId};
pub use service::{
    Administer, Auth, ChangePassword, LogIn, Ports, Profile, Register, SetUp, Settings, SignedIn,
};
pub use service::{Explanation, RoleDraft, Shown};
pub use session::{Method, Session};
pub use signing_key::{Algorithm, KeyEntity, KeyId, SigningKey};
pub use user::{User, UserStatus};
