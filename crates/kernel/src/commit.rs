use crate::{
    AuditEntry, CommitError, DomainWrite, Event, Job, Lease, Misuse, Signal, Subscriptions, Target, TenantId,
    Write,
};

/// Everything a use case wants to change, as plain data: applied all or nothing by a [`crate::Store`].
///
/// Data can be joined with another domain's ([`Commit::and`]), asserted on by a test, and retried by an adapter
/// without running a line of application code again.
#[derive(Debug, Default)]
#[must_use = "a commit does nothing until a store applies it"]
pub struct Commit {
    writes: Vec<Write>,
    events: Vec<Event>,
    jobs: Vec<Job>,
    audit: Vec<AuditEntry>,
    signals: Vec<Signal>,
    finish: Vec<Lease>,
    system: bool,
}

/// Whose data a commit may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// No workspace's: accounts and the like.
    Global,
    /// This workspace's, and what is no workspace's.
    Tenant(TenantId),
    /// Several workspaces'; only a use case named for it asks for this.
    System,
}

impl Commit {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a write.
    pub fn write(mut self, write: impl DomainWrite) -> Self {
        self.writes.push(Write::new(write));
        self
    }

    /// Tells an event.
    pub fn emit(mut self, event: Event) -> Self {
        self.events.push(event);
        self
    }

    /// Asks for work.
    pub fn enqueue(mut self, job: Job) -> Self {
        self.jobs.push(job);
        self
    }

    /// Writes a line of the audit log.
    pub fn record(mut self, entry: AuditEntry) -> Self {
        self.audit.push(entry);
        self
    }

    /// Tells every node that something it may remember is not true any more.
    pub fn signal(mut self, signal: Signal) -> Self {
        self.signals.push(signal);
        self
    }

    /// Finishes the job held by this lease; refused with [`crate::Guard::LEASE`] if it is not held any more.
    pub fn finish(mut self, lease: Lease) -> Self {
        self.finish.push(lease);
        self
    }

    /// Lets the commit touch several workspaces.
    pub fn across_tenants(mut self) -> Self {
        self.system = true;
        self
    }

    /// Both commits as one.
    pub fn and(mut self, other: Self) -> Self {
        self.writes.extend(other.writes);
        self.events.extend(other.events);
        self.jobs.extend(other.jobs);
        self.audit.extend(other.audit);
        self.signals.extend(other.signals);
        self.finish.extend(other.finish);
        self.system |= other.system;
        self
    }

    /// The writes, in the order they were added.
    pub fn writes(&self) -> &[Write] {
        &self.writes
    }

    /// The events.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The jobs asked for.
    pub fn jobs(&self) -> &[Job] {
        &self.jobs
    }

    /// The audit entries.
    pub fn audit(&self) -> &[AuditEntry] {
        &self.audit
    }

    /// The signals.
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// Checks the commit and puts it in the order every store applies it in. All stores call this one function.
    pub fn prepare(self, subscriptions: &Subscriptions) -> Result<Prepared, CommitError> {
        let scope = self.scope()?;
        let mut writes: Vec<(Target, Write)> =
            self.writes.into_iter().map(|write| (write.target(), write)).collect();
        writes.sort_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(pair) = writes.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(Misuse::SameTarget(pair[0].0.aggregate).into());
        }
        if self.finish.len() > 1 {
            return Err(Misuse::SeveralLeases.into());
        }
        let heard = self.events.iter().flat_map(|event| subscriptions.jobs(event));
        let jobs = self.jobs.into_iter().chain(heard).collect();
        let writes = writes.into_iter().map(|(_, write)| write).collect();
        Ok(Prepared {
            scope,
            writes,
            events: self.events,
            jobs,
            audit: self.audit,
            signals: self.signals,
            finish: self.finish.into_iter().next(),
        })
    }

    fn scope(&self) -> Result<Scope, CommitError> {
        if self.system {
            return Ok(Scope::System);
        }
        let written = self.writes.iter().filter_map(Write::tenant);
        let audited = self.audit.iter().filter_map(|entry| entry.tenant);
        let told = self.events.iter().filter_map(|event| event.tenant);
        let mut tenants = written.chain(audited).chain(told);
        let Some(first) = tenants.next() else { return Ok(Scope::Global) };
        if tenants.all(|tenant| tenant == first) {
            Ok(Scope::Tenant(first))
        } else {
            Err(Misuse::SeveralTenants.into())
        }
    }
}

/// A checked commit in the order it is applied: finish the lease first (a late worker is refused before any
/// work), then the writes by target, then jobs, events, audit entries and signals, each as one statement.
#[derive(Debug)]
pub struct Prepared {
    /// Whose data it touches.
    pub scope: Scope,
    /// In order of target.
    pub writes: Vec<Write>,
    /// To be kept.
    pub events: Vec<Event>,
    /// To be queued, listeners' jobs included.
    pub jobs: Vec<Job>,
    /// To be appended.
    pub audit: Vec<AuditEntry>,
    /// To be kept for every node.
    pub signals: Vec<Signal>,
    /// The job that is done with this commit.
    pub finish: Option<Lease>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    #[derive(Debug)]
    struct Put(&'static str, u8, Option<TenantId>);

    impl DomainWrite for Put {
        fn tenant(&self) -> Option<TenantId> {
            self.2
        }
        fn target(&self) -> Target {
            Target::row(self.0, [self.1])
        }
    }

    #[test]
    fn writes_are_ordered_by_target_whatever_order_they_were_added_in() {
        let commit = Commit::new()
            .write(Put("b", 1, None))
            .write(Put("a", 2, None))
            .and(Commit::new().write(Put("a", 1, None)));
        let order = commit.prepare(&Subscriptions::default()).unwrap().writes;
        let order: Vec<_> =
            order.iter().map(|write| write.of::<Put>().map(|put| (put.0, put.1)).unwrap()).collect();
        assert_eq!(order, [("a", 1), ("a", 2), ("b", 1)]);
    }

    #[test]
    fn two_writes_of_one_target_are_a_bug() {
        let commit = Commit::new().write(Put("a", 1, None)).write(Put("a", 1, None));
        let refused = commit.prepare(&Subscriptions::default()).unwrap_err();
        assert!(matches!(refused, CommitError::Misuse(Misuse::SameTarget("a"))));
    }

    #[test]
    fn several_tenants_need_the_scope_for_it() {
        let source = Source::system();
        let writes =
            || Commit::new().write(Put("a", 1, Some(source.id()))).write(Put("a", 2, Some(source.id())));
        let refused = writes().prepare(&Subscriptions::default()).unwrap_err();
        assert!(matches!(refused, CommitError::Misuse(Misuse::SeveralTenants)));
        let allowed = writes().across_tenants().prepare(&Subscriptions::default()).unwrap();
        assert_eq!(allowed.scope, Scope::System);
    }
}
