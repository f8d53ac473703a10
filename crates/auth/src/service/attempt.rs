use saaskit_kernel::{Action, AuditEntry, Call, Commit, CommitError, Email, Outcome, UserId, retry_stale};
use serde_json::json;

use super::{Auth, TRIES, is_contended};
use crate::port::Verdict;
use crate::write::{AttemptWrite, AuthWrite};
use crate::{
    Admission, AttemptKey, Attempts, AuthError, DeviceToken, Password, PasswordHash, SignInError, User,
    action, event,
};

/// Whose tries are counted where.
#[derive(Debug, Clone)]
pub(super) struct Counter {
    /// Whose, on any browser.
    pub(super) account: AttemptKey,
    /// Where they are counted: a browser the account was signed in to with has a counter of its own, so that a
    /// stranger can't lock its owner out.
    pub(super) key: AttemptKey,
    email: Email,
    user: Option<UserId>,
}

/// What came of a password that somebody tried.
#[derive(Debug)]
pub(super) enum Tried {
    /// It is the password.
    Right {
        /// Its hash was made with other than the current parameters.
        outdated: bool,
    },
    /// It is not; `None` if that was not even tested, because no password is while a lock holds.
    Wrong(Option<Attempts>),
}

impl Counter {
    /// What a good sign-in does to it.
    pub(super) fn clear(&self) -> AuthWrite {
        AuthWrite::Attempt(AttemptWrite::Clear(self.key))
    }

    /// The account's own key, if this counts on one browser.
    fn beside(&self) -> Option<AttemptKey> {
        (self.key != self.account).then_some(self.account)
    }
}

impl Auth {
    /// Where the tries of that account are counted, known or not, for whoever shows that device token.
    pub(super) fn counter(
        &self,
        email: &Email,
        user: Option<&User>,
        device: Option<&DeviceToken>,
    ) -> Result<Counter, AuthError> {
        let secret = self.installation()?;
        let account = AttemptKey::of_account(&secret, email);
        let epoch = user.map_or(0, |user| user.epoch);
        let known = device.filter(|device| device.knows(&secret, &account, epoch));
        let key = known.map_or(account, |device| account.on_device(&secret, device, epoch));
        Ok(Counter { account, key, email: email.clone(), user: user.map(|user| user.id) })
    }

    /// Counts a try and then tests the password. What has no hash costs the same and is never right.
    pub(super) async fn try_password(
        &self,
        counter: &Counter,
        password: &Password,
        hash: Option<&PasswordHash>,
    ) -> Result<Tried, AuthError> {
        let charged = match retry_stale(TRIES, is_contended, || self.charge(counter)).await {
            Err(AuthError::Contended) => return Err(SignInError::TooManyTries.into()),
            charge => charge?,
        };
        let tested = hash.filter(|_| charged.is_some());
        let decoy = || self.ports.hasher.decoy();
        match self.ports.hasher.verify(password, &tested.cloned().unwrap_or_else(decoy)).await {
            Ok(Verdict::Match { outdated }) if tested.is_some() => Ok(Tried::Right { outdated }),
            Ok(_) => Ok(Tried::Wrong(charged)),
            Err(error) => {
                self.give_back(charged).await?;
                Err(error.into())
            }
        }
    }

    /// What was not tested does not count, unless somebody else was counted meanwhile.
    async fn give_back(&self, charged: Option<Attempts>) -> Result<(), AuthError> {
        let Some(charged) = charged else { return Ok(()) };
        let save = AuthWrite::Attempt(AttemptWrite::Save(charged.give_back()));
        match self.ports.store.commit(Commit::new().write(save)).await {
            Ok(()) | Err(CommitError::Stale) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Counts one try, as it is stored then; `None` while nothing is tested.
    async fn charge(&self, counter: &Counter) -> Result<Option<Attempts>, AuthError> {
        let now = self.ports.source.now();
        let stored = self.ports.attempts.attempts(&counter.key).await?;
        let none = || Attempts::none(counter.key, counter.beside(), now);
        // What was counted before counters knew their account has none.
        let stored = stored.map(|stored| Attempts { account: counter.beside(), ..stored });
        match stored.unwrap_or_else(none).admit(now) {
            Admission::Locked => Ok(None),
            Admission::Full => Err(SignInError::TooManyTries.into()),
            Admission::Test(charged) => {
                let save = AuthWrite::Attempt(AttemptWrite::Save(charged.clone()));
                self.ports.store.commit(Commit::new().write(save)).await?;
                Ok(Some(Attempts { version: charged.version.next(), ..charged }))
            }
        }
    }

    /// Writes a failed try down; one that locks the account also has its owner told, whether there is one or not.
    /// A lock that somebody else's good sign-in made untrue is left away.
    pub(super) async fn write_failure(
        &self,
        call: &Call,
        counter: &Counter,
        tried: Option<Attempts>,
        entry: AuditEntry,
    ) -> Result<(), AuthError> {
        let plain = Commit::new().record(entry.clone());
        let Some(lock) = tried.and_then(|tried| tried.lock(self.ports.source.now())) else {
            return Ok(self.ports.store.commit(plain).await?);
        };
        let locking = self.plan_lock(call, counter, lock)?;
        match self.ports.store.commit(Commit::new().record(entry).and(locking)).await {
            Err(CommitError::Stale) => Ok(self.ports.store.commit(plain).await?),
            committed => Ok(committed?),
        }
    }

    /// The commit of a lock, written down and told by itself.
    fn plan_lock(&self, call: &Call, counter: &Counter, lock: Attempts) -> Result<Commit, AuthError> {
        let (action, event) = transition(&lock);
        let entry = call.entry(&self.ports.source, action, Outcome::Success, None);
        let entry = counter.user.into_iter().fold(entry, AuditEntry::on);
        let told = self.event(event, None, json!({ "user": counter.user }));
        let job = self.tell_locked(&counter.email, &lock)?;
        let save = AuthWrite::Attempt(AttemptWrite::Save(lock));
        Ok(Commit::new().record(entry).write(save).emit(told).enqueue(job))
    }
}

/// What a lock is called: one that ends by itself, or not.
fn transition(lock: &Attempts) -> (Action, &'static str) {
    if lock.is_disabled() {
        (action::DISABLE_PASSWORD, event::PASSWORD_DISABLED)
    } else {
        (action::LOCK_ACCOUNT, event::ACCOUNT_LOCKED)
    }
}
