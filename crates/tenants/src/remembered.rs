use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{Begun, Listener, Signal, TenantId, Timestamp, UserId};

use crate::{Membership, Tenant};

/// A workspace, and what a user is in it.
pub(crate) type Entry = (Tenant, Membership);

type Entries = saaskit_kernel::Remembered<(TenantId, UserId), Arc<Entry>>;

/// Who may enter where has changed: in a whole workspace (`ten_…`) or for one user (`ten_…/usr_…`).
pub const ACCESS: &str = "tenants.access";

/// How long a signal is kept: longer than what it makes untrue is remembered, by more than clocks disagree.
const SIGNAL_LIFE: Duration = Duration::from_secs(Entries::LIFE.as_secs() + 10);
/// Entries that are remembered at most.
const CAPACITY: usize = 65_536;

/// The signal of a change that concerns everybody in a workspace.
pub(crate) fn tenant_changed(tenant: TenantId, now: Timestamp) -> Signal {
    signal(tenant.to_string(), now)
}

/// The signal of a change that concerns one user in a workspace.
pub(crate) fn member_changed(tenant: TenantId, user: UserId, now: Timestamp) -> Signal {
    signal(format!("{tenant}/{user}"), now)
}

fn signal(subject: String, now: Timestamp) -> Signal {
    Signal { name: ACCESS.into(), subject, number: 0, until: now.plus(SIGNAL_LIFE) }
}

/// Who is what in which workspace, as it was read a short while ago. It never says that somebody is not in one.
#[derive(Debug)]
pub(crate) struct Remembered(Entries);

impl Default for Remembered {
    fn default() -> Self {
        Self(Entries::with_capacity(CAPACITY))
    }
}

impl Remembered {
    /// What is remembered of a user in a workspace.
    pub(crate) fn recall(&self, tenant: TenantId, user: UserId, now: Timestamp) -> Option<Arc<Entry>> {
        self.0.recall(&(tenant, user), now)
    }

    /// To be asked before an entry is read.
    pub(crate) fn begin(&self, tenant: TenantId, user: UserId) -> Begun {
        self.0.begin(&(tenant, user))
    }

    /// Remembers what was read, unless it was made untrue meanwhile.
    pub(crate) fn keep(&self, begun: Begun, entry: Arc<Entry>, now: Timestamp) {
        self.0.keep(begun, (entry.0.id, entry.1.user), entry, now);
    }
}

impl Listener for Remembered {
    fn hear(&self, signal: &Signal) {
        if signal.name != ACCESS {
            return;
        }
        let (tenant, user) = match signal.subject.split_once('/') {
            Some((tenant, user)) => (tenant, Some(user.parse())),
            None => (signal.subject.as_str(), None),
        };
        match (tenant.parse(), user.transpose()) {
            (Ok(tenant), Ok(Some(user))) => self.0.forget(&(tenant, user)),
            (Ok(tenant), Ok(None)) => self.0.forget_all(|(of, _), _| *of == tenant),
            // A later version may say it in other words: nothing is believed then.
            _ => self.0.forget_all(|_, _| true),
        }
    }

    fn forget(&self, now: Timestamp) {
        self.0.sweep(now);
    }
}

#[cfg(test)]
mod tests {
    use saaskit_kernel::{Name, Slug, Source};

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn entry(source: &Source) -> Arc<Entry> {
        let (slug, name) = (Slug::parse("acme").unwrap(), Name::parse("Acme").unwrap());
        let tenant = Tenant::create(source.id(), slug, name, NOW);
        let member = Membership::of_owner(source.id(), tenant.id, source.id(), NOW);
        Arc::new((tenant, member))
    }

    fn remember(remembered: &Remembered, entry: &Arc<Entry>) {
        remembered.keep(remembered.begin(entry.0.id, entry.1.user), entry.clone(), NOW);
    }

    fn knows(remembered: &Remembered, entry: &Arc<Entry>) -> bool {
        remembered.recall(entry.0.id, entry.1.user, NOW).is_some()
    }

    #[test]
    fn a_signal_of_a_user_a_workspace_or_in_unknown_words_forgets_what_it_concerns() {
        let source = Source::system();
        let (acme, other) = (entry(&source), entry(&source));
        let unknown = Signal { subject: "planet".to_owned(), ..tenant_changed(acme.0.id, NOW) };
        let elsewhere = Signal { name: "auth.other".into(), ..tenant_changed(acme.0.id, NOW) };
        for (told, knows_acme, knows_other) in [
            (member_changed(acme.0.id, acme.1.user, NOW), false, true),
            (member_changed(acme.0.id, source.id(), NOW), true, true),
            (tenant_changed(acme.0.id, NOW), false, true),
            (unknown, false, false),
            (elsewhere, true, true),
        ] {
            let remembered = Remembered::default();
            remember(&remembered, &acme);
            remember(&remembered, &other);
            remembered.hear(&told);
            assert_eq!(knows(&remembered, &acme), knows_acme, "{told:?}");
            assert_eq!(knows(&remembered, &other), knows_other, "{told:?}");
        }
    }

    #[test]
    fn what_was_read_before_it_was_made_untrue_is_not_kept_afterwards() {
        let (source, remembered) = (Source::system(), Remembered::default());
        let acme = entry(&source);
        let begun = remembered.begin(acme.0.id, acme.1.user);
        remembered.hear(&member_changed(acme.0.id, acme.1.user, NOW));
        remembered.keep(begun, acme.clone(), NOW);
        assert!(!knows(&remembered, &acme));
        remember(&remembered, &acme);
        assert!(knows(&remembered, &acme));
    }

    #[test]
    fn a_signal_outlives_what_it_makes_untrue() {
        let told = tenant_changed(Source::system().id(), NOW);
        assert!(told.until > NOW.plus(Entries::LIFE));
    }
}
