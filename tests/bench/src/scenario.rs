//! What can be measured, one scenario a file.

mod flood;
mod permission;
mod reads;
mod revocation;
mod sign_in;
mod start;
mod timing;

use clap::ValueEnum;

use crate::Options;
use crate::report::Figure;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Starting, and doing nothing.
    Start,
    /// Reads by somebody who is known.
    Reads,
    /// Signing in, and going on.
    SignIn,
    /// Asking who may do what, in one process.
    Permission,
    /// Three times as many sign-ins as the machine can hash.
    Flood,
    /// Whether accounts can be told from strangers by time.
    Timing,
    /// How long a session lives on another node after it ended.
    Revocation,
}

impl Scenario {
    pub(crate) const ALL: &[Self] = &[
        Self::Start,
        Self::Reads,
        Self::SignIn,
        Self::Permission,
        Self::Flood,
        Self::Timing,
        Self::Revocation,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Reads => "reads",
            Self::SignIn => "sign-in",
            Self::Permission => "permission",
            Self::Flood => "flood",
            Self::Timing => "timing",
            Self::Revocation => "revocation",
        }
    }

    /// How often it is measured: what takes many samples by itself, once.
    pub(crate) const fn rounds(self, rounds: usize) -> usize {
        match self {
            Self::Flood | Self::Timing | Self::Revocation => 1,
            Self::Start | Self::Reads | Self::SignIn | Self::Permission => rounds,
        }
    }

    pub(crate) async fn run(self, options: &Options) -> anyhow::Result<Vec<Figure>> {
        match self {
            Self::Start => start::run(options).await,
            Self::Reads => reads::run(options).await,
            Self::SignIn => sign_in::run(options).await,
            Self::Permission => permission::run().await,
            Self::Flood => flood::run(options).await,
            Self::Timing => timing::run(options).await,
            Self::Revocation => revocation::run(options).await,
        }
    }
}
