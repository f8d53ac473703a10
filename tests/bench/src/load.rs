//! Sends requests and lets nothing but a success count.

use anyhow::ensure;
use futures_util::future::try_join_all;
use reqwest::Request;

/// Sends `total` requests over `at_once` connections; any answer but a success ends it.
pub(crate) async fn send(
    client: &reqwest::Client,
    total: usize,
    at_once: usize,
    request: impl Fn() -> anyhow::Result<Request> + Sync,
) -> anyhow::Result<()> {
    try_join_all((0..at_once).map(|_| lane(client, total / at_once, &request))).await.map(drop)
}

async fn lane<F>(client: &reqwest::Client, requests: usize, request: &F) -> anyhow::Result<()>
where
    F: Fn() -> anyhow::Result<Request> + Sync,
{
    for _ in 0..requests {
        let answer = client.execute(request()?).await?;
        let status = answer.status();
        let body = answer.bytes().await?;
        ensure!(status.is_success(), "{status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(())
}
