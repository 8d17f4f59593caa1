//! Collecting a body within a limit.

use std::mem;

use bytes::{Buf, Bytes};

use crate::error::{
    RejectionDetail,
    rejection::{Rejection, RejectionKind},
};

/// Up to this size the buffer of a body of many frames doubles, in bytes; from there on it grows by this or by a sixteenth.
const DOUBLING_LIMIT: usize = 65_536;

/// The frames of a body. A single frame is kept as it came; only a second one makes a copy of both.
///
/// Nothing is reserved for what `content-length` promises: a stranger writes that header.
#[derive(Debug)]
pub(crate) struct CollectedBody {
    limit: usize,
    frames: Frames,
}

#[derive(Debug)]
enum Frames {
    AtMostOne(Bytes),
    Many(Vec<u8>),
}

impl CollectedBody {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            frames: Frames::default(),
        }
    }

    /// Adds a frame and shows the bytes that it added.
    pub(crate) fn push(&mut self, mut frame: impl Buf) -> Result<&[u8], Rejection> {
        let collected = self.frames.len();
        let added = frame.remaining();
        if added > self.limit - collected {
            return Err(too_large(None, collected.saturating_add(added), self.limit));
        }
        // Of `Bytes`, this shares the memory and copies nothing.
        let frame = frame.copy_to_bytes(added);
        match &mut self.frames {
            Frames::AtMostOne(first) if first.is_empty() => *first = frame,
            Frames::AtMostOne(first) => {
                let mut buffer = Vec::new();
                append(&mut buffer, first);
                // Let go before the buffer grows, so that the two are not held together for longer than they must be.
                *first = Bytes::new();
                append(&mut buffer, &frame);
                self.frames = Frames::Many(buffer);
            }
            Frames::Many(buffer) => append(buffer, &frame),
        }
        Ok(self.frames.as_slice().get(collected..).unwrap_or_default())
    }

    /// Takes what was collected out, in one piece.
    pub(crate) fn take(&mut self) -> Bytes {
        match mem::take(&mut self.frames) {
            Frames::AtMostOne(frame) => frame,
            Frames::Many(buffer) => buffer.into(),
        }
    }
}

/// A body of more than `limit` bytes, which was announced or has arrived as far as `received`.
pub(super) fn too_large(announced: Option<u64>, received: usize, limit: usize) -> Rejection {
    let (received, limit) = (received as u64, limit as u64);
    Rejection::new(RejectionKind::BodyTooLarge).with_detail(RejectionDetail::BodyLength {
        announced,
        received,
        limit,
    })
}

impl Default for Frames {
    fn default() -> Self {
        Self::AtMostOne(Bytes::new())
    }
}

impl Frames {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::AtMostOne(frame) => frame,
            Self::Many(buffer) => buffer,
        }
    }

    fn len(&self) -> usize {
        self.as_slice().len()
    }
}

/// Grows in small steps, so that the memory held stays near the size of the body, however small that is: a stranger can
/// send a byte a second over many connections. Never by less than a sixteenth, so that the copies stay linear.
fn append(buffer: &mut Vec<u8>, frame: &[u8]) {
    let spare = buffer.capacity() - buffer.len();
    if spare < frame.len() {
        let len = buffer.len();
        let growth = len.min(DOUBLING_LIMIT).max(len / 16).max(frame.len());
        buffer.reserve_exact(growth);
    }
    buffer.extend_from_slice(frame);
}
