//! Sends requests; a run in which more than one of a hundred fails is worth nothing.

use anyhow::ensure;
use futures_util::future::try_join_all;
use reqwest::Request;

/// Sends so many requests in each of `lanes`, one after the other; `request` makes them by lane and number.
pub(crate) async fn send(
    client: &reqwest::Client,
    lanes: usize,
    each: usize,
    request: impl Fn(usize, usize) -> anyhow::Result<Request> + Sync,
) -> anyhow::Result<()> {
    let request = &request;
    let sending = (0..lanes).map(|lane| send_lane(client, each, move |nth| request(lane, nth)));
    let failures: Vec<String> = try_join_all(sending).await?.into_iter().flatten().collect();
    check(lanes * each, &failures)
}

/// Refuses a run of so many requests in which too many failed.
pub(crate) fn check(requests: usize, failures: &[String]) -> anyhow::Result<()> {
    let first = failures.first().map_or("", String::as_str);
    ensure!(failures.len() * 100 <= requests, "{} of {requests} failed: {first}", failures.len());
    Ok(())
}

/// Gives what was wrong with the answers that were no successes.
async fn send_lane(
    client: &reqwest::Client,
    requests: usize,
    request: impl Fn(usize) -> anyhow::Result<Request>,
) -> anyhow::Result<Vec<String>> {
    let mut failures = Vec::new();
    for nth in 0..requests {
        let answer = client.execute(request(nth)?).await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        if !status.is_success() {
            failures.push(format!("{status}: {}", String::from_utf8_lossy(&body)));
        }
    }
    Ok(failures)
}
