use jiff::{Timestamp, tz::Offset};

/// The day, and what of the processor matters here.
pub(crate) fn description() -> String {
    format!(
        "Measured on {} on {} with {}: interleaved in one run, release build with default settings. Ratios within that \
         run, not promises of time.",
        Offset::UTC.to_datetime(Timestamp::now()).date(),
        std::env::consts::ARCH,
        features(),
    )
}

#[cfg(target_arch = "x86_64")]
fn features() -> String {
    let known = [
        ("SHA", is_x86_feature_detected!("sha")),
        ("AES", is_x86_feature_detected!("aes")),
        ("vector AES", is_x86_feature_detected!("vaes")),
        ("AVX2", is_x86_feature_detected!("avx2")),
        ("AVX-512", is_x86_feature_detected!("avx512f")),
    ];
    let present: Vec<&str> = known
        .into_iter()
        .filter_map(|(name, is_present)| is_present.then_some(name))
        .collect();
    format!("{} instructions", present.join(", "))
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> String {
    "the features of its processor".into()
}
