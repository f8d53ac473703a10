mod behind;
mod cache;
mod owed;

pub use behind::BehindBreaker;
pub use cache::ResilientCache;
