//! The goals that are times of the default features: ratios, and differences of a few hundred nanoseconds.

use benches::interleave::Measured;

use crate::{
    goal::{
        Bound::{AtLeast, AtMost},
        Figure::{Microseconds, Nanoseconds, Ratio},
        Goal,
    },
    size,
};

pub(crate) const KIB: usize = 1024;
pub(crate) const MIB: usize = 1024 * KIB;
/// Work that does not grow may still differ a little, by what the caches hold.
const DOES_NOT_GROW: f64 = 1.2;

const HEAD: &str =
    "reading the head, the base64 and the clock take about as long whatever the body's size";
const HASHING: &str = "nearly all of it is hashing, which is the same for everyone";
const LAYER: &str = "three allocations, the request taken apart and put together, and hashing by frames instead of at once: see \
                     `DESIGN.md`";
const REJECTED: &str =
    "the detail for the operator and the response are made; not analysed further";
const CLOCK: &str = "the headers before the time are read, and the system's clock";
const JSON: &str = "amounts are exact decimals, dates keep or lack their offset, and what is not known is kept as it was sent";

pub(crate) fn goals(measured: &Measured) -> Vec<Goal> {
    match measured.group() {
        "verify" => verify(measured),
        "layer" => layer(measured),
        "axum" => axum(measured),
        "json" => json(measured),
        "pipeline" => pipeline(measured),
        "retentions" => retentions(measured),
        _ => Vec::new(),
    }
}

fn verify(measured: &Measured) -> Vec<Goal> {
    let over_floor = [(256, 1.50), (KIB, 1.20), (8 * KIB, 1.04), (64 * KIB, 1.01)];
    let mut goals: Vec<Goal> = over_floor
        .into_iter()
        .map(|(bytes, most)| {
            let ratio = measured.at("ours", bytes).over(measured.at("floor", bytes));
            let what = format!("head and signature over the floor, {}", size(bytes));
            Goal::new("P1", what, Ratio(ratio), AtMost(most)).because(of_size(bytes, HEAD))
        })
        .collect();
    for peer in ["svix", "standardwebhooks"] {
        let over_ours = [
            (256, 4.3),
            (KIB, 5.0),
            (8 * KIB, 5.0),
            (64 * KIB, 5.0),
            (MIB, 5.0),
        ];
        goals.extend(over_ours.map(|(bytes, least)| {
            let ratio = measured.at(peer, bytes).over(measured.at("ours", bytes));
            let what = format!("`{peer}` over ours, {}", size(bytes));
            Goal::new("P2", what, Ratio(ratio), AtLeast(least)).because(of_size(bytes, HEAD))
        }));
    }
    goals
}

/// Of a large body, hashing is all that counts.
fn of_size(bytes: usize, small: &'static str) -> &'static str {
    if bytes <= 8 * KIB { small } else { HASHING }
}

fn layer(measured: &Measured) -> Vec<Goal> {
    let added = measured.at("one frame", KIB).beyond(&[
        measured.at("the checks alone", KIB),
        measured.at("the inner service alone", KIB),
    ]);
    let what = "what the layer adds to its checks, one frame of 1 KiB";
    let mut goals = vec![
        Goal::new("P4", what, Nanoseconds(added), AtMost(250.0)).because(LAYER),
        after_the_last_frame(measured, "HMAC-SHA256"),
    ];
    for case in measured.cases() {
        if case.contender.starts_with("refused") {
            // Whoever gets the request has to drop its head.
            let passed_by = measured.at("the inner service alone", case.bytes);
            let what = format!("{}, body of {}", case.contender, size(case.bytes));
            let time = case.beyond(&[passed_by]);
            let goal = Goal::new("P8", what, Nanoseconds(time), AtMost(200.0));
            let is_of_the_clock = case.contender.ends_with("clock");
            goals.push(goal.because(if is_of_the_clock { CLOCK } else { REJECTED }));
        }
    }
    goals
}

/// The same with every algorithm.
pub(crate) fn after_the_last_frame(measured: &Measured, algorithm: &str) -> Goal {
    let last = |bytes| measured.at("after the last frame", bytes);
    let growth = last(MIB).over(last(128 * KIB));
    let what = format!("work after the last frame, {algorithm}, 1 MiB over 128 KiB");
    let reason = "the work is the same, but a larger body leaves the caches colder";
    Goal::new("P7", what, Ratio(growth), AtMost(DOES_NOT_GROW)).because(reason)
}

fn axum(measured: &Measured) -> Vec<Goal> {
    [(KIB, 0.35), (64 * KIB, 0.18)]
        .map(|(bytes, most)| {
            let ratio = measured.at("ours", bytes).over(measured.at("svix", bytes));
            let what = format!("axum route over `from_fn` with `svix`, {}", size(bytes));
            Goal::new("P5", what, Ratio(ratio), AtMost(most)).because(of_size(bytes, LAYER))
        })
        .into()
}

fn json(measured: &Measured) -> Vec<Goal> {
    [("internally tagged derive", 0.60), ("through Value", 0.42)]
        .map(|(rival, most)| {
            let ratio = measured.only("ours").over(measured.only(rival));
            let what = format!("typed Voyado envelope over {rival}");
            Goal::new("P10", what, Ratio(ratio), AtMost(most)).because(JSON)
        })
        .into()
}

fn pipeline(measured: &Measured) -> Vec<Goal> {
    let over = |ours, rival| Ratio(measured.only(ours).over(measured.only(rival)));
    let opened = over("opened", "opened, naive");
    let what = "encrypted payload to typed event over a naive one";
    let whole = [
        ("plain", "plain, svix and derive", 0.28),
        ("encrypted", "encrypted, svix and naive", 0.30),
    ];
    let whole = whole.map(|(ours, rival, most)| {
        let what = format!("from bytes to typed event, {ours}, over `svix` and a derive");
        Goal::new("P12", what, over(ours, rival), AtMost(most)).because(JSON)
    });
    [Goal::new("P11", what, opened, AtMost(0.50)).because(JSON)]
        .into_iter()
        .chain(whole)
        .collect()
}

fn retentions(measured: &Measured) -> Vec<Goal> {
    let longest = measured.only("the longest claim").median() / 1000.0;
    let what = "memory store: the longest of 10,000 claims while 60,000 retentions end";
    vec![Goal::new("P18", what, Microseconds(longest), AtMost(100.0))]
}
