use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use http::request::Parts;
use saaskit_kernel::TenantId;
use saaskit_tenants::permissions::{Right, WriteWorkspace};
use saaskit_tenants::{Allowed, Member, MemberError, MembershipId, TenantOwner, Tenants, TenantsError};

use crate::{Asker, Caller, Problem, RequestFault};

/// Evidence that whoever asks is in the workspace that `{id}` of the path names. It is asked for before anything
/// of the body is read.
#[derive(Debug, Clone)]
pub struct Inside(pub Member);

/// Evidence that whoever asks has a right in that workspace: to change it, where no other is named.
#[derive(Debug, Clone, Copy)]
pub struct May<R = WriteWorkspace>(pub Allowed<R>);

/// Evidence that whoever asks owns that workspace.
#[derive(Debug, Clone, Copy)]
pub struct AsOwner(pub TenantOwner);

impl<S> FromRequestParts<S> for Inside
where
    S: Send + Sync,
    Tenants: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Asker(asker) = Asker::from_request_parts(parts, state).await?;
        let named = named(parts, state, "id").await?;
        let tenant: TenantId = named.parse().map_err(|_| TenantsError::NotFound)?;
        tracing::Span::current().record("tenant", tracing::field::display(&tenant));
        let tenants = Tenants::from_ref(state);
        let call = Caller::of(&parts.extensions)?.call();
        Ok(Self(tenants.enter(call, &asker, tenant).await?))
    }
}

impl<S, R> FromRequestParts<S> for May<R>
where
    S: Send + Sync,
    R: Right,
    Tenants: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Inside(member) = Inside::from_request_parts(parts, state).await?;
        Ok(Self(Tenants::from_ref(state).allow(&member).await?))
    }
}

impl<S> FromRequestParts<S> for AsOwner
where
    S: Send + Sync,
    Tenants: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Inside(member) = Inside::from_request_parts(parts, state).await?;
        Ok(Self(member.owner()?))
    }
}

/// The member that `{member_id}` of the path names. What can't be an id is the id of nobody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named(pub(super) MembershipId);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let named = named(parts, state, "member_id").await?;
        Ok(Self(named.parse().map_err(|_| TenantsError::from(MemberError::NotFound))?))
    }
}

/// A variable part of the path. What is no text is the name of nothing.
pub(crate) async fn named<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    name: &str,
) -> Result<String, RequestFault> {
    let params = RawPathParams::from_request_parts(parts, state).await;
    let params = params.map_err(|_| RequestFault::NotFound)?;
    let found = params.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| value.to_owned()).ok_or(RequestFault::NotFound)
}
