use std::time::Duration;

use saaskit_kernel::{Call, Fault, Principal, Store};
use saaskit_tenants::{NewPolicy, Role, Tenant, TenantPolicy};

use crate::world::{World, faults, refused, saving};

fn from(world: &World, by: &Principal, ip: &str) -> Call {
    Call { ip: Some(ip.parse().unwrap()), ..world.call(by) }
}

fn by_methods(by: &Principal, methods: &[&str]) -> Principal {
    let methods = methods.iter().map(|method| (*method).to_owned()).collect();
    Principal { methods, ..by.clone() }
}

#[tokio::test]
async fn a_policy_binds_everybody_who_enters_and_the_refusal_says_what_would_do() {
    let world = World::new();
    let ana = by_methods(&world.somebody(), &["pwd", "otp", "mfa"]);
    let acme = world.tenant(&ana, "acme").await;
    let (bob, _) = world.joined(&acme, Role::Member).await;
    let owner = world.owner(&acme, &ana).await;
    let ask = NewPolicy {
        mfa_required: true,
        session_max_seconds: Some(3600),
        methods: vec!["pwd".to_owned()],
        ip_ranges: vec!["192.0.2.0/24".to_owned()],
        domains: Vec::new(),
    };
    let call = from(&world, &ana, "192.0.2.7");
    let given = world.tenants.set_policy(&call, &ana, &owner, ask, None).await.unwrap();
    assert_eq!(given, world.stored(&acme).await);
    assert_eq!(world.told(), ("tenants.policy_set", "tenants.set_policy"));

    world.tenants.enter(&call, &ana, acme.id).await.unwrap();
    let short = world.tenants.enter(&from(&world, &bob, "198.51.100.1"), &bob, acme.id).await.unwrap_err();
    assert_eq!(short.code().name(), "STEP_UP_REQUIRED");
    let lacks: Vec<_> = short.fields().into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(lacks, ["mfa_required", "ip_ranges"]);
    let said = short.to_string();
    assert!(said.contains("a second factor") && said.contains("one of: pwd"), "{said}");
    assert!(!said.contains("192.0.2"), "networks are not told to who is outside");

    world.clock.advance(Duration::from_secs(3601));
    assert_eq!(refused(world.tenants.enter(&call, &ana, acme.id).await), "STEP_UP_REQUIRED");
    let other = world.tenant(&bob, "other").await;
    world.enter(&bob, other.id).await.unwrap();
    world.finish().await;
}

#[tokio::test]
async fn no_owner_locks_oneself_out() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let owner = world.owner(&acme, &ana).await;
    let ask = NewPolicy {
        mfa_required: true,
        session_max_seconds: None,
        methods: vec!["otp".to_owned()],
        ip_ranges: vec!["10.0.0.0/8".to_owned()],
        domains: vec!["example.com".to_owned()],
    };
    let call = from(&world, &ana, "192.0.2.7");
    assert_eq!(
        faults(world.tenants.set_policy(&call, &ana, &owner, ask, None).await),
        [
            ("mfa_required", "POLICY_LOCKS_YOU_OUT"),
            ("methods", "POLICY_LOCKS_YOU_OUT"),
            ("ip_ranges", "POLICY_LOCKS_YOU_OUT"),
            ("domains", "POLICY_LOCKS_YOU_OUT")
        ]
    );
    assert_eq!(world.stored(&acme).await, acme, "nothing was set");
    world.finish().await;
}

#[tokio::test]
async fn what_is_out_of_bounds_is_refused_by_name() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let owner = world.owner(&acme, &ana).await;
    let ask = NewPolicy {
        mfa_required: false,
        session_max_seconds: Some(1),
        methods: vec!["a b".to_owned()],
        ip_ranges: vec!["everywhere".to_owned()],
        domains: vec!["somewhere".to_owned()],
    };
    assert_eq!(
        faults(world.tenants.set_policy(&world.call(&ana), &ana, &owner, ask, None).await),
        [
            ("session_max_seconds", "SESSION_AGE_INVALID"),
            ("methods", "METHODS_INVALID"),
            ("ip_ranges", "IP_RANGE_INVALID"),
            ("domains", "DOMAIN_INVALID")
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn the_same_policy_again_writes_nothing() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let owner = world.owner(&acme, &ana).await;
    let before = world.memory.audit().len();
    let given =
        world.tenants.set_policy(&world.call(&ana), &ana, &owner, NewPolicy::default(), None).await.unwrap();
    assert_eq!((given, world.memory.audit().len()), (world.stored(&acme).await, before));
    world.finish().await;
}

#[tokio::test]
async fn who_has_no_address_at_a_domain_of_the_workspace_does_not_enter() {
    let world = World::new();
    let ana = world.somebody();
    let acme = world.tenant(&ana, "acme").await;
    let owner = world.owner(&acme, &ana).await;
    let at = |domain: &str| NewPolicy { domains: vec![domain.to_owned()], ..NewPolicy::default() };
    let own = at("example.org");
    world.tenants.set_policy(&world.call(&ana), &ana, &owner, own, None).await.unwrap();
    let (bob, _) = world.joined(&acme, Role::Member).await;
    world.enter(&bob, acme.id).await.unwrap();

    let stored = world.stored(&acme).await;
    let foreign = Tenant { policy: TenantPolicy::parse(at("example.com")).unwrap(), ..stored };
    world.memory.commit(saving(foreign)).await.unwrap();
    let short = world.enter(&bob, acme.id).await.unwrap_err();
    let lacks: Vec<_> =
        short.fields().into_iter().map(|(rule, invalid)| (rule, invalid.code().name())).collect();
    assert_eq!(lacks, [("domains", "DOMAIN_NOT_ACCEPTED")]);
    assert!(!short.to_string().contains("example.com"), "{short}");
    world.finish().await;
}
