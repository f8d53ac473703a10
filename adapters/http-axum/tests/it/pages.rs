use crate::world::{PASSWORD, PUBLIC_URL, World};

#[tokio::test]
async fn opening_the_mailed_link_changes_nothing_and_its_button_verifies() {
    let world = World::new().await;
    let (token, cookie) = world.register_in_browser("ana@example.com").await;
    let path = format!("/verify-email?token={token}");
    for _ in 0..2 {
        let page = world.get(&path).send().await.expect(200);
        assert!(page.body.contains(&format!("name=\"token\" value=\"{token}\"")));
        world.ask("HEAD", &path).send().await.expect(200);
    }
    let post =
        || world.post("/verify-email").header("sec-fetch-site", "same-origin").header("origin", "null");
    let verified = post().header("cookie", &cookie).form(&format!("token={token}")).await.expect(200);
    assert!(verified.body.contains("Address verified"));
    let again = post().form(&format!("token={token}")).await.expect(400);
    assert!(again.body.contains("the token is not valid or was already used"));
    assert!(again.header("content-type").starts_with("text/html"));
    world.log_in("ana@example.com").await;
}

#[tokio::test]
async fn who_proves_the_address_of_a_registration_made_elsewhere_chooses_a_password_there() {
    let world = World::new().await;
    let token = world.register("ana@example.com").await;
    let post = |path: &str| world.post(path).header("sec-fetch-site", "same-origin").header("origin", "null");
    let chooses = post("/verify-email").form(&format!("token={token}")).await.expect(200);
    assert!(chooses.body.contains("Choose your password") && chooses.body.contains("/reset-password"));
    assert_eq!(chooses.header("referrer-policy"), "strict-origin");
    let (_, rest) = chooses.body.split_once("name=\"token\" value=\"").unwrap();
    let (fresh, _) = rest.split_once('"').unwrap();
    assert_ne!(fresh, token);
    let set = post("/reset-password").form(&format!("token={fresh}&password={PASSWORD}")).await.expect(200);
    assert!(set.body.contains("Your password is set"));
    world.log_in("ana@example.com").await;
}

#[tokio::test]
async fn no_page_with_a_token_tells_others_more_than_its_origin() {
    let world = World::new().await;
    for path in ["/verify-email", "/reset-password", "/unlock", "/confirm-email", "/undo-email", "/setup"] {
        let posted = world.post(path).header("origin", PUBLIC_URL).form("token=x&password=y&email=z");
        let pages = [world.get(&format!("{path}?token=x")).send().await.expect(200), posted.await];
        for page in pages {
            assert!(page.header("content-type").starts_with("text/html"), "{path}: {}", page.body);
            assert_eq!(page.header("referrer-policy"), "strict-origin", "{path}");
            assert!(page.header("cache-control").contains("no-store"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_form_of_a_foreign_page_is_refused() {
    let world = World::new().await;
    let token = world.register("ana@example.com").await;
    let form = format!("token={token}");
    let post = || world.post("/verify-email");
    for ask in [
        post().header("sec-fetch-site", "cross-site"),
        post().header("sec-fetch-site", "same-site").header("origin", PUBLIC_URL),
        post().header("origin", "https://evil.example"),
        post().header("origin", "null"),
    ] {
        assert_eq!(ask.form(&form).await.expect(403).problem(), "CROSS_SITE");
    }
    post().header("origin", PUBLIC_URL).form(&form).await.expect(200);
}

#[tokio::test]
async fn the_policy_of_a_page_lets_in_its_own_style_and_nothing_else() {
    let world = World::new().await;
    let [first, second] = [world.get("/verify-email").send().await, world.get("/verify-email").send().await];
    let policy = first.header("content-security-policy");
    let nonce = policy.split("style-src 'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    assert!(first.body.contains(&format!("<style nonce=\"{nonce}\">")));
    assert!(policy.contains("default-src 'none'") && policy.contains("form-action 'self'"));
    assert!(!policy.contains("unsafe"));
    assert_ne!(policy, second.header("content-security-policy"));
    assert!(!first.body.contains("<script") && !first.body.contains("style=\""));
    assert!(first.body.contains("<html lang=\"en\">") && first.body.contains("name=\"viewport\""));
}

#[tokio::test]
async fn what_a_link_carries_is_escaped() {
    let world = World::new().await;
    let page =
        world.get("/verify-email?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").send().await.expect(200);
    assert!(!page.body.contains("<script"));
    assert_eq!(
        world.get("/verify-email?token=a&token=b").send().await.expect(400).problem(),
        "QUERY_INVALID"
    );
}

#[tokio::test]
async fn the_first_operator_signs_up_on_a_page() {
    let world = World::new().await;
    let token = world.auth.set_up_token().await.unwrap().unwrap();
    let page = world.get(&format!("/setup?token={}", token.expose())).send().await.expect(200);
    assert!(page.body.contains("type=\"password\"") && page.body.contains(token.expose()));
    let post = async |email: &str, password: &str| {
        let form = format!("token={}&email={email}&password={password}&name=", token.expose());
        world.post("/setup").header("sec-fetch-site", "same-origin").form(&form).await
    };
    let refused = post("ops%40example.com", "weakling").await.expect(422);
    assert!(refused.body.contains("an upper-case letter is missing"));
    assert!(
        refused.body.contains("value=\"ops@example.com\"")
            || refused.body.contains("value=\"ops&#64;example.com\"")
    );
    assert!(!refused.body.contains("weakling"));
    post("ops%40example.com", PASSWORD).await.expect(201);
    let late = post("ops%40example.com", PASSWORD).await.expect(409);
    assert!(late.body.contains("already set up"));
    world.log_in("ops@example.com").await;
}

#[tokio::test]
async fn a_form_in_another_format_is_refused() {
    let world = World::new().await;
    let answer = world.post("/verify-email").json(&serde_json::json!({ "token": "x" })).await;
    assert_eq!(answer.expect(415).problem(), "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(world.post("/verify-email").form("nothing=1").await.expect(400).problem(), "MALFORMED_FORM");
}
