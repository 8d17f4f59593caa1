//! The console without a browser.

mod cost;
mod guard;
mod pages;
mod recording;
mod replaying;
mod support;
