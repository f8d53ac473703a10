mod catalogue;
mod compiled_rights;
mod error;
mod place;
mod sheet;
mod system_role;

pub use catalogue::Known;
pub(crate) use catalogue::{Catalogue, PERMISSION_UNKNOWN};
pub(crate) use compiled_rights::CompiledRights;
pub use error::AccessError;
pub(crate) use error::{
    GRANT_BEYOND_OWN, PERMISSION_MISSING, ROLE_FIXED, ROLE_NAME_TAKEN, ROLE_NOT_FOUND, ROLES_FULL,
};
pub use place::Place;
pub use sheet::RoleSheet;
pub use system_role::{GlobalRole, SystemRole, TenantRole};
