//! Keys and tags: what computes and compares, without the grammar of any header.

pub(crate) mod decrypt;
