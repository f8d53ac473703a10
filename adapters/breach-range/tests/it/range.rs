use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use saaskit_auth::Password;
use saaskit_auth::port::BreachedPasswords;
use saaskit_breach_list::CommonPasswords;
use saaskit_breach_range::{BreachRangeConfig, RangePasswords};
use saaskit_conformance::fixtures::{FixedClock, source_at};
use saaskit_kernel::{Alarms, Breaker, BreakerSettings, PortError, Secret};
use saaskit_memory::MemoryCache;
use saaskit_peers::{Answer, Asked, Http};

/// The built-in list does not know it.
const BREACHED: &str = "correct horse battery staple";
const RANGE: &str = "ABF7A";
const SUFFIX: &str = "AD6438836DBE526AA231ABDE2D0EEF74D42";
const PADDING: &str = "0018A45C4D1DEF81644B54AB7F969B88D65:0";

fn answer(asked: &Asked) -> Answer {
    if asked.path == format!("/range/{RANGE}") {
        Answer::of(200, format!("{PADDING}\r\n{SUFFIX}:7\r\n"))
    } else {
        Answer::of(200, PADDING)
    }
}

async fn server(answers: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Http {
    Http::start(answers).await.unwrap()
}

fn asking(server: &Http, clock: &Arc<FixedClock>) -> RangePasswords {
    let url = format!("{}/range", server.url());
    let config = BreachRangeConfig { timeout: Duration::from_millis(500), ..BreachRangeConfig::new(url) };
    let cache = Arc::new(MemoryCache::new(clock.clone(), 1024 * 1024));
    let source = source_at(clock.clone());
    let breaker = Breaker::new("breached-passwords", BreakerSettings::default(), source, Alarms::default());
    RangePasswords::new(&config, Arc::new(CommonPasswords), cache, breaker).unwrap()
}

async fn is_known(list: &impl BreachedPasswords, text: &str) -> bool {
    list.is_known(&Password::new(&Secret::new(text)).unwrap()).await.unwrap()
}

/// A list, and the server it asks for as long as it lives.
#[derive(Debug)]
struct Asking {
    list: RangePasswords,
    _server: Http,
}

#[async_trait]
impl BreachedPasswords for Asking {
    async fn is_known(&self, password: &Password) -> Result<bool, PortError> {
        self.list.is_known(password).await
    }
}

async fn fresh() -> Arc<dyn BreachedPasswords> {
    let server = server(answer).await;
    Arc::new(Asking { list: asking(&server, &Arc::default()), _server: server })
}

saaskit_conformance::breached_passwords_suite!(super::fresh());

#[tokio::test]
async fn a_password_the_built_in_list_does_not_know_is_found_and_padding_is_not() {
    let server = server(answer).await;
    let list = asking(&server, &Arc::default());
    assert!(is_known(&list, BREACHED).await);
    assert!(!is_known(&list, "correct horse battery stable").await);
}

#[tokio::test]
async fn five_digits_of_the_hash_leave_the_house_and_nothing_else() {
    let server = server(answer).await;
    is_known(&asking(&server, &Arc::default()), BREACHED).await;
    let [asked] = &server.asked()[..] else { unreachable!("it asks once") };
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("GET", "/range/ABF7A"));
    assert_eq!(asked.header("add-padding"), Some("true"));
    let all = format!("{asked:?}").to_uppercase();
    assert!(asked.body.is_empty() && !all.contains(&SUFFIX[..6]) && !all.contains("STAPLE"), "{asked:?}");
}

#[tokio::test]
async fn a_password_the_built_in_list_knows_is_not_asked_for() {
    let server = server(answer).await;
    assert!(is_known(&asking(&server, &Arc::default()), "Password1").await);
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn a_range_is_asked_for_once_a_day() {
    let (server, clock) = (server(answer).await, Arc::new(FixedClock::default()));
    let list = asking(&server, &clock);
    for (after, questions) in [(0, 1), (0, 1), (23, 1), (1, 2)] {
        clock.advance(Duration::from_hours(after));
        assert!(is_known(&list, BREACHED).await);
        assert_eq!(server.asked().len(), questions);
    }
}

#[tokio::test]
async fn while_the_api_fails_the_built_in_list_alone_counts_and_nothing_is_kept() {
    let endless = "0018A45C4D1DEF81644B54AB7F969B88D65:1\r\n".repeat(30_000);
    let failures = [
        Answer::of(500, ""),
        Answer::of(429, ""),
        Answer::of(302, ""),
        Answer::of(200, "<html>come back later</html>"),
        Answer::of(200, endless),
        Answer::Nothing,
    ];
    let failures = Arc::new(Mutex::new(failures.to_vec()));
    let left = failures.clone();
    let server = server(move |asked| left.lock().unwrap().pop().unwrap_or_else(|| answer(asked))).await;
    let clock = Arc::new(FixedClock::default());
    let list = asking(&server, &clock);
    while !failures.lock().unwrap().is_empty() {
        assert!(!is_known(&list, BREACHED).await);
        assert!(is_known(&list, "Password1").await);
        clock.advance(Duration::from_mins(1));
    }
    assert!(is_known(&list, BREACHED).await, "a failure was kept");
}

#[tokio::test]
async fn three_people_wait_for_an_api_that_hangs_and_nobody_after() {
    const AWAY: usize = 3;
    let hangs = Arc::new(Mutex::new(true));
    let hanging = hangs.clone();
    let server = server(move |asked| if *hanging.lock().unwrap() { Answer::Nothing } else { answer(asked) });
    let (server, clock) = (server.await, Arc::new(FixedClock::default()));
    let list = asking(&server, &clock);
    for _ in 0..10 {
        assert!(!is_known(&list, BREACHED).await);
        assert!(is_known(&list, "Password1").await, "the built-in list goes on");
    }
    assert_eq!(server.asked().len(), AWAY);
    *hangs.lock().unwrap() = false;
    clock.advance(Duration::from_secs(1));
    assert!(is_known(&list, BREACHED).await, "one asked whether it is back");
    assert_eq!(server.asked().len(), AWAY + 1);
}
