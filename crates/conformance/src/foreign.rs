//! What a store must do with an embedder's own writes; see [`saaskit_kernel::Store`].

use std::sync::Arc;

use async_trait::async_trait;
use saaskit_auth::User;
use saaskit_auth::write::{AuthWrite, REDEEM, TokenWrite, USER_EMAIL, UserWrite};
use saaskit_kernel::{Commit, CommitError, DomainWrite, Guard, Source, Target, TenantId};

use crate::Stores;
use crate::at_once::commit_at_once;
use crate::fixtures::{NOW, event, source, user};
use crate::macros::assert_answer;

/// A foreign write: takes a note down under its number. The store under test is built with a handler that keeps
/// it in the transaction of the commit, and that answers `Refused(`[`Note::NOT_EMPTY`]`)` to an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number.
    pub number: u32,
    /// The note.
    pub text: String,
}

impl Note {
    /// A note says something.
    pub const NOT_EMPTY: Guard = Guard("conformance.note.not_empty");

    fn new(number: u32, text: &str) -> Self {
        Self { number, text: text.to_owned() }
    }
}

impl DomainWrite for Note {
    fn tenant(&self) -> Option<TenantId> {
        None
    }

    fn target(&self) -> Target {
        Target::row("conformance.note", self.number.to_be_bytes())
    }
}

/// Reads what the handler of the store under test took down.
#[async_trait]
pub trait Notes: std::fmt::Debug + Send + Sync {
    /// The texts of all notes that are committed, by number.
    async fn texts(&self) -> Vec<String>;
}

/// A store with a handler of [`Note`].
#[derive(Debug, Clone)]
pub struct ForeignHarness {
    /// The store.
    pub stores: Stores,
    /// Reads what its handler took down.
    pub notes: Arc<dyn Notes>,
}

/// Makes a module `foreign_suite` of tests. Takes an expression for a future of
/// [`ForeignHarness`](crate::foreign::ForeignHarness).
#[macro_export]
macro_rules! foreign_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] foreign_suite of foreign, $fresh,
            a_foreign_write_is_applied_by_its_handler
            a_foreign_write_rides_with_the_writes_of_domains
            a_foreign_write_is_undone_with_its_commit
            what_a_handler_refuses_undoes_the_whole_commit
            concurrent_foreign_writes_are_all_kept
        }
    };
}

fn register(source: &Source, local: &str) -> (User, Commit) {
    let user = user(source, local);
    (user.clone(), Commit::new().write(AuthWrite::from(UserWrite::Insert(user))))
}

/// A foreign write is applied by the handler the store was built with.
pub async fn a_foreign_write_is_applied_by_its_handler(harness: ForeignHarness) {
    assert_eq!(harness.notes.texts().await, [""; 0]);
    let both = Commit::new().write(Note::new(2, "two")).write(Note::new(1, "one"));
    harness.stores.given(both).await;
    assert_eq!(harness.notes.texts().await, ["one", "two"]);
}

/// It is applied in one commit with domains' writes.
pub async fn a_foreign_write_rides_with_the_writes_of_domains(harness: ForeignHarness) {
    let (ana, commit) = register(&source(), "ana");
    harness.stores.given(commit.write(Note::new(1, "ana came"))).await;
    assert!(harness.stores.users.user(ana.id).await.unwrap().is_some());
    assert_eq!(harness.notes.texts().await, ["ana came"]);
}

/// It is undone when anything else in the commit can't be applied, whatever comes first.
pub async fn a_foreign_write_is_undone_with_its_commit(harness: ForeignHarness) {
    let source = source();
    harness.stores.given(register(&source, "ana").1).await;
    let (_, again) = register(&source, "ana");
    let answer = harness.stores.commit(again.write(Note::new(1, "ana again"))).await;
    assert_answer!(answer, Err(CommitError::Duplicate(USER_EMAIL)));
    let unknown = TokenWrite::Redeem { token: source.token().hash(), at: NOW };
    let answer =
        harness.stores.commit(Commit::new().write(AuthWrite::from(unknown)).write(Note::new(2, "no"))).await;
    assert_answer!(answer, Err(CommitError::Refused(REDEEM)));
    assert_eq!(harness.notes.texts().await, [""; 0]);
}

/// A handler's refusal is the commit's answer, and nothing of the commit is kept.
pub async fn what_a_handler_refuses_undoes_the_whole_commit(harness: ForeignHarness) {
    let source = source();
    let (ana, commit) = register(&source, "ana");
    let told = commit.emit(event(&source, None));
    let answer = harness.stores.commit(told.write(Note::new(1, "kept?")).write(Note::new(2, ""))).await;
    assert_answer!(answer, Err(CommitError::Refused(Note::NOT_EMPTY)));
    assert_eq!(harness.stores.users.user(ana.id).await.unwrap(), None);
    assert_eq!(harness.notes.texts().await, [""; 0]);
    assert_eq!(harness.stores.queue.claim(NOW, NOW, 10).await.unwrap(), []);
}

/// Commits of many tasks lose none.
pub async fn concurrent_foreign_writes_are_all_kept(harness: ForeignHarness) {
    let commits = (0..8).map(|n| Commit::new().write(Note::new(n, &n.to_string()))).collect();
    for answer in commit_at_once(&harness.stores, commits).await {
        assert_answer!(answer, Ok(()));
    }
    assert_eq!(harness.notes.texts().await, ["0", "1", "2", "3", "4", "5", "6", "7"]);
}
