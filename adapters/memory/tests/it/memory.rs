use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use saaskit_conformance::Stores;
use saaskit_conformance::cache::CacheHarness;
use saaskit_conformance::email_sender::{EmailSenderHarness, Received, Receiver, Refusal};
use saaskit_conformance::event_bus::EventBusHarness;
use saaskit_conformance::fixtures::{self, FixedClock};
use saaskit_conformance::foreign::{ForeignHarness, Note, Notes};
use saaskit_conformance::rate_limiter::{RateLimiterHarness, TurnedClockHarness};
use saaskit_conformance::sms_sender::{Provider, ReceivedSms, SmsSenderHarness, Trouble};
use saaskit_kernel::{CommitError, DomainWrite, ErrorKind, PhoneNumber, ProviderId, SmsMessage, Write};
use saaskit_memory::{
    ForeignRows, ForeignWrites, MemoryCache, MemoryEmailSender, MemoryEventBus, MemoryRateLimiter,
    MemorySmsSender, MemoryStore,
};

fn stores() -> Stores {
    Stores::of(Arc::new(MemoryStore::new(fixtures::subscriptions())))
}

saaskit_conformance::every_store_suite!(std::future::ready(super::stores()));

#[derive(Debug)]
struct NoteHandler;

impl ForeignWrites for NoteHandler {
    fn handles(&self, write: &Write) -> bool {
        write.of::<Note>().is_some()
    }

    fn apply(&self, write: &Write, rows: &mut ForeignRows) -> Result<(), CommitError> {
        let note = write.of::<Note>().unwrap();
        if note.text.is_empty() {
            return Err(CommitError::Refused(Note::NOT_EMPTY));
        }
        rows.insert(note.target(), note.text.as_str().into());
        Ok(())
    }
}

#[derive(Debug)]
struct Rows(Arc<MemoryStore>);

#[async_trait]
impl Notes for Rows {
    async fn texts(&self) -> Vec<String> {
        self.0.foreign_rows().values().map(|text| text.as_str().unwrap().to_owned()).collect()
    }
}

fn with_notes() -> ForeignHarness {
    let store = Arc::new(MemoryStore::new(fixtures::subscriptions()).handling(NoteHandler));
    ForeignHarness { stores: Stores::of(store.clone()), notes: Arc::new(Rows(store)) }
}

saaskit_conformance::foreign_suite!(std::future::ready(super::with_notes()));

fn limiter() -> RateLimiterHarness {
    let clock = Arc::new(FixedClock::default());
    let limiter = Arc::new(MemoryRateLimiter::new(clock.clone(), 100));
    RateLimiterHarness { limiter, clock: clock.clone(), time: clock }
}

fn turned() -> TurnedClockHarness {
    let clock = Arc::new(FixedClock::default());
    TurnedClockHarness { limiter: Arc::new(MemoryRateLimiter::new(clock.clone(), 100)), clock }
}

saaskit_conformance::rate_limiter_suite!(std::future::ready(super::limiter()));
saaskit_conformance::turned_clock_suite!(std::future::ready(super::turned()));

fn cache() -> CacheHarness {
    let clock = Arc::new(FixedClock::default());
    CacheHarness { cache: Arc::new(MemoryCache::new(clock.clone(), 1 << 20)), time: clock }
}

saaskit_conformance::cache_suite!(std::future::ready(super::cache()));

fn bus() -> EventBusHarness {
    let bus = Arc::new(MemoryEventBus::new(64));
    EventBusHarness { here: bus.clone(), there: bus, behind: 64 }
}

saaskit_conformance::event_bus_suite!(std::future::ready(super::bus()));

#[derive(Debug)]
struct Inbox(Arc<MemoryEmailSender>);

#[async_trait]
impl Receiver for Inbox {
    async fn received(&self) -> Vec<Received> {
        let sent = self.0.sent().into_iter();
        sent.map(|mail| Received {
            key: mail.key,
            from: Some(mail.from.email.original().to_owned()),
            to: mail.to.email.original().to_owned(),
            subject: mail.subject,
            text: mail.text,
            html: mail.html,
        })
        .collect()
    }

    async fn refuse_next(&self, refusal: Refusal) {
        self.0.fail_next(
            1,
            match refusal {
                Refusal::ForNow => ErrorKind::Unavailable,
                Refusal::ForGood => ErrorKind::Rejected,
            },
        );
    }

    async fn know_nobody_next(&self) {
        self.0.fail_next(1, ErrorKind::NoRecipient);
    }
}

fn sender() -> EmailSenderHarness {
    let sender = Arc::new(MemoryEmailSender::default());
    EmailSenderHarness { sender: sender.clone(), receiver: Arc::new(Inbox(sender)) }
}

saaskit_conformance::email_sender_suite!(std::future::ready(super::sender()));

#[derive(Debug)]
struct Texts(Arc<MemorySmsSender>);

#[async_trait]
impl Provider for Texts {
    async fn received(&self) -> Vec<ReceivedSms> {
        let from = |text: &SmsMessage| text.from.as_ref().map_or("memory", PhoneNumber::as_str).to_owned();
        let sent = self.0.sent().into_iter();
        sent.map(|text| ReceivedSms {
            to: text.to.as_str().to_owned(),
            body: text.body().to_owned(),
            from: Some(from(&text)),
        })
        .collect()
    }

    async fn trouble_next(&self, trouble: Trouble) {
        match trouble {
            Trouble::Unreachable => self.0.fail_next(ErrorKind::Rejected),
            Trouble::Throttled(wait) => self.0.throttle_next(wait),
            Trouble::Broken => self.0.fail_next(ErrorKind::Unavailable),
            Trouble::Nonsense | Trouble::Endless | Trouble::Silent | Trouble::HangsUp => {
                self.0.fail_next(ErrorKind::TimedOut);
            }
            Trouble::TakesAndHangsUp => self.0.take_next_silently(),
        }
    }
}

fn texts() -> SmsSenderHarness {
    let sender = Arc::new(MemorySmsSender::default());
    SmsSenderHarness {
        sender: sender.clone(),
        provider: Arc::new(Texts(sender)),
        patience: Duration::from_secs(1),
        stranger: ProviderId("memory-7".to_owned()),
    }
}

saaskit_conformance::sms_sender_suite!(std::future::ready(super::texts()));
