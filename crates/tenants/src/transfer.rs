use std::time::Duration;

use saaskit_kernel::Timestamp;

use crate::{MemberError, MembershipId};

/// An owner's offer to a member to own the workspace instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The owner who offers, and will be an admin.
    pub from: MembershipId,
    /// The member who may take it.
    pub to: MembershipId,
    /// From then on it can't be taken any more.
    pub until: Timestamp,
}

impl Transfer {
    /// How long an offer stands.
    pub const LIFE: Duration = Duration::from_hours(7 * 24);

    /// An offer made at that time.
    pub(crate) fn offer(from: MembershipId, to: MembershipId, at: Timestamp) -> Self {
        Self { from, to, until: at.plus(Self::LIFE) }
    }

    /// Whether that member may take it; for anybody else there is none.
    pub(crate) fn check(&self, member: MembershipId, now: Timestamp) -> Result<(), MemberError> {
        if self.to != member {
            return Err(MemberError::NoTransfer);
        }
        if self.until <= now { Err(MemberError::TransferExpired) } else { Ok(()) }
    }
}
