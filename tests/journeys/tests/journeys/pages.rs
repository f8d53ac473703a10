//! The pages, as a browser shows them.

mod browser;

use saaskit_journeys::{Client, Engine, PASSWORD, Server, World};

use browser::Browser;

/// In the hand and on the desk.
const SIZES: [(u32, u32); 2] = [(390, 844), (1280, 800)];

/// By how much the page is wider than the window.
const TOO_WIDE: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// A page of another make.
const DOCS: &str = "/docs/index.html";

/// Whether it is that the script of that page styles an element, which it is not allowed to and looks no worse without.
fn is_refused_there(complaint: &str) -> bool {
    complaint.contains("Applying inline style violates") && complaint.contains("/docs/swagger-ui-bundle.js")
}

/// The path of the link in the newest mail about something, as the mail's reader follows it.
async fn mailed(client: &Client, email: &str, subject: &str) -> String {
    let mail = client.mail_about(email, subject).await;
    mail.link().trim_start_matches(saaskit_journeys::PUBLIC_URL).to_owned()
}

/// Every page there is, and how it is known that it is shown.
async fn pages(server: &Server) -> Vec<(String, &'static str)> {
    let client = server.client();
    let _ = client.become_user("ana@example.org").await;
    let _ = client.register("bob@example.org").await.expect(202);
    let forgotten = serde_json::json!({"email": "ana@example.org"});
    let _ = client.post("/api/v1/auth/password/forgot", forgotten).await.expect(202);
    let buttons = "document.querySelector('form button')";
    vec![
        ("/".to_owned(), "document.querySelector('a[href=\"/dev/outbox\"]')"),
        (DOCS.to_owned(), "document.querySelectorAll('.opblock').length > 20"),
        ("/docs/errors".to_owned(), "document.getElementById('UNAUTHENTICATED')"),
        ("/dev/outbox".to_owned(), "document.body.innerText.includes('bob@example.org')"),
        (format!("/setup?token={}", server.set_up_token()), buttons),
        (mailed(&client, "bob@example.org", "").await, buttons),
        (mailed(&client, "ana@example.org", "Choose a new password").await, buttons),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_fits_the_hand_and_the_desk_and_asks_nobody_else() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let mut browser = Browser::of(&server).await;
    let pages = pages(&server).await;
    for size in SIZES {
        browser.resize(size).await;
        for (page, shown) in &pages {
            browser.open(page, shown).await;
            assert_eq!(browser.say(TOO_WIDE).await, 0, "{page} is wider than {size:?}");
            let complaints = browser.complaints().into_iter();
            let odd = complaints.filter(|complaint| page != DOCS || !is_refused_there(complaint));
            assert_eq!(odd.collect::<Vec<_>>(), [""; 0], "{page}");
        }
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_does_wrong_is_seen() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let mut browser = Browser::of(&server).await;
    browser.resize(SIZES[0]).await;
    for (wrong, done) in [
        ("console.error('a')", "true"),
        ("setTimeout(() => { document.title = 'a'; throw 1 })", "document.title === 'a'"),
        ("location = 'http://example.org'", "location.protocol === 'chrome-error:'"),
    ] {
        browser.open("/", "document.querySelector('main')").await;
        assert_eq!(browser.complaints(), [""; 0]);
        browser.say(wrong).await;
        browser.until(done).await;
        assert_ne!(browser.complaints(), [""; 0], "{wrong}");
    }
    browser.open("/", "document.querySelector('main')").await;
    browser.say("document.querySelector('main').style.minWidth = '100vw'").await;
    browser.say("document.querySelector('main').style.paddingLeft = '9rem'").await;
    assert_eq!(browser.say(TOO_WIDE).await, 0);
    browser.say("document.querySelector('main').style.minWidth = '101vw'").await;
    assert_ne!(browser.say(TOO_WIDE).await, 0);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_a_mail_and_presses_its_button_has_proved_an_address_and_chooses_a_password() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let client = server.client();
    let mut browser = Browser::of(&server).await;
    let _ = client.register("ana@example.org").await.expect(202);
    let _ = client.mail_to("ana@example.org").await;
    let _ = client.log_in("ana@example.org", PASSWORD).await.expect(403);
    browser.open("/dev/outbox", "document.querySelector('a[href*=\"?token=\"]')").await;
    assert!(browser.text().await.contains("To ana@example.org"));
    browser.say("document.querySelector('a[href*=\"?token=\"]').click()").await;
    browser.until("document.querySelector('form button')").await;
    browser.say("document.querySelector('form button').click()").await;
    // It was not this browser that registered.
    browser.until("document.getElementById('password')").await;
    browser.say(&format!("document.getElementById('password').value = '{PASSWORD}'")).await;
    browser.say("document.querySelector('form button').click()").await;
    browser.until("!document.querySelector('form') && document.querySelector('h1')").await;
    assert_eq!(browser.complaints(), [""; 0]);
    let _ = client.log_in("ana@example.org", PASSWORD).await.expect(200);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_fills_in_the_printed_page_operates_the_installation() {
    let world = World::new(Engine::Sqlite).await;
    let server = world.serve().await;
    let mut browser = Browser::of(&server).await;
    let page = format!("/setup?token={}", server.set_up_token());
    browser.open(&page, "document.querySelector('form button')").await;
    for (field, value) in [("email", "op@example.org"), ("name", "Op"), ("password", PASSWORD)] {
        browser.say(&format!("document.getElementById('{field}').value = '{value}'")).await;
    }
    browser.say("document.querySelector('form button').click()").await;
    browser.until("!document.querySelector('form') && document.querySelector('h1')").await;
    assert_eq!(browser.complaints(), [""; 0]);
    let client = server.client();
    let op = client.bearing(&client.log_in("op@example.org", PASSWORD).await.expect(200));
    assert_eq!(op.get("/api/v1/auth/me").await.expect(200).json()["super_admin"], true);
    server.stop().await;
}
