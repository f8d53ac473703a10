use axum::extract::FromRequestParts;
use http::request::Parts;
use saaskit_kernel::{Code, Id, Invalid, Page, Paged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::url::Asked;
use crate::{Cursors, Problem, RequestFault};

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listed<T> {
    /// At most as many as were asked for; all, where none can be asked for.
    pub data: Vec<T>,
    /// Where the next part begins; `null` at the end.
    #[schema(example = "AZNLxfEaevGgqZ0tTn3rHnYHh4yWvV2sWq0lq2bq4nE")]
    pub next_cursor: Option<String>,
    /// Whether there is a next part.
    pub has_more: bool,
}

impl<T> Listed<T> {
    /// All of a list that is never longer than it can be shown at once.
    pub(crate) fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None, has_more: false }
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it documents what `Listing` reads")]
pub(crate) struct ListQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<u32>,
    /// The `next_cursor` of the part before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// Which part of a list is wanted, read from `limit` and `cursor`.
#[derive(Debug)]
pub struct Listing {
    limit: u32,
    cursor: Option<String>,
    cursors: Cursors,
}

const DEFAULT_LIMIT: u32 = 25;
const LIMIT_INVALID: Invalid = Invalid::new(Code::validation("LIMIT_INVALID"), "a number from 1 to 100");

impl Listing {
    /// The page, for a list of that name.
    pub fn page<E>(&self, list: &str) -> Result<Page<Id<E>>, Problem> {
        let after = self.cursor.as_deref().map(|cursor| self.cursors.read(list, cursor)).transpose()?;
        Ok(Page { after, limit: self.limit })
    }

    /// The answer: the part, with a cursor behind its last item.
    pub fn answer<T, E, V>(
        &self,
        list: &str,
        part: Paged<T>,
        id: impl Fn(&T) -> Id<E>,
        view: impl Fn(T) -> V,
    ) -> Listed<V> {
        Listed {
            next_cursor: part
                .items
                .last()
                .filter(|_| part.has_more)
                .map(|end| self.cursors.write(list, id(end))),
            has_more: part.has_more,
            data: part.items.into_iter().map(view).collect(),
        }
    }
}

#[derive(Deserialize)]
struct Raw {
    limit: Option<String>,
    cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let limit_invalid = || RequestFault::Invalid(vec![("limit", LIMIT_INVALID)]);
        let Asked(raw) = Asked::<Raw>::from_request_parts(parts, state).await?;
        let limit =
            raw.limit.map_or(Ok(DEFAULT_LIMIT), |limit| limit.parse()).map_err(|_| limit_invalid())?;
        if !(1..=100).contains(&limit) {
            return Err(limit_invalid().into());
        }
        let cursors = Caller::of(&parts.extensions)?.edge().cursors.clone();
        Ok(Self { limit, cursor: raw.cursor, cursors })
    }
}
