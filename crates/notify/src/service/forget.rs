use saaskit_kernel::{Commit, Email};

use super::Notify;
use crate::write::NotifyWrite;

impl Notify {
    /// The commit that forgets whoever reads at that address, in every workspace; to be joined with the caller's own.
    pub fn plan_forgetting(&self, address: &Email) -> Commit {
        Commit::new().across_tenants().write(NotifyWrite::Forget(address.clone()))
    }
}
