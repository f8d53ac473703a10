use saaskit_kernel::{Call, Principal, Version};

use super::Auth;
use super::roles::{ReadDraft, RoleChange, RoleDraft};
use crate::{AccessError, AuthError, Place, Role, RoleSheet, SystemRole};

impl Auth {
    /// Makes a role that counts in a place. It allows nothing that whoever makes it lacks.
    pub async fn create_role(
        &self,
        call: &Call,
        by: &Principal,
        place: Place,
        draft: RoleDraft,
    ) -> Result<RoleSheet, AuthError> {
        let powers = self.powers(by, place).await?;
        powers.require(place.roles_write())?;
        let ReadDraft { name, permissions } = self.read_draft(place, &draft)?;
        powers.reach(&permissions)?;

        let tenant = place.tenant();
        let stored = self.ports.roles.roles(tenant).await?;
        let made = stored.iter().filter(|role| SystemRole::by_id(role.id).is_none()).count();
        if made + SystemRole::of(tenant).len() >= Role::MOST {
            return Err(AccessError::RolesFull.into());
        }
        let source = &self.ports.source;
        let (id, created_at, version) = (source.id(), source.now(), Version::NEW);
        let role = Role { id, tenant, name, permissions, created_at, version };
        self.commit_role(call, RoleChange::create(&role)).await?;
        Ok(Role { version: role.version.next(), ..role }.into())
    }
}
