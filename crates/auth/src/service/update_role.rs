use saaskit_kernel::{Call, Principal, retry_stale};

use super::roles::{ReadDraft, RoleChange, RoleDraft};
use super::{Auth, TRIES, is_contended};
use crate::{AuthError, Place, Role, RoleId, RoleSheet};

impl Auth {
    /// Makes a role what the draft says; for everybody who has it, at once. Whoever does it has all that the role
    /// allowed and will allow.
    pub async fn update_role(
        &self,
        call: &Call,
        by: &Principal,
        place: Place,
        id: RoleId,
        draft: RoleDraft,
    ) -> Result<RoleSheet, AuthError> {
        let powers = self.powers(by.user, place).await?;
        powers.require(place.roles_write())?;
        let ReadDraft { name, permissions } = self.read_draft(place, &draft)?;
        powers.reach(&permissions)?;
        let after = retry_stale(TRIES, is_contended, || async {
            let before = self.made_role(place, id).await?;
            powers.reach(&before.permissions)?;
            let after = Role { name: name.clone(), permissions: permissions.clone(), ..before.clone() };
            if after != before {
                self.commit_role(call, RoleChange::update(&before, &after)).await?;
            }
            Ok(after)
        });
        Ok(after.await?.into())
    }
}
