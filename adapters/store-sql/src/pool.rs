use std::time::Duration;

/// How many connections a pool holds, and how long anything may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolSettings {
    /// Kept open even when idle.
    pub min: u32,
    /// Never more than this.
    pub max: u32,
    /// How long to wait for a free connection.
    pub acquire: Duration,
    /// An idle connection beyond `min` is closed after this.
    pub idle: Duration,
    /// How long one statement may run.
    pub statement: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            min: 5,
            max: 20,
            acquire: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            statement: Duration::from_secs(10),
        }
    }
}

impl PoolSettings {
    /// What is wrong with it, a sentence each.
    pub(crate) fn faults(&self) -> Vec<String> {
        let rules = [
            (self.max == 0, "a pool needs at least one connection"),
            (self.min > self.max, "a pool's minimum is above its maximum"),
            (self.acquire.is_zero(), "the wait for a connection can't be zero"),
            (self.idle.is_zero(), "the time a connection may be idle can't be zero"),
            (self.statement.is_zero(), "the time a statement may run can't be zero"),
        ];
        rules.into_iter().filter(|(broken, _)| *broken).map(|(_, rule)| rule.to_owned()).collect()
    }

    /// The longest that anything made of a few statements takes before it is given up here, whatever the server does.
    pub(crate) fn limit(&self) -> Duration {
        self.acquire + 2 * self.statement
    }
}
