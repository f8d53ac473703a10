use serde_json::json;

use crate::people::{self, Person, credentials};
use crate::report::Figure;
use crate::server::{Server, Site};
use crate::{Options, floor};

const HASHES: u32 = 100;
const LOGINS: usize = 200;
/// Sessions of each person, and how often each is renewed.
const SESSIONS: usize = 25;
const RENEWALS: usize = 10;
const LANES: usize = 4;

pub(super) async fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let cores = u32::try_from(std::thread::available_parallelism()?.get())?;
    let alone = floor::argon2(1, HASHES).await?;
    let together = floor::argon2(cores, HASHES).await?;
    let cost = |name: String, value| Figure::new(name, value, "µs CPU");
    let mut figures = vec![
        cost("bare Argon2id, reused memory, one at a time".to_owned(), alone).over(alone),
        cost("bare Argon2id, reused memory, one a core".to_owned(), together).over(alone),
    ];
    let (bare, _) = Server::floor().await?;
    let renewal = bare.cost(LANES, RENEWALS * SESSIONS, |_, _| bare.post("/renew", None, &json!({}))).await?;
    drop(bare);
    figures.push(cost("one row in a transaction of its own, and a signature, EdDSA".to_owned(), renewal));
    for algorithm in ["EdDSA", "RS256"] {
        let site = Site::new(&options.binary)?.with("JWT_ALGORITHM", algorithm);
        let server = site.serve().await?;
        let people = people::sign_up(&server, LANES).await?;
        let slow = log_in(&server, &people[..1], LOGINS / 2).await?;
        let fast = log_in(&server, &people, LOGINS).await?;
        let name = |what: &str| format!("{what}, {algorithm}");
        figures.push(cost(name("POST /auth/login, one at a time"), slow).over(alone));
        figures.push(
            cost(name("POST /auth/login, four at once"), fast).over(together).at_most_times_floor(1.15),
        );
        let refresh = cost(name("POST /auth/refresh"), renew(&server, &people).await?).over(renewal);
        // Signing by RS256 takes forty times as long.
        figures.push(if algorithm == "EdDSA" { refresh.at_most_times_floor(2.8) } else { refresh });
        figures
            .push(Figure::new(name("memory after signing in"), server.memory_mib()?, "MiB").at_most(110.0));
    }
    Ok(figures)
}

/// CPU of one of so many sign-ins, a lane for each person.
async fn log_in(server: &Server, people: &[Person], total: usize) -> anyhow::Result<f64> {
    let request = |lane: usize, _| {
        let person: &Person = &people[lane];
        server.post("/api/v1/auth/login", None, &credentials(&person.email))
    };
    server.cost(people.len(), total / people.len(), request).await
}

/// CPU of one renewal.
async fn renew(server: &Server, people: &[Person]) -> anyhow::Result<f64> {
    let sessions = people::sign_in_again(server, people, SESSIONS).await?;
    let before = server.cpu_us()?;
    let renewed = people::renew(server, &sessions, LANES, RENEWALS).await?.len();
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    Ok((server.cpu_us()? - before) / renewed as f64)
}
