use saaskit_auth::User;
use saaskit_auth::write::{AuthWrite, SessionWrite, TokenWrite, USER_EMAIL};
use saaskit_kernel::{Commit, CommitError, Email, ErrorKind, Event, Job, Name, TenantId};
use saaskit_notify::Message;
use saaskit_notify::write::{MessageWrite, NotifyWrite};
use saaskit_tenants::write::{MembershipWrite, TENANT_SLUG, TenantsWrite};
use saaskit_tenants::{Membership, Tenant};
use serde_json::json;

use super::{create, insert, read};
use crate::Stores;
use crate::fixtures::{email, event, job, membership, message, session, source, tenant, token, user};
use crate::macros::assert_answer;

/// An insert of an id that is stored already is stale and changes nothing: of every aggregate.
pub async fn an_insert_of_a_known_id_is_stale(stores: Stores) {
    let source = source();
    let (ana, acme) = (user(&source, "ana"), tenant(&source, "acme"));
    let member = membership(&source, acme.id, ana.id);
    let mail = message(&source, None);
    let (session, token) = (session(&source, &ana), token(&source, &ana));
    let start = || AuthWrite::from(SessionWrite::Start(session.clone()));
    let mint = || AuthWrite::from(TokenWrite::Mint(token.clone()));
    let join = |member: Membership| TenantsWrite::from(MembershipWrite::Insert(member));
    stores.given(insert(&ana).write(start()).write(mint())).await;
    stores.given(create(&acme).write(join(member.clone()))).await;
    stores.given(send(mail.clone())).await;

    let again = [
        insert(&User { email: email("eve"), ..ana.clone() }),
        create(&Tenant { slug: tenant(&source, "other").slug, ..acme }),
        Commit::new().write(join(Membership { user: source.id(), ..member })),
        send(Message { provider_id: Some("new".to_owned()), ..mail.clone() }),
        Commit::new().write(start()),
    ];
    for commit in again {
        assert_answer!(stores.commit(commit).await, Err(CommitError::Stale));
    }
    assert_eq!(read(&stores, &ana).await.unwrap().email, ana.email);
    assert_eq!(stores.messages.message(mail.id).await.unwrap().unwrap().provider_id, None);
}

fn send(message: Message) -> Commit {
    Commit::new().write(NotifyWrite::from(MessageWrite::Insert(message)))
}

/// Knowing an id and its version is not enough to change another tenant's row, or to take it over.
pub async fn another_tenant_cannot_save_a_known_id(stores: Stores) {
    let source = source();
    let (anas, eves): (TenantId, TenantId) = (source.id(), source.id());
    for owner in [Some(anas), None] {
        let mail = message(&source, owner);
        stores.given(send(mail.clone())).await;
        let anas_mail = stores.messages.message(mail.id).await.unwrap().unwrap();
        for thief in [Some(eves), None].into_iter().filter(|thief| *thief != owner) {
            let stolen = Message { tenant: thief, to: email("eve"), ..anas_mail.clone() };
            let save = Commit::new().write(NotifyWrite::from(MessageWrite::Save(stolen.clone())));
            assert_answer!(stores.commit(save).await, Err(CommitError::Stale));
            assert_answer!(stores.commit(send(stolen)).await, Err(CommitError::Stale));
        }
        assert_eq!(stores.messages.message(mail.id).await.unwrap(), Some(anas_mail));
    }
}

/// Which rule was broken is never read out of the values: they may spell the names of rules, indexes or columns.
pub async fn a_value_that_names_an_index_fools_nobody(stores: Stores) {
    let source = source();
    let sly = |local: &str| Email::parse(&format!("{local}@auth-users-email.example")).unwrap();
    let named = |text: &str| Name::parse(text).unwrap();
    let ana = User {
        email: sly("tenants_tenants_slug"),
        name: Some(named("UNIQUE constraint failed: tenants_tenants.slug index: tenants_tenants_slug")),
        ..user(&source, "ana")
    };
    stores.given(insert(&ana)).await;
    let second = User { id: source.id(), ..ana };
    assert_answer!(stores.commit(insert(&second)).await, Err(CommitError::Duplicate(USER_EMAIL)));

    let mut acme = tenant(&source, "auth-users-email");
    acme.name = named("UNIQUE constraint failed: auth_users.email index: auth_users_email auth.user.email");
    stores.given(create(&acme)).await;
    let second = Tenant { id: source.id(), ..acme };
    assert_answer!(stores.commit(create(&second)).await, Err(CommitError::Duplicate(TENANT_SLUG)));
}

/// The id of an event or of a waiting job is given once. A second one is a bug: `Unexpected`, no rule of a domain,
/// though its payload names one, and nothing is applied.
pub async fn an_event_or_a_job_of_a_known_id_refuses_the_whole_commit(stores: Stores) {
    let source = source();
    let event = Event { name: "conformance.unheard", ..event(&source, None) };
    let job = job(&source, None);
    stores.given(Commit::new().emit(event.clone()).enqueue(job.clone())).await;
    let payload = json!({"error": "UNIQUE constraint failed: auth_users.email index: auth_users_email"});
    let again = [
        Commit::new().emit(Event { payload: payload.clone(), ..event }),
        Commit::new().enqueue(Job { payload, ..job }),
    ];
    for commit in again {
        let ana = user(&source, "ana");
        let answer = stores.commit(commit.and(insert(&ana))).await;
        let unexpected =
            matches!(&answer, Err(CommitError::Port(error)) if error.kind() == ErrorKind::Unexpected);
        assert!(unexpected, "{answer:?}");
        assert_eq!(read(&stores, &ana).await, None);
    }
}
