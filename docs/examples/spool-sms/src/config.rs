use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// Where messages are laid down, and for how long that may be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolConfig {
    /// The folder that the gateway looks into.
    pub folder: PathBuf,
    /// How many messages may lie there: if there are more, nobody picks them up.
    pub most_waiting: usize,
    /// When to come again after that.
    pub come_again: Duration,
    /// Longest wait for the disk, and as long for one's turn at it.
    pub timeout: Duration,
}

const WAITING: RangeInclusive<usize> = 1..=100_000;
const COME_AGAIN: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_mins(1);

impl SpoolConfig {
    /// That folder, with room for 1,000 messages.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            most_waiting: 1000,
            come_again: Duration::from_mins(1),
            timeout: Duration::from_secs(5),
        }
    }

    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidSpoolConfig> {
        let rules = [
            (self.folder.is_absolute(), "folder", "is named from the root"),
            (WAITING.contains(&self.most_waiting), "most_waiting", "is from 1 to 100,000"),
            (COME_AGAIN.contains(&self.come_again), "come_again", "is from 1 second to 1 hour"),
            (TIMEOUT.contains(&self.timeout), "timeout", "is from 100 milliseconds to 1 minute"),
        ];
        let broken: Vec<_> =
            rules.into_iter().filter_map(|(holds, field, rule)| (!holds).then_some((field, rule))).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidSpoolConfig(broken)) }
    }
}

/// The rules a configuration breaks, all of them, each with its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(|(field, rule)| format!("{field} {rule}")).collect::<Vec<_>>().join("; "))]
pub struct InvalidSpoolConfig(Vec<(&'static str, &'static str)>);

impl InvalidSpoolConfig {
    /// Each field, and the rule it breaks.
    pub fn rules(&self) -> &[(&'static str, &'static str)] {
        &self.0
    }
}
