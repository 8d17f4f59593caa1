//! What holds for every input, not only for those that somebody thought of.

mod arithmetic;
mod ciphers;
mod edit;
mod frames;
mod header_token;
mod message;
mod message_id;
mod rotation;
mod sealing;
mod sender;
mod signing;
mod soft_identification;
mod tolerance;
