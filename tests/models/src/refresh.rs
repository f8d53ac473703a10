//! Renewing one session: its owner, whose answers get lost and who asks twice at once, a thief who copied a link of
//! the chain, and a reset of the password at any moment.

use std::collections::BTreeMap;
use std::time::Duration;

use saaskit_auth::{
    ClientMark, Method, PasswordHash, Presented, RefreshToken, Renewal, Rotation, Session, User,
};
use saaskit_kernel::{Actor, Call, Email, RequestId, SessionId, Source, Timestamp, TokenHash, UserId};
use stateright::{Model, Property};
use uuid::Uuid;

/// How the model is told to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is right.
    None,
    /// A link is rotated whether it was before or not.
    NoGuard,
    /// A lost answer is never given again.
    NoRepeat,
    /// A link that was replaced long ago is merely refused.
    NoAlarm,
    /// A reset leaves the epoch as it was.
    NoEpoch,
    /// What a link's successor is derived with is wiped as soon as that was shown.
    WipedAtOnce,
}

/// What the model explores.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// Whether somebody copies a link.
    pub thief: bool,
    /// Whether the password may be reset.
    pub reset: bool,
    /// The chain gets no longer than that.
    pub longest: u32,
    /// What is wrong.
    pub fault: Fault,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    /// The owner.
    Owner,
    /// The owner, at the same time.
    OwnerAgain,
    /// Whoever copied a link.
    Thief,
}

/// Where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    /// Nothing is asked.
    Idle,
    /// It showed that link, nothing was loaded yet.
    Shown(u32),
    /// What it loaded says to rotate that link.
    Rotating(u32),
    /// This link is on its way to it.
    Answered(u32),
}

/// A link of the chain: whether it was rotated, when and by whom, and whether its nonce was wiped since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Link {
    rotated: Option<(u8, bool)>,
    wiped: bool,
}

/// All there is.
#[expect(clippy::struct_excessive_bools, reason = "what happened, each by itself")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// Every link that was ever inserted, by its number; a fork has two of one number.
    links: Vec<(u32, Link)>,
    ended: bool,
    reset: bool,
    epoch: u32,
    /// In steps of six seconds.
    now: u8,
    held: BTreeMap<Who, u32>,
    steps: BTreeMap<Who, Step>,
    refused_owner: bool,
    /// Links that were given out under the old epoch after a reset, by a load made after it.
    late: bool,
    alarmed: bool,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A client shows the link it has.
    Show(Who),
    /// The server loads and decides.
    Load(Who),
    /// The server commits.
    Commit(Who),
    /// The answer arrives.
    Arrive(Who),
    /// The server dies, or the network does: no answer arrives.
    Lose(Who),
    /// The thief copies the owner's link.
    Steal,
    /// Six seconds pass.
    Wait,
    /// The password is reset.
    Reset,
}

/// An answer takes no longer than a lost one is waited for, so clocks stop while one is on its way.
const STEP: Duration = Duration::from_secs(6);
const FRESH: Link = Link { rotated: None, wiped: false };
const LATEST: u8 = 6;
const START: Timestamp = Timestamp::from_millis(1_000_000);

fn at(step: u8) -> Timestamp {
    START.plus(STEP * u32::from(step))
}

fn mark(thief: bool) -> ClientMark {
    ClientMark([u8::from(thief); 32])
}

impl Refresh {
    fn presented(world: &World, number: u32) -> Option<Presented> {
        let find = |number| world.links.iter().find(|(own, _)| *own == number).map(|(_, link)| *link);
        let link = find(number)?;
        let user = user(world.epoch)?;
        let session = session(&user, world.ended);
        let mut token = RefreshToken::first(TokenHash::from_bytes([0; 32]), &session, START);
        token.number = number;
        token.rotation = link.rotated.map(|(when, thief)| Rotation {
            at: at(when),
            client: mark(thief),
            nonce: (!link.wiped).then_some([0; 16]),
        });
        let shown = find(number + 1).and_then(|link| link.rotated);
        let successor_shown_at = shown.map(|(step, _)| at(step));
        Some(Presented { token, successor_shown_at, session, user })
    }

    fn load(&self, world: &mut World, who: Who, number: u32) -> Step {
        let Some(presented) = Self::presented(world, number) else { return Step::Idle };
        match presented.decide(mark(who == Who::Thief), at(world.now)) {
            Renewal::Rotate => {
                world.late |= world.reset;
                Step::Rotating(number)
            }
            Renewal::Repeat { .. } if self.fault != Fault::NoRepeat => {
                world.late |= world.reset;
                Step::Answered(number + 1)
            }
            Renewal::Stolen => {
                world.ended |= self.fault != Fault::NoAlarm;
                world.alarmed = true;
                refuse(world, who)
            }
            Renewal::Repeat { .. } | Renewal::OtherClient | Renewal::Over => refuse(world, who),
        }
    }

    fn commit(&self, world: &mut World, who: Who, number: u32) -> Step {
        let free = |(own, link): &(u32, Link)| *own == number && link.rotated.is_none();
        let Some(found) = world.links.iter().position(free) else {
            if self.fault != Fault::NoGuard {
                return Step::Shown(number);
            }
            world.links.push((number + 1, FRESH));
            return Step::Answered(number + 1);
        };
        self.wipe(world);
        world.links[found].1.rotated = Some((world.now, who == Who::Thief));
        world.links.push((number + 1, FRESH));
        Step::Answered(number + 1)
    }

    /// Of links whose successor was shown long ago.
    fn wipe(&self, world: &mut World) {
        let long_ago = at(world.now).minus(RefreshToken::LOST_ANSWER);
        let is_settled = |shown| self.fault == Fault::WipedAtOnce || at(shown) <= long_ago;
        let shown = |(number, link): &(u32, Link)| Some((*number, link.rotated?.0));
        let settled = world.links.iter().filter_map(shown).filter(|(_, shown)| is_settled(*shown));
        let settled: Vec<u32> = settled.map(|(number, _)| number).collect();
        for (number, link) in &mut world.links {
            link.wiped |= settled.contains(&(*number + 1));
        }
    }
}

fn refuse(world: &mut World, who: Who) -> Step {
    world.refused_owner |= who != Who::Thief;
    Step::Idle
}

/// A user of that epoch; the session was made under 0.
fn user(epoch: u32) -> Option<User> {
    let email = Email::parse("owner@example.org").ok()?;
    let hash = PasswordHash::from_phc(String::new());
    let user = User::register(UserId::from_uuid(Uuid::nil()), email, None, hash, START).verify(START);
    Some(User { epoch, ..user })
}

fn session(user: &User, ended: bool) -> Session {
    let call = Call {
        actor: Actor::Nobody,
        request: RequestId::fresh(&Source::system()),
        ip: None,
        agent: None,
        claim: None,
    };
    let first = User { epoch: 0, ..user.clone() };
    let id = SessionId::from_uuid(Uuid::nil());
    let session = Session::start(id, &first, Method::Password, &call, START);
    Session { ended_at: ended.then_some(START), ..session }
}

impl Model for Refresh {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let clients = [Who::Owner, Who::OwnerAgain, Who::Thief];
        vec![World {
            links: vec![(1, FRESH)],
            ended: false,
            reset: false,
            epoch: 0,
            now: 0,
            held: BTreeMap::from([(Who::Owner, 1)]),
            steps: clients.into_iter().map(|who| (who, Step::Idle)).collect(),
            refused_owner: false,
            late: false,
            alarmed: false,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Act>) {
        for (who, step) in &world.steps {
            match step {
                Step::Idle if *who == Who::Thief && !world.held.contains_key(who) => {}
                Step::Idle if world.links.len() < self.longest as usize => actions.push(Act::Show(*who)),
                Step::Idle => {}
                Step::Shown(_) => actions.push(Act::Load(*who)),
                Step::Rotating(_) => actions.extend([Act::Commit(*who), Act::Lose(*who)]),
                Step::Answered(_) => actions.extend([Act::Arrive(*who), Act::Lose(*who)]),
            }
        }
        let owner_waits = world.steps.iter().any(|(who, step)| *who != Who::Thief && *step != Step::Idle);
        if world.now < LATEST && !owner_waits {
            actions.push(Act::Wait);
        }
        if self.thief && !world.held.contains_key(&Who::Thief) {
            actions.push(Act::Steal);
        }
        if self.reset && !world.reset {
            actions.push(Act::Reset);
        }
    }

    fn next_state(&self, last: &World, act: Act) -> Option<World> {
        let mut world = last.clone();
        match act {
            Act::Show(who) => {
                let purse = if who == Who::Thief { Who::Thief } else { Who::Owner };
                let link = *world.held.get(&purse)?;
                world.steps.insert(who, Step::Shown(link));
            }
            Act::Load(who) => {
                let Step::Shown(link) = world.steps[&who] else { return None };
                let step = self.load(&mut world, who, link);
                world.steps.insert(who, step);
            }
            Act::Commit(who) => {
                let Step::Rotating(link) = world.steps[&who] else { return None };
                let step = self.commit(&mut world, who, link);
                world.steps.insert(who, step);
            }
            Act::Arrive(who) => {
                let Step::Answered(link) = world.steps[&who] else { return None };
                let purse = if who == Who::Thief { Who::Thief } else { Who::Owner };
                let newest = world.held.get(&purse).map_or(link, |held| link.max(*held));
                world.held.insert(purse, newest);
                world.steps.insert(who, Step::Idle);
            }
            Act::Lose(who) => drop(world.steps.insert(who, Step::Idle)),
            Act::Steal => drop(world.held.insert(Who::Thief, world.held[&Who::Owner])),
            Act::Wait => world.now += 1,
            Act::Reset => {
                world.reset = true;
                world.epoch = u32::from(self.fault != Fault::NoEpoch);
            }
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("the chain never forks", |_, world: &World| {
                let mut numbers: Vec<u32> = world.links.iter().map(|(number, _)| *number).collect();
                numbers.sort_unstable();
                numbers.windows(2).all(|pair| pair[0] != pair[1])
            }),
            Property::always(
                "without a thief and a reset nobody is signed out",
                |model: &Self, world: &World| {
                    model.thief || world.reset || !world.refused_owner && !world.ended
                },
            ),
            Property::always("nothing is renewed after a reset", |_, world: &World| !world.late),
            Property::always("whoever was seen to steal holds nothing that is good", |_, world: &World| {
                !world.alarmed || world.ended
            }),
            Property::sometimes("a thief is seen", |model: &Self, world: &World| {
                !model.thief || world.alarmed
            }),
            Property::sometimes("a nonce is wiped", |model: &Self, world: &World| {
                model.longest < 4 || world.links.iter().any(|(_, link)| link.wiped)
            }),
            Property::sometimes("somebody goes on", |_, world: &World| world.held[&Who::Owner] > 2),
        ]
    }
}
