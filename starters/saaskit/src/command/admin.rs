use std::io::Read as _;

use saaskit_kernel::{Call, Fault, Secret, Source};

use super::{complain, say};
use crate::App;

pub(super) async fn create(app: &App, email: &str, name: Option<&str>) -> anyhow::Result<()> {
    complain("Password (from standard input, ended by a line break):");
    let mut password = String::new();
    std::io::stdin().take(4096).read_to_string(&mut password)?;
    let password = Secret::new(password.trim_end_matches(['\r', '\n']));
    let call = Call::of_operator(&Source::system());
    match app.auth().create_admin(&call, email, &password, name).await {
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
