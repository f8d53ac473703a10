use std::sync::Arc;

use async_trait::async_trait;
use saaskit_conformance::signed_urls::{Got, Sent, SignedUrlsHarness, Stranger};
use saaskit_conformance::storage::StorageHarness;
use saaskit_kernel::SystemClock;
use saaskit_peers::Bucket;

use crate::server::{config, storage};

async fn fresh() -> StorageHarness {
    let server = Bucket::start().await.unwrap();
    StorageHarness::of(storage(&config(server.address()))).keeping(server)
}

/// Somebody with an HTTP client and nothing else.
#[derive(Debug)]
struct Somebody(reqwest::Client);

#[async_trait]
impl Stranger for Somebody {
    async fn send(&self, Sent { method, url, headers, body }: Sent<'_>) -> Got {
        let mut request = self.0.request(method.parse().unwrap(), url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = if method == "PUT" { request.body(body) } else { request };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        Got { status, headers, body: response.bytes().await.unwrap() }
    }
}

async fn signed_urls() -> SignedUrlsHarness {
    let server = Bucket::start().await.unwrap();
    let storage = storage(&config(server.address()));
    let client = reqwest::Client::builder().timeout(std::time::Duration::from_secs(20)).build().unwrap();
    SignedUrlsHarness {
        urls: storage.clone(),
        storage: StorageHarness::of(storage).keeping(server),
        stranger: Arc::new(Somebody(client)),
        time: Arc::new(SystemClock),
        secret: Bucket::SECRET,
    }
}

saaskit_conformance::storage_suite!(super::fresh());
saaskit_conformance::signed_urls_suite!(super::signed_urls());
