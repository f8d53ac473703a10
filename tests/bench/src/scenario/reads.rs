use anyhow::Context as _;

use crate::Options;
use crate::people::{self, Person};
use crate::report::Figure;
use crate::server::{Server, Site};

const READS: usize = 20_000;
/// Tokens that are shown once.
const FRESH: usize = 4_000;
const LANES: usize = 8;
const SEEN: &str = "GET /tenants/{id}, token seen, no statement";

pub(super) async fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let (bare, token) = Server::floor().await?;
    let floor = bare.cost_of_reads("/json", None, READS).await?;
    let seen = bare.cost_of_reads("/seen", Some(&token), READS).await?;
    let fresh = bare.cost_of_reads("/fresh", Some(&token), READS).await?;
    drop(bare);
    let site = Site::new(&options.binary)?;
    let server = site.serve().await?;
    let people = people::sign_up(&server, LANES).await?;
    let person = people.first().context("somebody signed up")?;
    let workspace = people::make_workspace(&server, person).await?;
    let read = async |path: &str, token| server.cost_of_reads(path, token, READS).await;

    let over = |name: &str, value, floor| Figure::new(name, value, "µs CPU").over(floor);
    let cost = |name: &str, value| over(name, value, floor);
    let mut figures = vec![
        cost("bare axum, JSON", floor),
        cost("bare axum with the ordinary parts, token seen", seen),
        cost("bare axum with the ordinary parts, token first seen, EdDSA", fresh),
        cost("GET /health/live, all layers, nobody", read("/api/v1/health/live", None).await?),
        over(SEEN, read(&workspace, Some(&person.access)).await?, seen).at_most_times_floor(1.6),
    ];
    for algorithm in ["EdDSA", "RS256"] {
        let cost = first_seen(&site, algorithm, person, &workspace).await?;
        let name = format!("the same, token first seen, {algorithm}");
        figures.push(over(&name, cost, fresh).at_most_times_floor(1.25));
    }
    let me = read("/api/v1/auth/me", Some(&person.access)).await?;
    let tenants = read("/api/v1/tenants", Some(&person.access)).await?;
    figures.push(cost("GET /auth/me, token seen, one SQLite read", me));
    figures.push(cost("GET /tenants, token seen, one SQLite read", tenants));
    figures.push(Figure::new("memory after the reads", server.memory_mib()?, "MiB").at_most(110.0));
    Ok(figures)
}

/// A node of the same site that signs by that algorithm is shown each of many tokens once.
async fn first_seen(
    site: &Site,
    algorithm: &'static str,
    person: &Person,
    workspace: &str,
) -> anyhow::Result<f64> {
    let server = site.serve_with("JWT_ALGORITHM", algorithm).await?;
    let sessions = people::sign_in_again(&server, std::slice::from_ref(person), LANES).await?;
    let tokens = people::renew(&server, &sessions, LANES, FRESH / LANES).await?;
    let each = FRESH / LANES - 1;
    let show = |nth: usize| server.get(workspace, tokens.get(nth).map(String::as_str));
    // Whatever the first request reads, the others find.
    server.cost(LANES, 1, |lane, _| show(lane)).await?;
    server.cost(LANES, each, |lane, nth| show(LANES + lane * each + nth)).await
}
