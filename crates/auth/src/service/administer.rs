use saaskit_kernel::{
    Action, Call, Code, Commit, Invalid, Outcome, Principal, Timestamp, UserId, retry_stale,
};
use serde_json::{Value, json};

use super::{Auth, TRIES, forgot_password, is_contended};
use crate::write::{AuthWrite, UserWrite};
use crate::{AccountError, AuthError, News, Permission, Place, User, UserStatus, action, event};

/// What an operator does to an account, and why.
#[derive(Debug, Clone)]
pub struct Administer {
    /// Whose.
    pub user: UserId,
    /// Why, in the operator's words.
    pub reason: String,
}

/// One such act: what it makes of an account, or why it can't.
struct Act {
    action: Action,
    event: &'static str,
    on_oneself: bool,
    change: fn(User, Timestamp) -> Result<User, AuthError>,
}

const LOCK: Act = Act {
    action: action::LOCK_USER,
    event: event::USER_LOCKED,
    on_oneself: false,
    change: |user, _| match user.status {
        UserStatus::Active => Ok(user.suspend()),
        UserStatus::Suspended => Ok(user),
        UserStatus::Deleted => Err(AccountError::StatusConflict.into()),
    },
};
const UNLOCK: Act = Act {
    action: action::UNLOCK_USER,
    event: event::USER_UNLOCKED,
    on_oneself: true,
    change: |user, _| match user.status {
        UserStatus::Active => Ok(user),
        UserStatus::Suspended => Ok(user.reinstate()),
        UserStatus::Deleted => Err(AccountError::StatusConflict.into()),
    },
};
const DELETE: Act = Act {
    action: action::DELETE_USER,
    event: event::USER_DELETED,
    on_oneself: false,
    change: |user, now| Ok(if user.is_erased(now) { user } else { user.bar(now) }),
};
const RESTORE: Act = Act {
    action: action::RESTORE_USER,
    event: event::USER_RESTORED,
    on_oneself: true,
    change: |user, now| match user.status {
        UserStatus::Active => Ok(user),
        UserStatus::Suspended => Err(AccountError::StatusConflict.into()),
        UserStatus::Deleted if user.is_erased(now) => Err(AccountError::UserNotFound.into()),
        UserStatus::Deleted => Ok(user.reinstate()),
    },
};

const LONGEST_REASON: usize = 1_000;
const REASON_INVALID: Invalid =
    Invalid::new(Code::validation("REASON_INVALID"), "a reason has 1 to 1000 characters");

impl Auth {
    /// Locks an account: it is signed out everywhere and may not sign in.
    pub async fn lock_user(&self, call: &Call, by: &Principal, ask: &Administer) -> Result<User, AuthError> {
        self.administer(call, by, ask, &LOCK).await
    }

    /// Unlocks an account, and forgets the tries to sign in that locked it.
    pub async fn unlock_user(
        &self,
        call: &Call,
        by: &Principal,
        ask: &Administer,
    ) -> Result<User, AuthError> {
        self.administer(call, by, ask, &UNLOCK).await
    }

    /// Deletes an account, for its owner too if that was done before; an operator can restore it until its data are
    /// purged.
    pub async fn delete_user(
        &self,
        call: &Call,
        by: &Principal,
        ask: &Administer,
    ) -> Result<User, AuthError> {
        self.administer(call, by, ask, &DELETE).await
    }

    /// Restores an account that was deleted and not erased.
    pub async fn restore_user(
        &self,
        call: &Call,
        by: &Principal,
        ask: &Administer,
    ) -> Result<User, AuthError> {
        self.administer(call, by, ask, &RESTORE).await
    }

    /// Mails the owner of an account a link to set a new password. The operator never sees it.
    pub async fn start_reset(&self, call: &Call, by: &Principal, ask: &Administer) -> Result<(), AuthError> {
        let reason = read_reason(&ask.reason)?;
        retry_stale(TRIES, is_contended, || self.start_reset_once(call, by, (ask.user, &reason))).await
    }

    async fn start_reset_once(
        &self,
        call: &Call,
        by: &Principal,
        (id, reason): (UserId, &str),
    ) -> Result<(), AuthError> {
        let user = self.known(id).await?;
        let standing = self.may_act_on(by, &user).await?;
        if user.status != UserStatus::Active {
            return Err(AccountError::StatusConflict.into());
        }
        let job = self.sealed_job(forgot_password::KIND, &user.email)?;
        let entry = call.entry(&self.ports.source, action::START_RESET, Outcome::Success, None);
        let commit = call.commit().enqueue(job).record(entry.on(id).because(reason)).and(standing);
        Ok(self.ports.store.commit(commit).await?)
    }

    async fn administer(
        &self,
        call: &Call,
        by: &Principal,
        ask: &Administer,
        act: &Act,
    ) -> Result<User, AuthError> {
        let reason = read_reason(&ask.reason)?;
        if by.user == ask.user && !act.on_oneself {
            return Err(AccountError::OwnAccount.into());
        }
        retry_stale(TRIES, is_contended, || self.administer_once(call, by, (ask.user, &reason), act)).await
    }

    async fn administer_once(
        &self,
        call: &Call,
        by: &Principal,
        (id, reason): (UserId, &str),
        act: &Act,
    ) -> Result<User, AuthError> {
        let source = &self.ports.source;
        let before = self.known(id).await?;
        let standing = self.may_act_on(by, &before).await?;
        let after = (act.change)(before.clone(), source.now())?;
        let entry = call.entry(source, act.action, Outcome::Success, None).on(id);
        let entry = entry.because(reason).changing(shown(&before), shown(&after));
        let mut commit = call.commit().record(entry).and(standing);
        if act.action == action::UNLOCK_USER {
            commit = commit.write(AuthWrite::Attempt(self.clearing_attempts(&after)?));
        }
        if after == before {
            self.ports.store.commit(commit).await?;
            return Ok(after);
        }
        let commit = self.saving(call, commit.emit(self.told(act.event, id)), &before, &after).await?;
        let news = (after.epoch != before.epoch).then_some(News::UserEpoch(id, after.epoch));
        self.commit_news(commit, news.as_slice()).await?;
        Ok(User { version: after.version.next(), ..after })
    }
}

impl Auth {
    /// Nobody acts on who may do more than they may. Gives what the commit is to come with: of two who act on each
    /// other at once, the later one finds their own account changed.
    async fn may_act_on(&self, by: &Principal, user: &User) -> Result<Commit, AuthError> {
        let theirs = self.sheets_of(user.id, Place::Installation).await?;
        let theirs: Vec<Permission> = theirs.into_iter().flat_map(|sheet| sheet.permissions).collect();
        let actor = self.me(by).await?;
        if user.super_admin && !actor.super_admin {
            return Err(AccountError::OperatorsOnly.into());
        }
        self.powers_of(&actor, Place::Installation).await?.reach(&theirs)?;
        let has_power = user.super_admin || !theirs.is_empty();
        Ok(if has_power && actor.id != user.id { unchanged(actor) } else { Commit::new() })
    }
}

/// The commit that holds only while an account is as it was read.
pub(super) fn unchanged(user: User) -> Commit {
    Commit::new().write(AuthWrite::User(UserWrite::Save(user)))
}

fn shown(user: &User) -> Value {
    json!({ "status": user.status.as_str(), "erase_at": user.erase_at, "barred_at": user.barred_at })
}

fn read_reason(text: &str) -> Result<String, AuthError> {
    let reason = text.trim();
    let fits = !reason.is_empty() && reason.chars().count() <= LONGEST_REASON && !reason.contains('\0');
    fits.then(|| reason.to_owned()).ok_or_else(|| AuthError::Invalid(vec![("reason", REASON_INVALID)]))
}
