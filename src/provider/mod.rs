//! What is particular to one sender: its scheme, its addresses, its event types. A guest of the house, one module each.

mod github;
mod hubspot;
mod slack;
mod stripe;
mod twitch;
pub mod voyado;

pub use github::github;
pub use hubspot::hubspot;
pub use slack::slack;
pub use stripe::stripe;
pub use twitch::twitch;
