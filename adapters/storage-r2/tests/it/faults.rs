use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use saaskit_conformance::storage::{key, object, pattern, read};
use saaskit_kernel::{ErrorKind, NewObject, Storage as _};
use saaskit_peers::Bucket;
use saaskit_storage_r2::R2Config;

use crate::server::{Trouble, Wire, config, storage, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_wire_that_is_cut_in_the_middle_leaves_the_object_as_it_was() {
    let server = Bucket::start().await.unwrap();
    let direct = storage(&config(server.address()));
    direct.put(object("a", "before")).await.unwrap();
    let wire = Wire::to(server.address(), Trouble::CutAfter(3_000_000)).await;
    let cut = storage(&config(wire.address));
    for length in [5_000_000, 12_000_000] {
        let error = cut.put(object("a", pattern(length))).await.unwrap_err();
        assert!(error.is_transient(), "{error:?}");
        let got = direct.get(&key("a"), None).await.unwrap().unwrap();
        assert_eq!(read(got).await, b"before");
    }
    assert!(wire.cuts.load(Ordering::SeqCst) >= 4, "each is tried again, so often and no oftener");
    until("the parts are taken back", || server.parts().is_empty()).await;
    assert_eq!(direct.list(None, None, 10).await.unwrap(), [key("a")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_put_that_is_dropped_are_taken_back() {
    let server = Bucket::start().await.unwrap();
    let storage = storage(&config(server.address()));
    let (told, stuck) = tokio::sync::oneshot::channel();
    let first = stream::once(async { Ok(pattern(9_000_000)) });
    let and_never_ends = stream::once(async move {
        let _ = told.send(());
        std::future::pending().await
    });
    let endless =
        NewObject { length: 20_000_000, body: first.chain(and_never_ends).boxed(), ..object("a", "") };
    let putting: Pin<Box<_>> = Box::pin(storage.put(endless));
    tokio::select! {
        answer = putting => panic!("{answer:?}"),
        _ = stuck => {}
    }
    assert!(storage.head(&key("a")).await.unwrap().is_none());
    until("the parts are taken back", || server.parts().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_says_nothing_is_not_waited_for_for_ever() {
    let server = Bucket::start().await.unwrap();
    let wire = Wire::to(server.address(), Trouble::Silence).await;
    let silent = R2Config { timeout: Duration::from_secs(1), ..config(wire.address) };
    let error = storage(&silent).ping().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut, "{error:?}");
    let put = storage(&silent).put(object("a", "x")).await.unwrap_err();
    assert_eq!(put.kind(), ErrorKind::TimedOut, "{put:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_unavailable() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = storage(&config(nobody)).ping().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error:?}");
}
