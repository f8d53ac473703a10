use reqwest::Method;
use saaskit_journeys::{Answer, Engine, PASSWORD, World, until};
use serde_json::json;

super::on_every_engine! {
    a_stranger_becomes_a_user_and_leaves
    an_address_can_be_proved_on_the_page_and_only_once
    a_new_link_voids_the_one_before
    registering_a_taken_address_looks_the_same_and_tells_its_owner
    a_wrong_password_and_an_unknown_address_get_the_same_answer
    that_an_address_is_not_proved_is_told_after_the_right_password_only
    who_asks_too_often_is_told_to_wait
}

async fn a_stranger_becomes_a_user_and_leaves(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let stranger = server.client();
    let _ = stranger.get("/api/v1/auth/me").await.expect_problem(401, "UNAUTHENTICATED");

    let ana = json!({"email": "Ana@Example.org", "password": PASSWORD, "name": "Ana Pop"});
    let registered = stranger.post("/api/v1/auth/register", ana).await.expect(202);
    let mail = stranger.mail_to("Ana@example.org").await;
    assert!(!mail.text.contains("Ana Pop"), "a name nobody has proved is in no mail: {mail:?}");
    let _ = stranger.prove(&registered, &mail.token()).await.expect(200);

    let signed_in = stranger.log_in("ana@example.org", PASSWORD).await.expect(200);
    assert_eq!(signed_in.json()["token_type"], "Bearer");
    assert!(signed_in.json()["expires_in"].as_u64().is_some_and(|seconds| (60..=3600).contains(&seconds)));
    assert!(signed_in.header("cache-control").is_some_and(|value| value.contains("no-store")));
    let ana = stranger.bearing(&signed_in);
    let me = ana.get("/api/v1/auth/me").await.expect(200).json();
    assert_eq!((&me["email"], &me["name"]), (&json!("Ana@example.org"), &json!("Ana Pop")));

    let _ = ana.post("/api/v1/auth/logout", json!({})).await.expect(204);
    let _ = ana.get("/api/v1/auth/me").await.expect_problem(401, "UNAUTHENTICATED");
    server.stop().await;
}

async fn an_address_can_be_proved_on_the_page_and_only_once(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let bob = server.client();
    let _ = bob.register("bob@example.org").await.expect(202);
    let mail = bob.mail_to("bob@example.org").await;
    let path = format!("/verify-email?token={}", mail.token());
    assert!(mail.link().ends_with(&path), "{mail:?}");

    for _ in ["a scanner of mail", "the browser"] {
        let page = bob.get(&path).await.expect(200);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
        assert!(page.text.contains(&mail.token()), "the page posts the token");
    }
    let chooses = bob.press("/verify-email", &[("token", &mail.token())]).await.expect(200);
    let again = bob.press("/verify-email", &[("token", &mail.token())]).await;
    assert!(again.status >= 400, "{again:?}");
    let api = bob.post("/api/v1/auth/verify-email", json!({"token": mail.token()})).await;
    let _ = api.expect_problem(400, "TOKEN_INVALID");
    // The page was opened on another browser than the one that registered: a password is chosen there.
    let _ = bob.log_in("bob@example.org", PASSWORD).await.expect(401);
    let (_, token) = chooses.text.split_once("name=\"token\" value=\"").expect("a form to choose a password");
    let (token, _) = token.split_once('"').expect("a whole form");
    let _ = bob.press("/reset-password", &[("token", token), ("password", PASSWORD)]).await.expect(200);
    let _ = bob.log_in("bob@example.org", PASSWORD).await.expect(200);
    server.stop().await;
}

async fn a_new_link_voids_the_one_before(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let cleo = server.client();
    let _ = cleo.register("cleo@example.org").await.expect(202);
    let first = cleo.mail_to("cleo@example.org").await;
    let resend = "/api/v1/auth/verify-email/resend";
    let known = cleo.post(resend, json!({"email": "cleo@example.org"})).await.expect(202);
    let unknown = cleo.post(resend, json!({"email": "nobody@example.org"})).await.expect(202);
    assert_eq!(known.without_request(), unknown.without_request());

    let second = until("a second mail came", async || {
        let newest = cleo.mail_to("cleo@example.org").await;
        (newest.id != first.id).then_some(newest)
    })
    .await;
    let verify = async |token: String| cleo.post("/api/v1/auth/verify-email", json!({"token": token})).await;
    let _ = verify(first.token()).await.expect_problem(400, "TOKEN_INVALID");
    let _ = verify(second.token()).await.expect(200);
    server.stop().await;
}

async fn registering_a_taken_address_looks_the_same_and_tells_its_owner(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let client = server.client();
    let free = client.register("dan@example.org").await.expect(202);
    let secret = client.mail_about("dan@example.org", "Confirm").await.token();
    let _ = client.post("/api/v1/auth/verify-email", json!({"token": secret})).await.expect(200);
    let taken = client.register("DAN@example.org").await.expect(202);
    assert_eq!(free.without_request(), taken.without_request());
    let told = client.mail_about("dan@example.org", "You already have an account").await;
    assert!(!told.links.iter().any(|link| link.contains("token")), "{told:?}");
    server.stop().await;
}

async fn a_wrong_password_and_an_unknown_address_get_the_same_answer(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let client = server.client();
    let _ = client.become_user("eva@example.org").await;
    let wrong = client.log_in("eva@example.org", "Wrong-Horse-8-Battery").await;
    let unknown = client.log_in("eve@example.org", "Wrong-Horse-8-Battery").await;
    assert_eq!(wrong.without_request(), unknown.without_request());
    let _ = wrong.expect_problem(401, "CREDENTIALS_INVALID");
    server.stop().await;
}

async fn that_an_address_is_not_proved_is_told_after_the_right_password_only(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let client = server.client();
    let _ = client.register("fay@example.org").await.expect(202);
    let _ = client.mail_to("fay@example.org").await;
    let wrong = client.log_in("fay@example.org", "Wrong-Horse-8-Battery").await;
    let _ = wrong.expect_problem(401, "CREDENTIALS_INVALID");
    let _ = client.log_in("fay@example.org", PASSWORD).await.expect_problem(403, "EMAIL_UNVERIFIED");
    server.stop().await;
}

async fn who_asks_too_often_is_told_to_wait(engine: Engine) {
    let world = World::new(engine).await;
    let server = world.serve().await;
    let client = server.client();
    let ask = async || {
        let body = json!({"email": "gus@example.org", "password": PASSWORD});
        let response =
            client.request(Method::POST, "/api/v1/auth/register").json(&body).send().await.unwrap();
        Answer::of(response).await.unwrap()
    };
    for _ in 0..5 {
        let _ = ask().await.expect(202);
    }
    let refused = ask().await.expect_problem(429, "RATE_LIMITED");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    server.stop().await;
}
