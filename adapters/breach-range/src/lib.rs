//! Breached passwords asked of a range API by the first letters of their hash.
