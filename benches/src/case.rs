use std::{
    borrow::Cow,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

/// How many inputs are made ahead, outside the time.
const BATCH: u64 = 32;

/// Something to measure: one contender at one size of body, named as in a criterion benchmark.
pub struct Case {
    pub group: &'static str,
    pub contender: Cow<'static, str>,
    pub bytes: usize,
    /// Fewer at a time would say nothing.
    pub least_runs: u64,
    measure: Box<dyn FnMut(u64) -> Duration>,
}

impl Case {
    /// A routine that needs no input of its own for each run.
    pub fn new<O>(
        group: &'static str,
        contender: impl Into<Cow<'static, str>>,
        bytes: usize,
        mut routine: impl FnMut() -> O + 'static,
    ) -> Self {
        Self::timed(group, contender, bytes, move |runs| {
            let started = Instant::now();
            for _ in 0..runs {
                black_box(routine());
            }
            started.elapsed()
        })
    }

    /// A routine that consumes an input. Making it, and dropping what comes out, is not timed.
    pub fn with_input<I, O>(
        group: &'static str,
        contender: impl Into<Cow<'static, str>>,
        bytes: usize,
        input: impl FnMut() -> I + 'static,
        routine: impl FnMut(I) -> O + 'static,
    ) -> Self {
        Self::timed(group, contender, bytes, in_batches(BATCH, input, routine))
    }

    /// The same for an input that is used as soon as it is made, while the processor's caches hold it.
    pub fn with_fresh_input<I, O>(
        group: &'static str,
        contender: impl Into<Cow<'static, str>>,
        bytes: usize,
        input: impl FnMut() -> I + 'static,
        routine: impl FnMut(I) -> O + 'static,
    ) -> Self {
        Self::timed(group, contender, bytes, in_batches(1, input, routine))
    }

    /// Something that takes its own time: how long so many runs took together.
    pub fn timed(
        group: &'static str,
        contender: impl Into<Cow<'static, str>>,
        bytes: usize,
        measure: impl FnMut(u64) -> Duration + 'static,
    ) -> Self {
        Self {
            group,
            contender: contender.into(),
            bytes,
            least_runs: 1,
            measure: Box::new(measure),
        }
    }

    /// Measures at least so many runs at a time.
    pub fn at_least(mut self, runs: u64) -> Self {
        self.least_runs = runs;
        self
    }

    /// The time of so many runs.
    pub fn measure(&mut self, runs: u64) -> Duration {
        (self.measure)(runs)
    }
}

fn in_batches<I, O>(
    most: u64,
    mut input: impl FnMut() -> I + 'static,
    mut routine: impl FnMut(I) -> O + 'static,
) -> impl FnMut(u64) -> Duration + 'static {
    move |runs| {
        let mut total = Duration::ZERO;
        let mut left = runs;
        while left > 0 {
            let batch = left.min(most);
            left -= batch;
            let inputs: Vec<I> = (0..batch).map(|_| input()).collect();
            let mut outputs = Vec::with_capacity(inputs.len());
            let started = Instant::now();
            for input in inputs {
                outputs.push(routine(black_box(input)));
            }
            total += started.elapsed();
            black_box(outputs);
        }
        total
    }
}

/// The output of a future that waits for nothing, without a runtime around it.
pub fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing to wait for"),
    }
}
