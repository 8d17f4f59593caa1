//! The examples for hyper, tonic, the inbox and many senders, run as they are: each fails if an answer is not as it should be.

#[path = "../../examples/hyper.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own")]
mod hyper_example;
#[path = "../../examples/inbox.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own")]
mod inbox_example;
#[path = "../../examples/many_senders.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own")]
mod many_senders_example;
#[path = "../../examples/tonic.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own")]
mod tonic_example;

#[test]
fn the_layer_works_on_hyper() {
    hyper_example::main().unwrap();
}

#[test]
fn the_inbox_tries_again_and_redrives() {
    inbox_example::main().unwrap();
}

#[test]
fn one_router_takes_five_senders() {
    many_senders_example::main().unwrap();
}

#[test]
fn the_layer_works_on_tonic() {
    tonic_example::main().unwrap();
}
