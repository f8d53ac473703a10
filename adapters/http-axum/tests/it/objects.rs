//! Objects behind signed URLs, served by us.

mod transfers;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use http_body_util::BodyExt as _;
use saaskit_conformance::fixtures::FixedClock;
use saaskit_conformance::signed_urls::{Got, Sent, SignedUrlsHarness, Stranger};
use saaskit_conformance::storage::{StorageHarness, key, object, pattern};
use saaskit_http_axum::objects;
use saaskit_kernel::{Disposition, Download, NewObject, SignedUrls as _, Storage as _, Upload};
use saaskit_memory::MemoryStorage;
use tower::ServiceExt as _;

use crate::world::{Answer, Ask, Plan, World};

/// A node that serves objects.
struct Place {
    world: World,
    clock: Arc<FixedClock>,
    storage: Arc<MemoryStorage>,
}

impl Place {
    async fn new() -> Self {
        Self::with(Plan::default()).await
    }

    async fn with(plan: Plan) -> Self {
        let world = World::with(plan).await;
        Self { clock: world.clock.clone(), storage: world.files.clone(), world }
    }

    /// The same with an object of ten digits, and the URL of it.
    async fn with_digits() -> (Self, String) {
        let place = Self::new().await;
        place.storage.put(object("a", "0123456789")).await.unwrap();
        let url = place.download("a").await;
        (place, url)
    }

    async fn download(&self, at: &str) -> String {
        let (file_name, disposition) = ("Grüße.txt".to_owned(), Disposition::Inline);
        let download = Download { key: key(at), file_name, disposition };
        let signed = self.storage.download(&download, Duration::from_mins(5)).await;
        signed.unwrap().url.expose().to_owned()
    }

    async fn upload(&self, at: &str, length: u64) -> String {
        let upload = Upload { key: key(at), content_type: "image/png".to_owned(), length, sha256: None };
        let signed = self.storage.upload(&upload, Duration::from_mins(5)).await;
        signed.unwrap().url.expose().to_owned()
    }

    fn put(&self, url: &str, length: u64) -> Ask {
        let ask = self.world.ask("PUT", url).header("content-type", "image/png");
        ask.header("content-length", &length.to_string())
    }
}

/// Whoever has a URL and no credential.
#[derive(Debug)]
struct Somebody(Router);

#[async_trait]
impl Stranger for Somebody {
    async fn send(&self, Sent { method, url, headers, body }: Sent<'_>) -> Got {
        let mut request = Request::builder().method(method).uri(url).header("content-length", body.len());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 7], 50_000))));
        let (parts, body) = self.0.clone().oneshot(request).await.unwrap().into_parts();
        let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value)));
        let (status, headers) = (parts.status.as_u16(), headers.collect());
        Got { status, headers, body: body.collect().await.unwrap().to_bytes() }
    }
}

async fn signed_urls() -> SignedUrlsHarness {
    let Place { world, clock, storage } = Place::new().await;
    SignedUrlsHarness {
        urls: storage.clone(),
        storage: StorageHarness::of(storage),
        stranger: Arc::new(Somebody(world.router)),
        time: clock,
        secret: "there is none",
    }
}

saaskit_conformance::signed_urls_suite!(super::signed_urls());

#[tokio::test]
async fn an_object_is_given_out_so_that_it_can_do_nothing() {
    let (place, url) = Place::with_digits().await;
    let answer = place.world.get(&url).send().await.expect(200);
    assert_eq!(answer.body, "0123456789");
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", "10"),
        ("content-disposition", "inline; filename=\"Gr__e.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"),
        ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store, max-age=0"),
        ("accept-ranges", "bytes"),
        ("content-encoding", ""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let head = place.world.ask("HEAD", &url).send().await.expect(200);
    assert_eq!((head.body.as_str(), head.header("content-length")), ("", "10"));
}

#[tokio::test]
async fn a_url_that_was_not_signed_is_a_problem_that_tells_nothing() {
    let (place, url) = Place::with_digits().await;
    for forged in [format!("{url}0"), objects::PATH.to_owned(), format!("{}?a", objects::PATH)] {
        let answer = place.world.get(&forged).send().await.expect(403);
        assert_eq!(answer.problem(), "SIGNED_URL_REFUSED");
        assert_eq!(answer.json()["instance"], objects::PATH, "the query may hold a signature");
    }
    let gone = place.download("gone").await;
    assert_eq!(place.world.get(&gone).send().await.expect(404).problem(), "NOT_FOUND");
    place.clock.advance(Duration::from_mins(5));
    assert_eq!(place.world.get(&url).send().await.expect(403).problem(), "SIGNED_URL_REFUSED");
}

async fn range(place: &Place, url: &str, range: &str) -> Answer {
    place.world.get(url).header("range", range).header("accept-encoding", "gzip").send().await
}

#[tokio::test]
async fn a_range_is_given_as_one() {
    let (place, url) = Place::with_digits().await;
    for (asked, body, said) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=0-99", "0123456789", "bytes 0-9/10"),
    ] {
        let answer = range(&place, &url, asked).await.expect(206);
        assert_eq!((answer.body.as_str(), answer.header("content-range")), (body, said));
        assert_eq!(answer.header("content-length"), body.len().to_string());
        assert_eq!(answer.header("content-encoding"), "");
    }
    for ignored in ["bytes=0-1,3-4", "lines=1-2", "bytes=4-2"] {
        let answer = range(&place, &url, ignored).await.expect(200);
        assert_eq!((answer.body.as_str(), answer.header("content-range")), ("0123456789", ""));
    }
}

#[tokio::test]
async fn a_range_outside_of_the_object_is_refused_with_its_length() {
    let (place, url) = Place::with_digits().await;
    for outside in ["bytes=10-", "bytes=50-60", "bytes=-0"] {
        let answer = range(&place, &url, outside).await.expect(416);
        assert_eq!(answer.problem(), "RANGE_OUTSIDE");
        assert_eq!(answer.header("content-range"), "bytes */10");
    }
}

#[tokio::test]
async fn the_rest_of_another_object_is_not_taken_for_the_rest_of_this_one() {
    let (place, url) = Place::with_digits().await;
    let tag = place.world.get(&url).send().await.header("etag").to_owned();
    let rest = || place.world.get(&url).header("range", "bytes=5-").header("if-range", &tag).send();
    assert_eq!(rest().await.expect(206).body, "56789");
    place.storage.put(object("a", "replaced")).await.unwrap();
    assert_eq!(rest().await.expect(200).body, "replaced");
}

#[tokio::test]
async fn an_upload_may_be_larger_than_other_bodies() {
    let place = Place::new().await;
    let bytes = pattern(3 * 1024 * 1024);
    let length = bytes.len() as u64;
    let url = place.upload("large", length).await;
    place.put(&url, length).body(bytes.clone()).await.expect(204);
    let info = place.storage.head(&key("large")).await.unwrap().unwrap();
    assert_eq!((info.length, info.content_type.as_str()), (length, "image/png"));
}

#[tokio::test]
async fn an_upload_brings_as_many_bytes_as_it_says() {
    let place = Place::new().await;
    let url = place.upload("a", 5).await;
    for body in ["hell", "hello!"] {
        let answer = place.put(&url, 5).body(body).await.expect(422);
        assert_eq!(answer.problem(), "UPLOAD_REFUSED");
    }
    let unsaid = place.world.ask("PUT", &url).header("content-type", "image/png").body("hello").await;
    assert_eq!(unsaid.expect(403).problem(), "SIGNED_URL_REFUSED");
    assert!(place.storage.head(&key("a")).await.unwrap().is_none());
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let place = Place::new().await;
    let url = place.upload("a", 10).await;
    let lost = [Ok("01234"), Err(std::io::Error::other("lost"))];
    let body = Body::from_stream(futures_util::stream::iter(lost));
    assert_eq!(place.put(&url, 10).body(body).await.expect(422).problem(), "UPLOAD_REFUSED");
    assert!(place.storage.head(&key("a")).await.unwrap().is_none());
}

#[tokio::test]
async fn an_object_that_is_json_is_given_as_it_was_put() {
    let place = Place::new().await;
    let json = NewObject { content_type: "application/json".to_owned(), ..object("a", "{ \"a\" : 1 }") };
    let info = place.storage.put(json).await.unwrap();
    let url = place.download("a").await;
    let answer = place.world.get(&url).send().await.expect(200);
    assert_eq!(answer.body, "{ \"a\" : 1 }");
    let digits: Vec<String> = info.sha256.iter().flatten().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(answer.header("etag"), format!("\"{}\"", digits.concat()));
}
