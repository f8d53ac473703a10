use saaskit_kernel::{Commit, CommitError, DomainWrite, Lease, Misuse, Target, TenantId};

use super::{create, given_user, insert, read, save};
use crate::Stores;
use crate::fixtures::{source, tenant, user};
use crate::macros::assert_answer;

/// Two writes of one target are a bug, refused before anything.
pub async fn two_writes_of_one_target_are_refused(stores: Stores) {
    let ana = given_user(&stores, &source(), "ana").await;
    let answer = stores.commit(save(&ana).and(save(&ana))).await;
    assert_answer!(answer, Err(CommitError::Misuse(Misuse::SameTarget("auth.user"))));
    assert_eq!(read(&stores, &ana).await, Some(ana));
}

/// A commit acts in one tenant, unless it says that it means several.
pub async fn several_tenants_need_the_scope_for_it(stores: Stores) {
    let source = source();
    let (acme, other) = (tenant(&source, "acme"), tenant(&source, "other"));
    let both = || create(&acme).and(create(&other));
    assert_answer!(stores.commit(both()).await, Err(CommitError::Misuse(Misuse::SeveralTenants)));
    assert_eq!(stores.workspaces.tenant(acme.id).await.unwrap(), None);
    stores.given(both().across_tenants()).await;
    assert!(stores.workspaces.tenant(acme.id).await.unwrap().is_some());
    assert!(stores.workspaces.tenant(other.id).await.unwrap().is_some());
}

/// One commit finishes one job.
pub async fn several_leases_in_one_commit_are_refused(stores: Stores) {
    let source = source();
    let lease = || Lease { job: source.id(), attempt: 1 };
    let answer = stores.commit(Commit::new().finish(lease()).finish(lease())).await;
    assert_answer!(answer, Err(CommitError::Misuse(Misuse::SeveralLeases)));
}

#[derive(Debug)]
struct NobodysWrite;

impl DomainWrite for NobodysWrite {
    fn tenant(&self) -> Option<TenantId> {
        None
    }

    fn target(&self) -> Target {
        Target::row("conformance.nobodys", [])
    }
}

/// A write that nobody handles is refused before anything is applied or even looked at.
pub async fn a_write_that_nobody_handles_is_refused_before_anything(stores: Stores) {
    let source = source();
    let (ana, stale) = (user(&source, "ana"), user(&source, "eve"));
    for commit in [insert(&ana), save(&stale), Commit::new().finish(Lease { job: source.id(), attempt: 1 })] {
        let answer = stores.commit(commit.write(NobodysWrite)).await;
        assert_answer!(answer, Err(CommitError::Misuse(Misuse::Unhandled)));
    }
    assert_eq!(read(&stores, &ana).await, None);
}
