//! The console without a browser.

mod guard;
mod pages;
mod recording;
mod replaying;
mod support;
