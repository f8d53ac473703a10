//! Which unique index refused a document, and what that means.

use mongodb::error::{ErrorKind as Cause, WriteFailure};
use saaskit_kernel::CommitError;

use crate::domain::DOMAINS;

pub(crate) const DUPLICATE: i32 = 11000;

/// What it means that this write was refused as a duplicate; of indexes that no domain names, nobody is told.
pub(crate) fn taken(error: &mongodb::error::Error) -> Option<CommitError> {
    meaning(&broken(message(error)?)?)
}

fn meaning(index: &str) -> Option<CommitError> {
    let rule = DOMAINS.iter().flat_map(|domain| domain.rules).find(|(name, _)| *name == index);
    let known = DOMAINS.iter().flat_map(|domain| domain.known).any(|name| *name == index);
    rule.map(|(_, rule)| CommitError::Duplicate(*rule)).or(known.then_some(CommitError::Stale))
}

/// Whether a unique index refused it.
pub(crate) fn is_duplicate(error: &mongodb::error::Error) -> bool {
    message(error).is_some()
}

/// What the server says about a duplicate.
fn message(error: &mongodb::error::Error) -> Option<&str> {
    match error.kind.as_ref() {
        Cause::Command(error) if error.code == DUPLICATE => Some(&error.message),
        Cause::Write(WriteFailure::WriteError(error)) if error.code == DUPLICATE => Some(&error.message),
        Cause::InsertMany(errors) => {
            let mut errors = errors.write_errors.iter().flatten();
            errors.find(|error| error.code == DUPLICATE).map(|error| error.message.as_str())
        }
        _ => None,
    }
}

/// The index by its name, as in `… collection: saaskit.auth_users index: auth_users_email dup key: …`. What stands
/// behind it is the value, which may hold any word. The index over ids has one name everywhere: it is called as
/// `PostgreSQL` calls a primary key.
fn broken(message: &str) -> Option<String> {
    let (before, after) = message.split_once(" index: ")?;
    let index = after.split_whitespace().next()?;
    if index != "_id_" {
        return Some(index.to_owned());
    }
    let namespace = before.split_once("collection: ")?.1.split_whitespace().next()?;
    Some(format!("{}_pkey", namespace.split_once('.')?.1))
}

#[cfg(test)]
mod tests {
    use bson::{Bson, Document};

    use super::*;

    #[test]
    fn the_index_is_named_by_the_server_and_not_by_the_value() {
        let said = "E11000 duplicate key error collection: it.auth_users index: auth_users_email dup key: \
                    { email_normal: \"a index: auth_roles_name @x.test\" }";
        assert_eq!(broken(said).as_deref(), Some("auth_users_email"));
        let said = "E11000 duplicate key error collection: it.auth_users index: _id_ dup key: { _id: 1 }";
        assert_eq!(broken(said).as_deref(), Some("auth_users_pkey"));
        assert_eq!(broken("something else"), None);
    }

    /// Ids that are given once, or that no insert fails on: met twice they are a bug, and told as one.
    const GIVEN_ONCE: [&str; 7] = [
        "work_jobs_pkey",
        "kernel_events_pkey",
        "audit_entries_pkey",
        "kernel_claims_pkey",
        "kernel_signals_pkey",
        "notify_outbox_pkey",
        "auth_role_turns_pkey",
    ];

    /// The unique indexes a command makes, that over ids among them.
    fn made_by(command: &Document) -> Vec<String> {
        let collection = command.values().next().and_then(Bson::as_str).unwrap();
        let indexes = command.get_array("indexes").into_iter().flatten().filter_map(Bson::as_document);
        let unique = indexes.filter(|index| index.get_bool("unique").unwrap_or_default());
        let named = unique.map(|index| index.get_str("name").unwrap().to_owned());
        named.chain([format!("{collection}_pkey")]).collect()
    }

    #[test]
    fn what_every_unique_index_means_is_known() {
        let migrations = DOMAINS.iter().flat_map(|domain| domain.migrations);
        let names: Vec<_> = migrations
            .flat_map(|step| step.commands().unwrap())
            .flat_map(|command| made_by(&command))
            .collect();
        assert!(names.contains(&"work_jobs_pkey".to_owned()), "{names:?}");
        for name in names {
            let given_once = GIVEN_ONCE.contains(&name.as_str());
            assert_ne!(meaning(&name).is_some(), given_once, "what {name} means is not decided");
        }
    }
}
