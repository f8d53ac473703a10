use std::time::Duration;

use super::{BreakerState, Verdict};
use crate::Timestamp;

/// The decisions of a breaker, without clock, lock or call.
#[derive(Debug)]
pub(super) struct Circuit {
    threshold: u32,
    phase: Phase,
    /// How often it opened since it was last closed: the pause grows with it.
    in_a_row: u32,
    /// How often it opened after it had been closed, in all.
    openings: u64,
    /// Counts phases: what a call of an earlier one tells, tells nothing of this one.
    round: u64,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Closed { failures: u32 },
    Open { since: Timestamp, pause: Duration },
    HalfOpen,
}

/// What others want to know of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Opened,
    Closed,
}

impl Circuit {
    pub(super) fn new(threshold: u32) -> Self {
        let phase = Phase::Closed { failures: 0 };
        Self { threshold: threshold.max(1), phase, in_a_row: 0, openings: 0, round: 0 }
    }

    pub(super) fn state(&self) -> BreakerState {
        match self.phase {
            Phase::Closed { .. } => BreakerState::Closed,
            Phase::Open { .. } => BreakerState::Open,
            Phase::HalfOpen => BreakerState::HalfOpen,
        }
    }

    pub(super) fn openings(&self) -> u64 {
        self.openings
    }

    /// Lets a call in and gives its round; otherwise says how long the pause still is, if that is what it waits for.
    pub(super) fn enter(&mut self, now: Timestamp) -> Result<u64, Option<Duration>> {
        match self.phase {
            Phase::Closed { .. } => Ok(self.round),
            Phase::Open { since, pause } => {
                self.enter_to_see(now).ok_or_else(|| Some(pause.saturating_sub(now.since(since))))
            }
            Phase::HalfOpen => Err(None),
        }
    }

    pub(super) fn enter_if_closed(&self) -> Option<u64> {
        matches!(self.phase, Phase::Closed { .. }).then_some(self.round)
    }

    /// Lets a call in if it is open and the pause is over. A clock that went back ends it too: it can't be told how
    /// much of it is left.
    pub(super) fn enter_to_see(&mut self, now: Timestamp) -> Option<u64> {
        let Phase::Open { since, pause } = self.phase else { return None };
        if now >= since && now.since(since) < pause {
            return None;
        }
        Some(self.enter_phase(Phase::HalfOpen))
    }

    /// What a call of that round told. `pause` gives how long to stay open after so many openings.
    pub(super) fn leave(
        &mut self,
        round: u64,
        verdict: Verdict,
        now: Timestamp,
        pause: impl Fn(u32) -> Duration,
    ) -> Option<Change> {
        if round != self.round {
            return None;
        }
        match (self.phase, verdict) {
            (Phase::Closed { .. }, Verdict::Well) => {
                self.phase = Phase::Closed { failures: 0 };
                None
            }
            (Phase::Closed { failures }, Verdict::Failed) if failures + 1 < self.threshold => {
                self.phase = Phase::Closed { failures: failures + 1 };
                None
            }
            (Phase::Closed { .. }, Verdict::Failed) => {
                self.openings += 1;
                self.open(now, &pause);
                Some(Change::Opened)
            }
            (Phase::HalfOpen, Verdict::Failed) => {
                self.open(now, &pause);
                None
            }
            (Phase::HalfOpen, Verdict::Well) => {
                self.in_a_row = 0;
                self.enter_phase(Phase::Closed { failures: 0 });
                Some(Change::Closed)
            }
            (Phase::HalfOpen, Verdict::Nothing) => {
                self.enter_phase(Phase::Open { since: now, pause: Duration::ZERO });
                None
            }
            (Phase::Open { .. }, _) | (Phase::Closed { .. }, Verdict::Nothing) => None,
        }
    }

    fn open(&mut self, now: Timestamp, pause: impl Fn(u32) -> Duration) {
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.enter_phase(Phase::Open { since: now, pause: pause(self.in_a_row) });
    }

    fn enter_phase(&mut self, phase: Phase) -> u64 {
        self.phase = phase;
        self.round += 1;
        self.round
    }
}
