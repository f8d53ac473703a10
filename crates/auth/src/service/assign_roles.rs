use std::collections::BTreeSet;

use saaskit_kernel::{
    Call, Code, Commit, CommitError, Invalid, Name, Outcome, PortError, Principal, TenantId, UserId, Version,
    retry_stale,
};
use serde_json::json;

use super::administer::unchanged;
use super::{Auth, TRIES, is_contended};
use crate::write::{AuthWrite, RoleWrite};
use crate::{Assignment, AuthError, News, Place, Role, RoleId, RoleSheet, SystemRole, User, action, event};

const ROLE_UNKNOWN: Invalid =
    Invalid::new(Code::validation("ROLE_UNKNOWN"), "there is no such role to be given here");
const TOO_MANY_ROLES: Invalid =
    Invalid::new(Code::validation("ROLES_TOO_MANY"), "a user has 50 roles in one place at most");

impl Auth {
    /// Gives a user exactly these roles in a place; what the user is there anyway stays. Whoever does it has all
    /// that the roles allow that are given or taken. In a workspace, only a member is given any: who is one, the
    /// caller has found out.
    pub async fn assign_roles(
        &self,
        call: &Call,
        by: &Principal,
        place: Place,
        to: UserId,
        roles: &[String],
    ) -> Result<Vec<RoleSheet>, AuthError> {
        retry_stale(TRIES, is_contended, || self.assign_once(call, by, place, (to, roles))).await
    }

    async fn assign_once(
        &self,
        call: &Call,
        by: &Principal,
        place: Place,
        (to, roles): (UserId, &[String]),
    ) -> Result<Vec<RoleSheet>, AuthError> {
        let actor = self.me(by).await?;
        let powers = self.powers_of(&actor, place).await?;
        powers.require(place.roles_write())?;
        let wanted = read(roles)?;
        let user = self.known(to).await?;
        let tenant = place.tenant();
        let mut sheets = self.sheets_in(tenant).await?;
        sheets.retain(|sheet| SystemRole::by_id(sheet.id).is_none_or(SystemRole::is_given));
        if !wanted.iter().all(|role| sheets.iter().any(|sheet| sheet.id == *role)) {
            return Err(AuthError::Invalid(vec![("roles", ROLE_UNKNOWN)]));
        }
        let had = self.given_in(tenant, to).await?;
        let changed = sheets.iter().filter(|sheet| wanted.contains(&sheet.id) != had.contains(&sheet.id));
        powers.reach(changed.flat_map(|sheet| &sheet.permissions))?;
        sheets.retain(|sheet| wanted.contains(&sheet.id));
        if wanted == had {
            return Ok(sheets);
        }
        self.keep_system_roles(&sheets).await?;
        let assignment = Assignment { user: to, tenant, roles: wanted.iter().copied().collect() };
        let commit = self.assign(call, call.commit().and(meeting(place, actor, user)), &had, assignment);
        self.commit_news(commit, &[News::AssignmentChanged(to)]).await?;
        Ok(sheets)
    }

    /// The commit that takes from a user all that was given in a workspace; for stories, when a membership ends.
    pub async fn plan_taking_roles(
        &self,
        call: &Call,
        user: UserId,
        tenant: TenantId,
    ) -> Result<Commit, AuthError> {
        let had = self.given_in(Some(tenant), user).await?;
        if had.is_empty() {
            return Ok(Commit::new());
        }
        let nothing = Assignment { user, tenant: Some(tenant), roles: Vec::new() };
        let signal = News::AssignmentChanged(user).signal(self.ports.source.now());
        Ok(self.assign(call, Commit::new(), &had, nothing).signal(signal))
    }

    /// The commit that takes from a user all that was given anywhere, for when the account is erased.
    pub(super) async fn plan_taking_all_roles(&self, call: &Call, user: UserId) -> Result<Commit, PortError> {
        let given = self.ports.roles.assignments(user).await?;
        if given.is_empty() {
            return Ok(Commit::new());
        }
        let signal = News::AssignmentChanged(user).signal(self.ports.source.now());
        let commit = Commit::new().across_tenants().signal(signal);
        Ok(given.into_iter().fold(commit, |commit, Assignment { tenant, roles, .. }| {
            let nothing = Assignment { user, tenant, roles: Vec::new() };
            self.assign(call, commit, &roles.into_iter().collect(), nothing)
        }))
    }

    async fn given_in(&self, tenant: Option<TenantId>, user: UserId) -> Result<BTreeSet<RoleId>, AuthError> {
        let given = self.ports.roles.assignments(user).await?.into_iter();
        Ok(given.filter(|given| given.tenant == tenant).flat_map(|given| given.roles).collect())
    }

    fn assign(&self, call: &Call, commit: Commit, had: &BTreeSet<RoleId>, assignment: Assignment) -> Commit {
        let source = &self.ports.source;
        let Assignment { user, tenant, ref roles } = assignment;
        let entry = call.entry(source, action::ASSIGN_ROLES, Outcome::Success, tenant).on(user);
        let told = self.event(event::ROLES_ASSIGNED, tenant, json!({ "user": user, "roles": roles }));
        commit
            .record(entry.changing(json!({ "roles": had }), json!({ "roles": roles })))
            .emit(told)
            .write(AuthWrite::Role(RoleWrite::Assign(assignment)))
    }

    /// Only what is stored can be given: a role that is always there is stored when it is given first. What is
    /// stored of it but its id counts for nothing.
    async fn keep_system_roles(&self, sheets: &[RoleSheet]) -> Result<(), AuthError> {
        for role in sheets.iter().filter_map(|sheet| SystemRole::by_id(sheet.id)) {
            if self.ports.roles.role(None, role.id()).await?.is_some() {
                continue;
            }
            let name = Name::parse(role.name()).map_err(|fault| AuthError::Internal(Box::new(fault)))?;
            let (created_at, version) = (self.ports.source.now(), Version::NEW);
            let row =
                Role { id: role.id(), tenant: None, name, permissions: Vec::new(), created_at, version };
            let commit = Commit::new().write(AuthWrite::Role(RoleWrite::Insert(row)));
            match self.ports.store.commit(commit).await {
                // Another node was faster with the very same row.
                Ok(()) | Err(CommitError::Stale | CommitError::Duplicate(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// What makes two who give and take roles of the installation at once meet, in both accounts.
fn meeting(place: Place, by: User, to: User) -> Commit {
    match place {
        Place::Installation if by.id == to.id => unchanged(by),
        Place::Installation => unchanged(by).and(unchanged(to)),
        Place::Tenant(..) => Commit::new(),
    }
}

fn read(roles: &[String]) -> Result<BTreeSet<RoleId>, AuthError> {
    if roles.len() > Assignment::MOST_ROLES {
        return Err(AuthError::Invalid(vec![("roles", TOO_MANY_ROLES)]));
    }
    let ids = roles.iter().map(|role| role.parse());
    ids.collect::<Result<_, _>>().map_err(|_| AuthError::Invalid(vec![("roles", ROLE_UNKNOWN)]))
}
