use saaskit_auth::port::{Letter, NewKey, OpenKey};
use saaskit_auth::write::{AuthWrite, TokenWrite, UserWrite};
use saaskit_auth::{
    AccessToken, Algorithm, Carried, LogIn, OneTimeToken, Purpose, Register, SetUp, Settings, Tokens,
};
use saaskit_kernel::{Commit, Secret};
use zeroize::Zeroizing;

use crate::world::{PASSWORD, World, credentials, registration, settings, tokens};

const ANA: &str = "ana@example.org";
const CANARY: &str = "Canary-Passw0rd-4711";

/// Fails if `text` shows the secret: as it is, in lower case, or as the numbers of its bytes.
fn assert_silent(text: &str, secret: &str) {
    let numbers: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
    for shown in [secret.to_owned(), secret.to_lowercase(), numbers.join(", ")] {
        let before = text.find(&shown).map(|at| text[..at].chars().rev().take(200).collect::<String>());
        let before = before.map(|before| before.chars().rev().collect::<String>());
        assert_eq!(before, None, "{secret} is shown after this");
    }
}

#[tokio::test]
async fn no_secret_of_a_life_is_in_what_is_stored_told_queued_or_written_down() {
    let world = World::new().await;
    let set_up = world.auth.set_up_token().await.unwrap().unwrap();
    let operator = SetUp {
        token: set_up.clone(),
        email: "ops@example.org".to_owned(),
        password: Secret::new(CANARY),
        name: None,
    };
    world.auth.set_up(&world.call(), operator).await.unwrap();
    world.register(ANA, CANARY).await.unwrap();
    let waiting = format!("{:?}{}", world.memory, world.recorder.printed());
    world.work().await;
    let mailed = world.secrets(ANA).remove(0);
    world.verify(&mailed).await.unwrap();
    let wrong = world.log_in(ANA, "Canary-Wrong-4712").await.unwrap_err();
    world.hasher.harden();
    let signed_in = world.log_in(ANA, CANARY).await.unwrap();
    let device = signed_in.device.to_secret();
    let first = tokens(signed_in);
    let next = world.renew(&world.call(), &first.refresh, None).await.unwrap();
    let carried = LogIn { carrier: saaskit_auth::Carrier::Cookie, ..credentials(ANA, CANARY) };
    let Carried::ByCookie { secret: cookie, .. } =
        world.auth.log_in(&world.call(), carried).await.unwrap().carried
    else {
        panic!("a cookie")
    };
    world.auth.authenticate_cookie(cookie.expose()).await.unwrap();
    let principal = world.principal(next.access.secret.expose()).await;
    world.auth.step_up(&world.call(), &principal, &Secret::new(CANARY), None).await.unwrap();
    world.auth.log_out(&world.call(), &principal).await.unwrap();
    world.auth.resend_verification(&world.call(), ANA, None).await.unwrap();
    world.work().await;

    let everything =
        format!("{waiting}{:?}{}{:?}{wrong:?}", world.memory, world.recorder.printed(), world.auth);
    let told = format!("{:?}{:?}", world.memory.events(), world.memory.audit());
    let token = first.access.secret.expose();
    let signature = token.rsplit_once('.').unwrap().1;
    for secret in [
        CANARY,
        "Canary-Wrong-4712",
        mailed.expose(),
        set_up.expose(),
        token,
        signature,
        first.refresh.expose(),
        next.refresh.expose(),
        cookie.expose(),
        device.expose(),
        "PRIVATE EdDSA KEY",
    ] {
        assert_silent(&everything, secret);
        assert_silent(&told, secret);
    }
    assert!(everything.contains("auth.answer_registration"), "the canary looked where jobs are");
    world.finish().await;
}

#[tokio::test]
async fn the_address_of_a_request_that_starts_a_mail_is_sealed_while_it_waits() {
    let world = World::new().await;
    world.register("canary.bird@example.org", PASSWORD).await.unwrap();
    world.auth.resend_verification(&world.call(), "canary.bird@example.org", None).await.unwrap();
    assert!(!world.recorder.printed().contains("canary.bird"));
    world.work().await;
    world.finish().await;
}

#[tokio::test]
async fn nothing_that_holds_a_secret_prints_it() {
    let world = World::new().await;
    let user = world.user(ANA).await;
    let secret = || Secret::new(CANARY);
    let token = world.source.token();
    let minted = OneTimeToken::mint(token.hash(), Purpose::VerifyEmail, &user, world.source.now());
    let hash = user.password.clone().unwrap();
    let printed = [
        format!("{:?}", Register { password: secret(), ..registration(ANA, "") }),
        format!("{:?}", credentials(ANA, CANARY)),
        format!("{:?}", SetUp { token: secret(), email: ANA.to_owned(), password: secret(), name: None }),
        format!("{:?}", Settings { private_keys: vec![secret()], ..settings() }),
        format!("{:?}", world.node(Settings { private_keys: vec![secret()], ..settings() })),
        format!("{:?}", Letter::VerifyEmail { to: user.clone(), token: secret() }),
        format!("{:?}", saaskit_auth::Password::new(&secret())),
        format!(
            "{:?}",
            Tokens {
                access: AccessToken { secret: secret(), expires_in: std::time::Duration::ZERO },
                refresh: secret(),
                refresh_expires_in: std::time::Duration::ZERO,
            }
        ),
        format!("{:?}", NewKey { private: secret(), public: serde_json::Value::Null }),
        format!(
            "{:?}",
            OpenKey {
                id: world.source.id(),
                algorithm: Algorithm::EdDsa,
                private: Zeroizing::new(CANARY.as_bytes().to_vec()),
            }
        ),
    ];
    for printed in printed {
        assert_silent(&printed, CANARY);
    }
    let commit = Commit::new()
        .write(AuthWrite::Token(TokenWrite::Mint(minted)))
        .write(AuthWrite::User(UserWrite::Insert(user.clone())));
    let printed = format!("{commit:?}{:?}", world.auth.installation().unwrap());
    for secret in [token.to_secret().expose(), hash.as_str(), "ana@"] {
        assert_silent(&printed, secret);
    }
    assert_silent(&printed, &format!("{:?}", world.auth.installation().unwrap().expose()));
    world.finish().await;
}
