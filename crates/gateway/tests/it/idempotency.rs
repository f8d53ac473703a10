use std::sync::Arc;
use std::time::Duration;

use saaskit_gateway::{Closing, Idempotency, Named, Opening, Refusal, Repeated};
use saaskit_kernel::{
    Claim, ClaimWrite, Clock, Commit, CommitError, InstallationSecret, KeptAnswer, Principal, Source, Store,
    Subscriptions, SystemEntropy, TenantId,
};
use saaskit_memory::MemoryStore;
use uuid::Uuid;

use crate::world::{TestClock, principal};

struct World {
    clock: Arc<TestClock>,
    store: Arc<MemoryStore>,
    idempotency: Idempotency,
    ana: Principal,
}

fn answer(body: &str) -> KeptAnswer {
    KeptAnswer { status: 201, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(TestClock::default());
        let store = Arc::new(MemoryStore::new(Subscriptions::default()));
        let source = Source::new(clock.clone(), Arc::new(SystemEntropy));
        let secret = InstallationSecret::from_bytes([7; 32]);
        let idempotency = Idempotency::new(store.clone(), store.clone(), source, secret);
        Self { clock, store, idempotency, ana: principal(1) }
    }

    fn named(&self) -> Named<'_> {
        Named {
            by: &self.ana,
            tenant: None,
            key: "key-1",
            path: "/orders",
            query: "",
            body: b"{}",
            is_secret: false,
            timeout: Duration::from_secs(30),
        }
    }

    fn at(&self, seconds: u64) -> &Self {
        self.clock.set(Duration::from_secs(seconds));
        self
    }

    async fn serve(&self, named: &Named<'_>) -> Claim {
        match self.idempotency.open(named).await.unwrap() {
            Opening::Serve(claim) => claim,
            Opening::Replay(_) => panic!("it was answered before"),
        }
    }

    /// The effect, with its claim.
    async fn act(&self, claim: Claim) -> Result<(), CommitError> {
        self.store.commit(Commit::new().write(ClaimWrite::Make(claim))).await
    }

    async fn refused(&self, named: &Named<'_>) -> Repeated {
        match self.idempotency.open(named).await {
            Err(Refusal::Repeated(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    async fn replayed(&self, named: &Named<'_>) -> KeptAnswer {
        match self.idempotency.open(named).await.unwrap() {
            Opening::Replay(answer) => answer,
            Opening::Serve(_) => panic!("it is served again"),
        }
    }
}

#[tokio::test]
async fn a_repeat_gets_the_same_answer_for_a_day() {
    let world = World::new();
    let named = world.named();
    let claim = world.serve(&named).await;
    world.act(claim).await.unwrap();
    let closing = world.idempotency.close(&named, claim, Some(answer("made"))).await.unwrap();
    assert!(matches!(closing, Closing::Own));
    assert_eq!(world.replayed(&named).await, answer("made"));
    assert_eq!(world.at(24 * 3_600 - 1).replayed(&named).await, answer("made"));
    world.at(25 * 3_600).serve(&named).await;
}

#[tokio::test]
async fn the_same_key_with_other_words_is_refused() {
    let world = World::new();
    let named = world.named();
    world.act(world.serve(&named).await).await.unwrap();
    assert_eq!(world.refused(&Named { body: b"{} ", ..named }).await, Repeated::KeyReused);
    assert_eq!(world.refused(&Named { query: "dry", ..named }).await, Repeated::KeyReused);
}

#[tokio::test]
async fn keys_of_another_user_workspace_or_path_are_other_keys() {
    let world = World::new();
    let named = world.named();
    world.act(world.serve(&named).await).await.unwrap();
    let tenant = Some(TenantId::from_uuid(Uuid::from_u128(9)));
    let bob = principal(2);
    for other in [
        Named { by: &bob, ..named },
        Named { tenant, ..named },
        Named { path: "/invites", ..named },
        Named { key: "key-2", ..named },
        Named { path: "/orderskey-", key: "1", ..named },
    ] {
        world.serve(&other).await;
    }
}

#[tokio::test]
async fn a_repeat_waits_while_the_first_may_be_answered_and_learns_then_that_nobody_knows() {
    let world = World::new();
    let named = world.named();
    world.act(world.serve(&named).await).await.unwrap();
    assert_eq!(world.refused(&named).await, Repeated::InFlight);
    assert_eq!(world.at(34).refused(&named).await, Repeated::InFlight);
    assert_eq!(world.at(35).refused(&named).await, Repeated::ResultUnknown);
}

#[tokio::test]
async fn what_left_no_trace_may_be_tried_again() {
    let world = World::new();
    let named = world.named();
    let claim = world.serve(&named).await;
    let closing = world.idempotency.close(&named, claim, Some(answer("refused"))).await.unwrap();
    assert!(matches!(closing, Closing::Own));
    world.serve(&named).await;
}

#[tokio::test]
async fn an_answer_that_holds_a_secret_is_not_given_twice() {
    let world = World::new();
    let named = Named { is_secret: true, ..world.named() };
    let claim = world.serve(&named).await;
    world.act(claim).await.unwrap();
    world.idempotency.close(&named, claim, Some(answer("hunter2"))).await.unwrap();
    assert_eq!(world.refused(&named).await, Repeated::AnswerNotKept);
    assert_eq!(
        world.refused(&Named { is_secret: false, ..named }).await,
        Repeated::InFlight,
        "nothing is kept"
    );
}

#[tokio::test]
async fn the_slower_of_two_gets_what_became_of_the_faster_and_spoils_nothing() {
    let world = World::new();
    let named = world.named();
    let (first, second) = (world.serve(&named).await, world.serve(&named).await);
    world.act(first).await.unwrap();
    world.act(second).await.unwrap_err();
    let close = |claim, text: &str| {
        let (idempotency, kept) = (world.idempotency.clone(), answer(text));
        let named = world.named();
        async move { idempotency.close(&named, claim, Some(kept)).await.unwrap() }
    };
    let early = close(second, "the slug is taken").await;
    assert!(matches!(early, Closing::Others(Err(Repeated::InFlight))));
    assert!(matches!(close(first, "made").await, Closing::Own));
    let Closing::Others(Ok(late)) = close(second, "the slug is taken").await else {
        panic!("it is not its own")
    };
    assert_eq!(late, answer("made"));
    assert_eq!(world.replayed(&named).await, answer("made"));
}

#[tokio::test]
async fn a_key_is_visible_ascii_and_bounded() {
    let world = World::new();
    for key in ["", "with space", "caf\u{e9}", "line\n", &"k".repeat(256)] {
        assert_eq!(world.refused(&Named { key, ..world.named() }).await, Repeated::KeyInvalid, "{key:?}");
    }
    for key in ["k", &"~".repeat(255)] {
        world.serve(&Named { key, ..world.named() }).await;
    }
}

#[tokio::test]
async fn what_is_over_is_forgotten_and_what_is_not_is_kept() {
    let world = World::new();
    let named = world.named();
    let claim = world.serve(&named).await;
    world.act(claim).await.unwrap();
    world.idempotency.forget().await.unwrap();
    assert_eq!(world.refused(&named).await, Repeated::InFlight);
    assert!(claim.until.since(world.clock.now()) >= Duration::from_hours(24));
    world.at(25 * 3_600).idempotency.forget().await.unwrap();
    world.at(0).serve(&named).await;
}
