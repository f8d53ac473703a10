use saaskit_kernel::Code;

/// Why something may not be done, or not with this role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// None of their roles allows it.
    #[error("you lack the permission {0}")]
    PermissionMissing(String),
    /// The role allows more than whoever gives or takes it may.
    #[error("nobody gives or takes what they lack: {0}")]
    BeyondOwn(String),
    /// There is no such role there.
    #[error("there is no such role")]
    RoleNotFound,
    /// Another role there is called so, or one that is always there.
    #[error("this name is taken by another role")]
    RoleNameTaken,
    /// It is always there, as it is.
    #[error("this role can't be changed or removed")]
    RoleFixed,
    /// There are too many already.
    #[error("there are as many roles as there can be")]
    RolesFull,
}

impl AccessError {
    pub(crate) const fn code(&self) -> Code {
        match self {
            Self::PermissionMissing(_) => PERMISSION_MISSING,
            Self::BeyondOwn(_) => GRANT_BEYOND_OWN,
            Self::RoleNotFound => ROLE_NOT_FOUND,
            Self::RoleNameTaken => ROLE_NAME_TAKEN,
            Self::RoleFixed => ROLE_FIXED,
            Self::RolesFull => ROLES_FULL,
        }
    }
}

pub(crate) const PERMISSION_MISSING: Code = Code::forbidden("PERMISSION_MISSING");
pub(crate) const GRANT_BEYOND_OWN: Code = Code::forbidden("GRANT_BEYOND_OWN");
pub(crate) const ROLE_NOT_FOUND: Code = Code::not_found("ROLE_NOT_FOUND");
pub(crate) const ROLE_NAME_TAKEN: Code = Code::conflict("ROLE_NAME_TAKEN");
pub(crate) const ROLE_FIXED: Code = Code::conflict("ROLE_FIXED");
pub(crate) const ROLES_FULL: Code = Code::conflict("ROLES_FULL");
