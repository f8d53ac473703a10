use std::sync::Arc;
use std::time::Duration;

use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_conformance::storage::key;
use saaskit_kernel::{Disposition, Download, Secret, SignedUrls as _, UrlVerifier as _};
use saaskit_storage_local::{LocalUrls, LocalUrlsConfig};

pub(crate) const SECRET: &str = "a-secret-of-thirty-two-characters";
const OTHER: &str = "another-secret-of-thirty-two-char";

pub(crate) fn config(secrets: &[&str]) -> LocalUrlsConfig {
    LocalUrlsConfig {
        place: "https://app.example.com/api/v1/objects".to_owned(),
        secrets: secrets.iter().map(|secret| Secret::new(*secret)).collect(),
    }
}

fn urls(secrets: &[&str]) -> LocalUrls {
    LocalUrls::new(config(secrets), source_at(Arc::new(FixedClock::default()))).unwrap()
}

fn download() -> Download {
    let file_name = "Grüße.pdf".to_owned();
    Download { key: key("a/ü b"), file_name, disposition: Disposition::Inline }
}

fn read(urls: &LocalUrls, query: &str) -> Option<Download> {
    urls.may_download(query)
}

async fn query(urls: &LocalUrls) -> String {
    let signed = urls.download(&download(), Duration::from_mins(5)).await;
    let url = signed.unwrap().url.expose().to_owned();
    url.strip_prefix("https://app.example.com/api/v1/objects?").unwrap().to_owned()
}

#[tokio::test]
async fn what_was_signed_is_known_again_after_a_restart() {
    let query = query(&urls(&[SECRET])).await;
    assert_eq!(read(&urls(&[SECRET]), &query), Some(download()));
}

#[tokio::test]
async fn secrets_are_changed_with_an_overlap() {
    let (old, both, new) = (urls(&[SECRET]), urls(&[OTHER, SECRET]), urls(&[OTHER]));
    let signed_before = query(&old).await;
    assert!(read(&both, &signed_before).is_some() && read(&new, &signed_before).is_none());
    let signed_since = query(&both).await;
    assert!(read(&new, &signed_since).is_some() && read(&old, &signed_since).is_none());
}

#[test]
fn a_query_of_somebody_else_is_refused_whatever_it_is() {
    let urls = urls(&[SECRET]);
    let long = "signature=".to_owned() + &"a".repeat(100_000);
    for query in
        ["", "key=a", "%", "key=a&expires=1&signature=&disposition=inline&name=", &long, "é=ü&&&===="]
    {
        assert_eq!(read(&urls, query), None, "{query:.100}");
        assert_eq!(urls.may_upload(query, "text/plain", 1), None, "{query:.100}");
    }
}

#[test]
fn everything_that_is_wrong_with_the_settings_is_said() {
    let bad = LocalUrlsConfig { place: "app.example.com?x".to_owned(), ..config(&["short"]) };
    assert_eq!(bad.check().unwrap_err().rules().len(), 2);
    assert_eq!(config(&[]).check().unwrap_err().rules(), ["there is a secret"]);
    assert!(!format!("{bad:?}").contains("short"));
}
