use std::sync::Arc;

use async_trait::async_trait;
use saaskit_conformance::Stores;
use saaskit_conformance::email_sender::{EmailSenderHarness, Received, Receiver, Refusal};
use saaskit_conformance::fixtures::{self, FixedClock};
use saaskit_conformance::foreign::{ForeignHarness, Note, Notes};
use saaskit_conformance::rate_limiter::{RateLimiterHarness, TurnedClockHarness};
use saaskit_kernel::{CommitError, DomainWrite, ErrorKind, Write};
use saaskit_memory::{ForeignRows, ForeignWrites, MemoryEmailSender, MemoryRateLimiter, MemoryStore};

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
}

fn sender() -> EmailSenderHarness {
    let sender = Arc::new(MemoryEmailSender::default());
    EmailSenderHarness { sender: sender.clone(), receiver: Arc::new(Inbox(sender)) }
}

saaskit_conformance::email_sender_suite!(std::future::ready(super::sender()));
