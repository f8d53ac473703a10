use saaskit_kernel::{Call, Principal};

use super::Auth;
use super::roles::RoleChange;
use crate::{AuthError, Place, RoleId};

impl Auth {
    /// Removes a role, from everybody who has it, too. Whoever does it has all that the role allows.
    pub async fn remove_role(
        &self,
        call: &Call,
        by: &Principal,
        place: Place,
        id: RoleId,
    ) -> Result<(), AuthError> {
        let powers = self.powers(by, place).await?;
        powers.require(place.roles_write())?;
        let role = self.made_role(place, id).await?;
        powers.reach(&role.permissions)?;
        self.commit_role(call, RoleChange::remove(&role)).await
    }
}
