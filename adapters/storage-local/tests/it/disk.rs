use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use futures_util::{FutureExt as _, StreamExt as _, stream};
use saaskit_conformance::fixtures;
use saaskit_conformance::storage::{key, object, pattern, read};
use saaskit_kernel::{ErrorKind, NewObject, Over, Source, Storage as _};
use saaskit_storage_local::LocalStorage;
use tempfile::TempDir;

/// A storage, and the folder it is in.
struct World {
    folder: TempDir,
    storage: LocalStorage,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage = LocalStorage::open(folder.path(), fixtures::source()).unwrap();
        Self { folder, storage }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn names(&self, path: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(path)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    async fn put(&self, at: &str, bytes: &'static str) {
        self.storage.put(object(at, bytes)).await.unwrap();
    }

    async fn content(&self, at: &str) -> Option<Vec<u8>> {
        match self.storage.get(&key(at), None).await.unwrap() {
            Some(object) => Some(read(object).await),
            None => None,
        }
    }
}

#[tokio::test]
async fn an_object_may_lie_where_others_lie_below() {
    let world = World::new();
    for at in ["a", "a/b", "a/b/c", "a.d/b", "a.d", "a.o"] {
        world.put(at, "x").await;
    }
    let all = world.storage.list(None, None, 10).await.unwrap();
    assert_eq!(all, ["a", "a.d", "a.d/b", "a.o", "a/b", "a/b/c"].map(key));
    world.storage.remove(&key("a")).await.unwrap();
    assert_eq!(world.content("a/b/c").await.unwrap(), b"x");
}

#[tokio::test]
async fn the_longest_keys_have_a_place() {
    let world = World::new();
    let deep = ["x"; 512].join("/");
    let long = [&*"ä".repeat(125); 4].join("/");
    for at in [&deep, &long] {
        world.storage.put(object(at, "x")).await.unwrap();
        assert_eq!(world.content(at).await.unwrap(), b"x");
    }
    assert_eq!(world.storage.list(None, None, 10).await.unwrap(), [key(&deep), key(&long)]);
}

#[tokio::test]
async fn what_is_stored_is_for_its_owner_only() {
    let world = World::new();
    world.put("a/b", "x").await;
    for (path, mode) in [("", 0o700), ("objects", 0o700), ("objects/a.d", 0o700), ("objects/a.d/b.o", 0o600)]
    {
        let found = fs::metadata(world.path(path)).unwrap().permissions().mode() & 0o777;
        // The folder itself was there before.
        assert!(found == mode || path.is_empty(), "{path} is {found:o}");
    }
}

#[tokio::test]
async fn a_folder_that_leads_elsewhere_is_not_followed() {
    let (world, outside) = (World::new(), World::new());
    outside.put("secret", "hidden").await;
    symlink(outside.path("objects"), world.path("objects/a.d")).unwrap();
    world.put("b", "x").await;
    let refused = world.storage.get(&key("a/secret"), None).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unexpected, "{refused:?}");
    assert!(world.storage.head(&key("a/secret")).await.is_err());
    assert!(world.storage.put(object("a/new", "x")).await.is_err());
    assert!(world.storage.remove(&key("a/secret")).await.is_err());
    assert!(world.storage.list(Some(&key("a")), None, 10).await.is_err());
    assert_eq!(world.storage.list(None, None, 10).await.unwrap(), [key("b")]);
    assert_eq!(outside.names("objects"), ["secret.o"]);
    assert_eq!(outside.content("secret").await.unwrap(), b"hidden");
}

#[tokio::test]
async fn a_file_that_leads_elsewhere_is_neither_read_nor_written() {
    let (world, outside) = (World::new(), World::new());
    outside.put("secret", "hidden").await;
    world.put("a/b", "x").await;
    let (target, link) = (outside.path("objects/secret.o"), world.path("objects/secret.o"));
    symlink(&target, &link).unwrap();
    assert!(world.storage.get(&key("secret"), None).await.is_err());
    assert!(world.storage.copy(&key("secret"), &key("c")).await.is_err());
    assert_eq!(world.storage.list(None, None, 10).await.unwrap(), [key("a/b")]);
    assert!(world.storage.put(object("secret", "mine")).await.is_err());
    world.storage.remove(&key("secret")).await.unwrap();
    assert!(fs::symlink_metadata(&link).is_err(), "the link is gone");
    assert_eq!(outside.content("secret").await.unwrap(), b"hidden");
}

#[tokio::test]
async fn folders_go_with_their_last_object_and_no_put_is_lost_by_that() {
    let world = World::new();
    world.put("a/b/c/d", "x").await;
    world.put("a/e", "x").await;
    world.storage.remove(&key("a/b/c/d")).await.unwrap();
    assert_eq!(world.names("objects/a.d"), ["e.o"]);
    let storage = world.storage.clone();
    let removing = tokio::spawn(async move {
        for _ in 0..200 {
            storage.remove(&key("x/y/z/1")).await.unwrap();
        }
    });
    for _ in 0..200 {
        world.put("x/y/z/1", "1").await;
        world.put("x/y/z/2", "2").await;
        assert_eq!(world.content("x/y/z/2").await.unwrap(), b"2");
        world.storage.remove(&key("x/y/z/2")).await.unwrap();
    }
    removing.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_while_others_put_sees_one_whole_object() {
    let world = World::new();
    let bytes = |letter: char| letter.to_string().repeat(300_000);
    world.storage.put(object("a", bytes('z'))).await.unwrap();
    let putting = ['a', 'b', 'c', 'd'].map(|letter| {
        let storage = world.storage.clone();
        tokio::spawn(async move {
            for _ in 0..10 {
                storage.put(object("a", bytes(letter))).await.unwrap();
            }
        })
    });
    for _ in 0..40 {
        let object = world.storage.get(&key("a"), None).await.unwrap().unwrap();
        let read = String::from_utf8(read(object).await).unwrap();
        assert_eq!(read, bytes(read.chars().next().unwrap()));
    }
    for one in putting {
        one.await.unwrap();
    }
    assert_eq!(world.names("drafts"), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_put_over_the_same_one_does_and_none_leaves_anything() {
    let world = World::new();
    for round in 0..20 {
        let over = match round % 2 {
            0 => Over::Nothing,
            _ => Over::Tag(world.storage.put(object("a/b", "before")).await.unwrap().tag),
        };
        // Each node has a storage of its own on the same folder.
        let nodes: Vec<_> =
            (0..8).map(|_| LocalStorage::open(world.folder.path(), Source::system()).unwrap()).collect();
        let putting = nodes.into_iter().enumerate().map(|(n, storage)| {
            let over = over.clone();
            let put = async move { storage.put_over(object("a/b", n.to_string()), over).await.unwrap() };
            tokio::spawn(async move { put.await.map(|_| n.to_string()) })
        });
        let putting: Vec<_> = putting.collect();
        let mut stored = Vec::new();
        for one in putting {
            stored.extend(one.await.unwrap());
        }
        let there = String::from_utf8(world.content("a/b").await.unwrap()).unwrap();
        assert_eq!(stored, [there]);
        assert_eq!(world.names("drafts"), [""; 0]);
        world.storage.remove(&key("a/b")).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_that_was_cut_off_or_is_none_of_ours_is_not_given_out() {
    let world = World::new();
    world.put("a", "hello").await;
    let path = world.path("objects/a.o");
    let whole = fs::read(&path).unwrap();
    let no_line = vec![b'x'; 100_000];
    for broken in [&whole[..whole.len() - 1], &[&whole[..], b"x"].concat(), b"", b"hello", &no_line] {
        fs::write(&path, broken).unwrap();
        let error = world.storage.get(&key("a"), None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
    }
    world.put("a", "mended").await;
    assert_eq!(world.content("a").await.unwrap(), b"mended");
}

#[tokio::test]
async fn an_object_under_the_name_of_another_is_not_taken_for_it() {
    let world = World::new();
    world.put("a", "hello").await;
    fs::rename(world.path("objects/a.o"), world.path("objects/b.o")).unwrap();
    assert_eq!(world.content("b").await, None);
    assert!(world.storage.head(&key("b")).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_being_written_by_another_process_is_left_alone() {
    let world = World::new();
    let (told, stuck) = tokio::sync::oneshot::channel::<()>();
    let rest = stream::once(stuck.map(|_| Ok(bytes::Bytes::from_static(b"world"))));
    let begun = stream::once(async { Ok(pattern(600_000)) });
    let body = begun.chain(rest).boxed();
    let slow = NewObject { length: 600_005, body, ..object("a", "") };
    let storage = world.storage.clone();
    let putting = tokio::spawn(async move { storage.put(slow).await });
    while world.names("drafts").is_empty() {
        tokio::task::yield_now().await;
    }
    fs::write(world.path("drafts/of-a-dead-one"), "half").unwrap();
    LocalStorage::open(world.folder.path(), fixtures::source()).unwrap();
    assert_eq!(world.names("drafts").len(), 1, "what is of a dead process is gone");
    told.send(()).unwrap();
    assert_eq!(putting.await.unwrap().unwrap().length, 600_005);
    assert_eq!(world.names("drafts"), [""; 0]);
}

#[tokio::test]
async fn a_folder_of_many_files_is_listed_page_by_page() {
    let world = World::new();
    let file = fs::read({
        world.put("a/0000", "x").await;
        world.path("objects/a.d/0000.o")
    });
    let file = file.unwrap();
    for n in 1..2500 {
        fs::write(world.path(&format!("objects/a.d/{n:04}.o")), &file).unwrap();
    }
    let all = world.storage.list(None, None, 10_000).await.unwrap();
    assert_eq!(all, (0..2500).map(|n| key(&format!("a/{n:04}"))).collect::<Vec<_>>());
    let page = world.storage.list(None, Some(&all[1999]), 100).await.unwrap();
    assert_eq!(page, all[2000..2100]);
}

#[tokio::test]
async fn a_disk_that_takes_nothing_says_so() {
    let world = World::new();
    world.storage.ping().await.unwrap();
    fs::remove_dir(world.path("drafts")).unwrap();
    let error = world.storage.ping().await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("drafts"), "{error:?}");
}
