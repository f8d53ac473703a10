//! What a bus of hints must do; see [`saaskit_kernel::EventBus`].

use std::sync::Arc;
use std::time::Duration;

use saaskit_kernel::{ErrorKind, EventBus, Heard, Hints, LONGEST_HINT};
use tokio::time::timeout;

/// One bus as two nodes hold it, which no other test uses.
#[derive(Debug, Clone)]
pub struct EventBusHarness {
    /// On one node.
    pub here: Arc<dyn EventBus>,
    /// On another; where there is but one node, the same.
    pub there: Arc<dyn EventBus>,
    /// The most hints a subscriber may be behind.
    pub behind: usize,
}

/// Makes a module `event_bus_suite` of tests. Takes an expression for a future of
/// [`EventBusHarness`](crate::event_bus::EventBusHarness).
#[macro_export]
macro_rules! event_bus_suite {
    ($fresh:expr) => {
        $crate::suite! { event_bus_suite of event_bus, $fresh,
            a_hint_reaches_every_subscriber_on_every_node
            hints_of_one_publisher_arrive_in_order
            nothing_is_kept_for_who_is_not_there
            who_subscribed_to_another_topic_does_not_get_it
            bodies_are_carried_as_they_are
            a_body_that_is_too_long_is_refused_and_reaches_nobody
            who_does_not_listen_delays_nobody_and_hears_that_it_missed
            who_gives_up_waiting_loses_nothing
            who_is_dropped_takes_nobody_along
            who_publishes_to_nobody_is_not_told
        }
    };
}

const TOPIC: &str = "conformance.topic";
/// Longer than anything takes that works.
const PATIENCE: Duration = Duration::from_secs(20);

async fn next(hints: &mut Box<dyn Hints>) -> Heard {
    timeout(PATIENCE, hints.next()).await.expect("something is heard in time")
}

async fn assert_hears(hints: &mut Box<dyn Hints>, body: &str) {
    assert_eq!(next(hints).await, Heard::Hint(body.to_owned()));
}

async fn publish(bus: &Arc<dyn EventBus>, body: &str) {
    timeout(PATIENCE, bus.publish(TOPIC, body)).await.expect("nobody is waited for").unwrap();
}

/// Whoever subscribed before a hint was published gets it, on every node, the publisher's included.
pub async fn a_hint_reaches_every_subscriber_on_every_node(harness: EventBusHarness) {
    let mut subscribers = Vec::new();
    for bus in [&harness.here, &harness.here, &harness.there, &harness.there] {
        subscribers.push(bus.subscribe(TOPIC).await.unwrap());
    }
    for (bus, body) in [(&harness.here, "one"), (&harness.there, "two")] {
        publish(bus, body).await;
        for subscriber in &mut subscribers {
            assert_hears(subscriber, body).await;
        }
    }
}

/// Hints of one publisher are heard in the order in which they were published.
pub async fn hints_of_one_publisher_arrive_in_order(harness: EventBusHarness) {
    let mut subscriber = harness.there.subscribe(TOPIC).await.unwrap();
    let numbers: Vec<String> = (0..harness.behind.min(100)).map(|number| number.to_string()).collect();
    for number in &numbers {
        publish(&harness.here, number).await;
    }
    for number in &numbers {
        assert_hears(&mut subscriber, number).await;
    }
}

/// Who subscribes later does not hear what was published before.
pub async fn nothing_is_kept_for_who_is_not_there(harness: EventBusHarness) {
    let mut early = harness.there.subscribe(TOPIC).await.unwrap();
    publish(&harness.here, "early").await;
    assert_hears(&mut early, "early").await;
    let mut late = harness.there.subscribe(TOPIC).await.unwrap();
    publish(&harness.here, "late").await;
    assert_hears(&mut late, "late").await;
}

/// Topics do not influence each other: none is a prefix or a pattern of another.
pub async fn who_subscribed_to_another_topic_does_not_get_it(harness: EventBusHarness) {
    let topics = ["conformance", "conformance.*", "c*", "*", "conformance.a", "conformance.A"];
    let mut subscribers = Vec::new();
    for topic in topics {
        subscribers.push((topic, harness.there.subscribe(topic).await.unwrap()));
    }
    for topic in topics {
        harness.here.publish(topic, topic).await.unwrap();
    }
    for (topic, subscriber) in &mut subscribers {
        assert_hears(subscriber, topic).await;
    }
    for topic in topics {
        harness.here.publish(topic, "end").await.unwrap();
    }
    for (_, subscriber) in &mut subscribers {
        assert_hears(subscriber, "end").await;
    }
}

/// Bodies are carried as they are, up to the longest there may be.
pub async fn bodies_are_carried_as_they_are(harness: EventBusHarness) {
    let mut subscriber = harness.there.subscribe(TOPIC).await.unwrap();
    let longest = "ä".repeat(LONGEST_HINT / 2);
    for body in ["", "Zoë \u{1f980}", "\r\n*1\r\n", "a\u{0}b", "{\"a\": [1, null]}", &longest] {
        publish(&harness.here, body).await;
        assert_hears(&mut subscriber, body).await;
    }
}

/// A longer body is invalid, and nobody hears of it.
pub async fn a_body_that_is_too_long_is_refused_and_reaches_nobody(harness: EventBusHarness) {
    let mut subscriber = harness.there.subscribe(TOPIC).await.unwrap();
    let refused = harness.here.publish(TOPIC, &"a".repeat(LONGEST_HINT + 1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Invalid);
    publish(&harness.here, "end").await;
    assert_hears(&mut subscriber, "end").await;
}

/// Who does not listen delays neither publishers nor who does, holds a bounded number of hints, hears that it
/// missed some, and then what is published from then on.
pub async fn who_does_not_listen_delays_nobody_and_hears_that_it_missed(harness: EventBusHarness) {
    let mut idle = harness.there.subscribe(TOPIC).await.unwrap();
    let mut busy = harness.there.subscribe(TOPIC).await.unwrap();
    let published = harness.behind * 2 + 10;
    for number in 0..published {
        publish(&harness.here, &number.to_string()).await;
        assert_hears(&mut busy, &number.to_string()).await;
    }
    let last = Heard::Hint((published - 1).to_string());
    let mut heard = Vec::new();
    while heard.last() != Some(&last) {
        heard.push(next(&mut idle).await);
    }
    assert!(heard.contains(&Heard::Missed), "{heard:?}");
    let hints = heard.iter().filter(|heard| **heard != Heard::Missed).count();
    assert!(hints <= harness.behind.next_power_of_two(), "{hints} were held");
    publish(&harness.here, "now").await;
    assert_hears(&mut idle, "now").await;
}

/// Who gives up waiting and waits again has lost nothing.
pub async fn who_gives_up_waiting_loses_nothing(harness: EventBusHarness) {
    let mut subscriber = harness.there.subscribe(TOPIC).await.unwrap();
    let mut witness = harness.there.subscribe(TOPIC).await.unwrap();
    for number in 0..20 {
        assert!(timeout(Duration::from_millis(1), subscriber.next()).await.is_err(), "there was nothing");
        publish(&harness.here, &number.to_string()).await;
        assert_hears(&mut witness, &number.to_string()).await;
        assert_hears(&mut subscriber, &number.to_string()).await;
    }
}

/// Who is dropped listens no more, and takes neither the others nor the topic along.
pub async fn who_is_dropped_takes_nobody_along(harness: EventBusHarness) {
    let first = harness.there.subscribe(TOPIC).await.unwrap();
    let mut second = harness.there.subscribe(TOPIC).await.unwrap();
    drop(first);
    publish(&harness.here, "one").await;
    assert_hears(&mut second, "one").await;
    drop(second);
    for round in 0..10 {
        let mut again = harness.there.subscribe(TOPIC).await.unwrap();
        publish(&harness.here, &round.to_string()).await;
        assert_hears(&mut again, &round.to_string()).await;
    }
}

/// That nobody listens is no failure.
pub async fn who_publishes_to_nobody_is_not_told(harness: EventBusHarness) {
    for _ in 0..3 {
        publish(&harness.here, "anybody?").await;
    }
}
