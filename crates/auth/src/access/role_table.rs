use std::collections::HashMap;

use saaskit_kernel::TenantId;

use super::catalogue::{Grants, Number};
use super::{Catalogue, SystemRole};
use crate::{Assignment, Role, RoleId};

/// What the roles of one place allow, as they were when they were read.
#[derive(Debug)]
pub(crate) struct RoleTable(HashMap<RoleId, Grants>);

impl RoleTable {
    pub(crate) fn new(catalogue: &Catalogue, roles: &[Role]) -> Self {
        let compiled = |role: &Role| catalogue.compile(&role.permissions, role.tenant.is_some());
        Self(roles.iter().map(|role| (role.id, compiled(role))).collect())
    }

    /// Whether one of these roles allows it. One that is gone, or counts elsewhere, allows nothing.
    pub(crate) fn allow(&self, roles: &[RoleId], number: Number) -> bool {
        roles.iter().any(|role| self.0.get(role).is_some_and(|grants| grants.has(number)))
    }
}

/// What a user was given, by place.
#[derive(Debug)]
pub(crate) struct Given(HashMap<Option<TenantId>, Vec<RoleId>>);

impl Given {
    pub(crate) fn new(assignments: Vec<Assignment>) -> Self {
        Self(assignments.into_iter().map(|given| (given.tenant, given.roles)).collect())
    }

    /// In that place.
    pub(crate) fn of(&self, tenant: Option<TenantId>) -> &[RoleId] {
        self.0.get(&tenant).map_or(&[], Vec::as_slice)
    }

    /// Those that are always there.
    pub(crate) fn system_roles(&self) -> impl Iterator<Item = SystemRole> + '_ {
        self.of(None).iter().filter_map(|role| SystemRole::by_id(*role)).filter(|role| role.is_given())
    }
}
