//! Random histories, and how an inbox and the model follow them.

use std::{
    future::{Future, poll_fn},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;
use tower_webhook::{
    idempotency::OwnerToken,
    inbox::{
        DeadLetter, DueTasks, Failure, Fate, HeaderLines, Inbox, InboxError, Retention, Settled,
        StoredRequest, TaskKey,
    },
    receiver::Clock,
    testing::ManualClock,
};

use super::{
    calls::{Call, ClaimedTask, Dead, Ending, Reply, order_key},
    state::{KEEP_IDS, KEEP_REQUESTS, LEASE, Model, RETRY_AFTER, TARGETS},
};

const ENDPOINT: &str = "webhook";
const IDS: usize = 6;

/// One step of a history.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Call(Call),
    /// Time passes.
    Wait(Duration),
    /// The clock is set back.
    Back(Duration),
    /// The process is killed while it does nothing.
    Crash,
    /// The process is killed in the middle of a call: it was carried out as a whole, or not at all.
    CrashIn(Call),
}

/// Histories of up to so many steps.
pub(crate) fn steps(most: usize) -> impl Strategy<Value = Vec<Step>> {
    // Times that meet leases, retries and retentions exactly, and others that do not.
    let pause = prop::sample::select(vec![0, 1, 20, 40, 60, 100, 300, 86_400]);
    let step = prop_oneof![
        20 => call().prop_map(Step::Call),
        5 => pause.prop_map(|seconds| Step::Wait(Duration::from_secs(seconds))),
        1 => prop::sample::select(vec![1, 50, 3600])
            .prop_map(|seconds| Step::Back(Duration::from_secs(seconds))),
        1 => Just(Step::Crash),
        1 => call().prop_map(Step::CrashIn),
    ];
    prop::collection::vec(step, 1..most)
}

fn call() -> impl Strategy<Value = Call> {
    // The last claims most of the time, and some that were lost long ago.
    let claim = || 0..12_usize;
    let fate = prop_oneof![
        3 => Just(Ending::Done),
        2 => Just(Ending::Retry),
        3 => Just(Ending::Dead),
        1 => Just(Ending::Returned),
    ];
    prop_oneof![
        6 => (0..IDS, prop::sample::select(vec![0, 0, 0, 1]))
            .prop_map(|(id, body)| Call::Accept { id, body }),
        7 => (0..TARGETS.len(), 1..4_usize)
            .prop_map(|(target, limit)| Call::Claim { target, limit }),
        2 => claim().prop_map(|claim| Call::Renew { claim }),
        8 => (claim(), fate).prop_map(|(claim, fate)| Call::Settle { claim, fate }),
        2 => (0..IDS).prop_map(|id| Call::Redrive { id }),
        1 => Just(Call::Purge),
        2 => Just(Call::Sweep),
        1 => Just(Call::Look),
    ]
}

/// An inbox of one backend, and how its process crashes.
pub(crate) trait World {
    fn inbox(&self) -> Arc<dyn Inbox>;

    /// Ends the process that has the inbox as a kill does, and opens it in another. What was under way has ended then, one
    /// way or the other.
    fn crash(&mut self) -> impl Future<Output = ()>;
}

/// Lets an inbox, which is empty, and the model follow a history. Panics where they part.
pub(crate) async fn follow(mut world: impl World, clock: &ManualClock, steps: &[Step]) {
    let mut follower = Follower {
        possible: vec![Model::default()],
        claimed: Vec::new(),
        owners: 0,
        clock,
    };
    for step in steps {
        match *step {
            Step::Call(call) => follower.call(&*world.inbox(), call).await,
            Step::Wait(duration) => clock.advance(duration),
            Step::Back(duration) => clock.set(clock.unix_time().saturating_sub(duration)),
            Step::Crash => world.crash().await,
            Step::CrashIn(call) => {
                follower.begin(&*world.inbox(), call).await;
                world.crash().await;
                follower.call(&*world.inbox(), Call::Look).await;
            }
        }
    }
    follower.finish(&*world.inbox()).await;
}

struct Follower<'a> {
    /// What the inbox may be: more than one after a crash, until its replies tell which.
    possible: Vec<Model>,
    /// What was claimed, as the models count it.
    claimed: Vec<TaskKey>,
    owners: u128,
    clock: &'a ManualClock,
}

impl Follower<'_> {
    async fn call(&mut self, inbox: &dyn Inbox, call: Call) {
        let call = self.recent(call);
        let now = self.clock.unix_time();
        let replied = self.run(inbox, call).await.expect("the inbox replies");
        let mut expected = Vec::new();
        self.possible.retain_mut(|model| {
            let reply = model.call(call, now);
            let is_so = reply == replied;
            expected.push(reply);
            is_so
        });
        assert!(
            !self.possible.is_empty(),
            "{call:?} came to {replied:?}, and not to {expected:?}"
        );
    }

    /// Begins a call whose reply nobody will get.
    async fn begin(&mut self, inbox: &dyn Inbox, call: Call) {
        let call = self.recent(call);
        let now = self.clock.unix_time();
        let heard_of = self.claimed.len();
        {
            let mut running = Box::pin(self.run(inbox, call));
            let _ = poll_fn(|cx| Poll::Ready(running.as_mut().poll(cx).is_ready())).await;
        }
        self.claimed.truncate(heard_of);
        let mut carried_out = self.possible.clone();
        for model in &mut carried_out {
            model.call_unheard(call, now);
        }
        self.possible.extend(carried_out);
        self.possible.dedup();
    }

    /// Claims are counted from the last one.
    fn recent(&self, call: Call) -> Call {
        let from_last = |claim| self.claimed.len().saturating_sub(claim + 1);
        match call {
            Call::Renew { claim } => Call::Renew {
                claim: from_last(claim),
            },
            Call::Settle { claim, fate } => Call::Settle {
                claim: from_last(claim),
                fate,
            },
            other => other,
        }
    }

    async fn run(&mut self, inbox: &dyn Inbox, call: Call) -> Result<Reply, InboxError> {
        Ok(match call {
            Call::Accept { id, body } => {
                let targets = TARGETS.map(Arc::from);
                Reply::Accepted(inbox.accept(request(id, body), &targets).await?)
            }
            Call::Claim { target, limit } => self.claim(inbox, target, limit).await?,
            Call::Renew { claim } => Reply::Settled(match self.claimed.get(claim) {
                Some(task) => inbox.renew(task, LEASE).await?,
                None => Settled::NotOwner,
            }),
            Call::Settle { claim, fate } => Reply::Settled(match self.claimed.get(claim) {
                Some(task) => inbox.settle(task, ending(fate)).await?,
                None => Settled::NotOwner,
            }),
            Call::Redrive { id } => Reply::Count(inbox.redrive(&message_id(id)).await?),
            Call::Purge => Reply::Count(inbox.purge_dead_letters().await?),
            Call::Sweep => {
                let retention = Retention {
                    requests: KEEP_REQUESTS,
                    ids: KEEP_IDS,
                };
                let swept = inbox.sweep(retention).await?;
                Reply::Swept {
                    requests: swept.requests,
                    ids: swept.ids,
                }
            }
            Call::Look => {
                let dead = inbox.dead_letters(None, 100).await?;
                let open = inbox.stats().await?;
                Reply::Seen {
                    dead: dead.into_iter().map(seen).collect(),
                    open: open
                        .into_iter()
                        .map(|stats| (stats.target, stats.waiting, stats.dead))
                        .collect(),
                }
            }
        })
    }

    async fn claim(
        &mut self,
        inbox: &dyn Inbox,
        target: usize,
        limit: usize,
    ) -> Result<Reply, InboxError> {
        self.owners += 1;
        let due = DueTasks {
            endpoint: ENDPOINT,
            target: TARGETS[target],
            owner: OwnerToken::from_u128(self.owners),
            limit,
            lease: LEASE,
        };
        let claims = inbox.claim(due).await?;
        let mut tasks = Vec::new();
        for claimed in claims.claimed {
            let [body] = claimed.request.body[..] else {
                panic!("another body: {claimed:?}");
            };
            tasks.push(ClaimedTask {
                id: id_of(&claimed.request.message_id),
                body,
                failed_attempts: claimed.failed_attempts,
                lost_leases: claimed.lost_leases,
            });
            self.claimed.push(claimed.key);
        }
        Ok(Reply::Claimed {
            tasks,
            next_in: claims.next_in,
        })
    }

    /// Whatever happened, each message comes to its end at each target, and nothing is left of it after its retention.
    async fn finish(&mut self, inbox: &dyn Inbox) {
        self.call(inbox, Call::Look).await;
        // Beyond each lease and retry, however far the clock was set back.
        self.clock.advance(Duration::from_secs(10 * 86_400));
        for target in 0..TARGETS.len() {
            // Of one key there is one message in a round.
            for _ in 0..IDS {
                let before = self.claimed.len();
                self.call(inbox, Call::Claim { target, limit: IDS }).await;
                for claim in 0..self.claimed.len() - before {
                    let fate = Ending::Done;
                    self.call(inbox, Call::Settle { claim, fate }).await;
                }
            }
        }
        self.call(inbox, Call::Purge).await;
        self.clock.advance(KEEP_IDS);
        self.call(inbox, Call::Sweep).await;
        self.call(inbox, Call::Look).await;
        assert!(
            self.possible.iter().all(Model::is_empty),
            "something is left: {:?}",
            self.possible
        );
    }
}

fn message_id(id: usize) -> String {
    format!("msg_{id}")
}

fn id_of(message_id: &str) -> usize {
    let id = message_id.strip_prefix("msg_").map(str::parse);
    id.expect("an id of this test").expect("its number")
}

fn request(id: usize, body: u8) -> StoredRequest {
    StoredRequest {
        endpoint: ENDPOINT.to_owned(),
        tenant: String::new(),
        message_id: message_id(id),
        event_type: None,
        order_key: order_key(id).map(ToOwned::to_owned),
        timestamp: None,
        uri: "/".to_owned(),
        headers: HeaderLines::select(&HeaderMap::new(), []),
        body: Bytes::copy_from_slice(&[body]),
    }
}

fn ending(fate: Ending) -> Fate {
    let failure = Failure {
        status: Some(500),
        reason: "no".to_owned(),
    };
    match fate {
        Ending::Done => Fate::Done { status: 200 },
        Ending::Retry => Fate::Retry {
            after: RETRY_AFTER,
            failure,
        },
        Ending::Dead => Fate::Dead(failure),
        Ending::Returned => Fate::Returned,
    }
}

fn seen(letter: DeadLetter) -> Dead {
    Dead {
        id: id_of(&letter.message_id),
        target: letter.target,
        received_at: letter.received_at,
        died_at: letter.died_at,
        attempts: letter.attempts,
    }
}
