use saaskit_auth::OneTimeToken;
use saaskit_auth::write::{AuthWrite, TokenWrite};
use saaskit_kernel::{Commit, Fault, Secret, Store};

use crate::world::World;

#[tokio::test]
async fn what_a_workspace_is_called_is_no_password_of_who_is_in_it() {
    let world = World::new();
    let (user, principal) = world.ana(None).await;
    world.tenant(&principal, "Zebra Works 2000").await;
    let token = world.source.token();
    let reset = OneTimeToken::mint_reset(token.hash(), &user, world.source.now());
    world.memory.commit(Commit::new().write(AuthWrite::Token(TokenWrite::Mint(reset)))).await.unwrap();
    let password = Secret::new("Zebra-works-2000");
    let answer = world.auth.reset_password(&world.call(), &token.to_secret(), &password).await;
    let fields = answer.unwrap_err().fields();
    let named: Vec<_> = fields.iter().map(|(field, fault)| (*field, fault.code().name())).collect();
    assert_eq!(named, [("password", "PASSWORD_IS_NAME")]);
    world.work().await;
    world.finish().await;
}
