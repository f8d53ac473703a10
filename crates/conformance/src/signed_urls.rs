//! What signed URLs must do; see [`saaskit_kernel::SignedUrls`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use saaskit_kernel::{
    Disposition, Download, ErrorKind, Measure, NewObject, Secret, SignedRequest, SignedUrls, Storage, Upload,
    UrlVerifier,
};

use crate::fixtures::Elapse;
use crate::storage::{StorageHarness, key, object, read};

/// What somebody out there sends.
#[derive(Debug, Clone)]
pub struct Sent<'a> {
    /// GET or PUT.
    pub method: &'static str,
    /// Where to.
    pub url: &'a str,
    /// The headers, without those every client sends of itself.
    pub headers: Vec<(String, String)>,
    /// The body; its length is said in a header.
    pub body: Bytes,
}

/// What they get.
#[derive(Debug, Clone)]
pub struct Got {
    /// The status.
    pub status: u16,
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Whoever uses a URL, with nothing but an HTTP client.
#[async_trait]
pub trait Stranger: fmt::Debug + Send + Sync {
    /// Sends a request; there is an answer.
    async fn send(&self, sent: Sent<'_>) -> Got;
}

/// Stands for the server behind URLs that we serve ourselves: asks the verifier, then the storage.
#[derive(Debug, Clone)]
pub struct OwnServer {
    /// Knows what was signed.
    pub verifier: Arc<dyn UrlVerifier>,
    /// Where the objects are.
    pub storage: Arc<dyn Storage>,
}

#[async_trait]
impl Stranger for OwnServer {
    async fn send(&self, Sent { method, url, headers, body }: Sent<'_>) -> Got {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let content_type =
            headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value);
        let answer = |status| Got { status, headers: vec![], body: Bytes::new() };
        if method == "PUT" {
            let Some(upload) = self.verifier.may_upload(query, content_type, body.len() as u64) else {
                return answer(403);
            };
            let Upload { key, content_type, sha256, .. } = upload;
            let object =
                NewObject { content_type, metadata: BTreeMap::new(), sha256, ..object(key.as_str(), body) };
            return answer(if self.storage.put(object).await.is_ok() { 204 } else { 422 });
        }
        let Some(download) = self.verifier.may_download(query) else { return answer(403) };
        let Some(object) = self.storage.get(&download.key, None).await.unwrap() else { return answer(404) };
        let headers = [
            ("content-type", object.info.content_type.clone()),
            ("content-disposition", download.content_disposition()),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Got { status: 200, headers, body: read(object).await.into() }
    }
}

/// Signed URLs, the storage they lead to, and who uses them.
#[derive(Debug, Clone)]
pub struct SignedUrlsHarness {
    /// What signs.
    pub urls: Arc<dyn SignedUrls>,
    /// Where the objects are.
    pub storage: StorageHarness,
    /// Who uses the URLs.
    pub stranger: Arc<dyn Stranger>,
    /// The time by which they are over.
    pub time: Arc<dyn Elapse>,
    /// What they are signed with.
    pub secret: &'static str,
}

/// Makes a module `signed_urls_suite` of tests. Takes an expression for a future of
/// [`SignedUrlsHarness`](crate::signed_urls::SignedUrlsHarness).
#[macro_export]
macro_rules! signed_urls_suite {
    ($fresh:expr) => {
        $crate::suite! { signed_urls_suite of signed_urls, $fresh,
            a_download_works_as_it_stands
            a_download_says_how_it_is_to_be_treated
            an_upload_works_as_it_stands
            an_upload_whose_checksum_was_said_works_as_it_stands
            a_url_is_over_when_its_time_is
            a_url_is_good_for_one_method
            a_url_is_good_for_one_key
            an_upload_is_good_for_one_type_and_length
            an_upload_of_other_bytes_than_were_said_is_refused
            a_url_that_was_changed_anywhere_is_refused
            nothing_is_signed_for_no_time_or_for_ever
            what_can_not_be_kept_is_not_signed
            no_url_holds_the_secret
        }
    };
}

const A_MINUTE: Duration = Duration::from_mins(1);

fn download_of(at: &str) -> Download {
    Download { key: key(at), file_name: "Grüße \"1\".txt".to_owned(), disposition: Disposition::Attachment }
}

fn upload_of(at: &str, body: &'static str) -> Upload {
    let length = body.len() as u64;
    Upload { key: key(at), content_type: "text/plain".to_owned(), length, sha256: None }
}

impl SignedUrlsHarness {
    async fn download(&self, at: &str) -> SignedRequest {
        self.urls.download(&download_of(at), A_MINUTE).await.unwrap()
    }

    async fn upload(&self, upload: &Upload) -> SignedRequest {
        self.urls.upload(upload, A_MINUTE).await.unwrap()
    }

    async fn get(&self, signed: &SignedRequest) -> Got {
        let (url, headers) = (signed.url.expose(), signed.headers.clone());
        self.stranger.send(Sent { method: "GET", url, headers, body: Bytes::new() }).await
    }

    async fn put(&self, signed: &SignedRequest, body: &'static str) -> Got {
        let (url, headers) = (signed.url.expose(), signed.headers.clone());
        self.stranger.send(Sent { method: "PUT", url, headers, body: body.into() }).await
    }

    async fn store(&self, at: &str, body: &'static str) {
        self.storage.put(object(at, body)).await.unwrap();
    }

    async fn content(&self, at: &str) -> Option<Vec<u8>> {
        match self.storage.get(&key(at), None).await.unwrap() {
            Some(object) => Some(read(object).await),
            None => None,
        }
    }
}

#[track_caller]
fn assert_refused(got: &Got) {
    assert!((400..500).contains(&got.status), "{got:?}");
}

/// Once and again, with its type.
pub async fn a_download_works_as_it_stands(harness: SignedUrlsHarness) {
    harness.store("a/ü b%1.txt", "hello").await;
    let signed = harness.download("a/ü b%1.txt").await;
    for _ in 0..2 {
        let got = harness.get(&signed).await;
        assert_eq!((got.status, &*got.body), (200, &b"hello"[..]), "{got:?}");
        assert_eq!(got.header("content-type"), "text/plain; charset=utf-8");
    }
}

/// To be saved by the name that was signed, whatever is in it.
pub async fn a_download_says_how_it_is_to_be_treated(harness: SignedUrlsHarness) {
    harness.store("a", "hello").await;
    let got = harness.get(&harness.download("a").await).await;
    let expected = "attachment; filename=\"Gr__e _1_.txt\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.txt";
    assert_eq!(got.header("content-disposition"), expected);
    let inline = Download { disposition: Disposition::Inline, ..download_of("a") };
    let got = harness.get(&harness.urls.download(&inline, A_MINUTE).await.unwrap()).await;
    assert!(got.header("content-disposition").starts_with("inline; "), "{got:?}");
}

/// What was sent is stored, with its type.
pub async fn an_upload_works_as_it_stands(harness: SignedUrlsHarness) {
    let signed = harness.upload(&upload_of("a/ü b%1", "hello")).await;
    let got = harness.put(&signed, "hello").await;
    assert!(got.is_success(), "{got:?}");
    let info = harness.storage.head(&key("a/ü b%1")).await.unwrap().unwrap();
    assert_eq!((info.content_type.as_str(), info.length), ("text/plain", 5));
    assert!(info.sha256.is_none_or(|sum| sum == sha256("hello")), "{info:?}");
    assert_eq!(info.metadata.len(), 0);
    assert_eq!(harness.content("a/ü b%1").await.unwrap(), b"hello");
}

fn sha256(body: &'static str) -> [u8; 32] {
    let mut measure = Measure::of(&object("a", body), "conformance");
    measure.take(body.as_bytes()).unwrap();
    measure.finish().unwrap()
}

/// The same where the bytes are known beforehand.
pub async fn an_upload_whose_checksum_was_said_works_as_it_stands(harness: SignedUrlsHarness) {
    let upload = Upload { sha256: Some(sha256("hello")), ..upload_of("a", "hello") };
    let got = harness.put(&harness.upload(&upload).await, "hello").await;
    assert!(got.is_success(), "{got:?}");
    let info = harness.storage.head(&key("a")).await.unwrap().unwrap();
    assert_eq!((info.sha256, info.metadata.len()), (Some(sha256("hello")), 0));
}

/// A second before it works, a second after it does not.
pub async fn a_url_is_over_when_its_time_is(harness: SignedUrlsHarness) {
    harness.store("a", "hello").await;
    let two_seconds = Duration::from_secs(2);
    let download = harness.urls.download(&download_of("a"), two_seconds).await.unwrap();
    let upload = harness.urls.upload(&upload_of("b", "hello"), two_seconds).await.unwrap();
    assert_eq!(harness.get(&download).await.status, 200);
    harness.time.elapse(Duration::from_secs(3)).await;
    assert_refused(&harness.get(&download).await);
    assert_refused(&harness.put(&upload, "hello").await);
    assert_eq!(harness.content("b").await, None);
}

/// Who may read may not write, and the other way round.
pub async fn a_url_is_good_for_one_method(harness: SignedUrlsHarness) {
    harness.store("a", "hello").await;
    assert_refused(&harness.put(&harness.download("a").await, "other").await);
    assert_refused(&harness.get(&harness.upload(&upload_of("a", "other")).await).await);
    assert_eq!(harness.content("a").await.unwrap(), b"hello");
}

/// Another object's name in the URL does not lead there.
pub async fn a_url_is_good_for_one_key(harness: SignedUrlsHarness) {
    harness.store("aaaone", "mine").await;
    harness.store("aaatwo", "another's").await;
    let redirected = |signed: SignedRequest| {
        let url = signed.url.expose();
        assert!(url.contains("aaaone"), "the check has to be able to change the key");
        SignedRequest { url: Secret::new(url.replace("aaaone", "aaatwo")), headers: signed.headers }
    };
    assert_refused(&harness.get(&redirected(harness.download("aaaone").await)).await);
    let upload = harness.upload(&upload_of("aaaone", "hello")).await;
    assert_refused(&harness.put(&redirected(upload), "hello").await);
    assert_eq!(harness.content("aaatwo").await.unwrap(), b"another's");
}

/// Neither more bytes than were signed nor other ones of another type.
pub async fn an_upload_is_good_for_one_type_and_length(harness: SignedUrlsHarness) {
    let signed = harness.upload(&upload_of("a", "hello")).await;
    for body in ["hello, and more", "hell", ""] {
        assert_refused(&harness.put(&signed, body).await);
    }
    for other in [Some("text/html"), Some("text/plain; charset=utf-8"), None] {
        let mut changed = signed.clone();
        changed.headers.retain(|(name, _)| name != "content-type");
        changed.headers.extend(other.map(|other| ("content-type".to_owned(), other.to_owned())));
        assert_refused(&harness.put(&changed, "hello").await);
    }
    assert_eq!(harness.content("a").await, None);
    assert!(harness.put(&signed, "hello").await.is_success());
}

/// As many bytes of the same type are not enough.
pub async fn an_upload_of_other_bytes_than_were_said_is_refused(harness: SignedUrlsHarness) {
    let upload = Upload { sha256: Some(sha256("hello")), ..upload_of("a", "hello") };
    assert_refused(&harness.put(&harness.upload(&upload).await, "jello").await);
}

/// One letter is enough, wherever in the query it stands.
pub async fn a_url_that_was_changed_anywhere_is_refused(harness: SignedUrlsHarness) {
    harness.store("a", "hello").await;
    let signed = harness.download("a").await;
    let url = signed.url.expose();
    let query = url.find('?').expect("a query") + 1;
    let changed = |letter: u8| match letter {
        b'9' => b'1',
        b'z' => b'b',
        b'Z' => b'B',
        b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => letter + 1,
        _ => b'x',
    };
    for at in query..url.len() {
        let mut bytes = url.as_bytes().to_vec();
        bytes[at] = changed(bytes[at]);
        let forged = String::from_utf8(bytes).unwrap();
        let got = harness.get(&SignedRequest { url: Secret::new(&*forged), headers: vec![] }).await;
        assert!(got.status >= 400, "{forged} was answered {}", got.status);
    }
    for forged in [&url[..url.len() - 1], &format!("{url}0"), &format!("{url}&x=1"), &url[..query - 1]] {
        let forged = SignedRequest { url: Secret::new(forged), headers: vec![] };
        assert_refused(&harness.get(&forged).await);
    }
}

/// A second at least, and a week at most.
pub async fn nothing_is_signed_for_no_time_or_for_ever(harness: SignedUrlsHarness) {
    for lasts in [Duration::ZERO, SignedRequest::LONGEST + Duration::from_secs(1)] {
        let download = harness.urls.download(&download_of("a"), lasts).await.unwrap_err();
        let upload = harness.urls.upload(&upload_of("a", "x"), lasts).await.unwrap_err();
        assert_eq!((download.kind(), upload.kind()), (ErrorKind::Invalid, ErrorKind::Invalid));
    }
    harness.urls.upload(&upload_of("a", "x"), SignedRequest::LONGEST).await.unwrap();
}

/// It would only fail later, and with somebody who can't mend it.
pub async fn what_can_not_be_kept_is_not_signed(harness: SignedUrlsHarness) {
    let wrong = Upload { content_type: "text/plain\r\nx-evil: 1".to_owned(), ..upload_of("a", "x") };
    assert_eq!(harness.urls.upload(&wrong, A_MINUTE).await.unwrap_err().kind(), ErrorKind::Invalid);
}

/// Not in the URL, not in a header, and not in what is printed of the signer.
pub async fn no_url_holds_the_secret(harness: SignedUrlsHarness) {
    let upload = Upload { sha256: Some([7; 32]), ..upload_of("a", "x") };
    for signed in [harness.download("a").await, harness.upload(&upload).await] {
        let shown = format!("{} {:?}", signed.url.expose(), signed.headers);
        assert!(!shown.contains(harness.secret), "{shown}");
        assert!(!format!("{signed:?}").contains("http"), "{signed:?}");
    }
    assert!(!format!("{:?}", harness.urls).contains(harness.secret));
}
