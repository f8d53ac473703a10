mod text;

use std::time::Duration;

use saaskit_kernel::{Bucket, Taken};

pub use text::LimitsUnread;

/// A limit of the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Everything from one address.
    Ip,
    /// Reads of one user.
    Reads,
    /// Changes by one user.
    Writes,
    /// New accounts from one address.
    SignUp,
    /// Tries to sign in from one address.
    LoginIp,
    /// Tries to sign in to one account from one address.
    Login,
    /// Second factors tried for one account.
    Mfa,
    /// Verification links asked for by one account.
    Resend,
    /// Password resets asked for by one account.
    Forgot,
    /// Sign-in links asked for by one account.
    MagicLink,
    /// Mails asked for from one address.
    MailIp,
    /// Codes sent to one phone.
    Phone,
    /// Tokens renewed by one session.
    Refresh,
    /// Orders of one user.
    Orders,
    /// Visits of one user to the checkout.
    Checkout,
}

/// Whom a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    /// The address; an IPv6 address by its /64.
    Ip,
    /// The user.
    Principal,
    /// The account that was named, whoever names it.
    Account,
    /// The account that was named, by this address.
    IpAndAccount,
    /// The session that was named, whoever names it.
    Session,
}

/// What there is to know of a limit.
struct Facts {
    name: &'static str,
    per: Per,
    bucket: Bucket,
}

const MINUTE: Duration = Duration::from_mins(1);
const QUARTER: Duration = Duration::from_mins(15);
const HOUR: Duration = Duration::from_hours(1);

impl Limit {
    /// All of them, in the order of [`Limits`].
    pub const ALL: [Self; 15] = [
        Self::Ip,
        Self::Reads,
        Self::Writes,
        Self::SignUp,
        Self::LoginIp,
        Self::Login,
        Self::Mfa,
        Self::Resend,
        Self::Forgot,
        Self::MagicLink,
        Self::MailIp,
        Self::Phone,
        Self::Refresh,
        Self::Orders,
        Self::Checkout,
    ];

    const fn facts(self) -> Facts {
        match self {
            Self::Ip => facts("ip", Per::Ip, 1_200, MINUTE),
            Self::Reads => facts("reads", Per::Principal, 300, MINUTE),
            Self::Writes => facts("writes", Per::Principal, 60, MINUTE),
            Self::SignUp => facts("sign-up", Per::Ip, 5, HOUR),
            Self::LoginIp => facts("login-ip", Per::Ip, 30, QUARTER),
            Self::Login => facts("login", Per::IpAndAccount, 5, QUARTER),
            Self::Mfa => facts("mfa", Per::Account, 5, Duration::from_mins(5)),
            Self::Resend => facts("resend", Per::Account, 3, HOUR),
            Self::Forgot => facts("forgot", Per::Account, 3, HOUR),
            Self::MagicLink => facts("magic-link", Per::Account, 3, QUARTER),
            Self::MailIp => facts("mail-ip", Per::Ip, 20, HOUR),
            Self::Phone => facts("phone", Per::Account, 5, HOUR),
            Self::Refresh => facts("refresh", Per::Session, 120, MINUTE),
            Self::Orders => facts("orders", Per::Principal, 20, MINUTE),
            Self::Checkout => facts("checkout", Per::Principal, 10, MINUTE),
        }
    }

    /// The limit of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.as_str() == name)
    }

    /// Its name in headers, keys and configuration.
    pub const fn as_str(self) -> &'static str {
        self.facts().name
    }

    /// Whom it counts.
    pub const fn per(self) -> Per {
        self.facts().per
    }

    /// Whether it stands between a stranger and a secret, or a stranger and a message that costs money: such a
    /// limit is never off.
    pub const fn is_vital(self) -> bool {
        !matches!(self, Self::Ip | Self::Reads | Self::Writes | Self::Orders | Self::Checkout)
    }
}

const fn facts(name: &'static str, per: Per, capacity: u32, window: Duration) -> Facts {
    Facts { name, per, bucket: Bucket::new(capacity, window) }
}

/// What a limit does while whatever counts it for all nodes does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WhenDown {
    /// It lets everything in.
    Open,
    /// Each node counts for itself: at worst as many bursts as there are nodes.
    #[default]
    Local,
    /// It lets nothing in.
    Closed,
}

/// A limit that can't be as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LimitInvalid {
    /// A bucket that never gives, or that gives again at once.
    #[error("a limit gives at least 1, in at least a second")]
    Rate,
    /// A vital limit that is off while its backend is down.
    #[error("this limit guards secrets and is never open")]
    NeverOpen,
}

/// The bucket of every limit, and what it does while its backend is down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits([(Bucket, WhenDown); Limit::ALL.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(Limit::ALL.map(|limit| (limit.facts().bucket, WhenDown::default())))
    }
}

impl Limits {
    /// The same with another bucket for one limit. One that never gives or never ends is refused.
    pub fn with(mut self, limit: Limit, bucket: Bucket) -> Result<Self, LimitInvalid> {
        if bucket.capacity == 0 || bucket.window < Duration::from_secs(1) {
            return Err(LimitInvalid::Rate);
        }
        self.0[limit as usize].0 = bucket;
        Ok(self)
    }

    /// The same where one limit does that while its backend is down. A vital one is never open.
    pub fn when_down(mut self, limit: Limit, then: WhenDown) -> Result<Self, LimitInvalid> {
        if limit.is_vital() && then == WhenDown::Open {
            return Err(LimitInvalid::NeverOpen);
        }
        self.0[limit as usize].1 = then;
        Ok(self)
    }

    /// The bucket of a limit.
    pub fn bucket(&self, limit: Limit) -> Bucket {
        self.0[limit as usize].0
    }

    /// What a limit does while its backend is down.
    pub fn of_down(&self, limit: Limit) -> WhenDown {
        self.0[limit as usize].1
    }
}

/// Where somebody stands with a limit after drawing from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The limit.
    pub limit: Limit,
    /// Its bucket.
    pub bucket: Bucket,
    /// What drawing gave.
    pub taken: Taken,
}

impl Standing {
    /// Whole seconds after which the same request is let in, never too few; at least 1.
    pub fn retry_after(&self) -> u64 {
        whole_seconds(self.taken.retry_after).max(1)
    }

    /// Whole seconds the rest must last: until the bucket is full again, or until it gives again once it is empty.
    pub fn reset_after(&self) -> u64 {
        if self.taken.allowed { whole_seconds(self.taken.reset_after) } else { self.retry_after() }
    }
}

fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_has_its_own_place_and_name() {
        for (at, limit) in Limit::ALL.into_iter().enumerate() {
            assert_eq!(limit as usize, at);
            assert_eq!(Limit::ALL.iter().filter(|other| other.as_str() == limit.as_str()).count(), 1);
        }
    }

    #[test]
    fn a_bucket_that_never_gives_is_refused() {
        let minute = Duration::from_mins(1);
        assert_eq!(Limits::default().with(Limit::Ip, Bucket::new(0, minute)), Err(LimitInvalid::Rate));
        assert_eq!(
            Limits::default().with(Limit::Ip, Bucket::new(1, Duration::ZERO)),
            Err(LimitInvalid::Rate)
        );
        let limits = Limits::default().with(Limit::Login, Bucket::new(9, minute)).unwrap();
        assert_eq!(limits.bucket(Limit::Login), Bucket::new(9, minute));
        assert_eq!(limits.bucket(Limit::LoginIp), Limits::default().bucket(Limit::LoginIp));
    }

    #[test]
    fn what_guards_secrets_is_never_open() {
        for limit in Limit::ALL {
            let open = Limits::default().when_down(limit, WhenDown::Open);
            assert_eq!(open.is_err(), limit.is_vital(), "{limit:?}");
            let closed = Limits::default().when_down(limit, WhenDown::Closed).unwrap();
            assert_eq!(closed.of_down(limit), WhenDown::Closed);
            assert_eq!(Limits::default().of_down(limit), WhenDown::Local);
        }
        assert!(Limit::Login.is_vital() && Limit::Mfa.is_vital() && !Limit::Reads.is_vital());
    }

    #[test]
    fn seconds_are_never_too_few() {
        let taken = |allowed, millis| Taken {
            allowed,
            remaining: 0,
            retry_after: Duration::from_millis(millis),
            reset_after: Duration::from_millis(60_001),
        };
        let standing =
            |taken| Standing { limit: Limit::Ip, bucket: Limits::default().bucket(Limit::Ip), taken };
        assert_eq!(standing(taken(false, 1)).retry_after(), 1);
        assert_eq!(standing(taken(false, 1_000)).retry_after(), 1);
        assert_eq!(standing(taken(false, 1_001)).retry_after(), 2);
        assert_eq!(standing(taken(false, 1_001)).reset_after(), 2);
        assert_eq!(standing(taken(true, 0)).reset_after(), 61);
    }
}
