#[path = "it/provider/mod.rs"]
mod provider;
#[path = "it/explain/mod.rs"]
mod explain;
