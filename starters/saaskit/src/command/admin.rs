use std::io::Read as _;

use saaskit_auth::AuthError;
use saaskit_kernel::{Call, Fault, Secret, Source, UserId};

use super::{Admin, complain, say};
use crate::App;

pub(super) async fn run(app: &App, command: &Admin) -> anyhow::Result<()> {
    let (auth, call) = (app.auth(), Call::of_operator(&Source::system()));
    let done = match command {
        Admin::Create { email, name } => {
            auth.create_admin(&call, email, &read_password()?, name.as_deref()).await
        }
        Admin::Promote { email } => auth.promote_admin(&call, email).await,
        Admin::Demote { email } => auth.demote_admin(&call, email).await,
    };
    tell(done)
}

fn read_password() -> anyhow::Result<Secret> {
    complain("Password (from standard input, ended by a line break):");
    let mut password = String::new();
    std::io::stdin().take(4096).read_to_string(&mut password)?;
    Ok(Secret::new(password.trim_end_matches(['\r', '\n'])))
}

fn tell(done: Result<UserId, AuthError>) -> anyhow::Result<()> {
    match done {
        Ok(id) => say(&format!("{id}"))?,
        Err(error) => {
            for (field, fault) in error.fields() {
                complain(&format!("{field}: {fault}"));
            }
            return Err(error.into());
        }
    }
    Ok(())
}
