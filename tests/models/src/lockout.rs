//! Tries to sign in to one account, several at once.

use std::time::Duration;

use saaskit_auth::{Admission, AttemptKey, Attempts};
use saaskit_kernel::{Timestamp, Version};
use stateright::{Model, Property};

/// How the model is told to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is right.
    None,
    /// A counter is saved whoever saved it meanwhile.
    SavedBlindly,
    /// A password is tested before its try is counted.
    TestedFirst,
}

/// So many requests, of which the last knows the password.
#[derive(Debug, Clone)]
pub struct Lockout {
    /// How many.
    pub requests: usize,
    /// Whether the last one knows the password.
    pub owner: bool,
    /// What is wrong.
    pub fault: Fault,
}

/// Where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// It has not begun, or begins again.
    Start,
    /// It has loaded the counter of that version.
    Loaded(Counter),
    /// Its try is counted; it tests.
    Counted(Counter),
    /// It has failed, and is to lock.
    Failed(Counter),
    /// It is over.
    Over,
}

/// A counter as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Counter {
    version: u64,
    tried: u32,
    in_row: u32,
    locks: u32,
    locked: bool,
}

/// All there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    stored: Option<Counter>,
    /// Versions go on after a counter was cleared, as other rows do.
    steps: Vec<Step>,
    /// Passwords tested since the last success.
    tested: u32,
    signed_in: bool,
}

const NOW: Timestamp = Timestamp::from_millis(1_000_000);
const KEY: AttemptKey = AttemptKey::from_bytes([7; 32]);

fn real(counter: Option<Counter>) -> Attempts {
    let Some(counter) = counter else { return Attempts::none(KEY, NOW) };
    Attempts {
        key: KEY,
        tried: counter.tried,
        window_from: NOW,
        in_row: counter.in_row,
        locks: counter.locks,
        locked_until: counter.locked.then(|| NOW.plus(Duration::from_mins(15))),
        version: Version(counter.version),
    }
}

fn kept(attempts: &Attempts) -> Counter {
    Counter {
        version: attempts.version.0,
        tried: attempts.tried,
        in_row: attempts.in_row,
        locks: attempts.locks,
        locked: attempts.locked_until.is_some_and(|until| NOW < until),
    }
}

impl Lockout {
    fn save(&self, world: &mut World, wanted: Counter) -> bool {
        let stored = world.stored.map_or(0, |counter| counter.version);
        if stored != wanted.version && self.fault != Fault::SavedBlindly {
            return false;
        }
        world.stored = Some(Counter { version: wanted.version + 1, ..wanted });
        true
    }

    fn load(&self, world: &mut World) -> Step {
        match real(world.stored).admit(NOW) {
            Admission::Test(counted) => {
                if self.fault == Fault::TestedFirst {
                    world.tested += 1;
                }
                Step::Loaded(kept(&counted))
            }
            Admission::Locked | Admission::Full => Step::Over,
        }
    }

    fn test(&self, world: &mut World, at: usize, counted: Counter) -> Step {
        if self.fault != Fault::TestedFirst {
            world.tested += 1;
        }
        if self.owner && at + 1 == self.requests {
            world.stored = None;
            world.signed_in = true;
            return Step::Over;
        }
        match real(Some(counted)).lock(NOW) {
            Some(lock) => Step::Failed(Counter { version: counted.version, ..kept(&lock) }),
            None => Step::Over,
        }
    }
}

impl Model for Lockout {
    type State = World;
    type Action = usize;

    fn init_states(&self) -> Vec<World> {
        vec![World { stored: None, steps: vec![Step::Start; self.requests], tested: 0, signed_in: false }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<usize>) {
        actions.extend((0..self.requests).filter(|at| world.steps[*at] != Step::Over));
    }

    fn next_state(&self, last: &World, at: usize) -> Option<World> {
        let mut world = last.clone();
        world.steps[at] = match last.steps[at] {
            Step::Start => self.load(&mut world),
            Step::Loaded(wanted) if self.save(&mut world, wanted) => {
                Step::Counted(Counter { version: wanted.version + 1, ..wanted })
            }
            Step::Loaded(_) => Step::Start,
            Step::Counted(counted) => self.test(&mut world, at, counted),
            Step::Failed(lock) => {
                self.save(&mut world, lock);
                Step::Over
            }
            Step::Over => return None,
        };
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(
                "no more passwords are tested than a window allows",
                |model: &Self, world: &World| {
                    let rounds = if model.owner && world.signed_in { 2 } else { 1 };
                    world.tested <= Attempts::MOST * rounds
                },
            ),
            Property::always("a full window that nobody tests in any more is locked", |_, world: &World| {
                let still = world.steps.iter().any(|step| *step != Step::Over);
                still || world.stored.is_none_or(|counter| counter.tried < Attempts::MOST || counter.locked)
            }),
            Property::sometimes("it locks", |_, world: &World| world.stored.is_some_and(|it| it.locked)),
        ]
    }
}
