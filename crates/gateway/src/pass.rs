use std::net::IpAddr;

use saaskit_kernel::{Principal, Secret, TenantId};

use crate::Standing;

/// A request that was let in.
#[derive(Debug, Clone)]
pub struct Pass {
    pub(crate) principal: Option<Principal>,
    pub(crate) cookie: Option<Secret>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) ip: IpAddr,
    pub(crate) unlimited: bool,
    pub(crate) standings: Vec<Standing>,
}

impl Pass {
    /// Who it is from, where that was asked or a cookie told.
    pub fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// The session cookie that told who it is from.
    pub fn cookie(&self) -> Option<&Secret> {
        self.cookie.as_ref()
    }

    /// The workspace it acts in where its path names none.
    pub fn tenant(&self) -> Option<TenantId> {
        self.tenant
    }

    /// Where it comes from.
    pub fn ip(&self) -> IpAddr {
        self.ip
    }

    /// The limits that were drawn, in that order.
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }
}
