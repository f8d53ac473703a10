//! Setting a new password by a mailed link: links that are shown several times or replaced, and sign-ins with the old
//! password, all at once.

use std::collections::BTreeMap;

use saaskit_auth::{Method, OneTimeToken, PasswordHash, Purpose, Session, User};
use saaskit_kernel::{
    Actor, Call, Email, RequestId, SessionId, Source, Timestamp, TokenHash, UserId, Version,
};
use stateright::{Model, Property};
use uuid::Uuid;

/// How the model is told to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is right.
    None,
    /// What was loaded is believed at the commit: neither the link nor the account is looked at again.
    NoGuard,
    /// A reset leaves the epoch as it was.
    NoEpoch,
    /// A session is made under the epoch there is when it is stored.
    LateEpoch,
}

/// What the model explores.
#[derive(Debug, Clone)]
pub struct Reset {
    /// So many requests show a link.
    pub resets: u8,
    /// So many sign in with the password they know.
    pub sign_ins: u8,
    /// So many links are mailed.
    pub links: u8,
    /// What is wrong.
    pub fault: Fault,
}

/// Where a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Step {
    /// It has not begun.
    Start,
    /// It shows that link.
    Shown(u8),
    /// That link was good for the account as it was.
    Loaded(u8, Account),
    /// It is over.
    Over,
}

/// Where a sign-in is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum SignIn {
    /// It has not begun.
    Start,
    /// Its password was right for the account as it was.
    Right(Account),
    /// It is over.
    Over,
}

/// An account as far as it matters here; its passwords are numbered by who sets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Account {
    version: u64,
    epoch: u32,
    password: u8,
}

/// All there is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    account: Account,
    /// The epochs of the links that are there, by their numbers.
    links: BTreeMap<u8, u32>,
    mailed: u8,
    resets: Vec<Step>,
    sign_ins: Vec<SignIn>,
    /// Sessions: the epoch each was made under, and the password it was signed in with.
    sessions: Vec<(u32, u8)>,
    /// The links that set a password, in order.
    worked: Vec<u8>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// A link is asked for and mailed.
    Mail,
    /// A request shows that link.
    Show(usize, u8),
    /// A request with a link goes on.
    Go(usize),
    /// A sign-in goes on.
    SignIn(usize),
}

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

fn real(account: Account) -> Option<User> {
    let email = Email::parse("owner@example.org").ok()?;
    let hash = PasswordHash::from_phc(account.password.to_string());
    let user = User::register(UserId::from_uuid(Uuid::nil()), email, None, hash, NOW).verify(NOW);
    Some(User { epoch: account.epoch, version: Version(account.version), ..user })
}

fn link(epoch: u32) -> Option<OneTimeToken> {
    let user = real(Account { version: 0, epoch, password: 0 })?;
    Some(OneTimeToken::mint_reset(TokenHash::from_bytes([0; 32]), &user, NOW))
}

fn session(of: Account) -> Option<Session> {
    let request = RequestId::fresh(&Source::system());
    let call = Call { actor: Actor::Nobody, request, ip: None, agent: None, claim: None };
    Some(Session::start(SessionId::from_uuid(Uuid::nil()), &real(of)?, Method::Password, &call, NOW))
}

impl World {
    /// Whether that link sets a password now.
    fn is_good(&self, number: u8) -> bool {
        let link = self.links.get(&number).and_then(|epoch| link(*epoch));
        let good = |user| link.is_some_and(|link| link.check(Purpose::ResetPassword, &user, NOW).is_ok());
        real(self.account).is_some_and(good)
    }

    fn is_live(&self, epoch: u32) -> bool {
        let session = session(Account { epoch, ..self.account });
        session.zip(real(self.account)).is_some_and(|(session, user)| session.is_live(&user, NOW))
    }
}

impl Reset {
    fn go(&self, world: &mut World, index: usize) -> Option<Step> {
        match world.resets[index] {
            Step::Start | Step::Over => None,
            Step::Shown(link) if world.is_good(link) => Some(Step::Loaded(link, world.account)),
            Step::Shown(_) => Some(Step::Over),
            Step::Loaded(link, loaded) => Some(self.commit(world, index, link, loaded)),
        }
    }

    /// Redeems the link, saves the account and removes its other links, all or nothing.
    fn commit(&self, world: &mut World, index: usize, link: u8, loaded: Account) -> Step {
        if self.fault != Fault::NoGuard {
            if !world.links.contains_key(&link) {
                return Step::Over;
            }
            if world.account.version != loaded.version {
                return Step::Shown(link);
            }
        }
        let hash = PasswordHash::from_phc(String::new());
        let epoch = real(loaded).map_or(loaded.epoch, |user| user.renew(Some(hash)).epoch);
        let epoch = if self.fault == Fault::NoEpoch { loaded.epoch } else { epoch };
        let password = u8::try_from(index + 1).unwrap_or(u8::MAX);
        world.account = Account { version: world.account.version + 1, epoch, password };
        world.links.clear();
        world.worked.push(link);
        Step::Over
    }

    fn sign_in(&self, world: &mut World, index: usize) -> Option<SignIn> {
        match world.sign_ins[index] {
            SignIn::Start => Some(SignIn::Right(world.account)),
            SignIn::Right(loaded) => {
                let late = self.fault == Fault::LateEpoch;
                let epoch = if late { world.account.epoch } else { session(loaded)?.epoch };
                world.sessions.push((epoch, loaded.password));
                world.sessions.sort_unstable();
                Some(SignIn::Over)
            }
            SignIn::Over => None,
        }
    }
}

impl Model for Reset {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            account: Account { version: 1, epoch: 0, password: 0 },
            links: BTreeMap::new(),
            mailed: 0,
            resets: vec![Step::Start; self.resets.into()],
            sign_ins: vec![SignIn::Start; self.sign_ins.into()],
            sessions: Vec::new(),
            worked: Vec::new(),
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Act>) {
        if world.mailed < self.links {
            actions.push(Act::Mail);
        }
        for (index, step) in world.resets.iter().enumerate() {
            match step {
                Step::Start => actions.extend((1..=world.mailed).map(|link| Act::Show(index, link))),
                Step::Shown(_) | Step::Loaded(..) => actions.push(Act::Go(index)),
                Step::Over => {}
            }
        }
        let signs_in = |index: &usize| world.sign_ins[*index] != SignIn::Over;
        actions.extend((0..world.sign_ins.len()).filter(signs_in).map(Act::SignIn));
    }

    fn next_state(&self, last: &World, act: Act) -> Option<World> {
        let mut world = last.clone();
        match act {
            Act::Mail => {
                world.mailed += 1;
                world.links = BTreeMap::from([(world.mailed, world.account.epoch)]);
            }
            Act::Show(index, link) => world.resets[index] = Step::Shown(link),
            Act::Go(index) => world.resets[index] = self.go(&mut world, index)?,
            Act::SignIn(index) => world.sign_ins[index] = self.sign_in(&mut world, index)?,
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("a link works once, and none after a later one", |_, world: &World| {
                world.worked.is_sorted_by(|before, after| before < after)
            }),
            Property::always("every session that is live knew the present password", |_, world: &World| {
                let knew = |(epoch, password): &(u32, u8)| {
                    *password == world.account.password || !world.is_live(*epoch)
                };
                world.sessions.iter().all(knew)
            }),
            Property::sometimes("a link is shown in vain", |model: &Self, world: &World| {
                let over = world.resets.iter().filter(|step| **step == Step::Over).count();
                model.resets < 2 || over > world.worked.len()
            }),
            Property::sometimes("a later link works after an earlier one", |model: &Self, world: &World| {
                model.links < 2 || world.worked.len() > 1
            }),
            Property::sometimes("somebody is signed in after a reset", |_, world: &World| {
                let is_new = |(epoch, password): &(u32, u8)| *password > 0 && world.is_live(*epoch);
                world.sessions.iter().any(is_new)
            }),
        ]
    }
}
