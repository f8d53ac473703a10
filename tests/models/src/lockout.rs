//! Tries to sign in to one account, several at once, while time passes and a reset may clear what was counted.

use std::time::Duration;

use saaskit_auth::{Admission, AttemptKey, Attempts, Tries};
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
    /// What was tried a moment ago is not looked at.
    Forgets,
    /// A lock never ends.
    NoEnd,
    /// A reset leaves the counter as it is.
    NoClear,
}

/// So many requests, of which the last may know the password.
#[derive(Debug, Clone)]
pub struct Lockout {
    /// How many.
    pub requests: usize,
    /// Whether the last one knows the password.
    pub owner: bool,
    /// So often ten minutes pass.
    pub waits: u8,
    /// Whether the password may be reset.
    pub reset: bool,
    /// What is wrong.
    pub fault: Fault,
}

/// Where a request is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// It has not begun, or begins again.
    Start,
    /// It is to save that counter.
    Loaded(Counter),
    /// Its try is counted, since the counter was cleared so often; it tests.
    Counted(Counter, u8),
    /// It has failed, and is to lock.
    Failed(Counter),
    /// It is over.
    Over,
}

/// A counter as far as it matters here; times are in steps of ten minutes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counter {
    version: u64,
    tries: Vec<u8>,
    tried_at: u8,
    in_row: u32,
    locks: u32,
    /// In minutes.
    locked_until: Option<i64>,
}

/// All there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    stored: Option<Counter>,
    steps: Vec<Step>,
    now: u8,
    /// How often the counter was cleared.
    cleared: u8,
    /// Of each password tested: how often the counter was cleared when its try was counted, and when that was. Those
    /// that no other is counted with any more are left away.
    tested: Vec<(u8, u8)>,
    /// Tries counted since the counter was cleared.
    counted: usize,
    was_reset: bool,
    /// A lock was over, and somebody was refused for it.
    shut_out: bool,
    /// A password was tested after a lock had ended.
    opened: bool,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A request goes on.
    Go(usize),
    /// Ten minutes pass.
    Wait,
    /// The password is reset.
    Reset,
}

const START: Timestamp = Timestamp::from_millis(0);
const STEP: Duration = Duration::from_mins(10);
const KEY: AttemptKey = AttemptKey::from_bytes([7; 32]);

fn at(step: u8) -> Timestamp {
    START.plus(STEP * u32::from(step))
}

fn step(at: Timestamp) -> u8 {
    u8::try_from(at.seconds() / 600).unwrap_or(u8::MAX)
}

fn real(counter: Option<&Counter>, now: u8) -> Attempts {
    let Some(counter) = counter else { return Attempts::none(KEY, None, at(now)) };
    Attempts {
        key: KEY,
        account: None,
        tries: Tries::at(counter.tries.iter().map(|step| at(*step)).collect()),
        tried_at: at(counter.tried_at),
        in_row: counter.in_row,
        locks: counter.locks,
        locked_until: counter.locked_until.map(|minutes| Timestamp::from_millis(minutes * 60_000)),
        version: Version(counter.version),
    }
}

fn kept(attempts: &Attempts) -> Counter {
    Counter {
        version: attempts.version.0,
        tries: attempts.tries.times().iter().map(|at| step(*at)).collect(),
        tried_at: step(attempts.tried_at),
        in_row: attempts.in_row,
        locks: attempts.locks,
        locked_until: attempts.locked_until.map(|until| until.seconds() / 60),
    }
}

impl World {
    fn is_locked(&self) -> bool {
        let until = real(self.stored.as_ref(), self.now).locked_until;
        until.is_some_and(|until| at(self.now) < until)
    }

    /// Leaves away what was tested in a time that no try is counted in any more.
    fn forget(&mut self) {
        let counted = |step: &Step| match step {
            Step::Counted(_, cleared) => Some(*cleared),
            _ => None,
        };
        let going: Vec<u8> = self.steps.iter().filter_map(counted).chain([self.cleared]).collect();
        self.tested.retain(|(cleared, _)| going.contains(cleared));
        self.tested.sort_unstable();
    }

    fn clear(&mut self) {
        self.stored = None;
        self.cleared += 1;
        self.counted = 0;
    }
}

impl Lockout {
    fn save(&self, world: &mut World, wanted: &Counter) -> bool {
        let stored = world.stored.as_ref().map_or(0, |counter| counter.version);
        if stored != wanted.version && self.fault != Fault::SavedBlindly {
            return false;
        }
        world.stored = Some(Counter { version: wanted.version + 1, ..wanted.clone() });
        true
    }

    fn load(&self, world: &mut World) -> Step {
        let mut stored = real(world.stored.as_ref(), world.now);
        if self.fault == Fault::Forgets {
            stored.tries = Tries::default();
        }
        let now = if self.fault == Fault::NoEnd { START } else { at(world.now) };
        match stored.admit(now) {
            Admission::Test(counted) => {
                if self.fault == Fault::TestedFirst {
                    world.tested.push((world.cleared, world.now));
                }
                Step::Loaded(kept(&counted))
            }
            Admission::Locked => {
                world.shut_out |= !world.is_locked();
                Step::Over
            }
            Admission::Full => Step::Over,
        }
    }

    fn count(&self, world: &mut World, wanted: Counter) -> Step {
        let had_been_locked = world.stored.as_ref().is_some_and(|stored| stored.locked_until.is_some());
        if !self.save(world, &wanted) {
            return Step::Start;
        }
        world.counted += 1;
        world.opened |= had_been_locked;
        Step::Counted(Counter { version: wanted.version + 1, ..wanted }, world.cleared)
    }

    fn test(&self, world: &mut World, knows: bool, counted: &Counter, cleared: u8) -> Step {
        if self.fault != Fault::TestedFirst {
            world.tested.push((cleared, counted.tried_at));
        }
        if knows {
            world.clear();
            return Step::Over;
        }
        let lock = real(Some(counted), world.now).lock(at(world.now));
        lock.map_or(Step::Over, |lock| Step::Failed(kept(&lock)))
    }

    fn go(&self, world: &mut World, index: usize) {
        let knows = self.owner && index + 1 == self.requests;
        world.forget();
        world.steps[index] = match world.steps[index].clone() {
            Step::Start => self.load(world),
            Step::Loaded(wanted) => self.count(world, wanted),
            Step::Counted(counted, cleared) => self.test(world, knows, &counted, cleared),
            Step::Failed(lock) => {
                self.save(world, &lock);
                Step::Over
            }
            Step::Over => Step::Over,
        };
        let guessers = self.requests - usize::from(self.owner);
        // Who guesses is as good as any other who does: in order, they are fewer.
        world.steps[..guessers].sort_unstable();
    }
}

impl Model for Lockout {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            stored: None,
            steps: vec![Step::Start; self.requests],
            now: 0,
            cleared: 0,
            tested: Vec::new(),
            counted: 0,
            was_reset: false,
            shut_out: false,
            opened: false,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Act>) {
        let goes = |index: &usize| world.steps[*index] != Step::Over;
        actions.extend((0..self.requests).filter(goes).map(Act::Go));
        if world.now < self.waits {
            actions.push(Act::Wait);
        }
        if self.reset && !world.was_reset {
            actions.push(Act::Reset);
        }
    }

    fn next_state(&self, last: &World, act: Act) -> Option<World> {
        let mut world = last.clone();
        match act {
            Act::Go(index) => self.go(&mut world, index),
            Act::Wait => world.now += 1,
            Act::Reset => {
                world.was_reset = true;
                let stored = world.stored.clone();
                world.clear();
                world.stored = stored.filter(|_| self.fault == Fault::NoClear);
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("no more passwords are tested than a window allows", |_, world: &World| {
                let within = |of: &(u8, u8), it: &(u8, u8)| {
                    of.0 == it.0 && it.1 <= of.1 && at(of.1).since(at(it.1)) < Attempts::WINDOW
                };
                let most =
                    world.tested.iter().map(|of| world.tested.iter().filter(|it| within(of, it)).count());
                most.max().unwrap_or(0) <= Attempts::MOST
            }),
            Property::always("a full window that nobody tests in any more is locked", |_, world: &World| {
                let still = world.steps.iter().any(|step| *step != Step::Over);
                let is_full = real(world.stored.as_ref(), world.now).admit(at(world.now)) == Admission::Full;
                still || !is_full || world.is_locked()
            }),
            Property::always("nobody is refused for a lock that is over", |_, world: &World| !world.shut_out),
            Property::always("nothing of before a reset or a success locks", |_, world: &World| {
                !world.is_locked() || world.counted >= Attempts::MOST
            }),
            Property::sometimes("it locks", |_, world: &World| world.is_locked()),
            Property::sometimes("a lock ends", |model: &Self, world: &World| {
                model.waits < 2 || model.requests <= Attempts::MOST || world.opened
            }),
        ]
    }
}
