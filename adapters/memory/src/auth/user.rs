use std::ops::Bound;

use async_trait::async_trait;
use saaskit_auth::User;
use saaskit_auth::port::{UserFilter, Users};
use saaskit_auth::write::{USER_EMAIL, UserWrite};
use saaskit_kernel::{CommitError, Email, Page, Paged, PortError, UserId};

use super::AuthState;
use crate::MemoryStore;
use crate::store::insert_new;

impl AuthState {
    pub(super) fn user(&mut self, write: UserWrite) -> Result<(), CommitError> {
        match write {
            UserWrite::InsertUnlessTaken(user) if self.by_email(&user.email).is_some() => Ok(()),
            UserWrite::Insert(user) | UserWrite::InsertUnlessTaken(user) => {
                self.refuse_taken(&user)?;
                insert_new(&mut self.users, user.id, User { version: user.version.next(), ..user })
            }
            UserWrite::Save(user) => {
                self.refuse_taken(&user)?;
                let stored = self.users.get_mut(&user.id).filter(|stored| stored.version == user.version);
                let stored = stored.ok_or(CommitError::Stale)?;
                *stored = User { version: user.version.next(), created_at: stored.created_at, ..user };
                Ok(())
            }
            UserWrite::Rehash { user, from, to } => {
                let password = self.users.get_mut(&user).and_then(|user| user.password.as_mut());
                if let Some(hash) = password.filter(|hash| **hash == from) {
                    *hash = to;
                }
                Ok(())
            }
        }
    }

    fn by_email(&self, email: &Email) -> Option<&User> {
        self.users.values().find(|user| user.email == *email)
    }

    fn refuse_taken(&self, user: &User) -> Result<(), CommitError> {
        match self.by_email(&user.email) {
            Some(owner) if owner.id != user.id => Err(CommitError::Duplicate(USER_EMAIL)),
            _ => Ok(()),
        }
    }
}

fn fits(user: &User, filter: &UserFilter) -> bool {
    let begins = |text: &str| {
        let starts = |start: &String| text.starts_with(&start.to_lowercase());
        filter.begins_with.as_ref().is_none_or(starts)
    };
    let named = user.name.as_ref().is_some_and(|name| begins(&name.as_str().to_lowercase()));
    let status_fits = filter.status.is_none_or(|status| user.status == status);
    status_fits && (begins(user.email.normal()) || named)
}

#[async_trait]
impl Users for MemoryStore {
    async fn user(&self, id: UserId) -> Result<Option<User>, PortError> {
        Ok(self.state().auth.users.get(&id).cloned())
    }

    async fn user_by_email(&self, email: &Email) -> Result<Option<User>, PortError> {
        Ok(self.state().auth.by_email(email).cloned())
    }

    async fn users(&self, ids: &[UserId]) -> Result<Vec<User>, PortError> {
        let users = &self.state().auth.users;
        Ok(users.values().filter(|user| ids.contains(&user.id)).cloned().collect())
    }

    async fn search(&self, filter: &UserFilter, page: Page<UserId>) -> Result<Paged<User>, PortError> {
        let users = &self.state().auth.users;
        let after = page.after.map_or(Bound::Unbounded, Bound::Excluded);
        let fitting = users.range((after, Bound::Unbounded)).map(|(_, user)| user);
        let fitting = fitting.filter(|user| fits(user, filter)).cloned();
        Ok(Paged::from_one_more(fitting.take(page.limit as usize + 1).collect(), page.limit))
    }

    async fn has_super_admin(&self) -> Result<bool, PortError> {
        Ok(self.state().auth.users.values().any(|user| user.super_admin))
    }
}
