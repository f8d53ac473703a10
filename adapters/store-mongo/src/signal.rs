//! What every node has to hear.

use std::time::Duration;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Document, doc};
use futures_util::TryStreamExt;
use saaskit_kernel::{PortError, Signal, SignalCursor, Signals, Timestamp};

use crate::row::{self, Row};
use crate::tx::Tx;
use crate::{Failure, MongoStore};

const SIGNALS: &str = "kernel_signals";

/// A signal is told at its statement and seen at its commit, which is later: a transaction lives for a minute at most.
/// And the next primary's clock may be a little behind.
const OVERLAP: Duration = Duration::from_secs(70);

/// One statement for all of them. They are updates: nothing else can ask for the server's clock.
pub(crate) async fn insert(tx: &mut Tx<'_>, signals: &[Signal]) -> Result<(), Failure> {
    if !signals.is_empty() {
        tx.updates(SIGNALS, signals.iter().map(told).collect()).await?;
    }
    Ok(())
}

fn told(signal: &Signal) -> Document {
    let fields = doc! {
        "name": signal.name.as_ref(),
        "subject": signal.subject.as_str(),
        // By its bits, so that every one fits.
        "number": signal.number.cast_signed(),
        "until": row::time(signal.until),
    };
    let update = doc! { "$setOnInsert": fields, "$currentDate": { "told_at": true } };
    doc! { "q": { "_id": ObjectId::new() }, "u": update, "upsert": true }
}

fn read(row: &Document) -> Result<Signal, PortError> {
    Ok(Signal {
        name: row.text("name")?.to_owned().into(),
        subject: row.text("subject")?.to_owned(),
        number: row.number::<i64>("number")?.cast_unsigned(),
        until: row.at("until")?,
    })
}

#[async_trait]
impl Signals for MongoStore {
    async fn live(&self, now: Timestamp) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        self.heard(doc! { "until": { "$gte": row::time(now) } }, SignalCursor::default()).await
    }

    async fn since(&self, cursor: SignalCursor) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        let overlap = i64::try_from(OVERLAP.as_millis()).unwrap_or_default();
        let from = Timestamp::from_millis(cursor.0.saturating_sub(overlap));
        self.heard(doc! { "told_at": { "$gte": row::time(from) } }, cursor).await
    }

    async fn forget(&self, now: Timestamp) -> Result<u64, PortError> {
        let over = doc! { "until": { "$lt": row::time(now) } };
        let forget = || async { self.collection(SIGNALS).delete_many(over.clone()).await };
        Ok(self.ask(forget).await?.deleted_count)
    }
}

impl MongoStore {
    /// The cursor is when the last of those that are seen was told: it never depends on a clock of our own.
    async fn heard(
        &self,
        filter: Document,
        cursor: SignalCursor,
    ) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        let question = || async {
            let signals = self.collection(SIGNALS);
            signals.find(filter.clone()).batch_size(10_000).await?.try_collect::<Vec<Document>>().await
        };
        let rows = self.ask(question).await?;
        let told = rows.iter().map(|row| row.at("told_at")).collect::<Result<Vec<_>, _>>()?;
        let last = told.iter().map(|at| at.millis()).max().unwrap_or(cursor.0);
        let signals = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok((signals, SignalCursor(last.max(cursor.0))))
    }
}
