use std::sync::Arc;

use saaskit_kernel::{Commit, CommitError};
use tokio::sync::Barrier;

use crate::Stores;

/// Runs tasks side by side, all let go at one moment.
pub(crate) async fn at_once<F>(tasks: Vec<F>) -> Vec<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let start = Arc::new(Barrier::new(tasks.len()));
    let waiting = |task: F| {
        let start = start.clone();
        tokio::spawn(async move {
            start.wait().await;
            task.await
        })
    };
    let running: Vec<_> = tasks.into_iter().map(waiting).collect();
    let mut outputs = Vec::with_capacity(running.len());
    for task in running {
        outputs.push(task.await.expect("a task of the check ends"));
    }
    outputs
}

/// Commits side by side.
pub(crate) async fn commit_at_once(stores: &Stores, commits: Vec<Commit>) -> Vec<Result<(), CommitError>> {
    let commit = |commit| {
        let stores = stores.clone();
        async move { stores.commit(commit).await }
    };
    at_once(commits.into_iter().map(commit).collect()).await
}

/// Fails unless exactly one was applied and all others got the answer expected.
pub(crate) fn assert_one_wins(answers: &[Result<(), CommitError>], expected: fn(&CommitError) -> bool) {
    let applied = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(applied, 1, "{answers:?}");
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(expected(refused), "{refused:?}");
    }
}
