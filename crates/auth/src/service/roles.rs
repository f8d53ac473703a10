use saaskit_kernel::{Action, Call, Code, Faults, Invalid, Name, Outcome, Principal, TenantId, UserId};
use serde_json::{Value, json};

use super::Auth;
use crate::access::PERMISSION_UNKNOWN;
use crate::write::{AuthWrite, RoleWrite};
use crate::{
    AccessError, AuthError, News, Permission, Place, Role, RoleId, RoleSheet, SystemRole, action, event,
};

/// What a role is to be.
#[derive(Debug, Clone, Default)]
pub struct RoleDraft {
    /// What it is called; unique where it counts.
    pub name: String,
    /// What it allows: `resource:action`, each a word or `*`.
    pub permissions: Vec<String>,
}

/// A draft that was read.
#[derive(Debug, Clone)]
pub(super) struct ReadDraft {
    pub(super) name: Name,
    pub(super) permissions: Vec<Permission>,
}

const TOO_MANY_PERMISSIONS: Invalid =
    Invalid::new(Code::validation("PERMISSIONS_TOO_MANY"), "a role has 200 permissions at most");

impl Auth {
    /// The roles that count in a place: those that are always there, then the others by name.
    pub async fn list_roles(&self, by: &Principal, place: Place) -> Result<Vec<RoleSheet>, AuthError> {
        self.may(by, place, place.roles_read()).await?;
        self.sheets_in(place.tenant()).await
    }

    /// One role that counts in a place.
    pub async fn show_role(&self, by: &Principal, place: Place, id: RoleId) -> Result<RoleSheet, AuthError> {
        let mut sheets = self.list_roles(by, place).await?.into_iter();
        sheets.find(|sheet| sheet.id == id).ok_or_else(|| AccessError::RoleNotFound.into())
    }

    /// Every role of a place, as the store says it now.
    pub(super) async fn sheets_in(&self, tenant: Option<TenantId>) -> Result<Vec<RoleSheet>, AuthError> {
        let stored = self.ports.roles.roles(tenant).await?;
        let made = stored.into_iter().filter(|role| SystemRole::by_id(role.id).is_none());
        let always = SystemRole::of(tenant).map(|role| RoleSheet::of_system(role, &self.access.catalogue));
        Ok(always.into_iter().chain(made.map(RoleSheet::from)).collect())
    }

    /// The roles a user has in a place, as the store says it now: those that count there, too.
    pub(super) async fn sheets_of(&self, user: UserId, place: Place) -> Result<Vec<RoleSheet>, AuthError> {
        let assignments = self.ports.roles.assignments(user).await?;
        let held = place.held().map(|role| RoleSheet::of_system(role, &self.access.catalogue));
        let mut sheets: Vec<RoleSheet> = held.collect();
        for tenant in place.within() {
            let given = assignments.iter().find(|given| given.tenant == tenant && !given.roles.is_empty());
            if let Some(given) = given {
                let all = self.sheets_in(tenant).await?.into_iter();
                sheets.extend(all.filter(|sheet| given.roles.contains(&sheet.id)));
            }
        }
        Ok(sheets)
    }

    /// Reads a draft; names everything that is wrong with it at once.
    pub(super) fn read_draft(&self, place: Place, draft: &RoleDraft) -> Result<ReadDraft, AuthError> {
        let mut faults = Faults::default();
        let name = faults.keep("name", Name::parse(&draft.name));
        let permissions = faults.keep("permissions", self.read_permissions(place, &draft.permissions));
        let (Some(name), Some(permissions)) = (name, permissions) else {
            return Err(AuthError::Invalid(faults.into_vec()));
        };
        if SystemRole::is_name_taken(&name) {
            return Err(AccessError::RoleNameTaken.into());
        }
        Ok(ReadDraft { name, permissions })
    }

    fn read_permissions(&self, place: Place, texts: &[String]) -> Result<Vec<Permission>, Invalid> {
        if texts.len() > Role::MOST_PERMISSIONS {
            return Err(TOO_MANY_PERMISSIONS);
        }
        let parsed = texts.iter().map(|text| Permission::parse(text));
        let mut permissions = parsed.collect::<Result<Vec<_>, _>>()?;
        permissions.sort();
        permissions.dedup();
        let of_tenant = place.tenant().is_some();
        let known = permissions.iter().all(|one| self.access.catalogue.knows(one, of_tenant));
        known.then_some(permissions).ok_or(PERMISSION_UNKNOWN)
    }

    /// The role of that id in a place; one that is always there can't be changed.
    pub(super) async fn made_role(&self, place: Place, id: RoleId) -> Result<Role, AuthError> {
        if SystemRole::of(place.tenant()).iter().any(|role| role.id() == id) {
            return Err(AccessError::RoleFixed.into());
        }
        let role = self.ports.roles.role(place.tenant(), id).await?;
        role.ok_or_else(|| AccessError::RoleNotFound.into())
    }

    /// Commits a change of a role, told to every node.
    pub(super) async fn commit_role(&self, call: &Call, change: RoleChange) -> Result<(), AuthError> {
        let RoleChange { write, id, tenant, action, event, before, after } = change;
        let entry =
            call.entry(&self.ports.source, action, Outcome::Success, tenant).on(id).changing(before, after);
        let told = self.event(event, tenant, json!({ "role": id }));
        let commit = call.commit().write(AuthWrite::Role(write)).record(entry).emit(told);
        self.commit_news(commit, &[News::RolesChanged(tenant)]).await
    }
}

/// A change of a role, and how it is written down.
pub(super) struct RoleChange {
    write: RoleWrite,
    id: RoleId,
    tenant: Option<TenantId>,
    action: Action,
    event: &'static str,
    before: Value,
    after: Value,
}

impl RoleChange {
    pub(super) fn create(role: &Role) -> Self {
        Self {
            write: RoleWrite::Insert(role.clone()),
            id: role.id,
            tenant: role.tenant,
            action: action::CREATE_ROLE,
            event: event::ROLE_CREATED,
            before: Value::Null,
            after: shown(role),
        }
    }

    pub(super) fn update(before: &Role, after: &Role) -> Self {
        Self {
            write: RoleWrite::Save(after.clone()),
            id: after.id,
            tenant: after.tenant,
            action: action::UPDATE_ROLE,
            event: event::ROLE_UPDATED,
            before: shown(before),
            after: shown(after),
        }
    }

    pub(super) fn remove(role: &Role) -> Self {
        Self {
            write: RoleWrite::Remove { tenant: role.tenant, role: role.id },
            id: role.id,
            tenant: role.tenant,
            action: action::REMOVE_ROLE,
            event: event::ROLE_REMOVED,
            before: shown(role),
            after: Value::Null,
        }
    }
}

fn shown(role: &Role) -> Value {
    let permissions: Vec<&str> = role.permissions.iter().map(Permission::as_str).collect();
    json!({ "name": role.name, "permissions": permissions })
}
