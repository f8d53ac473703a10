use std::time::Duration;

use saaskit_kernel::{Email, InstallationSecret, Timestamp, Version};

use crate::DeviceToken;

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
    /// Tries in the present window; each is counted before its password is tested.
    pub tried: u32,
    /// When the window began.
    pub window_from: Timestamp,
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
    /// So many tries a window lock the account.
    pub const MOST: u32 = 5;
    /// How long a window is.
    pub const WINDOW: Duration = Duration::from_mins(15);
    /// The first lock; each further one is twice as long.
    pub const FIRST_LOCK: Duration = Duration::from_mins(15);
    /// No lock is longer.
    pub const LONGEST_LOCK: Duration = Duration::from_hours(24);
    /// So many failures in a row disable the password until it is reset (SP 800-63B-4 section 3.2.2).
    pub const MOST_IN_ROW: u32 = 100;
    /// Tries are remembered for so long after their last window began, so that they add up to
    /// [`Self::MOST_IN_ROW`] however slowly they come.
    pub const REMEMBERED: Duration = Duration::from_hours(30 * 24);

    /// No try yet.
    pub fn none(key: AttemptKey, at: Timestamp) -> Self {
        let version = Version::NEW;
        Self { key, tried: 0, window_from: at, in_row: 0, locks: 0, locked_until: None, version }
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
        let window_is_over = now.since(self.window_from) >= Self::WINDOW;
        let (tried, window_from) = if window_is_over || self.locked_until.is_some() {
            (0, now)
        } else {
            (self.tried, self.window_from)
        };
        if tried >= Self::MOST {
            return Admission::Full;
        }
        let (tried, in_row) = (tried + 1, self.in_row + 1);
        Admission::Test(Self { tried, window_from, in_row, locked_until: None, ..self.clone() })
    }

    /// The same without the try that was counted last, whose password could not be tested.
    #[must_use]
    pub fn give_back(&self) -> Self {
        Self { tried: self.tried.saturating_sub(1), in_row: self.in_row.saturating_sub(1), ..self.clone() }
    }

    /// The lock that follows when the try that was counted last fails; `None` while more are free.
    pub fn lock(&self, now: Timestamp) -> Option<Self> {
        if self.tried < Self::MOST && !self.is_disabled() {
            return None;
        }
        let doubled = Self::FIRST_LOCK.saturating_mul(2_u32.saturating_pow(self.locks));
        let until = now.plus(doubled.min(Self::LONGEST_LOCK));
        Some(Self { locks: self.locks + 1, locked_until: Some(until), ..self.clone() })
    }

    /// The same without its lock, which ends the window, too; `None` for what only a new password ends.
    pub fn unlock(&self) -> Option<Self> {
        (!self.is_disabled()).then(|| Self { tried: 0, locked_until: None, ..self.clone() })
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
        let (mut attempts, mut now) = (Attempts::none(KEY, AT), AT);
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
        let (mut attempts, mut now) = (Attempts::none(KEY, AT), AT);
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
        let mut attempts = Attempts::none(KEY, AT);
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

    proptest! {
        #[test]
        fn no_window_tests_more_than_five_and_no_lock_tests_any(
            waits in prop::collection::vec(0..2_000_u64, 1..200),
        ) {
            let (mut attempts, mut now) = (Attempts::none(KEY, AT), AT);
            let mut tested = Vec::new();
            for wait in waits {
                now = now.plus(Duration::from_secs(wait));
                let locked = attempts.locked_until.is_some_and(|until| now < until);
                let (failed, was_tested) = fail(&attempts, now);
                prop_assert!(!(locked && was_tested));
                if was_tested {
                    tested.push((failed.window_from, now));
                }
                attempts = failed;
            }
            prop_assert!(tested.len() <= Attempts::MOST_IN_ROW as usize);
            for (window, at) in &tested {
                prop_assert!(at.since(*window) < Attempts::WINDOW);
                let in_window = tested.iter().filter(|(of, _)| of == window).count();
                prop_assert!(in_window <= Attempts::MOST as usize);
            }
        }
    }
}
