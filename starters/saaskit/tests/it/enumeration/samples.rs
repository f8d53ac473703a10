//! What strangers say: what names nobody, and what names somebody and is as worthless.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use saaskit_auth::write::{AttemptWrite, AuthWrite, RefreshWrite, SessionWrite, TokenWrite};
use saaskit_auth::{
    AttemptKey, Attempts, Method, OneTimeToken, Purpose, RefreshToken, Session, Tries, User, UserStatus,
};
use saaskit_kernel::{
    Call, Clock, Commit, Disposition, Download, Email, NewObject, ObjectKey, SignedUrls as _, Source,
    SystemEntropy, Timestamp, Upload,
};
use saaskit_storage_local::LocalUrls;

use super::{About, NO_SECRET, Row};
use crate::world::{World, signed_by};

/// What is uploaded, and of what type it is.
pub(super) const BYTES: &str = "four";
pub(super) const TYPE: &str = "text/plain";

const HOUR: Duration = Duration::from_hours(1);

/// Things to say that have to cause the same.
pub(super) struct Samples {
    /// They name nobody; the first one warms up.
    pub(super) nobodys: [String; 2],
    /// They name somebody. Each is as long as those that name nobody.
    pub(super) others: Vec<(&'static str, String)>,
    /// What it is like to be heard.
    pub(super) good: Option<String>,
}

pub(super) async fn of(world: &World, row: &Row) -> Vec<Samples> {
    match row.about {
        About::Account => vec![addresses(world, row.path).await, locked_addresses(world, row.path).await],
        About::Mailed(purpose) => vec![mailed(world, purpose).await],
        About::Printed => {
            let link = world.app.set_up_link().await.unwrap().unwrap();
            let (_, secret) = link.expose().split_once("token=").unwrap();
            vec![Samples { nobodys: secrets(world), others: Vec::new(), good: Some(secret.to_owned()) }]
        }
        About::Chain => vec![links(world).await],
        About::File => vec![urls(world, row.method).await],
    }
}

/// Two secrets that nobody was given.
fn secrets(world: &World) -> [String; 2] {
    [NO_SECRET.to_owned(), world.ports.source.token().to_secret().expose().to_owned()]
}

/// Another one for each route: what one route does to an account must not show at the next.
fn address(name: &str, path: &str) -> String {
    format!("{name}{}@example.org", path.replace('/', "-"))
}

type Change = fn(User) -> User;

async fn addresses(world: &World, path: &str) -> Samples {
    let states: [(&str, Change); 5] = [
        ("proved01", |user| user),
        ("waiting1", |user| User { verified_at: None, ..user }),
        ("stopped1", |user| User { status: UserStatus::Suspended, ..user }),
        ("deleted1", |user| User { status: UserStatus::Deleted, ..user }),
        ("no-word1", |user| User { password: None, ..user }),
    ];
    let mut others = Vec::new();
    for (name, change) in states {
        let address = address(name, path);
        world.account(&address, change).await;
        others.push((name, address));
    }
    Samples { nobodys: ["nobody01", "nobody02"].map(|name| address(name, path)), others, good: None }
}

/// Somebody tried too often to sign in there, whether there is an account or not.
async fn locked_addresses(world: &World, path: &str) -> Samples {
    let nobodys = ["nobody03", "nobody04"].map(|name| address(name, path));
    let (locked, disabled) = (address("locked01", path), address("disabled", path));
    for known in [&locked, &disabled] {
        world.account(known, |user| user).await;
    }
    for full in [&nobodys[0], &nobodys[1], &locked] {
        lock(world, full, 5).await;
    }
    lock(world, &disabled, Attempts::MOST_IN_ROW).await;
    Samples { nobodys, others: vec![("locked", locked), ("disabled", disabled)], good: None }
}

/// As five tries do, the last of which was the so manieth in a row.
async fn lock(world: &World, address: &str, in_row: u32) {
    let email = Email::parse(address).unwrap();
    let key = AttemptKey::of_account(&world.app.auth().installation().unwrap(), &email);
    let now = world.ports.source.now();
    let tries = Tries::at(vec![now; Attempts::MOST]);
    let full = Attempts { tries, in_row, ..Attempts::none(key, None, now) };
    let lock = full.lock(now).unwrap();
    world.commit(Commit::new().write(AuthWrite::Attempt(AttemptWrite::Save(lock)))).await;
}

/// Links whose time, use or account is over, each of an account of its own.
async fn mailed(world: &World, purpose: Purpose) -> Samples {
    type Spent = fn(User, OneTimeToken) -> (User, OneTimeToken);
    let spent: [(&str, Spent); 3] = [
        ("used", |user, token| {
            let redeemed_at = Some(token.created_at);
            (user, OneTimeToken { redeemed_at, ..token })
        }),
        ("expired", |user, token| {
            let expires_at = token.created_at;
            (user, OneTimeToken { expires_at, created_at: expires_at.minus(HOUR), ..token })
        }),
        ("of something else", |user, token| {
            let purpose =
                if token.purpose == Purpose::Unlock { Purpose::ConfirmEmail } else { Purpose::Unlock };
            (user, OneTimeToken { purpose, ..token })
        }),
    ];
    let mut spent = spent.to_vec();
    if !purpose.outlives_others() {
        spent.push(("of before a reset", |user, token| (User { epoch: 1, ..user }, token)));
        spent.push(("of a suspended account", |user, token| (user.suspend(), token)));
        spent.push(("of a deleted account", |user, token| (user.delete(None), token)));
    }
    let mut others = Vec::new();
    for (name, spend) in spent {
        others.push((name, mint(world, purpose, spend).await));
    }
    let good = mint(world, purpose, |user, token| (user, token)).await;
    Samples { nobodys: secrets(world), others, good: Some(good) }
}

/// A token of a new account; `change` says what became of both.
async fn mint(
    world: &World,
    purpose: Purpose,
    change: impl FnOnce(User, OneTimeToken) -> (User, OneTimeToken),
) -> String {
    let source = &world.ports.source;
    let (secret, now) = (source.token(), source.now());
    let name = source.id::<()>().uuid().simple().to_string();
    let mut minted = None;
    world
        .account(&format!("{name}@example.org"), |user| {
            let verified_at = user.verified_at.filter(|_| purpose != Purpose::VerifyEmail);
            let user = User { verified_at, ..user };
            let token = OneTimeToken::mint(secret.hash(), purpose, &user, now);
            let address = Some(Email::parse(&format!("{name}@example.com")).unwrap());
            let is_moving = matches!(purpose, Purpose::ConfirmEmail | Purpose::UndoEmail);
            let token = OneTimeToken { address: address.filter(|_| is_moving), ..token };
            let (user, token) = change(user, token);
            minted = Some(token);
            user
        })
        .await;
    let write = TokenWrite::Mint(minted.unwrap());
    world.commit(Commit::new().write(AuthWrite::Token(write))).await;
    secret.to_secret().expose().to_owned()
}

/// Refresh tokens of sessions that are over, each of an account of its own.
async fn links(world: &World) -> Samples {
    type Over = fn(User, Session) -> (User, Session);
    let over: [(&str, Over); 5] = [
        ("of a session that ended", |user, session| {
            let ended_at = Some(session.created_at);
            (user, Session { ended_at, ..session })
        }),
        ("of a session whose time is over", |user, session| {
            let expires_at = session.created_at;
            (user, Session { expires_at, ..session })
        }),
        ("of before a reset", |user, session| (User { epoch: 1, ..user }, session)),
        ("of a suspended account", |user, session| (user.suspend(), session)),
        ("of a deleted account", |user, session| (user.delete(None), session)),
    ];
    let mut others = Vec::new();
    for (name, change) in over {
        others.push((name, link(world, change).await));
    }
    let good = link(world, |user, session| (user, session)).await;
    Samples { nobodys: secrets(world), others, good: Some(good) }
}

async fn link(world: &World, change: impl FnOnce(User, Session) -> (User, Session)) -> String {
    let source = &world.ports.source;
    let (secret, now) = (source.token(), source.now());
    let address = format!("{}@example.org", source.id::<()>().uuid().simple());
    let mut started = None;
    world
        .account(&address, |user| {
            let call = Call::of_operator(source);
            let session = Session::start(source.id(), &user, Method::Password, &call, now);
            let (user, session) = change(user, session);
            started = Some(session);
            user
        })
        .await;
    let session = started.unwrap();
    let first = RefreshToken::first(secret.hash(), &session, now);
    let commit = Commit::new().write(AuthWrite::Session(SessionWrite::Start(session)));
    world.commit(commit.write(AuthWrite::Refresh(RefreshWrite::Begin(first)))).await;
    secret.to_secret().expose().to_owned()
}

/// An hour is over for whoever asks it.
#[derive(Debug)]
struct Late;

impl Clock for Late {
    fn now(&self) -> Timestamp {
        Source::system().now().minus(HOUR)
    }
}

/// Signed URLs of a file that is there and of one that is not, changed or over.
async fn urls(world: &World, method: &str) -> Samples {
    let [there, elsewhere] = ["files/there", "files/nobod"].map(|key| ObjectKey::parse(key).unwrap());
    world.ports.storage.put(object(&there)).await.unwrap();
    let late = signed_by(Source::new(Arc::new(Late), Arc::new(SystemEntropy)));
    let now = signed_by(Source::system());
    let over = query(&late, method, &there).await;
    let good = query(&now, method, &there).await;
    let never = forged(&query(&now, method, &elsewhere).await);
    let others = vec![("a file that is there", forged(&good)), ("over", over)];
    Samples { nobodys: [never.clone(), never], others, good: Some(good) }
}

async fn query(urls: &LocalUrls, method: &str, key: &ObjectKey) -> String {
    let lasts = HOUR / 2;
    let signed = if method == "PUT" {
        let length = BYTES.len() as u64;
        let upload = Upload { key: key.clone(), content_type: TYPE.to_owned(), length, sha256: None };
        urls.upload(&upload, lasts).await
    } else {
        let (file_name, disposition) = ("file.txt".to_owned(), Disposition::Attachment);
        urls.download(&Download { key: key.clone(), file_name, disposition }, lasts).await
    };
    let signed = signed.unwrap();
    signed.url.expose().split_once('?').unwrap().1.to_owned()
}

/// The same with another signature.
fn forged(query: &str) -> String {
    let (rest, last) = query.split_at(query.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

fn object(key: &ObjectKey) -> NewObject {
    NewObject {
        key: key.clone(),
        content_type: TYPE.to_owned(),
        metadata: std::collections::BTreeMap::new(),
        length: BYTES.len() as u64,
        sha256: None,
        body: stream::iter([Ok(BYTES.into())]).boxed(),
    }
}
