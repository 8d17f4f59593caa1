//! Which headers carry a signed request, and in how many lines.

use http::HeaderMap;
use proptest::{
    array::{uniform2, uniform3},
    prelude::*,
    sample::select,
};

use super::sent::{FAMILIES, PARTS};
use crate::support::append;

/// The lines of each part of each family.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout([[Lines; 3]; 2]);

#[derive(Clone, Copy, Debug)]
enum Lines {
    None,
    Genuine,
    Repeated,
    /// Each signature in a line of its own.
    Split,
    /// Of somebody else, as an endpoint's owner can set them.
    Foreign,
    ForeignFirst,
    ForeignLast,
}

const ABSENT: [Lines; 3] = [Lines::None; 3];
const GENUINE: [Lines; 3] = [Lines::Genuine; 3];
const FOREIGN: [&[u8]; 3] = [b"msg_other", b"1", b"v1,other"];

impl Layout {
    /// Lays out an id, a timestamp and signatures, given as one line or as several.
    pub(super) fn headers(self, one_line: [&[u8]; 3], signatures: &[Vec<u8>]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (family, parts) in FAMILIES.iter().zip(self.0) {
            for (part, lines) in parts.into_iter().enumerate() {
                let (genuine, foreign) = (one_line[part], FOREIGN[part]);
                let lines = match lines {
                    Lines::None => vec![],
                    Lines::Split if PARTS[part] == "signature" => {
                        signatures.iter().map(Vec::as_slice).collect()
                    }
                    Lines::Genuine | Lines::Split => vec![genuine],
                    Lines::Repeated => vec![genuine, genuine],
                    Lines::Foreign => vec![foreign],
                    Lines::ForeignFirst => vec![foreign, genuine],
                    Lines::ForeignLast => vec![genuine, foreign],
                };
                for line in lines {
                    append(&mut headers, &format!("{family}-{}", PARTS[part]), line);
                }
            }
        }
        headers
    }
}

fn lines() -> impl Strategy<Value = Lines> {
    select(vec![
        Lines::None,
        Lines::Genuine,
        Lines::Repeated,
        Lines::Split,
        Lines::Foreign,
        Lines::ForeignFirst,
        Lines::ForeignLast,
    ])
}

/// A genuine set, or one with a change.
fn family() -> impl Strategy<Value = [Lines; 3]> {
    let changed = (0..3_usize, lines()).prop_map(|(part, lines)| {
        let mut family = GENUINE;
        family[part] = lines;
        family
    });
    prop_oneof![2 => Just(GENUINE), 1 => changed]
}

/// One set, whose parts are in two families.
fn mixed() -> impl Strategy<Value = [[Lines; 3]; 2]> {
    uniform3(any::<bool>()).prop_map(|in_first| {
        let carried_if = |carried| if carried { Lines::Genuine } else { Lines::None };
        [
            in_first.map(carried_if),
            in_first.map(|first| carried_if(!first)),
        ]
    })
}

pub(super) fn layout() -> impl Strategy<Value = Layout> {
    prop_oneof![
        7 => family().prop_map(|family| [family, ABSENT]),
        9 => family().prop_map(|family| [ABSENT, family]),
        4 => family().prop_map(|family| [family, family]),
        2 => mixed(),
        2 => uniform3(lines()).prop_map(|first| [first, GENUINE]),
        2 => uniform3(lines()).prop_map(|second| [GENUINE, second]),
        1 => uniform2(uniform3(lines())),
    ]
    .prop_map(Layout)
}
