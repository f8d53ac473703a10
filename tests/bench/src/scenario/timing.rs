mod spent;

use std::collections::BTreeSet;

use anyhow::ensure;
use reqwest::Request;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::Options;
use crate::people::{self, PASSWORD, credentials};
use crate::report::Figure;
use crate::server::{Server, Site};
use crate::statistics::{median, quantile, welch};

use spent::Spent;

/// Requests of one kind, half of them about accounts that are there.
const REQUESTS: usize = 2_000;
const WARM_UP: usize = 50;
/// Addresses there are accounts of: each is tried less often than locks it.
const KNOWN: usize = REQUESTS / 4;
/// Slower answers were held up by something else, whatever they were about.
const COUNTED: f64 = 0.9;
/// Beyond that two samples are told apart (Reparaz et al., "dude, is my code constant time?").
const TELLING: f64 = 4.5;

/// What a stranger may ask about an account.
#[derive(Debug, Clone, Copy)]
enum Act {
    LogIn,
    Forgot,
    Register,
    Resend,
    SetUp,
    Reset,
    Unlock,
    Confirm,
    Undo,
    Refresh,
}

/// Whom or what a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Known,
    Unknown,
}

impl Act {
    const ALL: [Self; 10] = [
        Self::LogIn,
        Self::Forgot,
        Self::Register,
        Self::Resend,
        Self::SetUp,
        Self::Reset,
        Self::Unlock,
        Self::Confirm,
        Self::Undo,
        Self::Refresh,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::LogIn => "/api/v1/auth/login",
            Self::Forgot => "/api/v1/auth/password/forgot",
            Self::Register => "/api/v1/auth/register",
            Self::Resend => "/api/v1/auth/verify-email/resend",
            Self::SetUp => "/api/v1/auth/setup",
            Self::Reset => "/api/v1/auth/password/reset",
            Self::Unlock => "/api/v1/auth/unlock",
            Self::Confirm => "/api/v1/users/email/confirm",
            Self::Undo => "/api/v1/users/email/undo",
            Self::Refresh => "/api/v1/auth/refresh",
        }
    }

    fn body(self, world: &World, named: Named, nth: usize) -> Value {
        let email = match named {
            Named::Unknown if world.plant => "nobody".to_owned(),
            // Whoever registers is known from then on.
            Named::Unknown if matches!(self, Self::Register) => format!("new{nth}@example.org"),
            Named::Unknown => format!("lost{}@example.org", nth % KNOWN),
            Named::Known => known(nth % KNOWN),
        };
        let secret = || match named {
            Named::Known => world.spent.secret(self).to_owned(),
            Named::Unknown if world.plant => "short".to_owned(),
            Named::Unknown => unknown_secret(nth),
        };
        match self {
            Self::LogIn => json!({ "email": email, "password": "Rainy-Meadow-43" }),
            Self::Register => credentials(&email),
            Self::Forgot | Self::Resend => json!({ "email": email }),
            Self::SetUp if world.plant && named == Named::Unknown => json!({ "email": email }),
            Self::SetUp => json!({ "token": unknown_secret(0), "email": email, "password": PASSWORD }),
            Self::Reset => json!({ "token": secret(), "password": PASSWORD }),
            Self::Unlock | Self::Confirm | Self::Undo => json!({ "token": secret() }),
            Self::Refresh => json!({ "refresh_token": secret() }),
        }
    }
}

/// A secret that nobody was given.
fn unknown_secret(nth: usize) -> String {
    format!("{nth:0>42}A")
}

fn known(nth: usize) -> String {
    format!("hello{nth}@example.org")
}

/// Who and what there is.
struct World {
    server: Server,
    spent: Spent,
    plant: bool,
}

impl World {
    fn request(&self, act: Act, named: Named, nth: usize) -> anyhow::Result<Request> {
        self.server.post(act.path(), None, &act.body(self, named, nth))
    }
}

pub(super) async fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let site = Site::new(&options.binary)?;
    let server = site.serve().await?;
    let spent = Spent::of(&server).await?;
    people::register(&server, KNOWN, known).await?;
    let world = World { server, spent, plant: options.plant };
    let mut figures = Vec::new();
    for act in Act::ALL {
        world.server.settle().await?;
        figures.extend(tell_apart(&world, act).await?);
    }
    Ok(figures)
}

/// Asks about known and unknown accounts in no order, one after the other, and compares how long that took.
async fn tell_apart(world: &World, act: Act) -> anyhow::Result<Vec<Figure>> {
    let mut times = [Vec::new(), Vec::new()];
    let mut statuses = [BTreeSet::new(), BTreeSet::new()];
    for round in 0..WARM_UP + REQUESTS {
        let named = if is_odd(round) { Named::Known } else { Named::Unknown };
        let request = world.request(act, named, times[named as usize].len())?;
        let started = Instant::now();
        let answer = world.server.answer(request).await?;
        let us = started.elapsed().as_secs_f64() * 1e6;
        if round >= WARM_UP {
            times[named as usize].push(us);
            statuses[named as usize].insert(answer.status);
        }
    }
    ensure!(world.plant || statuses[0] == statuses[1], "{act:?} is told by its status: {statuses:?}");
    let most = quantile(&times.concat(), COUNTED);
    let [known, unknown] = times.map(|times| times.into_iter().filter(|us| *us <= most).collect::<Vec<_>>());
    let apart = median(&known) - median(&unknown);
    Ok(vec![
        Figure::new(format!("timing of {act:?}: Welch's t"), welch(&known, &unknown), "").at_most(TELLING),
        Figure::new(format!("timing of {act:?}: known slower by"), apart, "µs"),
        Figure::new(format!("timing of {act:?}: median"), median(&unknown), "µs"),
    ])
}

/// Whether a well mixed number is odd (`SplitMix64`): the same order in every run, and no pattern.
fn is_odd(number: usize) -> bool {
    let mut mixed = (number as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) & 1 == 1
}
