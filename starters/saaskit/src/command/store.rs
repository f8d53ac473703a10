use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use saaskit_kernel::Secret;
use saaskit_kernel::archive::{Moved, Progress, Step, move_all};
use serde_json::json;

use super::{complain, refuse, say};
use crate::config::{Config, Database, DatabaseKind, Environment, Fault, read_database_url, read_value};
use crate::wire;

/// What can be done with a whole store.
#[derive(Debug, Subcommand)]
pub(super) enum Store {
    /// Moves everything to another, empty database. Every server is stopped before.
    Migrate(Migrate),
}

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// What is moved: sqlite:PATH, postgres:…, or env:NAME for a variable that holds it.
    #[arg(long, value_name = "DATABASE", value_parser = secret)]
    from: Secret,
    /// Where to, in the same words.
    #[arg(long, value_name = "DATABASE", value_parser = secret)]
    to: Secret,
    /// Says what was moved in JSON.
    #[arg(long)]
    json: bool,
}

/// An address may hold a password: nothing that prints arguments prints it.
#[expect(clippy::unnecessary_wraps, reason = "it is what a parser of arguments gives")]
fn secret(text: &str) -> Result<Secret, std::convert::Infallible> {
    Ok(Secret::new(text))
}

pub(super) async fn run(
    config: &Config,
    environment: &Environment,
    Store::Migrate(migrate): &Store,
) -> anyhow::Result<ExitCode> {
    let (from, to) = match migrate.ends(environment) {
        Ok(ends) => ends,
        Err(faults) => return Ok(refuse(&faults)),
    };
    let at = |kind| Database { kind, ..config.database.clone() };
    let from = wire::source(at(from)).await.context("--from can't be used")?;
    let to = wire::target(at(to)).await.context("--to can't be used")?;
    let mut teller = Teller::default();
    let moved = move_all(from.as_ref(), to.as_ref(), &mut |progress| teller.tell(progress)).await?;
    report(&moved, migrate.json)?;
    Ok(ExitCode::SUCCESS)
}

impl Migrate {
    fn ends(&self, environment: &Environment) -> Result<(DatabaseKind, DatabaseKind), Vec<Fault>> {
        let read = |argument, address: &Secret| {
            let url = shown_to_nobody(address.expose()).and_then(|()| resolve(address.expose(), environment));
            let read = url.and_then(|url| Ok((read_database_url(&url)?, url)));
            read.map_err(|fault| Fault { variable: argument, fault, mend: EXAMPLE.to_owned() })
        };
        match (read("--from", &self.from), read("--to", &self.to)) {
            (Ok((_, from)), Ok((_, to))) if from == to => {
                let fault = "is the same as --from".to_owned();
                Err(vec![Fault { variable: "--to", fault, mend: EXAMPLE.to_owned() }])
            }
            (Ok((from, _)), Ok((to, _))) => Ok((from, to)),
            (from, to) => Err([from.err(), to.err()].into_iter().flatten().collect()),
        }
    }
}

const EXAMPLE: &str = "Example: sqlite:/var/lib/saaskit/saaskit.db, or env:NAME for a variable that holds it";

/// Everybody on the machine can read the arguments of a program.
fn shown_to_nobody(address: &str) -> Result<(), String> {
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let login = place.rsplit_once('@').map_or("", |(login, _)| login);
    // `password`, `sslpassword`, `tlsCertificateKeyFilePassword`.
    let named = |pair: &str| pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    let in_query = query.split('&').any(|pair| named(pair).ends_with("password"));
    if in_query || login.split_once(':').is_some_and(|(_, password)| !password.is_empty()) {
        return Err("holds a password, which the list of processes shows to everybody here".to_owned());
    }
    Ok(())
}

/// An address, or what the variable that it names says itself or by its file.
fn resolve(address: &str, environment: &Environment) -> Result<String, String> {
    let Some(name) = address.strip_prefix("env:") else { return Ok(address.to_owned()) };
    if let Some(value) = environment.get(name).filter(|value| !value.is_empty()) {
        return Ok(value.clone());
    }
    let file = environment.get(&format!("{name}_FILE")).ok_or("names a variable that is not set")?;
    read_value(file).map_err(|kind| format!("names a variable whose file can't be read ({kind})"))
}

/// How often somebody who waits hears of a table.
const TELL_EVERY: u64 = 10_000;

/// Says on standard error how far it is.
#[derive(Default)]
struct Teller(Option<(Step, &'static str, u64)>);

impl Teller {
    fn tell(&mut self, Progress { step, table, rows }: Progress) {
        let told = Some((step, table, rows / TELL_EVERY));
        if self.0 != told {
            self.0 = told;
            let doing = match step {
                Step::Surveying => "reading",
                Step::Copying => "copying",
                Step::Verifying => "comparing",
            };
            complain(&format!("{doing} {table}: {rows}"));
        }
    }
}

fn report(moved: &Moved, as_json: bool) -> std::io::Result<()> {
    let rows: u64 = moved.tables.iter().map(|(_, sum)| sum.rows).sum();
    if as_json {
        let tables: Vec<_> = moved
            .tables
            .iter()
            .map(|(table, sum)| json!({"table": table.name, "rows": sum.rows, "sha256": sum.hex()}))
            .collect();
        return say(&json!({"resumed": moved.resumed, "rows": rows, "tables": tables}).to_string());
    }
    let mut out = std::io::stdout().lock();
    for (table, sum) in &moved.tables {
        writeln!(out, "{:<22} {:>10} {}", table.name, sum.rows, sum.hex())?;
    }
    let again = if moved.resumed { ", going on with a move that was broken off" } else { "" };
    writeln!(out, "{rows} rows are the same in both{again}")
}
