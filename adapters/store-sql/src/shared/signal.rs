//! What every node has to hear.

use async_trait::async_trait;
use saaskit_kernel::{PortError, Signal, SignalCursor, Signals, Timestamp};
use serde_json::{Value, json};
use sqlx::types::Json;

use super::engine::{self, At, Query, sql};
use super::row::Columns;
use super::{Conn, Row, Store};
use crate::Failure;

/// The signals a condition finds and the cursor that goes with them, of one snapshot; without signals, one row of
/// the cursor alone.
macro_rules! signals_where {
    ($($condition:tt)*) => {
        concat!(
            "SELECT one.seen, s.name, s.subject, s.number, s.until FROM (SELECT ", signals_seen!(),
            " AS seen) one LEFT JOIN kernel_signals s ON ", $($condition)*
        )
    };
}

/// Ten thousand at once, so that it stays short.
const FORGET: &str = concat!(
    "DELETE FROM kernel_signals WHERE n ",
    any_of!("SELECT n FROM kernel_signals WHERE until < $1 ORDER BY until LIMIT 10000", skip_locked!())
);

/// One statement for all of them.
pub(super) async fn insert(conn: &mut Conn, signals: &[Signal]) -> Result<(), Failure> {
    if signals.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = signals.iter().map(signal_row).collect();
    let insert = sql(concat!(
        "INSERT INTO kernel_signals (name, subject, number, until) SELECT ",
        members!(text "name", text "subject", big "number", time "until"),
        each!()
    ));
    insert.bind(Json(rows)).execute(conn).await?;
    Ok(())
}

/// The number is stored by its bits, so that every one fits.
fn signal_row(signal: &Signal) -> Value {
    json!({
        "name": signal.name,
        "subject": signal.subject,
        "number": signal.number.cast_signed(),
        "until": engine::moment(signal.until),
    })
}

fn read(row: &Row) -> Result<Option<Signal>, PortError> {
    let Some(name) = row.get::<Option<String>>("name")? else { return Ok(None) };
    Ok(Some(Signal {
        name: name.into(),
        subject: row.get("subject")?,
        number: row.get::<i64>("number")?.cast_unsigned(),
        until: row.at("until")?,
    }))
}

#[async_trait]
impl Signals for Store {
    async fn live(&self, now: Timestamp) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        self.heard(|| sql(signals_where!("s.until >= $1")).bind(At(now))).await
    }

    async fn since(&self, cursor: SignalCursor) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        self.heard(|| sql(signals_where!(signals_from!())).bind(cursor.0)).await
    }

    async fn forget(&self, now: Timestamp) -> Result<u64, PortError> {
        self.count_changed(self.0.pools.work(), || sql(FORGET).bind(At(now))).await
    }
}

impl Store {
    async fn heard(
        &self,
        query: impl Fn() -> Query + Send + Sync,
    ) -> Result<(Vec<Signal>, SignalCursor), PortError> {
        let rows = self.all(self.0.pools.system(), query).await?;
        let seen = rows.first().map(|row| row.get("seen")).transpose()?;
        let signals = rows.iter().filter_map(|row| read(row).transpose()).collect::<Result<_, _>>()?;
        Ok((signals, SignalCursor(seen.unwrap_or_default())))
    }
}
