use std::time::Duration;

use proptest::prelude::*;
use saaskit_gateway::{Access, Bypass, Class, Knock, Limit, Limits, Refusal};
use saaskit_kernel::{Bucket, Fault, Secret};

use crate::world::{World, ip, knock, knock_as};

fn limits(limit: Limit, capacity: u32, seconds: u64) -> Limits {
    Limits::default().with(limit, Bucket::new(capacity, Duration::from_secs(seconds))).unwrap()
}

fn limited(answer: Result<impl Sized, Refusal>) -> Option<(Limit, u64)> {
    match answer {
        Ok(_) => None,
        Err(Refusal::Limited(standing)) => Some((standing.limit, standing.retry_after())),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_address_is_counted_before_the_credential_is_looked_at() {
    let world = World::new(limits(Limit::Ip, 2, 60));
    for _ in 0..2 {
        assert!(matches!(world.door.admit(&knock_as("nobody")).await, Err(Refusal::Credential(_))));
    }
    assert_eq!(limited(world.door.admit(&knock_as("nobody")).await), Some((Limit::Ip, 30)));
    assert_eq!(world.names.asked(), 2);
}

#[tokio::test]
async fn the_first_refusal_stops_and_costs_nothing_behind_it() {
    let world = World::new(limits(Limit::Ip, 1, 60));
    world.door.admit(&knock_as("user-1")).await.unwrap();
    assert_eq!(limited(world.door.admit(&knock_as("user-1")).await), Some((Limit::Ip, 60)));
    let elsewhere = Knock { ip: ip(2), ..knock_as("user-1") };
    let pass = world.door.admit(&elsewhere).await.unwrap();
    let reads = pass.standings().iter().find(|standing| standing.limit == Limit::Reads).unwrap();
    assert_eq!(reads.taken.remaining, 298, "the refused request drew no read");
}

#[tokio::test]
async fn what_was_drawn_before_a_refusal_is_not_given_back() {
    let world = World::new(limits(Limit::Reads, 1, 60));
    world.door.admit(&knock_as("user-1")).await.unwrap();
    assert_eq!(limited(world.door.admit(&knock_as("user-1")).await), Some((Limit::Reads, 60)));
    let pass = world.door.admit(&knock()).await.unwrap();
    assert_eq!(pass.standings()[0].taken.remaining, 1_197);
}

#[tokio::test]
async fn users_addresses_and_accounts_do_not_share_a_bucket() {
    let world = World::new(limits(Limit::Reads, 1, 60));
    world.door.admit(&knock_as("user-1")).await.unwrap();
    world.door.admit(&knock_as("user-2")).await.unwrap();

    let world = World::new(limits(Limit::Login, 1, 60));
    let [here, there] = [1, 2].map(|last| Knock { ip: ip(last), class: Class::Login, ..knock() });
    let [here, there] = [world.door.admit(&here).await.unwrap(), world.door.admit(&there).await.unwrap()];
    world.door.draw(&here, Limit::Login, "ana").await.unwrap();
    world.door.draw(&here, Limit::Login, "bob").await.unwrap();
    world.door.draw(&there, Limit::Login, "ana").await.unwrap();
    assert_eq!(limited(world.door.draw(&here, Limit::Login, "ana").await), Some((Limit::Login, 60)));
}

#[tokio::test]
async fn an_account_s_limit_counts_wherever_it_is_asked_from() {
    let world = World::new(limits(Limit::Resend, 1, 60));
    let pass = world.door.admit(&knock()).await.unwrap();
    world.door.draw(&pass, Limit::Resend, "ana").await.unwrap();
    let pass = world.door.admit(&Knock { ip: ip(2), ..knock() }).await.unwrap();
    assert_eq!(limited(world.door.draw(&pass, Limit::Resend, "ana").await), Some((Limit::Resend, 60)));
}

#[tokio::test]
async fn nobody_passes_without_a_credential_where_one_is_needed() {
    let world = World::new(Limits::default());
    for access in [Access::User, Access::Member, Access::Owner] {
        let refused = world.door.admit(&Knock { access, ..knock() }).await.unwrap_err();
        assert_eq!(refused.code().name(), "UNAUTHENTICATED");
    }
    assert!(world.door.admit(&knock_as("user-7")).await.unwrap().principal().is_some());
    assert!(world.door.admit(&knock()).await.unwrap().principal().is_none());
}

#[tokio::test]
async fn development_is_open_to_the_machine_itself_only() {
    let world = World::new(Limits::default());
    let at = |host| Knock { access: Access::Development, host, ..knock() };
    assert!(world.door.admit(&at("localhost:8080")).await.is_ok());
    assert!(matches!(world.door.admit(&at("rebound.example")).await, Err(Refusal::NotFound)));
}

#[tokio::test]
async fn the_benchmark_token_passes_limits_and_never_authentication() {
    let token = "0123456789abcdef";
    let world = World::new(limits(Limit::Ip, 1, 60));
    let door = world.door.clone().with_bypass(Bypass::new(Secret::new(token), false).unwrap());
    let with = |bypass| Knock { bypass: Some(bypass), ..knock() };
    for _ in 0..10 {
        let pass = door.admit(&with(token)).await.unwrap();
        door.draw(&pass, Limit::Login, "ana").await.unwrap();
    }
    let no_credential = Knock { access: Access::User, ..with(token) };
    assert!(matches!(door.admit(&no_credential).await, Err(Refusal::Unauthenticated)));
    door.admit(&with("0123456789abcdeF")).await.unwrap();
    assert!(limited(door.admit(&with("0123456789abcdeF")).await).is_some());
    assert!(limited(world.door.admit(&with(token)).await).is_some(), "a door without a bypass has none");
}

#[tokio::test]
async fn probes_are_free() {
    let world = World::new(limits(Limit::Ip, 1, 60));
    for _ in 0..10 {
        world.door.admit(&Knock { class: Class::Free, ..knock() }).await.unwrap();
    }
}

/// What happened when somebody knocked at these times: the seconds of those let in.
fn let_in(limits: &Limits, times: &[f64]) -> Vec<f64> {
    let world = World::new(limits.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let admitted = |at: &&f64| runtime.block_on(world.at(**at).door.admit(&knock())).is_ok();
    times.iter().filter(admitted).copied().collect()
}

proptest! {
    #[test]
    fn never_more_than_the_burst_and_the_rate_in_any_window(
        capacity in 1..8_u32,
        window in 1..120_u64,
        gaps in prop::collection::vec(0..20_000_u32, 1..60),
    ) {
        let times: Vec<f64> = gaps.iter().scan(0_u64, |now, gap| {
            *now += u64::from(*gap);
            Some(Duration::from_millis(*now).as_secs_f64())
        }).collect();
        let admitted = let_in(&limits(Limit::Ip, capacity, window), &times);
        for (first, from) in admitted.iter().enumerate() {
            for (more, to) in admitted[first..].iter().enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "small numbers")]
                let (given, window) = ((more + 1) as f64, window as f64);
                prop_assert!(given <= f64::from(capacity) * (1.0 + (to - from) / window) + 1e-6);
            }
        }
    }

    #[test]
    fn retry_after_is_true_to_the_second(capacity in 1..8_u32, window in 1..600_u64, start in 0..5_000_u32) {
        let world = World::new(limits(Limit::Ip, capacity, window));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let start = Duration::from_millis(u64::from(start)).as_secs_f64();
        let knock_at = |seconds: f64| limited(runtime.block_on(world.at(seconds).door.admit(&knock())));
        let (_, wait) = (0..=capacity).find_map(|_| knock_at(start)).expect("more than the burst is refused");
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let wait = wait as f64;
        prop_assert!(wait < 2.0 || knock_at(start + wait - 1.0).is_some(), "it would have been let in earlier");
        prop_assert_eq!(knock_at(start + wait), None);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing(capacity in 1..8_u32, back in 1..5_000_u32) {
        let world = World::new(limits(Limit::Ip, capacity, 60));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let knock_at = |seconds: f64| runtime.block_on(world.at(seconds).door.admit(&knock())).is_ok();
        prop_assert_eq!((0..20).filter(|_| knock_at(10_000.0)).count(), capacity as usize);
        prop_assert!(!knock_at(10_000.0 - f64::from(back)));
        prop_assert!(!knock_at(10_000.0));
    }

    #[test]
    fn a_refusal_costs_nothing(capacity in 1..8_u32, refused in 0..50_usize) {
        let world = World::new(limits(Limit::Ip, capacity, 60));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let knock_at = |seconds: f64| limited(runtime.block_on(world.at(seconds).door.admit(&knock())));
        for _ in 0..capacity {
            prop_assert_eq!(knock_at(0.0), None);
        }
        let first = knock_at(0.0);
        for _ in 0..refused {
            prop_assert_eq!(knock_at(0.0), first);
        }
    }
}
