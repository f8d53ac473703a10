//! What every saaskit crate shares: value types that can't be wrong, the ports the domains see the world
//! through, and [`Commit`], the one way anything is written.
//!
//! The kernel knows no HTTP, SQL, Redis or vendor. A port is an object-safe async trait with a `# Contract`;
//! each bullet of a contract is a check of the suite in `saaskit-conformance`.

mod alarms;
mod alert;
pub mod archive;
mod audit;
mod breaker;
mod bus;
mod cache;
mod call;
mod claim;
mod clock;
mod commit;
mod derive;
mod email;
mod entropy;
mod error;
mod event;
mod fault;
mod follow;
mod hurry;
mod id;
mod ip;
mod job;
mod limit;
mod locale;
mod mail;
mod name;
mod nudge;
mod page;
mod phone;
mod place;
mod reloading;
mod remembered;
mod resilient;
mod retry;
mod scrub;
mod seal;
mod secret;
mod signal;
mod slug;
mod sms;
mod source;
mod storage;
mod store;
mod timestamp;
mod token;
mod work;
mod worker;
mod write;

pub use alarms::Alarms;
pub use alert::{
    Alert, Alerts, AllAlerts, ErrorContext, ErrorReporter, LogAlerts, OnlyLogged, Severity, SparseAlerts,
};
pub use audit::{Action, AuditEntry, Outcome};
pub(crate) use breaker::Verdict;
pub use breaker::{Breaker, BreakerSettings, BreakerState};
pub use bus::{EventBus, Heard, Hints, LONGEST_HINT};
pub use cache::{Cache, CacheKey};
pub use call::{Actor, Agent, Call, Principal, RequestId};
pub use claim::{Claim, ClaimKey, ClaimState, ClaimWrite, Claims, KeptAnswer};
pub use clock::{Clock, SystemClock};
pub use commit::{Commit, Prepared, Scope};
pub use derive::{InstallationSecret, constant_time_eq};
pub use email::Email;
pub use entropy::{Entropy, SystemEntropy};
pub use error::{ErrorKind, PortError};
pub use event::{Event, Subscription, Subscriptions};
pub use fault::{Code, Fault, Faults, Invalid, Kind};
pub use follow::{Follower, Freshness, Listener};
pub use hurry::{Hurry, HurryingStore};
pub use id::{
    AuditId, AuditRecord, Entity, EventId, EventRecord, Id, JobId, JobRecord, SessionEntity, SessionId,
    TenantEntity, TenantId, UserEntity, UserId,
};
pub use ip::{IpKey, is_this_machine};
pub use job::Job;
pub use limit::{Bucket, LimitKey, RateLimiter, Taken};
pub use locale::Locale;
pub use mail::{EmailMessage, EmailSender, Mailbox, ProviderId};
pub use name::Name;
pub use nudge::Nudge;
pub use page::{Page, Paged};
pub use phone::PhoneNumber;
pub use place::{Badness, GeoIp, IpReputation, Place};
pub use reloading::Reloading;
pub use remembered::{Begun, Remembered};
pub use resilient::{BehindBreaker, Reach, ResilientCache};
pub use retry::{Backoff, retry_stale};
pub use scrub::scrub;
pub use seal::{Sealed, Sealer};
pub use secret::Secret;
pub use signal::{Signal, SignalCursor, Signals};
pub use slug::Slug;
pub use sms::{SmsMessage, SmsSender, SmsStatus};
pub use source::Source;
pub use storage::{
    Bytestream, Disposition, Download, Fate, Measure, Migrated, MovingStorage, NewObject, ObjectInfo,
    ObjectKey, Over, SignedRequest, SignedUrls, Storage, StorageMigration, StoragePlace, StoredObject,
    Upload, UrlVerifier,
};
pub use store::{CommitError, Connections, Guard, Misuse, Store, UniqueRule};
pub use timestamp::Timestamp;
pub use token::{Token, TokenHash};
pub use work::{Claimed, Lease, WorkQueue, WorkState};
pub use worker::{Attempt, Handler, HandlerError, Tick, Worker, WorkerSettings};
pub use write::{DomainWrite, Order, Target, Write};

/// A row's version: the one an aggregate was read with. `0` has never been stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

impl Version {
    /// The version of an aggregate that was never stored.
    pub const NEW: Self = Self(0);

    /// The version after one more save.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}
