//! What requests cost: CPU of the server's process per request, beside the least they can cost, in one run.
//!
//! `cargo build --release && cargo run --release -p saaskit-bench [path of the saaskit binary]`. Wall times on a shared
//! machine are noise; CPU per request and ratios within one run are not.
#![expect(clippy::print_stdout, reason = "its report is its purpose")]

mod cpu;
mod floor;
mod load;
mod server;

use std::path::PathBuf;

use server::Server;

const ROUNDS: usize = 3;
const READS: usize = 20_000;
const LOGINS: usize = 200;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("--floor") {
        return floor::serve().await;
    }
    let binary = first.map_or_else(|| PathBuf::from("target/release/saaskit"), PathBuf::from);
    let mut figures = Vec::new();
    for round in 1..=ROUNDS {
        println!("round {round} of {ROUNDS}");
        figures.push(measure(&binary).await?);
    }
    report(&figures);
    Ok(())
}

/// CPU in microseconds per request or hash, and memory in MiB.
struct Figures {
    floor_json: f64,
    me: f64,
    tenants: f64,
    argon2: f64,
    login: f64,
    idle_mib: f64,
    loaded_mib: f64,
    start_cpu_ms: f64,
    start_wall_ms: f64,
}

async fn measure(binary: &std::path::Path) -> anyhow::Result<Figures> {
    let floor = Server::floor().await?;
    let floor_json = floor.cost_of_reads("/json", None, READS).await?;
    drop(floor);
    let argon2 = tokio::task::spawn_blocking(|| floor::argon2(LOGINS)).await??;
    let kit = Server::saaskit(binary).await?;
    let (idle_mib, start_cpu_ms, start_wall_ms) = (kit.memory_mib()?, kit.start_cpu_ms, kit.start_wall_ms);
    let token = kit.sign_in_somebody().await?;
    let me = kit.cost_of_reads("/api/v1/auth/me", Some(&token), READS).await?;
    let tenants = kit.cost_of_reads("/api/v1/tenants", Some(&token), READS).await?;
    let login = kit.cost_of_logins(LOGINS).await?;
    let loaded_mib = kit.memory_mib()?;
    Ok(Figures { floor_json, me, tenants, argon2, login, idle_mib, loaded_mib, start_cpu_ms, start_wall_ms })
}

fn report(rounds: &[Figures]) {
    let median = |of: fn(&Figures) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let (floor, argon2) = (median(|f| f.floor_json), median(|f| f.argon2));
    let line = |name: &str, value: f64, unit: &str, floor: f64| {
        println!("{name:<44} {value:>9.1} {unit}  {:>6.2} × floor", value / floor);
    };
    line("bare axum, JSON (floor)", floor, "µs CPU", floor);
    line("GET /auth/me, token seen, one SQLite read", median(|f| f.me), "µs CPU", floor);
    line("GET /tenants, token seen, one SQLite read", median(|f| f.tenants), "µs CPU", floor);
    line("bare Argon2id, reused memory (floor)", argon2, "µs CPU", argon2);
    line("POST /auth/login", median(|f| f.login), "µs CPU", argon2);
    println!(
        "memory idle {:.1} MiB, after the load {:.1} MiB",
        median(|f| f.idle_mib),
        median(|f| f.loaded_mib)
    );
    println!(
        "start to first 200: {:.0} ms CPU, {:.0} ms wall",
        median(|f| f.start_cpu_ms),
        median(|f| f.start_wall_ms)
    );
}
