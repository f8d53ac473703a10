use std::time::Duration;

use saaskit_kernel::{Email, InstallationSecret, Timestamp, Version};

use crate::DeviceToken;

mod tries;

pub use tries::Tries;

/// Names whose tries are counted: an account, known or not, or an account on a browser it was signed in to with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptKey([u8; 32]);

impl AttemptKey {
    /// From a stored key.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For stores.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Of the account of that address, whether there is one or not.
    pub fn of_account(secret: &InstallationSecret, email: &Email) -> Self {
        Self(secret.fingerprint("auth.attempts", email.normal().as_bytes()))
    }

    /// Of the account on that browser, in that epoch of its user: a new password begins anew everywhere.
    #[must_use]
    pub fn on_device(&self, secret: &InstallationSecret, device: &DeviceToken, epoch: u32) -> Self {
        let parts: [&[u8]; 3] = [&self.0, device.id(), &epoch.to_be_bytes()];
        Self(secret.fingerprint("auth.attempts.device", &parts.concat()))
    }
}

/// Tries to sign in that were not successful yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempts {
    /// Whose.
    pub key: AttemptKey,
    /// The account's own key, if they are counted on one browser.
    pub account: Option<AttemptKey>,
    /// When the last ones were; each is counted before its password is tested.
    pub tries: Tries,
    /// When the very last one was, or the counter began.
    pub tried_at: Timestamp,
    /// Tries since the last success.
    pub in_row: u32,
    /// How often it was locked since the last success.
    pub locks: u32,
    /// Nothing is tested before.
    pub locked_until: Option<Timestamp>,
    /// The version it was read with.
    pub version: Version,
}

/// Whether a password may be tested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// Yes, once this is stored.
    Test(Attempts),
    /// No: it is locked.
    Locked,
    /// Not now: as many as may be are being tested.
    Full,
}

impl Attempts {
    /// So many tries within a window lock the account.
    pub const MOST: usize = 5;
    /// How long a window is, wherever it begins.
    pub const WINDOW: Duration = Duration::from_mins(15);
    /// The first lock; each further one is twice as long.
    pub const FIRST_LOCK: Duration = Duration::from_mins(15);
    /// No lock is longer.
    pub const LONGEST_LOCK: Duration = Duration::from_hours(24);
    /// So many failures in a row disable the password until it is reset (SP 800-63B-4 section 3.2.2).
    pub const MOST_IN_ROW: u32 = 100;
    /// Tries are remembered for so long after the last one, so that they add up to [`Self::MOST_IN_ROW`] however
    /// slowly they come.
    pub const REMEMBERED: Duration = Duration::from_hours(30 * 24);

    /// No try yet.
    pub fn none(key: AttemptKey, account: Option<AttemptKey>, at: Timestamp) -> Self {
        let (tries, version) = (Tries::default(), Version::NEW);
        Self { key, account, tries, tried_at: at, in_row: 0, locks: 0, locked_until: None, version }
    }

    /// Whether the password is disabled until it is reset.
    pub fn is_disabled(&self) -> bool {
        self.in_row >= Self::MOST_IN_ROW
    }

    /// Whether one more password may be tested at that time.
    pub fn admit(&self, now: Timestamp) -> Admission {
        if self.is_locked(now) {
            return Admission::Locked;
        }
        let recent = self.tries.within(Self::WINDOW, now);
        if recent.are_most() {
            return Admission::Full;
        }
        let (tries, in_row) = (recent.and(now), self.in_row + 1);
        Admission::Test(Self { tries, tried_at: now, in_row, locked_until: None, ..self.clone() })
    }

    /// The same without the try that was counted last, whose password could not be tested.
    #[must_use]
    pub fn give_back(&self) -> Self {
        let (tries, in_row) = (self.tries.without_last(), self.in_row.saturating_sub(1));
        Self { tries, in_row, ..self.clone() }
    }

    /// The lock that follows when the try that was counted last fails; `None` while more are free.
    pub fn lock(&self, now: Timestamp) -> Option<Self> {
        if !self.tries.are_most() && !self.is_disabled() {
            return None;
        }
        let doubled = Self::FIRST_LOCK.saturating_mul(2_u32.saturating_pow(self.locks));
        let until = now.plus(doubled.min(Self::LONGEST_LOCK));
        Some(Self { locks: self.locks + 1, locked_until: Some(until), ..self.clone() })
    }

    /// The same without its lock and the tries that led to it; `None` for what only a new password ends.
    pub fn unlock(&self) -> Option<Self> {
        let unlocked = || Self { tries: Tries::default(), locked_until: None, ..self.clone() };
        (!self.is_disabled()).then(unlocked)
    }

    fn is_locked(&self, now: Timestamp) -> bool {
        self.is_disabled() || self.locked_until.is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_000_000);
    const KEY: AttemptKey = AttemptKey::from_bytes([7; 32]);

    /// Tries once more; gives what is stored afterwards, and whether a password was tested.
    fn fail(stored: &Attempts, now: Timestamp) -> (Attempts, bool) {
        match stored.admit(now) {
            Admission::Test(counted) => (counted.lock(now).unwrap_or(counted), true),
            Admission::Locked | Admission::Full => (stored.clone(), false),
        }
    }

    #[test]
    fn the_fifth_failure_locks_and_each_further_lock_is_twice_as_long_up_to_a_day() {
        let (mut attempts, mut now) = (Attempts::none(KEY, None, AT), AT);
        for minutes in [15, 30, 60, 120, 240, 480, 960, 1440, 1440] {
            for _ in 0..Attempts::MOST {
                assert_eq!(attempts.locked_until.filter(|until| now < *until), None);
                attempts = fail(&attempts, now).0;
            }
            assert_eq!(attempts.locked_until, Some(now.plus(Duration::from_mins(minutes))));
            assert_eq!(
                attempts.admit(now.plus(Duration::from_millis(minutes * 60_000 - 1))),
                Admission::Locked
            );
            now = now.plus(Duration::from_mins(minutes));
        }
    }

    #[test]
    fn four_failures_a_window_lock_nothing_and_the_hundredth_disables_for_good() {
        let (mut attempts, mut now) = (Attempts::none(KEY, None, AT), AT);
        for window in 0..25 {
            assert!(!attempts.is_disabled(), "{window}");
            for _ in 0..4 {
                assert_eq!(attempts.locked_until, None);
                let (failed, tested) = fail(&attempts, now);
                assert!(tested);
                attempts = failed;
            }
            now = now.plus(Attempts::WINDOW);
        }
        assert!(attempts.is_disabled() && attempts.unlock().is_none());
        assert_eq!(attempts.admit(now.plus(Attempts::REMEMBERED)), Admission::Locked);
    }

    #[test]
    fn what_is_being_tested_fills_the_window_before_it_locks_it() {
        let mut attempts = Attempts::none(KEY, None, AT);
        for _ in 0..Attempts::MOST {
            let Admission::Test(counted) = attempts.admit(AT) else { panic!("a free try") };
            attempts = counted;
        }
        assert_eq!(attempts.admit(AT), Admission::Full);
        let locked = attempts.lock(AT).unwrap();
        assert_eq!(locked.admit(AT), Admission::Locked);
        assert!(matches!(locked.unlock().unwrap().admit(AT), Admission::Test(_)));
    }

    #[test]
    fn an_account_is_counted_by_itself_on_each_browser_and_in_each_epoch() {
        let (secret, source) = (InstallationSecret::from_bytes([1; 32]), saaskit_kernel::Source::system());
        let account = |address| AttemptKey::of_account(&secret, &Email::parse(address).unwrap());
        let ana = account("ana@example.org");
        assert_eq!(ana, account(" ANA@Example.org"));
        let [one, other] = [(); 2].map(|()| DeviceToken::issue(&source, &secret, &ana, 0, None));
        let keys = [
            ana,
            account("eva@example.org"),
            ana.on_device(&secret, &one, 0),
            ana.on_device(&secret, &one, 1),
            ana.on_device(&secret, &other, 0),
        ];
        for (at, key) in keys.iter().enumerate() {
            assert!(!keys[..at].contains(key), "{at}");
        }
        let again = DeviceToken::issue(&source, &secret, &ana, 0, Some(&one));
        assert_eq!(ana.on_device(&secret, &again, 0), ana.on_device(&secret, &one, 0));
    }

    #[test]
    fn tries_before_and_after_a_quarter_of_an_hour_make_no_second_five_out_of_one_second() {
        let minute = |minute| AT.plus(Duration::from_mins(minute));
        let just_before = minute(15).minus(Duration::from_secs(1));
        let mut attempts = Attempts::none(KEY, None, AT);
        for now in [AT, just_before, just_before, just_before, minute(15)] {
            attempts = fail(&attempts, now).0;
            assert_eq!(attempts.locked_until, None, "the first is over when the fifth comes");
        }
        attempts = fail(&attempts, minute(15)).0;
        assert_eq!(attempts.locked_until, Some(minute(30)));
    }

    #[test]
    fn what_was_not_tested_is_given_back_and_counts_neither_now_nor_in_the_row() {
        let mut attempts = Attempts::none(KEY, None, AT);
        for _ in 0..3 {
            attempts = fail(&attempts, AT).0;
        }
        let Admission::Test(counted) = attempts.admit(AT) else { panic!("a free try") };
        assert_eq!(counted.give_back(), attempts);
    }

    proptest! {
        #[test]
        fn no_quarter_of_an_hour_tests_more_than_five_and_no_lock_tests_any(
            waits in prop::collection::vec(prop_oneof![0..3_u64, 0..1_000_u64, 700..2_000_u64], 1..200),
        ) {
            let (mut attempts, mut now) = (Attempts::none(KEY, None, AT), AT);
            let mut tested: Vec<Timestamp> = Vec::new();
            for wait in waits {
                now = now.plus(Duration::from_secs(wait));
                let locked = attempts.locked_until.is_some_and(|until| now < until);
                let (failed, was_tested) = fail(&attempts, now);
                prop_assert!(!(locked && was_tested));
                if was_tested {
                    tested.push(now);
                }
                let recent = tested.iter().filter(|at| now.since(**at) < Attempts::WINDOW).count();
                prop_assert!(recent <= Attempts::MOST);
                let is_locked = failed.locked_until.is_some() || failed.is_disabled();
                prop_assert!(recent < Attempts::MOST || is_locked, "the fifth locks");
                attempts = failed;
            }
            prop_assert!(tested.len() <= Attempts::MOST_IN_ROW as usize);
        }
    }
}
