//! What a storage of files must do; see [`saaskit_kernel::Storage`].

mod meddled;
mod versions;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::{Deref, Range};
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use saaskit_kernel::{Bytestream, ErrorKind, Measure, NewObject, ObjectInfo, ObjectKey, PortError, Storage};

pub use crate::fixtures::read;
pub use meddled::Meddled;
pub use versions::*;

/// A storage under test, and what has to be there for as long as it is.
#[derive(Debug, Clone)]
pub struct StorageHarness {
    storage: Arc<dyn Storage>,
    #[expect(dead_code, reason = "it is there to be dropped last")]
    kept: Option<Arc<dyn fmt::Debug + Send + Sync>>,
}

impl StorageHarness {
    /// That storage, which is empty.
    pub fn of(storage: Arc<dyn Storage>) -> Self {
        Self { storage, kept: None }
    }

    /// The same, keeping what would end the backend with it: a folder, a server.
    #[must_use]
    pub fn keeping(self, kept: impl fmt::Debug + Send + Sync + 'static) -> Self {
        Self { kept: Some(Arc::new(kept)), ..self }
    }
}

impl Deref for StorageHarness {
    type Target = dyn Storage;

    fn deref(&self) -> &Self::Target {
        &*self.storage
    }
}

/// Makes a module `storage_suite` of tests. Takes an expression for a future of
/// [`StorageHarness`](crate::storage::StorageHarness), and attributes that every test gets.
#[macro_export]
macro_rules! storage_suite {
    ($fresh:expr $(, #[$attribute:meta])*) => {
        $crate::suite! { [$(#[$attribute])*] storage_suite of storage, $fresh,
            what_was_put_is_got_back_as_it_was
            an_object_of_many_pieces_is_got_back_byte_for_byte
            an_object_may_hold_nothing
            a_checksum_that_was_not_said_is_known_afterwards
            putting_again_replaces_all_of_it
            a_body_of_another_length_is_refused_and_changes_nothing
            a_body_of_another_checksum_is_refused_and_changes_nothing
            a_body_that_breaks_off_changes_nothing
            a_put_that_is_dropped_changes_nothing
            what_can_not_be_kept_is_refused
            what_is_said_of_an_object_is_of_the_bytes_that_are_given
            other_bytes_have_another_tag
            a_put_over_nothing_stores_only_where_nothing_lies
            a_put_over_a_tag_stores_only_in_its_place
            a_large_put_over_something_else_changes_nothing
            a_range_is_cut_to_the_end
            a_range_that_begins_behind_the_end_is_refused
            what_is_not_there_is_none_and_its_removal_no_failure
            what_was_removed_is_not_there
            keys_that_look_alike_are_kept_apart
            a_list_gives_each_key_once_and_in_order
            a_list_goes_on_after_a_key
            a_prefix_ends_where_a_segment_ends
            a_copy_is_the_same_object_once_more
            a_copy_of_what_is_not_there_is_false
            a_storage_that_works_says_so
        }
    };
}

/// That key.
pub fn key(text: &str) -> ObjectKey {
    ObjectKey::parse(text).expect("a key")
}

/// An object of these bytes in one piece, with a type and metadata.
pub fn object(at: &str, bytes: impl Into<Bytes>) -> NewObject {
    let bytes = bytes.into();
    NewObject {
        key: key(at),
        content_type: "text/plain; charset=utf-8".to_owned(),
        metadata: BTreeMap::from([("uploaded-by".to_owned(), "usr_7;x=\"y\"".to_owned())]),
        length: bytes.len() as u64,
        sha256: None,
        body: pieces(bytes, 64 * 1024),
    }
}

fn pieces(bytes: Bytes, size: usize) -> Bytestream {
    let starts = (0..bytes.len()).step_by(size);
    let cut = move |at: usize| Ok(bytes.slice(at..bytes.len().min(at + size)));
    stream::iter(starts.map(cut).collect::<Vec<_>>()).boxed()
}

/// Bytes that tell where they are.
pub fn pattern(length: usize) -> Bytes {
    let word = |n: usize| (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes();
    let mut bytes: Vec<u8> = (0..length.div_ceil(8)).flat_map(word).collect();
    bytes.truncate(length);
    bytes.into()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut measure = Measure::of(&object("a", bytes.to_vec()), "conformance");
    measure.take(bytes).unwrap();
    measure.finish().unwrap()
}

async fn content(storage: &dyn Storage, at: &str) -> Option<Vec<u8>> {
    match storage.get(&key(at), None).await.unwrap() {
        Some(object) => Some(read(object).await),
        None => None,
    }
}

async fn put(storage: &dyn Storage, at: &str, bytes: &'static str) -> ObjectInfo {
    storage.put(object(at, bytes)).await.unwrap()
}

/// The body comes back as it was, and with it all that was said of it, from put, head and get alike.
pub async fn what_was_put_is_got_back_as_it_was(storage: StorageHarness) {
    let put = storage.put(object("tenants/a/Grüße 1.txt", "hello")).await.unwrap();
    assert_eq!((put.key.as_str(), put.length), ("tenants/a/Grüße 1.txt", 5));
    assert_eq!(put.content_type, "text/plain; charset=utf-8");
    assert_eq!(put.metadata, object("a", "").metadata);
    assert_eq!(put.sha256, Some(sha256(b"hello")));
    let head = storage.head(&put.key).await.unwrap().unwrap();
    let got = storage.get(&put.key, None).await.unwrap().unwrap();
    // A bucket may tell the time only to the second.
    let off_by = |info: &ObjectInfo| (info.stored_at.millis() - put.stored_at.millis()).abs();
    assert!(off_by(&head) < 2000 && off_by(&got.info) < 2000, "{head:?} {put:?}");
    for info in [head, got.info.clone()] {
        assert_eq!(ObjectInfo { stored_at: put.stored_at, ..info }, put);
    }
    assert_eq!(read(got).await, b"hello");
}

/// An object that is larger than any buffer, given and taken in pieces of odd sizes.
pub async fn an_object_of_many_pieces_is_got_back_byte_for_byte(storage: StorageHarness) {
    let bytes = pattern(20 * 1024 * 1024 + 7);
    let sum = Some(sha256(&bytes));
    let body = pieces(bytes.clone(), 99_991);
    let large = NewObject { body, sha256: sum, ..object("large", bytes.clone()) };
    assert_eq!(storage.put(large).await.unwrap().sha256, sum);
    let got = storage.get(&key("large"), None).await.unwrap().unwrap();
    assert_eq!((got.info.length, got.info.sha256), (bytes.len() as u64, sum));
    assert_eq!(got.info.metadata, object("a", "").metadata);
    assert!(read(got).await == bytes, "it came back as something else");
    let middle = 9_000_000..9_000_100;
    let got = storage.get(&key("large"), Some(middle.clone())).await.unwrap().unwrap();
    assert_eq!(read(got).await, bytes[as_usize(&middle)]);
}

fn as_usize(range: &Range<u64>) -> Range<usize> {
    usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()
}

/// No bytes are bytes too.
pub async fn an_object_may_hold_nothing(storage: StorageHarness) {
    put(&*storage, "empty", "").await;
    let head = storage.head(&key("empty")).await.unwrap().unwrap();
    assert_eq!((head.length, head.sha256), (0, Some(sha256(b""))));
    assert_eq!(content(&*storage, "empty").await, Some(vec![]));
}

/// However large it is: who stores a stream learns its checksum only at the end.
pub async fn a_checksum_that_was_not_said_is_known_afterwards(storage: StorageHarness) {
    let bytes = pattern(9 * 1024 * 1024);
    let sum = Some(sha256(&bytes));
    assert_eq!(storage.put(object("large", bytes)).await.unwrap().sha256, sum);
    let head = storage.head(&key("large")).await.unwrap().unwrap();
    assert_eq!((head.sha256, head.metadata), (sum, object("a", "").metadata));
}

/// Nothing of what was there before shows through.
pub async fn putting_again_replaces_all_of_it(storage: StorageHarness) {
    put(&*storage, "a/b", "the first, and longer").await;
    let second = NewObject {
        content_type: "image/png".to_owned(),
        metadata: BTreeMap::new(),
        ..object("a/b", "the second")
    };
    storage.put(second).await.unwrap();
    let got = storage.get(&key("a/b"), None).await.unwrap().unwrap();
    assert_eq!((got.info.content_type.as_str(), got.info.metadata.len()), ("image/png", 0));
    assert_eq!(read(got).await, b"the second");
    assert_eq!(storage.list(None, None, 10).await.unwrap(), [key("a/b")]);
}

async fn assert_refused(storage: &dyn Storage, object: NewObject, kind: ErrorKind) {
    let error = storage.put(object).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    assert_eq!(content(storage, "a").await.unwrap(), b"before");
    assert_eq!(storage.list(None, None, 10).await.unwrap(), [key("a")]);
}

/// Neither too many bytes nor too few are kept, of a small object and of a large one.
pub async fn a_body_of_another_length_is_refused_and_changes_nothing(storage: StorageHarness) {
    put(&*storage, "a", "before").await;
    for (at, bytes) in [("a", pattern(100)), ("b", pattern(100)), ("a", pattern(9_000_000))] {
        for length in [bytes.len() - 1, bytes.len() + 1, 0] {
            let wrong = NewObject { length: length as u64, ..object(at, bytes.clone()) };
            assert_refused(&*storage, wrong, ErrorKind::Invalid).await;
        }
    }
}

/// The same of a body whose bytes are others than was said.
pub async fn a_body_of_another_checksum_is_refused_and_changes_nothing(storage: StorageHarness) {
    put(&*storage, "a", "before").await;
    for (at, length) in [("a", 100), ("b", 100), ("a", 9_000_000)] {
        let wrong = NewObject { sha256: Some([7; 32]), ..object(at, pattern(length)) };
        assert_refused(&*storage, wrong, ErrorKind::Invalid).await;
    }
}

/// The failure of the body is the failure of the put.
pub async fn a_body_that_breaks_off_changes_nothing(storage: StorageHarness) {
    put(&*storage, "a", "before").await;
    for (at, sent) in [("a", 10), ("b", 10), ("a", 8_500_000)] {
        let lost = stream::once(async { Err(PortError::new(ErrorKind::Throttled, "conformance")) });
        let body = pieces(pattern(sent), 64 * 1024).chain(lost).boxed();
        let broken = NewObject { length: 9_000_000, body, ..object(at, "") };
        assert_refused(&*storage, broken, ErrorKind::Throttled).await;
    }
}

/// Whoever asked went away in the middle of it.
pub async fn a_put_that_is_dropped_changes_nothing(storage: StorageHarness) {
    put(&*storage, "a", "before").await;
    for sent in [10, 8_500_000] {
        let (told, stuck) = tokio::sync::oneshot::channel();
        let and_never_ends = stream::once(async move {
            let _ = told.send(());
            std::future::pending().await
        });
        let body = pieces(pattern(sent), 64 * 1024).chain(and_never_ends).boxed();
        let endless = NewObject { length: 9_000_000, body, ..object("a", "") };
        let putting: Pin<Box<_>> = Box::pin(storage.put(endless));
        tokio::select! {
            answer = putting => panic!("{answer:?}"),
            _ = stuck => {}
        }
    }
    assert_eq!(content(&*storage, "a").await.unwrap(), b"before");
    put(&*storage, "a", "after").await;
    assert_eq!(content(&*storage, "a").await.unwrap(), b"after");
}

/// What another storage could not keep is refused by all.
pub async fn what_can_not_be_kept_is_refused(storage: StorageHarness) {
    put(&*storage, "a", "before").await;
    let metadata = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    let object = || object("b", "x");
    let broken = [
        NewObject { content_type: "text".to_owned(), ..object() },
        NewObject { content_type: "text/plain\r\nx-evil: 1".to_owned(), ..object() },
        NewObject { metadata: metadata("Name", "x"), ..object() },
        NewObject { metadata: metadata("saaskit-sha256", "x"), ..object() },
        NewObject { metadata: metadata("name", "a b\n"), ..object() },
        NewObject { metadata: metadata("name", &"x".repeat(2045)), ..object() },
        NewObject { length: NewObject::LARGEST + 1, ..object() },
    ];
    for broken in broken {
        assert_refused(&*storage, broken, ErrorKind::Invalid).await;
    }
}

/// As a browser asks for the rest of what it has begun to load.
pub async fn a_range_is_cut_to_the_end(storage: StorageHarness) {
    put(&*storage, "a", "0123456789").await;
    for (range, expected) in
        [(0..10, "0123456789"), (0..1, "0"), (3..7, "3456"), (9..10, "9"), (5..u64::MAX, "56789")]
    {
        let got = storage.get(&key("a"), Some(range.clone())).await.unwrap().unwrap();
        assert_eq!((got.info.length, got.info.sha256), (10, Some(sha256(b"0123456789"))), "{range:?}");
        assert_eq!(read(got).await, expected.as_bytes(), "{range:?}");
    }
}

/// A range that the object has nothing of, or that holds nothing.
#[expect(clippy::reversed_empty_ranges, reason = "they are refused")]
pub async fn a_range_that_begins_behind_the_end_is_refused(storage: StorageHarness) {
    put(&*storage, "a", "0123456789").await;
    put(&*storage, "empty", "").await;
    for (at, range) in [("a", 10..11), ("a", 500..600), ("a", 3..3), ("a", 5..4), ("empty", 0..1)] {
        let error = storage.get(&key(at), Some(range.clone())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{at} {range:?} {error:?}");
    }
}

/// Asking for nothing is no failure.
pub async fn what_is_not_there_is_none_and_its_removal_no_failure(storage: StorageHarness) {
    put(&*storage, "a/b", "x").await;
    for nothing in ["nothing", "a/c", "x/y/z"] {
        assert!(storage.get(&key(nothing), None).await.unwrap().is_none());
        assert!(storage.get(&key(nothing), Some(0..1)).await.unwrap().is_none());
        assert!(storage.head(&key(nothing)).await.unwrap().is_none());
        storage.remove(&key(nothing)).await.unwrap();
    }
    assert_eq!(storage.list(None, None, 10).await.unwrap(), [key("a/b")]);
}

/// And what lay beside it is there still.
pub async fn what_was_removed_is_not_there(storage: StorageHarness) {
    for at in ["a/b/c", "a/b/d", "e"] {
        put(&*storage, at, "x").await;
    }
    for at in ["a/b/c", "e", "e"] {
        storage.remove(&key(at)).await.unwrap();
        assert!(storage.head(&key(at)).await.unwrap().is_none());
    }
    assert_eq!(storage.list(None, None, 10).await.unwrap(), [key("a/b/d")]);
    put(&*storage, "e", "again").await;
    assert_eq!(content(&*storage, "e").await.unwrap(), b"again");
}

/// Keys are text, not paths, patterns or encodings.
pub async fn keys_that_look_alike_are_kept_apart(storage: StorageHarness) {
    let keys = [
        "a",
        "A",
        "a%2fb",
        "a b",
        "a+b",
        "a%20b",
        "a*",
        "a?b=c&d#e",
        "é",
        "e\u{301}",
        "🦀/\u{4e00}",
        ".hidden",
        "...",
        "~",
        "con",
        "'\"`$(x)",
        "x/.o",
        "x/d.d/o.o",
    ];
    for at in keys {
        storage.put(object(at, at.to_owned())).await.unwrap();
    }
    for at in keys {
        assert_eq!(content(&*storage, at).await.unwrap(), at.as_bytes(), "{at:?}");
    }
    let mut expected = keys.map(key);
    expected.sort();
    assert_eq!(storage.list(None, None, 100).await.unwrap(), expected);
    for at in keys {
        storage.remove(&key(at)).await.unwrap();
    }
    assert_eq!(storage.list(None, None, 100).await.unwrap(), []);
}

/// The order is that of the keys' bytes, not of folders.
pub async fn a_list_gives_each_key_once_and_in_order(storage: StorageHarness) {
    let keys = ["a!", "a-b", "a/b", "a/c/d", "a0", "b", "ä", "🦀"];
    for at in keys.iter().rev() {
        put(&*storage, at, "x").await;
    }
    assert_eq!(storage.list(None, None, 100).await.unwrap(), keys.map(key));
    assert_eq!(storage.list(None, None, 3).await.unwrap(), ["a!", "a-b", "a/b"].map(key));
    assert_eq!(storage.list(None, None, 0).await.unwrap(), []);
}

/// Page by page all are seen, whether or not the key of the page's end is there still.
pub async fn a_list_goes_on_after_a_key(storage: StorageHarness) {
    let keys: Vec<ObjectKey> = (0..25).map(|n| key(&format!("a/{}/{n:02}", n % 3))).collect();
    let put = |at: &ObjectKey| storage.put(object(at.as_str(), "x")).map(Result::unwrap);
    for at in &keys {
        put(at).await;
    }
    let mut sorted = keys.clone();
    sorted.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = storage.list(None, after.as_ref(), 10).await.unwrap();
        assert!(page.len() <= 10);
        seen.extend(page.iter().cloned());
        if page.len() < 10 {
            break;
        }
        after = page.into_iter().next_back();
    }
    assert_eq!(seen, sorted);
    let beside = storage.list(None, Some(&key("a/1")), 100).await.unwrap();
    assert_eq!(beside, sorted[9..], "a key need not be there to go on after it");
    assert_eq!(storage.list(Some(&key("a/1")), Some(&key("a/0/99")), 100).await.unwrap(), sorted[9..17]);
    assert_eq!(storage.list(Some(&key("a/1")), Some(&sorted[15]), 100).await.unwrap(), sorted[16..17]);
    assert_eq!(storage.list(Some(&key("a/1")), Some(&key("b")), 100).await.unwrap(), []);
}

/// `a/b` is no prefix of `a/bc`, nor of itself.
pub async fn a_prefix_ends_where_a_segment_ends(storage: StorageHarness) {
    for at in ["a/b/1", "a/b/c/2", "a/bc", "a/b!", "ab", "a_b"] {
        put(&*storage, at, "x").await;
    }
    let list = |prefix: &'static str| {
        let storage = storage.clone();
        async move { storage.list(Some(&key(prefix)), None, 100).await.unwrap() }
    };
    assert_eq!(list("a/b").await, ["a/b/1", "a/b/c/2"].map(key));
    assert_eq!(list("a").await, ["a/b!", "a/b/1", "a/b/c/2", "a/bc"].map(key));
    for nothing in ["a/bc", "a/b/1", "nothing", "%"] {
        assert_eq!(list(nothing).await, [], "{nothing}");
    }
}

/// Both are there, and each is what it was.
pub async fn a_copy_is_the_same_object_once_more(storage: StorageHarness) {
    let original = put(&*storage, "a/ü 1%", "the original").await;
    put(&*storage, "b/c", "what was there").await;
    assert!(storage.copy(&original.key, &key("b/c")).await.unwrap());
    assert!(storage.copy(&original.key, &key("new/d")).await.unwrap());
    for at in ["a/ü 1%", "b/c", "new/d"] {
        let info = storage.head(&key(at)).await.unwrap().unwrap();
        let expected = ObjectInfo { key: key(at), stored_at: info.stored_at, ..original.clone() };
        assert_eq!(info, expected);
        assert_eq!(content(&*storage, at).await.unwrap(), b"the original");
    }
}

/// And what lay at the other key lies there still.
pub async fn a_copy_of_what_is_not_there_is_false(storage: StorageHarness) {
    put(&*storage, "b", "what was there").await;
    assert!(!storage.copy(&key("nothing"), &key("b")).await.unwrap());
    assert_eq!(content(&*storage, "b").await.unwrap(), b"what was there");
}

/// Who asks whether it works is told.
pub async fn a_storage_that_works_says_so(storage: StorageHarness) {
    storage.ping().await.unwrap();
    assert_eq!(storage.list(None, None, 10).await.unwrap(), [], "asking leaves nothing behind");
}
