use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use saaskit_conformance::fixtures::FixedClock;
use saaskit_conformance::signed_urls::{OwnServer, SignedUrlsHarness};
use saaskit_conformance::storage::{Meddled, StorageHarness, key, object, read};
use saaskit_kernel::{
    Disposition, Download, Fate, Migrated, MovingStorage, NewObject, ObjectInfo, ObjectKey, Over, PortError,
    SignedUrls as _, Storage, StorageMigration, StoragePlace, StoredObject, Upload,
};
use saaskit_memory::MemoryStorage;

fn storage() -> Arc<MemoryStorage> {
    Arc::new(MemoryStorage::new(Arc::new(FixedClock::default()), "memory:"))
}

fn signed_urls() -> SignedUrlsHarness {
    let clock = Arc::new(FixedClock::default());
    let storage = Arc::new(MemoryStorage::new(clock.clone(), "memory:"));
    SignedUrlsHarness {
        urls: storage.clone(),
        stranger: Arc::new(OwnServer { verifier: storage.clone(), storage: storage.clone() }),
        storage: StorageHarness::of(storage),
        time: clock,
        secret: "there is none",
    }
}

saaskit_conformance::storage_suite!(std::future::ready(super::StorageHarness::of(super::storage())));
saaskit_conformance::signed_urls_suite!(std::future::ready(super::signed_urls()));

#[tokio::test]
async fn an_object_may_lie_where_others_lie_below() {
    let storage = storage();
    for at in ["a", "a/b", "a/b/c"] {
        storage.put(object(at, at)).await.unwrap();
    }
    assert_eq!(storage.list(None, None, 10).await.unwrap(), ["a", "a/b", "a/b/c"].map(key));
    assert_eq!(storage.list(Some(&key("a")), None, 10).await.unwrap(), ["a/b", "a/b/c"].map(key));
}

/// Two storages while objects move from the one to the other.
struct Move {
    clock: Arc<FixedClock>,
    from: Arc<MemoryStorage>,
    to: Arc<MemoryStorage>,
    both: Arc<MovingStorage>,
}

impl Move {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::default());
        let storage = |place: &str| Arc::new(MemoryStorage::new(clock.clone(), place));
        let (from, to) = (storage("old:"), storage("new:"));
        let place = |of: &Arc<MemoryStorage>| StoragePlace { storage: of.clone(), urls: of.clone() };
        let both = Arc::new(MovingStorage { to: place(&to), from: place(&from) });
        Self { clock, from, to, both }
    }

    /// The same, with these objects where they come from.
    async fn of(objects: &[&'static str]) -> Self {
        let this = Self::new();
        for at in objects {
            this.from.put(object(at, *at)).await.unwrap();
        }
        this
    }

    async fn migrate(&self, delete_source: bool) -> Migrated {
        let migration = StorageMigration { from: self.from.clone(), to: self.to.clone(), delete_source };
        migration.run(|_, _, _| {}).await.unwrap()
    }
}

async fn content(storage: &dyn Storage, at: &str) -> Option<String> {
    let object = storage.get(&key(at), None).await.unwrap()?;
    Some(String::from_utf8(read(object).await).unwrap())
}

async fn keys(storage: &dyn Storage) -> Vec<ObjectKey> {
    storage.list(None, None, 10_000).await.unwrap()
}

mod moving {
    saaskit_conformance::storage_suite!(std::future::ready(super::super::StorageHarness::of(
        super::super::Move::new().both
    )));
}

#[tokio::test]
async fn what_has_not_moved_yet_is_read_where_it_was_and_what_is_new_is_put_where_it_goes() {
    let moving = Move::of(&["a", "b"]).await;
    let both = &*moving.both;
    both.put(object("b", "newer")).await.unwrap();
    both.put(object("c", "new")).await.unwrap();
    for (at, expected) in [("a", "a"), ("b", "newer"), ("c", "new")] {
        assert_eq!(content(both, at).await.as_deref(), Some(expected));
        assert_eq!(both.head(&key(at)).await.unwrap().unwrap().length, expected.len() as u64);
    }
    assert_eq!(keys(both).await, ["a", "b", "c"].map(key));
    assert_eq!(both.list(None, None, 2).await.unwrap(), ["a", "b"].map(key));
    assert_eq!(keys(&*moving.from).await, ["a", "b"].map(key), "nothing new is put where objects come from");
    assert!(both.copy(&key("a"), &key("d")).await.unwrap());
    assert_eq!(keys(&*moving.to).await, ["b", "c", "d"].map(key));
}

#[tokio::test]
async fn what_is_removed_while_objects_move_is_gone_from_both_places() {
    let moving = Move::of(&["a"]).await;
    moving.both.put(object("a", "newer")).await.unwrap();
    moving.both.remove(&key("a")).await.unwrap();
    assert_eq!((keys(&*moving.from).await, keys(&*moving.to).await), (vec![], vec![]));
}

#[tokio::test]
async fn a_url_leads_to_where_the_object_is_at_the_time() {
    let moving = Move::of(&["a"]).await;
    let lasts = Duration::from_mins(1);
    let download =
        Download { key: key("a"), file_name: "a".to_owned(), disposition: Disposition::Attachment };
    let url = async || moving.both.download(&download, lasts).await.unwrap().url.expose().to_owned();
    assert!(url().await.starts_with("old:"));
    moving.migrate(false).await;
    assert!(url().await.starts_with("new:"));
    let upload = Upload { key: key("b"), content_type: "image/png".to_owned(), length: 1, sha256: None };
    let signed = moving.both.upload(&upload, lasts).await.unwrap();
    assert!(signed.url.expose().starts_with("new:"));
}

#[tokio::test]
async fn a_migration_takes_all_over_and_is_not_done_twice() {
    let moving = Move::new();
    for n in 0..1203 {
        moving.from.put(object(&format!("a/{n}"), n.to_string())).await.unwrap();
    }
    let mut last = Migrated::default();
    let migration =
        StorageMigration { from: moving.from.clone(), to: moving.to.clone(), delete_source: false };
    let all = migration.run(|_, _, so_far| last = *so_far).await.unwrap();
    assert_eq!(all, Migrated { migrated: 1203, ..Migrated::default() });
    assert_eq!(last, all);
    let before = moving.from.get(&key("a/7"), None).await.unwrap().unwrap();
    let after = moving.to.get(&key("a/7"), None).await.unwrap().unwrap();
    assert_eq!(after.info.metadata, before.info.metadata);
    assert_eq!(read(after).await, read(before).await);
    assert_eq!(moving.migrate(false).await, Migrated { skipped: 1203, ..Migrated::default() });
    assert_eq!(keys(&*moving.from).await.len(), 1203, "it is there until it is asked to be removed");
}

#[tokio::test]
async fn a_migration_removes_only_what_it_read_back() {
    let moving = Move::of(&["a", "b", "c"]).await;
    moving.to.put(object("a", "a")).await.unwrap();
    moving.clock.advance(Duration::from_secs(1));
    moving.to.put(object("b", "something newer")).await.unwrap();
    let all = moving.migrate(true).await;
    assert_eq!(all, Migrated { migrated: 1, skipped: 2, failed: 0, deleted: 2 });
    assert_eq!(keys(&*moving.from).await, [key("b")]);
    assert_eq!(content(&*moving.to, "b").await.as_deref(), Some("something newer"));
}

#[tokio::test]
async fn what_is_older_where_it_goes_is_replaced() {
    let moving = Move::new();
    moving.to.put(object("a", "of an earlier try")).await.unwrap();
    moving.clock.advance(Duration::from_secs(1));
    moving.from.put(object("a", "what counts")).await.unwrap();
    assert_eq!(moving.migrate(false).await.migrated, 1);
    assert_eq!(content(&*moving.to, "a").await.as_deref(), Some("what counts"));
}

/// Runs the migration of an object, and before a call to where it goes puts something newer there.
async fn migrate_while_somebody_puts(moving: &Move, before: &'static str) -> Migrated {
    let (there, clock) = (moving.to.clone(), moving.clock.clone());
    let to = Meddled::new(moving.to.clone(), move |call| {
        let (there, clock) = (there.clone(), clock.clone());
        async move {
            if call == before && content(&*there, "a").await.as_deref() != Some("newer") {
                clock.advance(Duration::from_secs(1));
                there.put(object("a", "newer")).await?;
            }
            Ok(())
        }
        .boxed()
    });
    let migration = StorageMigration { from: moving.from.clone(), to: Arc::new(to), delete_source: true };
    migration.run(|_, _, _| {}).await.unwrap()
}

#[tokio::test]
async fn what_is_put_while_an_object_moves_is_not_replaced_by_the_older_one() {
    for before in ["head", "put"] {
        for lies_there in [false, true] {
            let moving = Move::new();
            if lies_there {
                moving.to.put(object("a", "older")).await.unwrap();
                moving.clock.advance(Duration::from_secs(1));
            }
            moving.from.put(object("a", "old")).await.unwrap();
            let all = migrate_while_somebody_puts(&moving, before).await;
            assert_eq!(all, Migrated { skipped: 1, ..Migrated::default() }, "{before} {lies_there}");
            assert_eq!(content(&*moving.to, "a").await.as_deref(), Some("newer"));
            assert_eq!(content(&*moving.from, "a").await.as_deref(), Some("old"), "nobody read it back");
        }
    }
}

#[tokio::test]
async fn what_moves_between_two_looks_is_found() {
    let moving = Move::of(&["a"]).await;
    let (from, to) = (moving.from.clone(), moving.to.clone());
    // It is taken over, and removed where it was, just before it is looked for there.
    let moves = Meddled::new(moving.from.clone(), move |_| {
        let migration = StorageMigration { from: from.clone(), to: to.clone(), delete_source: true };
        async move { migration.run(|_, _, _| {}).await.map(drop) }.boxed()
    });
    let place = |storage: Arc<dyn Storage>| StoragePlace { storage, urls: moving.to.clone() };
    let both = MovingStorage { to: place(moving.to.clone()), from: place(Arc::new(moves)) };
    let go_back = async || {
        moving.to.remove(&key("a")).await.unwrap();
        moving.from.put(object("a", "a")).await.unwrap();
    };
    assert_eq!(content(&both, "a").await.as_deref(), Some("a"));
    go_back().await;
    assert!(both.head(&key("a")).await.unwrap().is_some());
    go_back().await;
    assert_eq!(keys(&both).await, [key("a")]);
    go_back().await;
    assert!(both.copy(&key("a"), &key("b")).await.unwrap());
}

#[tokio::test]
async fn of_many_who_put_over_nothing_one_does() {
    let storage = storage();
    let putting = (0..20).map(|n: u32| {
        let storage = storage.clone();
        async move { storage.put_over(object("a", n.to_string()), Over::Nothing).await.unwrap() }
    });
    let stored = futures_util::future::join_all(putting).await;
    assert_eq!(stored.iter().flatten().count(), 1);
}

/// Gives back other bytes than it was given, for one key.
#[derive(Debug)]
struct Rotten(Arc<MemoryStorage>);

#[async_trait]
impl Storage for Rotten {
    async fn put_over(&self, object: NewObject, over: Over) -> Result<Option<ObjectInfo>, PortError> {
        self.0.put_over(object, over).await
    }

    async fn get(
        &self,
        key: &ObjectKey,
        range: Option<Range<u64>>,
    ) -> Result<Option<StoredObject>, PortError> {
        let got = self.0.get(key, range).await?;
        let other = |mut got: StoredObject| {
            if key.as_str() == "rotten" {
                got.body = object("x", "rotteN").body;
            }
            got
        };
        Ok(got.map(other))
    }

    async fn head(&self, key: &ObjectKey) -> Result<Option<ObjectInfo>, PortError> {
        self.0.head(key).await
    }

    async fn remove(&self, key: &ObjectKey) -> Result<(), PortError> {
        self.0.remove(key).await
    }

    async fn list(
        &self,
        prefix: Option<&ObjectKey>,
        after: Option<&ObjectKey>,
        limit: usize,
    ) -> Result<Vec<ObjectKey>, PortError> {
        self.0.list(prefix, after, limit).await
    }

    async fn copy(&self, from: &ObjectKey, to: &ObjectKey) -> Result<bool, PortError> {
        self.0.copy(from, to).await
    }

    async fn ping(&self) -> Result<(), PortError> {
        self.0.ping().await
    }
}

#[tokio::test]
async fn what_comes_back_as_something_else_fails_and_stays_where_it_was() {
    let moving = Move::of(&["a", "rotten"]).await;
    let to = Arc::new(Rotten(moving.to.clone()));
    let migration = StorageMigration { from: moving.from.clone(), to, delete_source: true };
    let mut failed = Vec::new();
    let note = |key: &ObjectKey, fate: &Fate, _: &Migrated| {
        if let Fate::Failed(_) = fate {
            failed.push(key.clone());
        }
    };
    let all = migration.run(note).await.unwrap();
    assert_eq!(all, Migrated { migrated: 1, skipped: 0, failed: 1, deleted: 1 });
    assert_eq!((failed, keys(&*moving.from).await), (vec![key("rotten")], vec![key("rotten")]));

    let from = Arc::new(Rotten(moving.from.clone()));
    let moving = Move::new();
    let migration = StorageMigration { from, to: moving.to.clone(), delete_source: false };
    assert_eq!(migration.run(|_, _, _| {}).await.unwrap(), Migrated { failed: 1, ..Migrated::default() });
    assert_eq!(keys(&*moving.to).await, [], "what can't be read whole is not taken over");
}
