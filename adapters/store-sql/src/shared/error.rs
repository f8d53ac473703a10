use std::error::Error;

use saaskit_kernel::{CommitError, ErrorKind, PortError};

use super::{DOMAINS, Indexes, engine};
use crate::Failure;

/// The database's error as a port's. Only its message is kept: details hold values.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` takes")]
pub(in super::super) fn port(error: sqlx::Error) -> PortError {
    let kind = match &error {
        sqlx::Error::Database(error) => engine::kind(error.as_ref()),
        _ if is_lost(&error) => ErrorKind::Unavailable,
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => ErrorKind::Unavailable,
        _ => ErrorKind::Unexpected,
    };
    let code =
        error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(|code| format!(" ({code})"));
    engine::port_error(kind).because(format!("{error}{}", code.unwrap_or_default()))
}

/// What a failed question is told as.
pub(super) fn of_question(failure: Failure) -> PortError {
    match failure {
        Failure::Sql(error) => port(error),
        Failure::Commit(CommitError::Port(error)) => error,
        Failure::Commit(other) => unreadable(other),
    }
}

/// The stored value is none that this version knows.
pub(super) fn unreadable(why: impl Into<Box<dyn Error + Send + Sync>>) -> PortError {
    engine::port_error(ErrorKind::Unexpected).because(why)
}

/// Whether the same commit may succeed at once: nothing of it was applied, and the cause is over.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    let conflict = |error: &sqlx::Error| error.as_database_error().is_some_and(engine::is_conflict);
    is_lost(error) || conflict(error)
}

fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        sqlx::Error::Database(error) => engine::is_lost(error.as_ref()),
        _ => false,
    }
}

/// What a failed commit is told as.
pub(super) fn explain(failure: Failure, indexes: &Indexes) -> CommitError {
    let error = match failure {
        Failure::Commit(answer) => return answer,
        Failure::Sql(error) => error,
    };
    let broken = error.as_database_error().and_then(|error| indexes.broken(error));
    broken.and_then(taken).unwrap_or_else(|| port(error).into())
}

/// What it means that this index refuses a row; of others nobody is told.
fn taken(index: &str) -> Option<CommitError> {
    let rule = DOMAINS.iter().flat_map(|domain| domain.rules).find(|(name, _)| *name == index);
    let known = DOMAINS.iter().flat_map(|domain| domain.known).any(|name| *name == index);
    rule.map(|(_, rule)| CommitError::Duplicate(*rule)).or(known.then_some(CommitError::Stale))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_after<'a>(script: &'a str, phrase: &'a str) -> impl Iterator<Item = &'a str> {
        script.split(phrase).skip(1).filter_map(|rest| rest.split_whitespace().next())
    }

    /// Ids that are given once, or that no insert fails on: met twice they are a bug, and told as one.
    const GIVEN_ONCE: [&str; 7] = [
        "work_jobs_pkey",
        "kernel_events_pkey",
        "audit_entries_pkey",
        "audit_entries_id",
        "kernel_claims_pkey",
        "kernel_signals_pkey",
        "notify_outbox_pkey",
    ];

    #[test]
    fn what_every_unique_index_and_primary_key_means_is_known() {
        let scripts = || DOMAINS.iter().flat_map(|domain| domain.migrations).map(|migration| migration.up);
        let indexes =
            scripts().flat_map(|script| words_after(script, "CREATE UNIQUE INDEX ").map(str::to_owned));
        let keys = scripts()
            .flat_map(|script| words_after(script, "CREATE TABLE ").map(|name| format!("{name}_pkey")));
        let names: Vec<String> = indexes.chain(keys).collect();
        assert!(names.contains(&"work_jobs_pkey".to_owned()), "{names:?}");
        for name in names {
            let given_once = GIVEN_ONCE.contains(&name.as_str());
            assert_ne!(taken(&name).is_some(), given_once, "what {name} means is not decided");
        }
    }
}
