use std::error::Error;
use std::time::{Duration, UNIX_EPOCH};

use saaskit_kernel::{ErrorContext, RequestId, Source, scrub};
use sentry_types::protocol::latest::{Event, Exception, Level};

/// A chain of causes is followed no further.
const CAUSES: usize = 16;
/// Of what an error says so many characters are sent.
const SAYS: usize = 2000;

/// What is told of an error.
pub(crate) fn event(
    error: &(dyn Error + 'static),
    context: &ErrorContext,
    source: &Source,
) -> Event<'static> {
    let chain = std::iter::successors(Some(error), |error| (*error).source());
    // The protocol wants the innermost cause first.
    let mut exceptions: Vec<Exception> = chain.take(CAUSES).map(exception).collect();
    exceptions.reverse();
    let since = Duration::from_millis(u64::try_from(source.now().millis()).unwrap_or_default());
    let tags = [
        ("request_id", context.request.as_ref().map(RequestId::as_str)),
        ("operation", context.operation.as_deref()),
    ];
    let tags = tags.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    Event {
        event_id: source.id::<()>().uuid(),
        level: Level::Error,
        timestamp: UNIX_EPOCH + since,
        transaction: context.operation.clone(),
        exception: exceptions.into(),
        tags: tags.collect(),
        ..Event::default()
    }
}

fn exception(error: &(dyn Error + 'static)) -> Exception {
    let says: String = scrub(&error.to_string()).chars().take(SAYS).collect();
    // Errors have no name at run time; issues are told apart by how they begin.
    let ty = says.split([':', ',', '(']).next().unwrap_or_default().chars().take(100).collect();
    Exception { ty, value: Some(says), ..Exception::default() }
}
