use http::{Extensions, HeaderMap, StatusCode, Version};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

/// Marks an answer that goes out uncompressed: large and the same for everybody, it would cost every asker of it
/// megabytes of the compressor's memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AsItIs;

/// Compresses what is worth it, as cheaply as it can be had.
pub fn compression() -> CompressionLayer<impl Predicate> {
    let may = |_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions| {
        extensions.get::<AsItIs>().is_none()
    };
    CompressionLayer::new()
        .no_br()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(may))
}
