//! What can be asked of the program.

mod admin;
mod config;
mod migrate;
mod openapi;
mod serve;
mod storage;
mod store;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Fault};
use crate::{App, Ports, environment, wire};

/// A whole SaaS backend: accounts, workspaces, notifications and the door in front of them.
#[derive(Debug, Parser)]
#[command(name = "saaskit", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves the API, and works.
    Serve,
    /// Brings the database up to this version's tables.
    Migrate,
    /// Operators of the installation.
    #[command(subcommand)]
    Admin(Admin),
    /// The settings.
    #[command(subcommand)]
    Config(Settings),
    /// The store as a whole.
    #[command(subcommand)]
    Store(store::Store),
    /// The files as a whole.
    #[command(subcommand)]
    Storage(storage::Storage),
    /// Prints the OpenAPI document.
    Openapi,
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Makes an operator's account; the password is read from standard input.
    Create {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// What the person is called.
        #[arg(long)]
        name: Option<String>,
    },
    /// Makes an account that is there an operator's.
    Promote {
        /// The address it signs in with.
        email: String,
    },
    /// Takes operating the installation from an account, unless nobody else does.
    Demote {
        /// The address it signs in with.
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum Settings {
    /// Reads all settings and names everything that is wrong with them.
    Check,
}

/// The settings can't be used: `EX_CONFIG` of sysexits.h.
const BAD_CONFIG: u8 = 78;

/// Puts an adapter of one's own in the place of a port that the configuration filled.
pub type Rewire = dyn Fn(&mut Ports) -> anyhow::Result<()> + Send + Sync;

/// Does what was asked for.
pub async fn run(arguments: Arguments) -> ExitCode {
    run_with(arguments, &|_| Ok(())).await
}

/// Does what was asked for, with adapters of one's own: every command, `rewire` applied to the ports that the
/// configuration filled.
///
/// ```no_run
/// use clap::Parser as _;
/// use saaskit::command::{Arguments, run_with};
/// # #[derive(Debug)] struct MySender;
/// # #[async_trait::async_trait]
/// # impl saaskit_kernel::EmailSender for MySender {
/// #     async fn send(&self, _: &saaskit_kernel::EmailMessage) -> Result<saaskit_kernel::ProviderId, saaskit_kernel::PortError> { unimplemented!() }
/// #     async fn verify(&self) -> Result<(), saaskit_kernel::PortError> { Ok(()) }
/// # }
///
/// #[tokio::main]
/// async fn main() -> std::process::ExitCode {
///     run_with(Arguments::parse(), &|ports| {
///         ports.email = std::sync::Arc::new(MySender);
///         Ok(())
///     })
///     .await
/// }
/// ```
pub async fn run_with(arguments: Arguments, rewire: &Rewire) -> ExitCode {
    match read_and_run(arguments.command, rewire).await {
        Ok(code) => code,
        Err(error) => {
            complain(&format!("saaskit: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn read_and_run(command: Command, rewire: &Rewire) -> anyhow::Result<ExitCode> {
    if matches!(command, Command::Openapi) {
        openapi::run()?;
        return Ok(ExitCode::SUCCESS);
    }
    let environment = environment::read()?;
    let config = match Config::read(&environment) {
        Ok(config) => config,
        Err(faults) => return Ok(refuse(&faults)),
    };
    match command {
        Command::Serve => serve::run(config, rewire).await?,
        Command::Migrate => migrate::run(&config).await?,
        Command::Admin(command) => admin::run(&app(&config, rewire).await?, &command).await?,
        Command::Config(Settings::Check) => config::check(&config)?,
        Command::Storage(command) => return storage::run(&config, &command).await,
        Command::Store(command) => return store::run(&config, &environment, &command).await,
        Command::Openapi => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The server on a database that is up to date.
async fn app(config: &Config, rewire: &Rewire) -> anyhow::Result<App> {
    for name in wire::migrate(config).await? {
        tracing::info!(migration = name, "applied");
    }
    let mut ports = wire::ports(config).await?;
    rewire(&mut ports)?;
    Ok(App::new(ports, wire::settings(config)?))
}

fn refuse(faults: &[Fault]) -> ExitCode {
    complain("saaskit: the settings can't be used:");
    for fault in faults {
        complain(&format!("  {fault}"));
    }
    ExitCode::from(BAD_CONFIG)
}

/// Says something to whoever started the program. A closed pipe is no reason to fail.
fn complain(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
