use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use saaskit_kernel::{Commit, Listener, SessionId, Signal, Timestamp, UserId};

use super::Auth;
use crate::{AuthError, News};

/// What is over though it looks good: every ended session and every user's latest epoch, of the whole installation,
/// for as long as a token can live, and which sessions changed. Bounded by the sign-outs and changes of that time.
#[derive(Debug, Default)]
pub(super) struct Revocations(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    sessions: HashMap<SessionId, Timestamp>,
    epochs: HashMap<UserId, (u32, Timestamp)>,
    changed: HashMap<SessionId, (u64, Timestamp)>,
    /// How many changes were heard of.
    heard: u64,
}

impl Revocations {
    /// Whether a session of that user, made under that epoch, was heard to be over.
    pub(super) fn has(&self, session: SessionId, user: UserId, epoch: u32) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.sessions.contains_key(&session)
            || known.epochs.get(&user).is_some_and(|(least, _)| epoch < *least)
    }

    /// How many changes were heard of: to be asked before a session is read.
    pub(super) fn heard(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).heard
    }

    /// Whether a session was heard to have changed since so many changes were heard of.
    pub(super) fn changed_since(&self, session: SessionId, heard: u64) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.changed.get(&session).is_some_and(|(at, _)| *at > heard)
    }

    fn hear(&self, news: News, until: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match news {
            News::SessionEnded(session) => drop(known.sessions.insert(session, until)),
            News::UserEpoch(user, epoch) => {
                let least = known.epochs.entry(user).or_insert((epoch, until));
                *least = (least.0.max(epoch), least.1.max(until));
            }
            News::SessionChanged(session) => {
                known.heard += 1;
                let heard = known.heard;
                known.changed.insert(session, (heard, until));
            }
            News::RolesChanged(_) | News::AssignmentChanged(_) => {}
        }
    }

    fn forget(&self, now: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.sessions.retain(|_, until| *until >= now);
        known.epochs.retain(|_, (_, until)| *until >= now);
        known.changed.retain(|_, (_, until)| *until >= now);
    }
}

/// Auth's ear: what other nodes did is known here within a second.
#[derive(Debug)]
struct Ear(Auth);

impl Listener for Ear {
    fn hear(&self, signal: &Signal) {
        if let Some(news) = News::read(signal) {
            self.0.hear(news, signal.until);
        }
    }

    fn forget(&self, now: Timestamp) {
        self.0.revocations.forget(now);
        self.0.cookies.sweep(now);
        self.0.access.sweep(now);
    }
}

impl Auth {
    /// Hears what other nodes did; for a [`saaskit_kernel::Follower`].
    pub fn listener(&self) -> Arc<dyn Listener> {
        Arc::new(Ear(self.clone()))
    }

    /// Commits, tells the news to every node with it, and takes them to heart here at once.
    pub(super) async fn commit_news(&self, commit: Commit, news: &[News]) -> Result<(), AuthError> {
        let signals: Vec<Signal> = news.iter().map(|news| news.signal(self.ports.source.now())).collect();
        let commit = signals.iter().cloned().fold(commit, Commit::signal);
        self.ports.store.commit(commit).await.map_err(|error| self.refused(error))?;
        for (news, signal) in news.iter().zip(&signals) {
            self.hear(*news, signal.until);
        }
        Ok(())
    }

    fn hear(&self, news: News, until: Timestamp) {
        self.access.hear(news);
        self.revocations.hear(news, until);
    }
}
