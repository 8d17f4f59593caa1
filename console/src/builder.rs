//! Configuring a console.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE, request::Parts};
use tower_webhook::{
    Receiver, event::WebhookEvent, inbox::Inbox, receiver::explain::Explanation, testing::Signer,
};

use crate::{Console, guard::Allowed, record::Ring, routes::State};

pub(crate) type Explain = Box<dyn Fn(&Parts, &Bytes, Duration) -> Explanation + Send + Sync>;
pub(crate) type Decrypted = Box<dyn Fn(&Parts, &Bytes) -> Option<String> + Send + Sync>;

/// A body that the page can send.
#[derive(Clone, Debug)]
pub struct Sample {
    pub(crate) name: String,
    pub(crate) body: Bytes,
    pub(crate) headers: HeaderMap,
}

impl Sample {
    /// A sample under a name, such as its event's type.
    pub fn new(name: impl Into<String>, body: impl Into<Bytes>) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self {
            name: name.into(),
            body: body.into(),
            headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
        }
    }

    /// Adds a header to the sample, such as the one in which the sender says the type. Default: a `content-type` of
    /// `application/json`.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// One of each event of Voyado Engage (feature `voyado`, which is on by default).
    #[cfg(feature = "voyado")]
    pub fn voyado() -> Vec<Self> {
        tower_webhook::voyado::EventType::ALL
            .iter()
            .map(|event_type| Self::new(event_type.as_str(), event_type.sample()))
            .collect()
    }
}

/// Configures a [`Console`].
#[must_use]
pub struct ConsoleBuilder {
    receiver: Receiver,
    explain: Explain,
    decrypted: Option<Decrypted>,
    signer: Option<Signer>,
    samples: Vec<Sample>,
    inbox: Option<Arc<dyn Inbox>>,
    allowed_hosts: Vec<String>,
    bind_anywhere: bool,
}

impl Console {
    /// Starts a console for requests that `receiver` judges.
    pub fn builder(receiver: Receiver) -> ConsoleBuilder {
        let explaining = receiver.clone();
        ConsoleBuilder {
            receiver,
            explain: Box::new(move |head, body, elapsed| {
                explaining.explain_after(head, body, elapsed)
            }),
            decrypted: None,
            signer: None,
            samples: Vec::new(),
            inbox: None,
            allowed_hosts: Vec::new(),
            bind_anywhere: false,
        }
    }
}

impl ConsoleBuilder {
    /// Says also where an event does not parse as `E`. Default: only signatures are explained.
    pub fn event<E: WebhookEvent>(mut self) -> Self {
        let receiver = self.receiver.clone();
        self.explain = Box::new(move |head, body, elapsed| {
            receiver.explain_event_after::<E>(head, body, elapsed)
        });
        self
    }

    /// Signs what the page sends: samples, and replays of what was verified, so that they are fresh. Default: a replay is sent
    /// as it came, so that an old one is rejected for its age, and there are no samples.
    pub fn signer(mut self, signer: Signer) -> Self {
        self.signer = Some(signer);
        self
    }

    /// Adds samples that the page can send, edited or as they are. They need a [`signer`](Self::signer). Default: an empty
    /// JSON object.
    pub fn samples(mut self, samples: impl IntoIterator<Item = Sample>) -> Self {
        self.samples.extend(samples);
        self
    }

    /// Shows the inbox with its dead letters. Default: none.
    pub fn inbox(mut self, inbox: Arc<dyn Inbox>) -> Self {
        self.inbox = Some(inbox);
        self
    }

    /// Shows decrypted events of type `E` on the page, by their `Debug`. **They are personal data.** Default: an encrypted
    /// payload stays as it came.
    pub fn danger_show_decrypted<E: WebhookEvent + fmt::Debug>(mut self) -> Self {
        let receiver = self.receiver.clone();
        self.decrypted = Some(Box::new(move |head, body| {
            let verified = receiver.verify_stored(head, body.clone()).ok()?;
            let delivery = verified.open::<E>().ok()?;
            Some(format!("{:#?}", delivery.event()))
        }));
        self
    }

    /// Responds also to pages under this name, besides `127.0.0.1`, `localhost` and `[::1]`. **Whoever reaches the page
    /// reads every payload.**
    pub fn danger_allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// Lets [`Console::serve`] bind to any address, and responds to peers that are not this machine, directly or through a
    /// proxy. They need a [host](Self::danger_allow_host) too. **Whoever reaches the page reads every payload.**
    pub fn danger_bind_anywhere(mut self) -> Self {
        self.bind_anywhere = true;
        self
    }

    /// The console.
    pub fn build(self) -> Console {
        Console::new(State {
            ring: Arc::new(Ring::default()),
            receiver: self.receiver,
            explain: self.explain,
            decrypted: self.decrypted,
            signer: self.signer,
            samples: self.samples,
            inbox: self.inbox,
            allowed: Allowed {
                hosts: self.allowed_hosts.into(),
                any_peer: self.bind_anywhere,
            },
        })
    }
}

impl fmt::Debug for ConsoleBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleBuilder")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}
