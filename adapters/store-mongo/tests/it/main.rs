//! Every port of a store on MongoDB.
