use std::ops::RangeInclusive;
use std::thread;

use saaskit_kernel::Secret;

/// What a hash costs, and how many are made at a time. The defaults are the least that is taken.
#[derive(Debug, Clone)]
pub struct Argon2Config {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes the memory is cut into. They are filled one after another.
    pub lanes: u32,
    /// Threads that hash; each holds `memory_kib` for ever.
    pub threads: usize,
    /// How many may wait for a thread.
    pub queue: usize,
    /// A secret of at least 16 bytes kept apart from the hashes, which are worth nothing without it. Hashes made
    /// before it was set still verify; those made with it are lost with it.
    pub pepper: Option<Secret>,
}

impl Default for Argon2Config {
    fn default() -> Self {
        Self {
            memory_kib: *MEMORY_KIB.start(),
            passes: *PASSES.start(),
            lanes: *LANES.start(),
            threads: thread::available_parallelism().map_or(1, usize::from),
            queue: 20,
            pepper: None,
        }
    }
}

const MEMORY_KIB: RangeInclusive<u32> = 19 * 1024..=1024 * 1024;
const PASSES: RangeInclusive<u32> = 2..=64;
const LANES: RangeInclusive<u32> = 1..=64;
const THREADS: RangeInclusive<usize> = 1..=256;
const QUEUE: RangeInclusive<usize> = 1..=10_000;
const PEPPER_BYTES: usize = 16;

impl Argon2Config {
    /// Nothing, if it can be used; otherwise everything that is wrong with it.
    pub fn check(&self) -> Result<(), InvalidArgon2Config> {
        let pepper_is_short = self.pepper.as_ref().is_some_and(|pepper| pepper.expose().len() < PEPPER_BYTES);
        let rules = [
            (!MEMORY_KIB.contains(&self.memory_kib), "memory is from 19456 KiB to 1048576 KiB"),
            (!PASSES.contains(&self.passes), "passes are from 2 to 64"),
            (!LANES.contains(&self.lanes), "lanes are from 1 to 64"),
            (!THREADS.contains(&self.threads), "threads are from 1 to 256"),
            (!QUEUE.contains(&self.queue), "the queue is from 1 to 10000 long"),
            (pepper_is_short, "a pepper is of at least 16 bytes"),
        ];
        let broken: Vec<_> = rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(()) } else { Err(InvalidArgon2Config(broken)) }
    }
}

/// The rules a configuration breaks, all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidArgon2Config(Vec<&'static str>);

impl InvalidArgon2Config {
    /// A sentence for each.
    pub fn rules(&self) -> &[&'static str] {
        &self.0
    }
}

/// Whether a stored hash of that cost is worked out at all: beyond it, it is taken for unreadable.
pub(crate) fn affordable(memory_kib: u32, passes: u32, lanes: u32) -> bool {
    memory_kib <= *MEMORY_KIB.end() && passes <= *PASSES.end() && lanes <= *LANES.end()
}
