//! The example for axum, run as it is: it fails if a response is not as it should be.

#[path = "../../../examples/axum.rs"]
#[allow(dead_code, unreachable_pub, reason = "a program of its own")]
mod axum_example;

#[test]
fn the_layer_works_on_axum() {
    axum_example::main().unwrap();
}
