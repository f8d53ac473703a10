use super::Tenants;
use crate::permissions::Right;
use crate::{Allowed, Member, TenantsError};

impl Tenants {
    /// Evidence that a member has a right in the workspace: by the role, or because it was given.
    pub async fn allow<R: Right>(&self, member: &Member) -> Result<Allowed<R>, TenantsError> {
        let by_role = member.allowed();
        match &self.grants {
            Some(grants) if by_role.is_err() && grants.has(member, R::PERMISSION).await? => {
                Ok(member.trusted())
            }
            _ => by_role,
        }
    }
}
