use saaskit_kernel::{Call, Principal, Version, retry_stale};

use super::roles::{ReadDraft, RoleChange, RoleDraft};
use super::{Auth, TRIES, is_contended};
use crate::{AuthError, Place, Role, RoleId, RoleSheet};

impl Auth {
    /// Makes a role what the draft says; for everybody who has it, at once, and with a version only if it is still that
    /// one. Whoever does it has all that the role allowed and will allow.
    pub async fn update_role(
        &self,
        call: &Call,
        by: &Principal,
        place: Place,
        id: RoleId,
        draft: RoleDraft,
        version: Option<Version>,
    ) -> Result<RoleSheet, AuthError> {
        let powers = self.powers(by, place).await?;
        powers.require(place.roles_write())?;
        let ReadDraft { name, permissions } = self.read_draft(place, &draft)?;
        powers.reach(&permissions)?;
        let after = retry_stale(TRIES, is_contended, || async {
            let before = self.made_role(place, id).await?;
            powers.reach(&before.permissions)?;
            if version.is_some_and(|version| version != before.version) {
                return Err(AuthError::Changed);
            }
            let after = Role { name: name.clone(), permissions: permissions.clone(), ..before.clone() };
            if after == before {
                return Ok(before);
            }
            self.commit_role(call, RoleChange::update(&before, &after)).await?;
            Ok(Role { version: after.version.next(), ..after })
        });
        Ok(after.await?.into())
    }
}
