#[path = "it/provider/mod.rs"]
mod provider;
