//! Every preset of a shared secret beside the floor of its own hash: a keyed state, cloned, fed what the sender signed, and
//! compared.

mod floor;
mod sample;
mod signed;

use tower_webhook::provider::{KeyKind, Preset, presets};

use benches::Case;

use floor::Floor;
use sample::Sample;
use signed::Covers;

/// The presets that sign the body, or a digest of it.
pub(crate) fn cases() -> Vec<Case> {
    of("presets", |covers| covers != Covers::Members)
}

/// The presets that sign members of the body, which have to be found in it first.
pub(crate) fn cases_of_members() -> Vec<Case> {
    of("presets of members", |covers| covers == Covers::Members)
}

fn of(group: &'static str, belongs: fn(Covers) -> bool) -> Vec<Case> {
    let of_secrets = presets().iter().filter(|preset| {
        let kind = preset.key_kind();
        matches!(kind, KeyKind::Secret | KeyKind::SecretWithKeyId)
    });
    of_secrets
        .filter_map(|preset| beside_its_floor(group, preset, belongs))
        .flatten()
        .collect()
}

/// None of a preset that belongs to the other group.
fn beside_its_floor(
    group: &'static str,
    preset: &Preset,
    belongs: fn(Covers) -> bool,
) -> Option<[Case; 2]> {
    let slug = preset.slug();
    let sample = Sample::of(preset);
    let floor = Floor::of(&sample).unwrap_or_else(|| panic!("{slug}: what is signed is not known"));
    if !belongs(floor.covers()) {
        return None;
    }
    let bytes = sample.body.len();
    let described = format!("{slug}: {floor}");
    let receiver = sample.receiver(preset);
    Some([
        Case::new(group, slug, bytes, move || {
            let head = receiver.check_head(&sample.head);
            head.and_then(|head| head.check_signature(sample.body.clone()))
                .expect("a genuine delivery")
        }),
        Case::timed(group, described, bytes, floor.measure()),
    ])
}
