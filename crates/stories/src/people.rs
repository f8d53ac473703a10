use std::sync::Arc;

use async_trait::async_trait;
use saaskit_auth::User;
use saaskit_auth::port::Users;
use saaskit_kernel::{PortError, UserId};
use saaskit_tenants::port::{People, Person};

/// Members are known by the accounts of auth.
#[derive(Debug, Clone)]
pub struct AccountPeople(pub Arc<dyn Users>);

#[async_trait]
impl People for AccountPeople {
    async fn people(&self, users: &[UserId]) -> Result<Vec<Person>, PortError> {
        let person = |User { id, email, name, .. }: User| Person { id, email, name };
        Ok(self.0.users(users).await?.into_iter().map(person).collect())
    }
}
