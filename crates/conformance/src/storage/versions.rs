//! What is put in the place of what, and which bytes are told of.

use bytes::Bytes;
use saaskit_kernel::{ObjectInfo, Over, Storage};

use super::{StorageHarness, as_usize, content, key, object, pattern, put, read, sha256};

/// A reader who is slower than the next put gets nothing of both.
pub async fn what_is_said_of_an_object_is_of_the_bytes_that_are_given(storage: StorageHarness) {
    let old = pattern(3_000_000);
    storage.put(object("a", old.clone())).await.unwrap();
    for range in [None, Some(1_500_000..3_000_000)] {
        let got = storage.get(&key("a"), range.clone()).await.unwrap().unwrap();
        put(&*storage, "a", "newer").await;
        let whole = 0..old.len() as u64;
        assert_eq!((got.info.length, got.info.sha256), (whole.end, Some(sha256(&old))));
        assert!(read(got).await == old[as_usize(&range.unwrap_or(whole))], "they are of another object");
        storage.put(object("a", old.clone())).await.unwrap();
    }
    put(&*storage, "a", "newer").await;
    let got = storage.get(&key("a"), Some(1..3)).await.unwrap().unwrap();
    assert_eq!((got.info.length, got.info.sha256), (5, Some(sha256(b"newer"))));
    assert_eq!(read(got).await, b"ew");
}

/// The same one from put, head and get, as a header can hold it.
pub async fn other_bytes_have_another_tag(storage: StorageHarness) {
    let mut tags = Vec::new();
    for bytes in
        [Bytes::new(), Bytes::from("one"), Bytes::from("two"), pattern(9_000_000), pattern(9_000_001)]
    {
        let stored = storage.put(object("a", bytes)).await.unwrap();
        let visible = |letter: u8| letter.is_ascii_graphic() && letter != b'"';
        assert!(!stored.tag.is_empty() && stored.tag.bytes().all(visible), "{}", stored.tag);
        assert_eq!(storage.head(&key("a")).await.unwrap().unwrap().tag, stored.tag);
        assert_eq!(storage.get(&key("a"), None).await.unwrap().unwrap().info.tag, stored.tag);
        assert!(!tags.contains(&stored.tag), "{tags:?}");
        tags.push(stored.tag);
    }
}

async fn put_over(storage: &dyn Storage, at: &str, bytes: &'static str, over: Over) -> Option<ObjectInfo> {
    storage.put_over(object(at, bytes), over).await.unwrap()
}

/// Whoever is second changes nothing and learns it.
pub async fn a_put_over_nothing_stores_only_where_nothing_lies(storage: StorageHarness) {
    let first = put_over(&*storage, "a/b", "the first", Over::Nothing).await.unwrap();
    assert_eq!(first.sha256, Some(sha256(b"the first")));
    assert_eq!(put_over(&*storage, "a/b", "the second", Over::Nothing).await, None);
    assert_eq!(content(&*storage, "a/b").await.unwrap(), b"the first");
    storage.remove(&key("a/b")).await.unwrap();
    assert!(put_over(&*storage, "a/b", "the third", Over::Nothing).await.is_some());
    assert_eq!(content(&*storage, "a/b").await.unwrap(), b"the third");
}

/// Neither over other bytes nor over none.
pub async fn a_put_over_a_tag_stores_only_in_its_place(storage: StorageHarness) {
    let first = put(&*storage, "a", "the first").await;
    let over = |of: &ObjectInfo| Over::Tag(of.tag.clone());
    let second = put_over(&*storage, "a", "the second", over(&first)).await.unwrap();
    assert_eq!(put_over(&*storage, "a", "the third", over(&first)).await, None);
    assert_eq!(content(&*storage, "a").await.unwrap(), b"the second");
    storage.remove(&key("a")).await.unwrap();
    assert_eq!(put_over(&*storage, "a", "the third", over(&second)).await, None);
    assert_eq!(content(&*storage, "a").await, None);
}

/// However it is put together.
pub async fn a_large_put_over_something_else_changes_nothing(storage: StorageHarness) {
    let (before, large) = (put(&*storage, "a", "before").await, pattern(9_000_000));
    let put_large = async |over| storage.put_over(object("a", large.clone()), over).await.unwrap();
    for over in [Over::Nothing, Over::Tag("0123456789abcdef0123456789abcdef".to_owned())] {
        assert_eq!(put_large(over).await, None);
        assert_eq!(content(&*storage, "a").await.unwrap(), b"before");
    }
    let stored = put_large(Over::Tag(before.tag)).await.unwrap();
    assert_eq!(stored.sha256, Some(sha256(&large)));
    storage.remove(&key("a")).await.unwrap();
    assert!(put_large(Over::Nothing).await.is_some());
    assert!(content(&*storage, "a").await.unwrap() == large, "it came back as something else");
}
