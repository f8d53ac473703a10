use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::Request;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::people::{self, Person, credentials};
use crate::report::Figure;
use crate::server::{Server, Site};
use crate::statistics::{median, quantile};
use crate::{Options, load};

/// Requests at once that show what the machine can do, each lane a person.
const LANES: usize = 8;
const EACH: usize = 40;
const LASTS: Duration = Duration::from_secs(10);
const TIMES_CAPACITY: f64 = 3.0;
const READ_EVERY: Duration = Duration::from_millis(20);

pub(super) async fn run(options: &Options) -> anyhow::Result<Vec<Figure>> {
    let site = Site::new(&options.binary)?;
    let server = Arc::new(site.serve().await?);
    let people = people::sign_up(&server, LANES).await?;
    let person = people.first().context("somebody signed up")?;
    let workspace = people::make_workspace(&server, person).await?;
    let capacity = capacity(&server, &people).await?;
    server.settle().await?;
    let memory = server.memory_mib()?;

    // Strangers: each is an account of its own, that no other try is counted for, and costs a hash like anybody.
    let login = |nth: usize| {
        server.post("/api/v1/auth/login", None, &credentials(&format!("flood{nth}@example.org")))
    };
    let read = |_| server.get(&workspace, Some(&person.access));
    let every = Duration::from_secs_f64(1.0 / (capacity * TIMES_CAPACITY));
    let ((logins, reads), highest) = tokio::try_join!(
        async { tokio::try_join!(send(&server, every, login), send(&server, READ_EVERY, read)) },
        highest_memory(&server)
    )?;
    figures(capacity, &logins, &reads, highest - memory)
}

/// Sign-ins a second while always some are asked for.
async fn capacity(server: &Server, people: &[Person]) -> anyhow::Result<f64> {
    let started = Instant::now();
    let login = |lane: usize, _| server.post("/api/v1/auth/login", None, &credentials(&people[lane].email));
    load::send(&server.client, LANES, EACH, login).await?;
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    Ok((LANES * EACH) as f64 / started.elapsed().as_secs_f64())
}

/// The status of a try that was tested, and of a read that was served.
const WRONG: u16 = 401;
const SERVED: u16 = 200;

/// How a request went.
struct Sent {
    status: u16,
    retry_after: Option<String>,
    code: String,
    ms: f64,
}

/// Sends one request after each interval, whether the ones before are answered or not.
async fn send(
    server: &Arc<Server>,
    every: Duration,
    request: impl Fn(usize) -> anyhow::Result<Request>,
) -> anyhow::Result<Vec<Sent>> {
    let started = Instant::now();
    let mut under_way = JoinSet::new();
    let mut due = started;
    for nth in 0.. {
        due += every;
        if due - started > LASTS {
            break;
        }
        sleep_until(due).await;
        let (server, request) = (server.clone(), request(nth)?);
        under_way.spawn(async move {
            let started = Instant::now();
            let answer = server.answer(request).await?;
            let code = answer.body["code"].as_str().unwrap_or_default().to_owned();
            let ms = started.elapsed().as_secs_f64() * 1e3;
            anyhow::Ok(Sent { status: answer.status, retry_after: answer.retry_after, code, ms })
        });
    }
    under_way.join_all().await.into_iter().collect()
}

async fn highest_memory(server: &Server) -> anyhow::Result<f64> {
    let started = Instant::now();
    let mut highest: f64 = 0.0;
    while started.elapsed() < LASTS {
        highest = highest.max(server.memory_mib()?);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(highest)
}

fn figures(capacity: f64, logins: &[Sent], reads: &[Sent], grown: f64) -> anyhow::Result<Vec<Figure>> {
    let is_refusal = |sent: &Sent| sent.status == 503 && sent.code == "BUSY" && sent.retry_after.is_some();
    let times = |sent: &[Sent], which: &dyn Fn(&Sent) -> bool| -> Vec<f64> {
        sent.iter().filter(|sent| which(sent)).map(|sent| sent.ms).collect()
    };
    let failures = |sent: &[Sent], may: &dyn Fn(&Sent) -> bool| -> Vec<String> {
        let failed = sent.iter().filter(|sent| !may(sent));
        failed.map(|sent| format!("{} {}", sent.status, sent.code)).collect()
    };
    load::check(logins.len(), &failures(logins, &|sent| sent.status == WRONG || is_refusal(sent)))?;
    load::check(reads.len(), &failures(reads, &|sent| sent.status == SERVED))?;
    let accepted = times(logins, &|sent| sent.status == WRONG);
    let refused = times(logins, &is_refusal);
    let reads = times(reads, &|_| true);
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let count = |name: &str, times: &[f64]| Figure::new(name, times.len() as f64, "requests");
    Ok(vec![
        Figure::new("flood: capacity", capacity, "logins/s"),
        count("flood: accepted in 10 s", &accepted),
        Figure::new("flood: accepted, p95", quantile(&accepted, 0.95), "ms").at_most(250.0),
        count("flood: refused, 503 BUSY with Retry-After", &refused),
        Figure::new("flood: refused, median", median(&refused), "ms").at_most(10.0),
        Figure::new("flood: refused, p95", quantile(&refused, 0.95), "ms"),
        Figure::new("flood: GET with a token beside it, p99", quantile(&reads, 0.99), "ms").at_most(25.0),
        Figure::new("flood: memory grown", grown, "MiB").at_most(5.0),
    ])
}
