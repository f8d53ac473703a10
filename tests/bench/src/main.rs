//! What requests cost: CPU of the server's process per request, beside the least they can cost, in one run.
//!
//! `cargo build --release -p saaskit -p saaskit-bench && target/release/saaskit-bench [scenario…]`. Wall times on a
//! shared machine are noise; CPU per request and ratios within one run are not.
#![expect(clippy::print_stdout, reason = "its report is its purpose")]

mod cpu;
mod floor;
mod load;
mod people;
mod report;
mod scenario;
mod server;
mod statistics;

use std::path::PathBuf;

use clap::Parser;

use report::Report;
use scenario::Scenario;

/// Measures what the server costs.
#[derive(Debug, Parser)]
struct Options {
    /// What to measure; everything, where nothing is named.
    scenarios: Vec<Scenario>,
    /// The server.
    #[arg(long, default_value = "target/release/saaskit")]
    binary: PathBuf,
    /// A folder for summary.md and raw.json.
    #[arg(long)]
    out: Option<PathBuf>,
    /// An empty PostgreSQL database for the nodes of `revocation`; without it they share one of SQLite.
    #[arg(long)]
    database: Option<String>,
    /// How often what costs CPU is measured; the medians count.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Makes the strangers of `timing` ask what is refused earlier: what it would look like if they could be told apart.
    #[arg(long)]
    plant: bool,
    /// Serves what costs nothing.
    #[arg(long, hide = true)]
    floor: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    if options.floor {
        return floor::serve().await;
    }
    let named = if options.scenarios.is_empty() { Scenario::ALL } else { &options.scenarios };
    let (mut report, mut failed) = (Report::default(), Vec::new());
    for scenario in named {
        for round in 1..=scenario.rounds(options.rounds) {
            println!("{} {round}, load {}", scenario.name(), cpu::load_average()?);
            match scenario.run(&options).await {
                Ok(figures) => report.add(scenario.name(), figures, &cpu::load_average()?),
                Err(error) => failed.push(format!("{}: {error:#}", scenario.name())),
            }
        }
    }
    println!("\n{}", report.table());
    report.write(options.out.as_deref())?;
    anyhow::ensure!(failed.is_empty(), failed.join("\n"));
    Ok(())
}
