//! The goals that are times: ratios, and differences of a few hundred nanoseconds.

use crate::{
    goal::{
        Bound::{AtLeast, AtMost},
        Goal,
    },
    interleave::Measured,
    size,
};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
/// Work that does not grow may still differ a little, by what the caches hold.
const DOES_NOT_GROW: f64 = 1.25;

pub(crate) fn goals(measured: &Measured) -> Vec<Goal> {
    match measured.group() {
        "verify" => verify(measured),
        "layer" => layer(measured),
        "axum" => axum(measured),
        "json" => json(measured),
        "pipeline" => pipeline(measured),
        _ => Vec::new(),
    }
}

fn verify(measured: &Measured) -> Vec<Goal> {
    let over_floor = [(KIB, 1.30), (8 * KIB, 1.06), (64 * KIB, 1.03), (MIB, 1.03)];
    let mut goals: Vec<Goal> = over_floor
        .into_iter()
        .map(|(bytes, most)| {
            let ratio = measured.at("ours", bytes).over(measured.at("floor", bytes));
            let what = format!("head and signature over the floor, {}", size(bytes));
            Goal::ratio("P1", what, ratio, AtMost(most))
        })
        .collect();
    for peer in ["svix", "standardwebhooks"] {
        goals.extend([256, KIB, 8 * KIB, 64 * KIB, MIB].map(|bytes| {
            let ratio = measured.at(peer, bytes).over(measured.at("ours", bytes));
            let what = format!("`{peer}` over ours, {}", size(bytes));
            Goal::ratio("P2", what, ratio, AtLeast(4.0))
        }));
    }
    goals
}

fn layer(measured: &Measured) -> Vec<Goal> {
    let added = measured.at("one frame", KIB).beyond(&[
        measured.at("the checks alone", KIB),
        measured.at("the inner service alone", KIB),
    ]);
    let what = "what the layer adds to its checks, one frame of 1 KiB";
    let mut goals = vec![Goal::nanoseconds("P4", what, added, AtMost(250.0))];
    let last = |bytes| measured.at("after the last frame", bytes);
    let growth = last(MIB).over(last(128 * KIB));
    let what = "work after the last frame, 1 MiB over 128 KiB";
    goals.push(Goal::ratio("P7", what, growth, AtMost(DOES_NOT_GROW)));
    for case in measured.cases() {
        if case.contender.starts_with("refused") {
            // Whoever gets the request has to drop its head.
            let passed_by = measured.at("the inner service alone", case.bytes);
            let what = format!("{}, body of {}", case.contender, size(case.bytes));
            let time = case.beyond(&[passed_by]);
            goals.push(Goal::nanoseconds("P8", what, time, AtMost(250.0)));
        }
    }
    goals
}

fn axum(measured: &Measured) -> Vec<Goal> {
    [(KIB, 0.45), (64 * KIB, 0.30)]
        .map(|(bytes, most)| {
            let ratio = measured.at("ours", bytes).over(measured.at("svix", bytes));
            let what = format!("axum route over `from_fn` with `svix`, {}", size(bytes));
            Goal::ratio("P5", what, ratio, AtMost(most))
        })
        .into()
}

fn json(measured: &Measured) -> Vec<Goal> {
    [("internally tagged derive", 0.75), ("through Value", 0.55)]
        .map(|(rival, most)| {
            let ratio = measured.only("ours").over(measured.only(rival));
            let what = format!("typed Voyado envelope over {rival}");
            Goal::ratio("P10", what, ratio, AtMost(most))
        })
        .into()
}

fn pipeline(measured: &Measured) -> Vec<Goal> {
    let ratio = measured.only("opened").over(measured.only("opened, naive"));
    let what = "encrypted payload to typed event over a naive one";
    vec![Goal::ratio("P11", what, ratio, AtMost(0.62))]
}
