//! How many objects are under way at once, and for how long.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use http::{Request, Response};
use saaskit_conformance::storage::{Meddled, key, object, pattern};
use saaskit_http_axum::objects::{Pace, Transfers};
use saaskit_kernel::Storage as _;
use saaskit_memory::MemoryStorage;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use super::{Place, range};
use crate::world::{Answer, Ask, Plan};

async fn carrying(transfers: Transfers) -> Place {
    let mut plan = Plan::default();
    plan.settings.transfers = transfers;
    Place::with(plan).await
}

/// One of each at once.
async fn narrow() -> Place {
    carrying(Transfers { uploads: 1, downloads: 1, ..Transfers::default() }).await
}

/// An upload under way that brings nothing more.
async fn stuck_upload(place: &Place, url: &str) -> JoinHandle<Answer> {
    stuck(place.put(url, 5)).await
}

async fn stuck(ask: Ask) -> JoinHandle<Answer> {
    let (told, begun) = oneshot::channel();
    let begins = stream::once(async move {
        let _ = told.send(());
        Ok::<_, std::io::Error>("a")
    });
    let body = Body::from_stream(begins.chain(stream::pending()));
    let upload = tokio::spawn(ask.body(body));
    begun.await.unwrap();
    upload
}

async fn put(place: &Place, url: &str) -> Answer {
    place.put(url, 5).body("hello").await
}

/// Whoever left is noticed a moment later.
async fn put_at_last(place: &Place, url: &str) {
    loop {
        let answer = put(place, url).await;
        if !matches!(answer.status, 409 | 503) {
            answer.expect(204);
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_same_object_is_not_uploaded_twice_at_once() {
    let place = Place::new().await;
    let (url, another) = (place.upload("a", 5).await, place.upload("a", 5).await);
    let first = stuck_upload(&place, &url).await;
    for url in [&url, &another] {
        let answer = put(&place, url).await.expect(409);
        assert_eq!((answer.problem(), answer.header("retry-after")), ("UPLOAD_IN_FLIGHT".to_owned(), "5"));
    }
    put(&place, &place.upload("b", 5).await).await.expect(204);
    first.abort();
    for _ in 0..2 {
        put_at_last(&place, &url).await;
    }
}

#[tokio::test]
async fn whoever_leaves_does_not_open_the_object_to_another_upload_before_the_storage_has_ended_this_one() {
    let (begun, written) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (begins, writes) = (begun.clone(), written.clone());
    let slow = move |files: Arc<MemoryStorage>| {
        let meddle = move |call| {
            let (begins, writes) = (begins.clone(), writes.clone());
            async move {
                if call == "put" {
                    begins.add_permits(1);
                    writes.acquire().await.unwrap().forget();
                }
                Ok(())
            }
            .boxed()
        };
        Arc::new(Meddled::new(files, meddle)) as Arc<dyn saaskit_kernel::Storage>
    };
    let place = Place::with(Plan { files: Box::new(slow), ..Plan::default() }).await;
    let url = place.upload("a", 5).await;
    let first = tokio::spawn(place.put(&url, 5).body("hello"));
    begun.acquire().await.unwrap().forget();
    first.abort();
    let _ = first.await;
    assert_eq!(put(&place, &url).await.expect(409).problem(), "UPLOAD_IN_FLIGHT");
    written.add_permits(2);
    put_at_last(&place, &url).await;
}

#[tokio::test]
async fn no_more_uploads_are_taken_than_there_are_places() {
    let place = narrow().await;
    let (one, other) = (place.upload("a", 5).await, place.upload("b", 5).await);
    let first = stuck_upload(&place, &one).await;
    let answer = put(&place, &other).await.expect(503);
    assert_eq!((answer.problem(), answer.header("retry-after")), ("TRANSFERS_BUSY".to_owned(), "5"));
    first.abort();
    put_at_last(&place, &other).await;
}

/// Enough for two addresses, one of each for each.
async fn shared() -> Place {
    let (uploads, downloads) = (2, 2);
    let transfers =
        Transfers { uploads, uploads_of_one: 1, downloads, downloads_of_one: 1, ..Transfers::default() };
    carrying(transfers).await
}

#[tokio::test]
async fn one_address_takes_no_more_places_for_uploads_than_its_own() {
    let place = shared().await;
    let mut urls = Vec::new();
    for at in ["a", "b", "c"] {
        urls.push(place.upload(at, 5).await);
    }
    let first = stuck(place.put(&urls[0], 5).peer("2001:db8:1:2::1")).await;
    let answer = place.put(&urls[1], 5).peer("2001:db8:1:2:ffff::9").body("hello").await.expect(429);
    assert_eq!((answer.problem(), answer.header("retry-after")), ("TRANSFERS_LIMITED".to_owned(), "5"));
    place.put(&urls[1], 5).peer("2001:db8:1:3::1").body("hello").await.expect(204);
    let _second = stuck(place.put(&urls[1], 5).peer("192.0.2.8")).await;
    let answer = place.put(&urls[2], 5).peer("192.0.2.9").body("hello").await.expect(503);
    assert_eq!(answer.problem(), "TRANSFERS_BUSY", "the share of one is no claim to a place");
    first.abort();
    put_at_last(&place, &urls[2]).await;
}

#[tokio::test(start_paused = true)]
async fn one_address_that_reads_slowly_leaves_places_for_downloads_to_others() {
    let place = shared().await;
    place.storage.put(object("large", pattern(1_000_000))).await.unwrap();
    let url = place.download("large").await;
    let _first = unread(&place, &url).await;
    let answer = place.world.get(&url).send().await.expect(429);
    assert_eq!((answer.problem(), answer.header("retry-after")), ("TRANSFERS_LIMITED".to_owned(), "5"));
    place.world.get(&url).peer("192.0.2.8").send().await.expect(200);
    tokio::time::sleep(Duration::from_secs(61)).await;
    place.world.get(&url).send().await.expect(200);
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_does_not_go_on_is_ended_and_its_place_given_back() {
    let place = narrow().await;
    let url = place.upload("a", 5).await;
    let begun = tokio::time::Instant::now();
    let answer = stuck_upload(&place, &url).await.await.unwrap().expect(408);
    assert_eq!(answer.problem(), "UPLOAD_STALLED");
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert!(place.storage.head(&key("a")).await.unwrap().is_none());
    put(&place, &url).await.expect(204);
}

/// A body of pieces that size, one in so much time.
fn pieces(length: usize, size: usize, each: Duration) -> Body {
    let starts = stream::iter((0..length).step_by(size));
    Body::from_stream(starts.then(move |at| async move {
        tokio::time::sleep(each).await;
        Ok::<_, std::io::Error>(vec![0; size.min(length - at)])
    }))
}

#[tokio::test(start_paused = true)]
async fn an_upload_has_more_time_than_other_requests_if_it_goes_on_and_not_for_ever() {
    let place = Place::new().await;
    let length = 10 * 1024 * 1024;
    let url = place.upload("a", length as u64).await;
    let begun = tokio::time::Instant::now();
    let slow = pieces(length, 17 * 1024, Duration::from_secs(1));
    place.put(&url, length as u64).body(slow).await.expect(204);
    assert!((600..640).contains(&begun.elapsed().as_secs()));
    let begun = tokio::time::Instant::now();
    let dripping = pieces(length, 1, Duration::from_secs(1));
    let answer = place.put(&url, length as u64).body(dripping).await.expect(408);
    assert_eq!((answer.problem(), begun.elapsed().as_secs()), ("UPLOAD_STALLED".to_owned(), 30));
}

#[tokio::test]
async fn an_upload_whose_url_is_over_before_it_ends_is_refused() {
    let place = Place::new().await;
    let url = place.upload("a", 5).await;
    let clock = place.clock.clone();
    let slow = stream::iter(["he", "llo"]).map(move |piece| {
        clock.advance(Duration::from_mins(4));
        Ok::<_, std::io::Error>(piece)
    });
    let answer = place.put(&url, 5).body(Body::from_stream(slow)).await.expect(403);
    assert_eq!(answer.problem(), "SIGNED_URL_REFUSED");
    assert!(place.storage.head(&key("a")).await.unwrap().is_none());
}

/// An answer whose body nobody reads yet.
async fn unread(place: &Place, url: &str) -> Response<Body> {
    let mut request = Request::get(url).header("host", "localhost:8080").body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 50_000))));
    place.world.router.clone().oneshot(request).await.unwrap()
}

/// A place for one download, and the URL of a large object.
async fn with_large() -> (Place, String) {
    let place = narrow().await;
    place.storage.put(object("large", pattern(1_000_000))).await.unwrap();
    let url = place.download("large").await;
    (place, url)
}

#[tokio::test(start_paused = true)]
async fn a_download_that_nobody_reads_gives_its_place_back() {
    let (place, url) = with_large().await;
    let first = unread(&place, &url).await;
    assert_eq!(first.status(), 200);
    tokio::time::sleep(Duration::from_secs(59)).await;
    let busy = place.world.get(&url).send().await.expect(503);
    assert_eq!((busy.problem(), busy.header("retry-after")), ("TRANSFERS_BUSY".to_owned(), "5"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    place.world.get(&url).send().await.expect(200);
    let mut rest = first.into_body().into_data_stream();
    let mut taken = 0;
    let ended = loop {
        match rest.next().await {
            Some(Ok(piece)) => taken += piece.len(),
            ended => break ended,
        }
    };
    assert!(matches!(ended, Some(Err(_))) && taken < 1_000_000, "{taken} bytes are taken for all");
}

#[tokio::test(start_paused = true)]
async fn a_download_that_is_read_slowly_is_given_whole_and_one_that_is_left_is_forgotten() {
    let (place, url) = with_large().await;
    let mut body = unread(&place, &url).await.into_body().into_data_stream();
    let mut taken = 0;
    while let Some(piece) = body.next().await {
        taken += piece.unwrap().len();
        tokio::time::sleep(Duration::from_secs(50)).await;
    }
    assert_eq!(taken, 1_000_000);
    drop(unread(&place, &url).await);
    let begun = tokio::time::Instant::now();
    while place.world.get(&url).send().await.status == 503 {
        tokio::task::yield_now().await;
    }
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_stops_reading_does_not_keep_its_place_and_gets_no_whole_answer() {
    let slowest_download = Pace { bytes: 64 * 1024, within: Duration::from_millis(300) };
    let place = carrying(Transfers { downloads: 1, slowest_download, ..Transfers::default() }).await;
    // More than the buffers of both sides hold.
    let length = 64 * 1024 * 1024;
    place.storage.put(object("large", pattern(length))).await.unwrap();
    let url = place.download("large").await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = place.world.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(axum::serve(listener, service).into_future());
    let mut client = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {url} HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    client.readable().await.unwrap();

    place.storage.put(object("small", "x")).await.unwrap();
    let small = place.download("small").await;
    let waiting = async {
        while place.world.get(&small).bypassing().send().await.status == 503 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the place is given back");
    let mut answer = Vec::new();
    // It is cut off, one way or the other.
    let _ = client.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 200") && answer.len() < length, "{} bytes", answer.len());
}

/// An object of ten digits that somebody replaces before each of the next so many reads.
async fn replaced(times: usize, by: &'static str) -> (Place, String) {
    let restless = move |files: Arc<MemoryStorage>| {
        let (storage, left) = (files.clone(), Arc::new(AtomicUsize::new(times)));
        let meddle = move |call| {
            let (storage, left) = (storage.clone(), left.clone());
            async move {
                let n = left.load(Ordering::SeqCst);
                if call == "get" && n > 0 {
                    left.store(n - 1, Ordering::SeqCst);
                    storage.put(object("a", format!("{by}{n}"))).await?;
                }
                Ok(())
            }
            .boxed()
        };
        Arc::new(Meddled::new(files, meddle)) as Arc<dyn saaskit_kernel::Storage>
    };
    let place = Place::with(Plan { files: Box::new(restless), ..Plan::default() }).await;
    place.storage.put(object("a", "0123456789")).await.unwrap();
    let url = place.download("a").await;
    (place, url)
}

#[tokio::test]
async fn a_range_of_an_object_that_is_replaced_meanwhile_is_of_one_of_both() {
    let (place, url) = replaced(1, "a longer one ").await;
    let answer = range(&place, &url, "bytes=-3").await.expect(206);
    assert_eq!((answer.body.as_str(), answer.header("content-range")), ("e 1", "bytes 11-13/14"));
    let (place, url) = replaced(1, "short").await;
    let answer = range(&place, &url, "bytes=8-").await.expect(416);
    assert_eq!(answer.header("content-range"), "bytes */6");
    let (place, url) = replaced(usize::MAX, "another").await;
    let answer = place.world.get(&url).header("range", "bytes=1-2").send().await.expect(503);
    assert_eq!((answer.problem(), answer.header("retry-after")), ("UNAVAILABLE".to_owned(), "1"));
}
