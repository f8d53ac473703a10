//! Small worlds in which everything that can happen does: requests that overlap in any order, servers that die
//! between a commit and its answer, thieves. Each asks the real decisions of auth what follows, and applies commits
//! by the same guards the stores have. A model explores all its states; the tests say what must hold in each, and
//! plant a fault to see it found.

pub mod lockout;
pub mod refresh;
pub mod reset;
