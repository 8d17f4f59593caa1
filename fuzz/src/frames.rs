//! A request's body in frames, and what polls it.

use std::{
    cell::Cell,
    collections::VecDeque,
    convert::Infallible,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use arbitrary::Arbitrary;
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};

/// More than a body has frames and pauses.
const MAX_POLLS: usize = 64;

/// How a body ends.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Ending {
    /// With its last byte.
    Whole,
    /// With trailers.
    Trailers,
    /// With an error of the connection.
    BreaksOff,
}

/// A body that counts how often it is polled.
pub struct Frames<'p> {
    steps: VecDeque<Step>,
    polls: &'p Cell<usize>,
}

enum Step {
    Data(Bytes),
    Pause,
    Trailers,
    BreakOff,
}

impl<'p> Frames<'p> {
    /// A body in frames of these lengths, the last of which takes the rest. It is not ready before those whose bit is set in
    /// `pauses`.
    pub fn new(
        mut body: Bytes,
        lens: [u8; 4],
        pauses: u8,
        ending: Ending,
        polls: &'p Cell<usize>,
    ) -> Self {
        let mut steps = VecDeque::new();
        for (at, len) in lens.into_iter().enumerate() {
            if pauses & 1 << at != 0 {
                steps.push_back(Step::Pause);
            }
            let frame = body.split_to(body.len().min(len.into()));
            steps.push_back(Step::Data(frame));
        }
        steps.push_back(Step::Data(body));
        match ending {
            Ending::Whole => {}
            Ending::Trailers => steps.push_back(Step::Trailers),
            Ending::BreaksOff => steps.push_back(Step::BreakOff),
        }
        Self { steps, polls }
    }

    /// A body in one frame.
    pub fn whole(body: Bytes, polls: &'p Cell<usize>) -> Self {
        let steps = [Step::Data(body)].into();
        Self { steps, polls }
    }
}

impl Body for Frames<'_> {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        self.polls.set(self.polls.get() + 1);
        let frame = match self.steps.pop_front() {
            Some(Step::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Step::Trailers) => Some(Ok(Frame::trailers(HeaderMap::new()))),
            Some(Step::BreakOff) => Some(Err("broken off")),
            Some(Step::Pause) => {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            None => None,
        };
        Poll::Ready(frame)
    }
}

/// Polls a future that is woken as soon as it waits.
pub fn run<F: Future<Output = Result<T, Infallible>>, T>(future: F) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..MAX_POLLS {
        if let Poll::Ready(Ok(output)) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("it waits for nothing");
}
