use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_conformance::storage::{Meddled, key, object};
use saaskit_kernel::{
    Alarms, BehindBreaker, Breaker, BreakerSettings, BreakerState, Clock, ErrorKind, NewObject, PortError,
    Storage,
};
use saaskit_memory::MemoryStorage;

use crate::alarms::waiting;

/// A storage that can be away, behind a breaker.
struct World {
    clock: Arc<FixedClock>,
    alarms: Alarms,
    breaker: Breaker,
    is_away: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<&'static str>>>,
    storage: BehindBreaker<dyn Storage>,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::default());
        let (alarms, settings) = (Alarms::default(), BreakerSettings::default());
        let breaker = Breaker::new("storage", settings, source_at(clock.clone()), alarms.clone());
        let (is_away, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (away, calls) = (is_away.clone(), asked.clone());
        let memory = Arc::new(MemoryStorage::new(clock.clone() as Arc<dyn Clock>, "memory:"));
        let bucket = Meddled::new(memory, move |call| {
            calls.lock().unwrap().push(call);
            let away = away.load(Ordering::SeqCst).then(|| PortError::new(ErrorKind::Unavailable, "bucket"));
            std::future::ready(away.map_or(Ok(()), Err)).boxed()
        });
        let storage = BehindBreaker::<dyn Storage>::new(Arc::new(bucket), breaker.clone());
        Self { clock, alarms, breaker, is_away, asked, storage }
    }

    /// The bucket goes, and is found to be away.
    async fn loses_it(&self) {
        self.is_away.store(true, Ordering::SeqCst);
        for _ in 0..3 {
            self.storage.head(&key("a")).await.unwrap_err();
        }
        assert_eq!(self.breaker.state(), BreakerState::Open);
    }

    /// It is back, and may be asked again.
    fn finds_it(&self) {
        self.is_away.store(false, Ordering::SeqCst);
        self.clock.advance(Duration::from_secs(2));
    }

    fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

#[tokio::test]
async fn a_bucket_that_is_away_is_not_asked_any_more_and_somebody_is_told() {
    let world = World::new();
    world.storage.put(object("a", "x")).await.unwrap();
    world.loses_it().await;
    assert_eq!(waiting(&world.alarms).len(), 1);
    assert_eq!(world.asked(), ["put", "head", "head", "head"]);
    assert!(world.storage.get(&key("a"), None).await.is_err());
    assert!(world.storage.put(object("b", "x")).await.unwrap_err().retry_after().is_some());
    assert_eq!(world.asked(), [""; 0]);
    world.finds_it();
    assert!(world.storage.head(&key("a")).await.unwrap().is_some());
    assert_eq!(world.breaker.state(), BreakerState::Closed);
}

#[tokio::test]
async fn whoever_sends_a_broken_body_does_not_close_the_storage_to_others() {
    let world = World::new();
    for kind in [ErrorKind::Unavailable, ErrorKind::TimedOut, ErrorKind::Invalid, ErrorKind::Unavailable] {
        let lost = stream::once(async move { Err(PortError::new(kind, "client")) }).boxed();
        let broken = NewObject { length: 10, body: lost, ..object("a", "") };
        assert_eq!(world.storage.put(broken).await.unwrap_err().kind(), kind);
    }
    assert_eq!(world.breaker.state(), BreakerState::Closed);
}

#[tokio::test]
async fn an_upload_that_takes_for_ever_does_not_keep_others_from_a_storage_that_is_back() {
    let world = World::new();
    world.loses_it().await;
    world.finds_it();
    let _ = world.asked();
    let endless = NewObject { length: 10, body: stream::pending().boxed(), ..object("a", "") };
    let mut putting = std::pin::pin!(world.storage.put(endless));
    assert!(putting.as_mut().now_or_never().is_none());
    assert_eq!(world.asked(), ["ping", "put"]);
    assert!(world.storage.head(&key("a")).await.unwrap().is_none());
}
