use saaskit_gateway::{
    Access, Class, CorsPolicy, Credential, Csrf, CsrfProof, Door, Knock, Limits, Origin, Pages, Provenance,
    Refusal,
};
use saaskit_kernel::{InstallationSecret, Source};

use crate::world::{World, knock, knock_as, principal};

const OURS: &str = "https://app.example.com";
const FRONT: &str = "https://front.example.com";
const COOKIE: &str = "cookie-of-user-7";

fn csrf() -> Csrf {
    Csrf::new(InstallationSecret::from_bytes([7; 32]), Source::system())
}

fn door(world: &World) -> Door {
    let allowed = CorsPolicy::new([FRONT]).unwrap();
    world.door.clone().with_pages(Pages::new(Origin::parse(OURS).unwrap(), allowed, csrf()))
}

fn from(origin: &'static str) -> Provenance<'static> {
    Provenance { origin: Some(origin), fetch_site: None }
}

/// A change by a browser that shows the cookie.
fn change(provenance: Provenance<'static>, csrf: CsrfProof<'static>) -> Knock<'static> {
    let credential = Credential::Cookie(COOKIE);
    Knock {
        access: Access::User,
        class: Class::Write,
        credential,
        changes: true,
        provenance,
        csrf,
        ..knock()
    }
}

fn code(answer: Result<impl Sized, Refusal>) -> &'static str {
    use saaskit_kernel::Fault;
    answer.err().map_or("let in", |refusal| refusal.code().name())
}

#[tokio::test]
async fn a_change_by_cookie_needs_a_page_of_ours_and_its_token() {
    let world = World::new(Limits::default());
    let door = door(&world);
    let token: &'static str = csrf().token(COOKIE).leak();
    let good = CsrfProof::Header(Some(token));
    let site = |site| Provenance { fetch_site: Some(site), origin: None };
    for provenance in [from(OURS), from(FRONT), site("same-origin")] {
        assert_eq!(code(door.admit(&change(provenance, good)).await), "let in", "{provenance:?}");
    }
    let unsaid = Provenance::default();
    for provenance in [from("https://evil.example"), from("null"), site("same-site"), site("none"), unsaid] {
        assert_eq!(code(door.admit(&change(provenance, good)).await), "CROSS_SITE", "{provenance:?}");
    }
    let others: &'static str = csrf().token("cookie-of-user-8").leak();
    for proof in [None, Some(""), Some("x.y"), Some(others), Some(COOKIE)] {
        let answer = door.admit(&change(from(OURS), CsrfProof::Header(proof))).await;
        assert_eq!(code(answer), "CSRF_TOKEN_INVALID", "{proof:?}");
    }
}

#[tokio::test]
async fn a_foreign_page_is_refused_before_anybody_is_asked_whose_cookie_it_is() {
    let world = World::new(Limits::default());
    let door = door(&world);
    let knock = change(from("https://evil.example"), CsrfProof::Header(None));
    assert_eq!(code(door.admit(&knock).await), "CROSS_SITE");
    assert_eq!(code(door.admit(&change(from(OURS), CsrfProof::Header(None))).await), "CSRF_TOKEN_INVALID");
    assert_eq!(world.names.asked(), 0);
}

#[tokio::test]
async fn a_form_is_let_in_from_our_page_for_its_reader_to_check_its_field() {
    let world = World::new(Limits::default());
    let door = door(&world);
    let pass = door.admit(&change(from(OURS), CsrfProof::Form)).await.unwrap();
    assert_eq!(pass.cookie().unwrap().expose(), COOKIE);
    assert_eq!(code(door.admit(&change(from("https://evil.example"), CsrfProof::Form)).await), "CROSS_SITE");
}

#[tokio::test]
async fn reading_by_cookie_needs_no_proof() {
    let world = World::new(Limits::default());
    let door = door(&world);
    let read = Knock { changes: false, ..change(from("https://evil.example"), CsrfProof::Header(None)) };
    assert_eq!(door.admit(&read).await.unwrap().principal(), Some(&principal(7)));
}

#[tokio::test]
async fn a_token_wins_over_a_cookie_and_two_of_one_sort_are_refused() {
    let world = World::new(Limits::default());
    let door = door(&world);
    let by =
        |credential| Knock { credential, ..change(from("https://evil.example"), CsrfProof::Header(None)) };
    let pass = door.admit(&by(Credential::Bearer("user-1"))).await.unwrap();
    assert_eq!(pass.principal(), Some(&principal(1)), "a page can't make a browser add a token");
    assert!(pass.cookie().is_none());
    let read = Knock { changes: false, ..by(Credential::Ambiguous) };
    assert_eq!(code(door.admit(&read).await), "CREDENTIALS_AMBIGUOUS");
}

#[tokio::test]
async fn a_foreign_page_can_not_sign_its_visitor_in() {
    let world = World::new(Limits::default());
    let door = door(&world);
    let log_in = |provenance| Knock { class: Class::Login, changes: true, provenance, ..knock() };
    assert_eq!(code(door.admit(&log_in(from("https://evil.example"))).await), "CROSS_SITE");
    assert_eq!(code(door.admit(&log_in(from(OURS))).await), "let in");
    assert_eq!(
        code(door.admit(&log_in(Provenance::default())).await),
        "let in",
        "no browser acts for itself"
    );
    let stale = Knock { credential: Credential::Cookie("cookie-of-nobody"), ..log_in(from(OURS)) };
    assert!(door.admit(&stale).await.unwrap().principal().is_none(), "a stale cookie keeps nobody out");
}

#[tokio::test]
async fn a_public_page_knows_who_looks_at_it_and_minds_no_stale_cookie() {
    let world = World::new(Limits::default());
    let door = door(&world);
    let look = |cookie| Knock { credential: Credential::Cookie(cookie), ..knock() };
    assert_eq!(door.admit(&look(COOKIE)).await.unwrap().principal(), Some(&principal(7)));
    assert!(door.admit(&look("cookie-of-nobody")).await.unwrap().principal().is_none());
    let asked = world.names.asked();
    door.admit(&Knock { class: Class::Free, ..look(COOKIE) }).await.unwrap();
    door.admit(&Knock { changes: true, provenance: from(OURS), ..look(COOKIE) }).await.unwrap();
    assert_eq!(world.names.asked(), asked, "probes and public changes ask for nobody");
}

#[tokio::test]
async fn a_door_without_pages_believes_no_cookie() {
    let world = World::new(Limits::default());
    let by_cookie = Knock { credential: Credential::Cookie(COOKIE), ..knock_as("") };
    assert_eq!(code(world.door.admit(&by_cookie).await), "UNAUTHENTICATED");
    assert_eq!(world.names.asked(), 0);
}

#[test]
fn what_is_knocked_with_prints_no_secret() {
    for knock in [knock_as("user-1"), change(from(OURS), CsrfProof::Header(None))] {
        let shown = format!("{knock:?}");
        assert!(!shown.contains("user-") && shown.contains("[redacted]"), "{shown}");
    }
}
