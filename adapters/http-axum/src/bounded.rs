use std::borrow::Cow;

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A text of at most so many characters, as the document shows the items of a list. What is longer is refused by
/// whoever reads it.
#[derive(Debug)]
pub(crate) struct Text<const LONGEST: usize>;

/// The name of a method by which one signs in.
pub(crate) type MethodText = Text<16>;
/// A prefixed id.
pub(crate) type IdText = Text<30>;
/// A network.
pub(crate) type NetworkText = Text<49>;
/// A domain.
pub(crate) type DomainText = Text<253>;
/// A permission.
pub(crate) type PermissionText = Text<100>;

impl<const LONGEST: usize> PartialSchema for Text<LONGEST> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).max_length(Some(LONGEST)).into()
    }
}

impl<const LONGEST: usize> ToSchema for Text<LONGEST> {
    fn name() -> Cow<'static, str> {
        format!("Text{LONGEST}").into()
    }
}
