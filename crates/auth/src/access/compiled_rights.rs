use std::collections::HashMap;

use saaskit_kernel::TenantId;

use super::catalogue::{Grants, Number};
use super::{Catalogue, Place, SystemRole};
use crate::{Permission, Rights, Role, UserStatus};

/// What a user may do anywhere, as it was when it was read.
#[derive(Debug, Default)]
pub(crate) struct CompiledRights {
    operates: bool,
    /// Those of the roles that are always there.
    system: Vec<SystemRole>,
    /// What all the other roles allow together, where they count.
    places: HashMap<Option<TenantId>, Grants>,
}

impl CompiledRights {
    pub(crate) fn new(catalogue: &Catalogue, rights: Rights) -> Self {
        let Rights { super_admin, status, roles } = rights;
        let mut system = Vec::new();
        let mut permissions: HashMap<Option<TenantId>, Vec<Permission>> = HashMap::new();
        for Role { id, tenant, permissions: allowed, .. } in roles {
            match SystemRole::by_id(id) {
                Some(role) => system.extend(role.is_given().then_some(role)),
                None => permissions.entry(tenant).or_default().extend(allowed),
            }
        }
        let compiled =
            |(tenant, all): (Option<TenantId>, Vec<_>)| (tenant, catalogue.compile(&all, tenant.is_some()));
        let places = permissions.into_iter().map(compiled).collect();
        Self { operates: super_admin && status == UserStatus::Active, system, places }
    }

    /// Whether any of it allows that there.
    pub(crate) fn allows(&self, catalogue: &Catalogue, place: Place, number: Number) -> bool {
        let in_place = |tenant| self.places.get(&tenant).is_some_and(|grants| grants.has(number));
        self.operates
            || self.system.iter().any(|role| catalogue.is_in_system(*role, number))
            || place.within().any(in_place)
    }

    /// Whether a role that counts there is part of it.
    pub(crate) fn has_of(&self, tenant: Option<TenantId>) -> bool {
        self.places.contains_key(&tenant)
    }
}
