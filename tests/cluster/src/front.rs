use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use saaskit_journeys::{Answer, Client, PASSWORD, now};
use serde_json::json;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What stands before several servers: it asks one after the other in turn, and the next one only if a server takes
/// no connection. What broke off later may have been done, so it is not asked again.
#[derive(Debug, Clone)]
pub struct Front {
    urls: Arc<[String]>,
    turn: Arc<AtomicUsize>,
}

impl Front {
    /// Before the servers of those URLs.
    pub(crate) fn before(urls: impl Iterator<Item = String>) -> Self {
        Self { urls: urls.collect(), turn: Arc::default() }
    }

    /// Sends what `request` makes for a person who is at the server whose turn it is.
    pub async fn send(
        &self,
        person: &Client,
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> reqwest::Result<Answer> {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut tried = 0;
        loop {
            let person = person.at(&self.urls[(first + tried) % self.urls.len()]);
            tried += 1;
            match person.try_send(request(&person)).await {
                Err(error) if error.is_connect() && tried < self.urls.len() => {}
                other => return other,
            }
        }
    }
}

/// What people heard of what they asked.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Answers, by their status.
    pub answers: BTreeMap<u16, usize>,
    /// Addresses whose registration was acknowledged.
    pub acknowledged: Vec<String>,
    /// Answers that are not what a client can go on with.
    pub odd: Vec<String>,
    /// Requests that nobody answered.
    pub lost: Vec<String>,
    /// The longest wait for an answer.
    pub longest: Duration,
}

impl Heard {
    fn hear(&mut self, address: Option<&str>, answer: reqwest::Result<Answer>) {
        match answer {
            Err(error) => self.lost.push(format!("{error:?}")),
            Ok(answer) => {
                *self.answers.entry(answer.status).or_default() += 1;
                match (answer.status, address) {
                    (202, Some(address)) => self.acknowledged.push(address.to_owned()),
                    (200, None) => {}
                    _ if says_when_to_come_again(&answer) => {}
                    _ => self.odd.push(format!("{answer:?}")),
                }
            }
        }
    }

    fn and(mut self, other: Self) -> Self {
        for (status, count) in other.answers {
            *self.answers.entry(status).or_default() += count;
        }
        self.acknowledged.extend(other.acknowledged);
        self.odd.extend(other.odd);
        self.lost.extend(other.lost);
        self.longest = self.longest.max(other.longest);
        self
    }
}

fn says_when_to_come_again(answer: &Answer) -> bool {
    let waits = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    let is_problem = answer.header("content-type") == Some("application/problem+json");
    answer.status == 503 && is_problem && waits.is_some_and(|seconds| seconds > 0)
}

/// People who ask through a front without a break: one half reads, the other registers.
#[derive(Debug)]
pub struct Load {
    stop: CancellationToken,
    people: Vec<JoinHandle<Heard>>,
}

impl Load {
    /// So many people; who reads does so as `reader`. `name` is in the addresses that are registered.
    pub fn of(people: usize, front: &Front, reader: &Client, name: &str) -> Self {
        let stop = CancellationToken::new();
        let people = (0..people).map(|person| {
            let (front, reader, stop) = (front.clone(), reader.clone(), stop.clone());
            let registers = (person % 2 == 1).then(|| format!("{name}p{person}"));
            tokio::spawn(ask_on(front, reader, registers, stop))
        });
        Self { people: people.collect(), stop }
    }

    /// Ends when everybody has heard of what they asked last.
    pub async fn stop(self) -> Heard {
        self.stop.cancel();
        let mut heard = Heard::default();
        for person in self.people {
            heard = heard.and(person.await.expect("a person asks until told to stop"));
        }
        heard
    }
}

async fn ask_on(front: Front, reader: Client, registers: Option<String>, stop: CancellationToken) -> Heard {
    let mut heard = Heard::default();
    let mut count = 0;
    while !stop.is_cancelled() {
        count += 1;
        let address = registers.as_ref().map(|name| format!("{name}n{count}@example.org"));
        let since = now();
        let answer = front.send(&reader, |person| asked(person, address.as_deref())).await;
        heard.longest = heard.longest.max(since.elapsed());
        heard.hear(address.as_deref(), answer);
    }
    heard
}

fn asked(person: &Client, address: Option<&str>) -> RequestBuilder {
    match address {
        Some(address) => {
            let body = json!({"email": address, "password": PASSWORD});
            person.request(Method::POST, "/api/v1/auth/register").json(&body)
        }
        None => person.request(Method::GET, "/api/v1/tenants"),
    }
}
