use std::time::Duration;

use saaskit_kernel::{Bucket, Taken};

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
    /// Verification links asked for by one account.
    Resend,
    /// Mails asked for from one address.
    MailIp,
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
}

impl Limit {
    /// All of them, in the order of [`Limits`].
    pub const ALL: [Self; 8] = [
        Self::Ip,
        Self::Reads,
        Self::Writes,
        Self::SignUp,
        Self::LoginIp,
        Self::Login,
        Self::Resend,
        Self::MailIp,
    ];

    /// Its name in headers, keys and configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ip => "ip",
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::SignUp => "sign-up",
            Self::LoginIp => "login-ip",
            Self::Login => "login",
            Self::Resend => "resend",
            Self::MailIp => "mail-ip",
        }
    }

    /// Whom it counts.
    pub const fn per(self) -> Per {
        match self {
            Self::Ip | Self::SignUp | Self::LoginIp | Self::MailIp => Per::Ip,
            Self::Reads | Self::Writes => Per::Principal,
            Self::Login => Per::IpAndAccount,
            Self::Resend => Per::Account,
        }
    }

    const fn default_bucket(self) -> Bucket {
        match self {
            Self::Ip => per_minute(1_200),
            Self::Reads => per_minute(300),
            Self::Writes => per_minute(60),
            Self::SignUp => Bucket::new(5, Duration::from_hours(1)),
            Self::LoginIp => Bucket::new(30, Duration::from_mins(15)),
            Self::Login => Bucket::new(5, Duration::from_mins(15)),
            Self::Resend => Bucket::new(3, Duration::from_hours(1)),
            Self::MailIp => Bucket::new(20, Duration::from_hours(1)),
        }
    }
}

const fn per_minute(capacity: u32) -> Bucket {
    Bucket::new(capacity, Duration::from_mins(1))
}

/// A bucket that never gives, or that gives again at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a limit gives at least 1, in at least a second")]
pub struct RateInvalid;

/// The bucket of every limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits([Bucket; Limit::ALL.len()]);

impl Default for Limits {
    fn default() -> Self {
        Self(Limit::ALL.map(Limit::default_bucket))
    }
}

impl Limits {
    /// The same with another bucket for one limit. One that never gives or never ends is refused.
    pub fn with(mut self, limit: Limit, bucket: Bucket) -> Result<Self, RateInvalid> {
        if bucket.capacity == 0 || bucket.window < Duration::from_secs(1) {
            return Err(RateInvalid);
        }
        self.0[limit as usize] = bucket;
        Ok(self)
    }

    /// The bucket of a limit.
    pub fn bucket(&self, limit: Limit) -> Bucket {
        self.0[limit as usize]
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
        assert_eq!(Limits::default().with(Limit::Ip, Bucket::new(0, minute)), Err(RateInvalid));
        assert_eq!(Limits::default().with(Limit::Ip, Bucket::new(1, Duration::ZERO)), Err(RateInvalid));
        let limits = Limits::default().with(Limit::Login, Bucket::new(9, minute)).unwrap();
        assert_eq!(limits.bucket(Limit::Login), Bucket::new(9, minute));
        assert_eq!(limits.bucket(Limit::LoginIp), Limits::default().bucket(Limit::LoginIp));
    }

    #[test]
    fn seconds_are_never_too_few() {
        let taken = |allowed, millis| Taken {
            allowed,
            remaining: 0,
            retry_after: Duration::from_millis(millis),
            reset_after: Duration::from_millis(60_001),
        };
        let standing = |taken| Standing { limit: Limit::Ip, bucket: Limit::Ip.default_bucket(), taken };
        assert_eq!(standing(taken(false, 1)).retry_after(), 1);
        assert_eq!(standing(taken(false, 1_000)).retry_after(), 1);
        assert_eq!(standing(taken(false, 1_001)).retry_after(), 2);
        assert_eq!(standing(taken(false, 1_001)).reset_after(), 2);
        assert_eq!(standing(taken(true, 0)).reset_after(), 61);
    }
}
