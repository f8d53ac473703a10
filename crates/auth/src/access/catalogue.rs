use std::collections::{BTreeMap, HashMap};

use saaskit_kernel::{Code, Invalid};

use super::SystemRole;
use crate::Permission;
use crate::permission::INVALID;

/// A permission that something asks for, and the least of the roles that are always there that has it. It counts
/// where that role does: what a role of a workspace says of one of the installation is without effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    permission: Permission,
    least: SystemRole,
}

impl Known {
    /// A permission of that name: one resource and one action.
    pub fn new(name: &str, least: impl Into<SystemRole>) -> Result<Self, Invalid> {
        let permission = Permission::parse(name)?;
        if permission.as_str().contains('*') {
            return Err(INVALID);
        }
        Ok(Self { permission, least: least.into() })
    }
}

/// It would be without any effect.
pub(crate) const PERMISSION_UNKNOWN: Invalid =
    Invalid::new(Code::validation("PERMISSION_UNKNOWN"), "nothing here asks for this permission");

/// Every permission that is asked for anywhere, each with a number: what a role allows is a set of these.
#[derive(Debug)]
pub(crate) struct Catalogue {
    known: Vec<Known>,
    numbers: HashMap<String, Number>,
    system: HashMap<SystemRole, (Vec<Permission>, Grants)>,
}

/// Which permission of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Number(usize);

/// A set of permissions, a bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grants(Box<[u64]>);

impl Grants {
    pub(crate) fn has(&self, Number(number): Number) -> bool {
        self.0.get(number / 64).is_some_and(|word| word >> (number % 64) & 1 == 1)
    }
}

impl Catalogue {
    /// Of all these; of several with one name the first counts.
    pub(crate) fn new(known: impl IntoIterator<Item = Known>) -> Self {
        let mut each: BTreeMap<Permission, SystemRole> = BTreeMap::new();
        for Known { permission, least } in known {
            each.entry(permission).or_insert(least);
        }
        let known: Vec<_> = each.into_iter().map(|(permission, least)| Known { permission, least }).collect();
        let numbers = known.iter().enumerate();
        let numbers = numbers.map(|(at, known)| (known.permission.to_string(), Number(at))).collect();
        let mut catalogue = Self { known, numbers, system: HashMap::new() };
        for role in SystemRole::GLOBAL.into_iter().chain(SystemRole::TENANT) {
            let permissions = catalogue.enough_for(role);
            let grants = catalogue.compile(&permissions, role.is_of_tenant());
            catalogue.system.insert(role, (permissions, grants));
        }
        catalogue
    }

    fn enough_for(&self, role: SystemRole) -> Vec<Permission> {
        if role.may_everything() {
            return vec![Permission::everything()];
        }
        let has = self.known.iter().filter(|known| role.is_at_least(known.least));
        has.map(|known| known.permission.clone()).collect()
    }

    /// The number of a permission by its name.
    pub(crate) fn number(&self, name: &str) -> Option<Number> {
        self.numbers.get(name).copied()
    }

    /// Whether it counts in workspaces, and not in the installation.
    pub(crate) fn is_of_tenant(&self, Number(number): Number) -> bool {
        self.known.get(number).is_some_and(|known| known.least.is_of_tenant())
    }

    /// Whether something asks for it, or for what it covers, where a role of a workspace, or of the installation,
    /// has an effect.
    pub(crate) fn knows(&self, permission: &Permission, of_tenant: bool) -> bool {
        self.effective(of_tenant).any(|(_, known)| permission.covers(known))
    }

    /// What a role of a workspace, or of the installation, allows that has these.
    pub(crate) fn compile(&self, permissions: &[Permission], of_tenant: bool) -> Grants {
        let mut words = vec![0; self.known.len().div_ceil(64)];
        for (at, known) in self.effective(of_tenant) {
            if permissions.iter().any(|permission| permission.covers(known)) {
                words[at / 64] |= 1 << (at % 64);
            }
        }
        Grants(words.into())
    }

    /// Those on which a role of a workspace has an effect; one of the installation has it on all.
    fn effective(&self, of_tenant: bool) -> impl Iterator<Item = (usize, &Permission)> {
        let known = self.known.iter().enumerate();
        known
            .filter(move |(_, known)| known.least.is_of_tenant() || !of_tenant)
            .map(|(at, known)| (at, &known.permission))
    }

    /// What a role that is always there says it allows.
    pub(crate) fn of_system(&self, role: SystemRole) -> &[Permission] {
        self.system.get(&role).map_or(&[], |(permissions, _)| permissions)
    }

    /// Whether a role that is always there allows it.
    pub(crate) fn is_in_system(&self, role: SystemRole, number: Number) -> bool {
        self.system.get(&role).is_some_and(|(_, grants)| grants.has(number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{GlobalRole, TenantRole};

    fn catalogue(names: &[String]) -> Catalogue {
        let place = |name: &str| {
            let global = name.starts_with('a');
            if global { SystemRole::Global(GlobalRole::Moderator) } else { TenantRole::Admin.into() }
        };
        Catalogue::new(names.iter().map(|name| Known::new(name, place(name)).unwrap()))
    }

    proptest! {
        #[test]
        fn a_bit_is_set_exactly_where_a_permission_covers_and_has_an_effect(
            known in prop::collection::btree_set("[a-e]{1,2}:[a-e]{1,2}", 1..150),
            patterns in prop::collection::vec("(\\*|[a-e]{1,2}):(\\*|[a-e]{1,2})", 0..6),
        ) {
            let known: Vec<String> = known.into_iter().collect();
            let catalogue = catalogue(&known);
            let patterns: Vec<_> = patterns.iter().map(|text| Permission::parse(text).unwrap()).collect();
            for name in &known {
                let permission = Permission::parse(name).unwrap();
                let covered = patterns.iter().any(|pattern| pattern.covers(&permission));
                let number = catalogue.number(name).unwrap();
                prop_assert_eq!(catalogue.compile(&patterns, false).has(number), covered, "{}", name);
                let effective = covered && !name.starts_with('a');
                prop_assert_eq!(catalogue.compile(&patterns, true).has(number), effective, "{}", name);
            }
        }
    }

    #[test]
    fn a_role_that_is_always_there_has_what_it_is_enough_for_and_the_last_one_everything() {
        let known = [
            ("users:read", SystemRole::Global(GlobalRole::Moderator)),
            ("roles:write", SystemRole::Global(GlobalRole::Admin)),
            ("roles:write", SystemRole::Tenant(TenantRole::Member)),
            ("workspace:write", SystemRole::Tenant(TenantRole::Admin)),
            ("members:read", SystemRole::Tenant(TenantRole::Member)),
        ];
        let catalogue = Catalogue::new(known.map(|(name, least)| Known::new(name, least).unwrap()));
        let shown = |role: SystemRole| {
            catalogue.of_system(role).iter().map(Permission::to_string).collect::<Vec<_>>()
        };
        assert_eq!(shown(GlobalRole::User.into()), [""; 0]);
        assert_eq!(shown(GlobalRole::Moderator.into()), ["users:read"]);
        assert_eq!(shown(GlobalRole::Admin.into()), ["*:*"]);
        assert_eq!(shown(TenantRole::Member.into()), ["members:read"]);
        assert_eq!(shown(TenantRole::Admin.into()), ["members:read", "workspace:write"]);
        assert_eq!(shown(TenantRole::Owner.into()), ["*:*"]);
        assert_eq!(catalogue.number("users:write"), None);
    }

    #[test]
    fn who_owns_a_workspace_may_nothing_in_the_installation_and_its_admin_may_everything_everywhere() {
        let known = [
            Known::new("users:read", GlobalRole::User).unwrap(),
            Known::new("members:read", TenantRole::Owner).unwrap(),
        ];
        let catalogue = Catalogue::new(known);
        let has = |role: SystemRole, name| catalogue.is_in_system(role, catalogue.number(name).unwrap());
        assert!(
            !has(TenantRole::Owner.into(), "users:read") && has(TenantRole::Owner.into(), "members:read")
        );
        assert!(has(GlobalRole::Admin.into(), "users:read") && has(GlobalRole::Admin.into(), "members:read"));
        assert!(!catalogue.knows(&Permission::parse("users:*").unwrap(), true));
        assert!(catalogue.knows(&Permission::parse("users:*").unwrap(), false));
    }

    #[test]
    fn only_one_resource_and_one_action_can_be_asked_for() {
        for name in ["*", "users:*", "*:read", "users", "Users:read"] {
            assert_eq!(Known::new(name, GlobalRole::User), Err(INVALID), "{name}");
        }
    }
}
