//! `tower-webhook listen`.

mod args;
mod forward;
mod record;
mod secret;
mod server;
mod tui;

pub(crate) use args::ListenArgs;

use std::{
    io::{self, IsTerminal, Write},
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
    sync::Arc,
};

use serde_json::json;
use tokio::net::TcpListener;
use tower_webhook::{Receiver, provider::Handshake, testing::Signer};
use tower_webhook_console::{Console, Sample};

use crate::{failure::Failure, output, runtime, send::samples};
use forward::Forward;
use record::Records;
use server::{Ending, Serving};

/// Where the page is. Every other path takes deliveries.
const CONSOLE: &str = "/console";

pub(crate) fn run(args: &ListenArgs) -> Result<ExitCode, Failure> {
    if args.tui && !io::stdout().is_terminal() {
        return Err("--tui needs a terminal".into());
    }
    let runtime = runtime::new()?;
    let _entered = runtime.enter();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    let listener = runtime.block_on(TcpListener::bind(address));
    let listener =
        listener.map_err(|error| Failure(format!("cannot listen on {address}: {error}")))?;
    let address = listener.local_addr()?;

    let urls = Urls::new(address);
    let (receiver, secret, signer, made) = receiver(args, &urls.deliveries)?;
    let mut console = Console::builder(receiver.clone());
    if let Some(signer) = signer {
        let samples = samples(&args.provider.provider).into_iter();
        console = console
            .signer(signer)
            .samples(samples.map(|(name, body)| Sample::new(name, body)));
    }
    let records = Arc::new(Records::new(args.printing()));
    let serving = Serving {
        receiver,
        handshake: handshake(args, &secret),
        console: console.build(),
        forward: args.forward.clone().map(Forward::new).transpose()?,
        records: Arc::clone(&records),
    };
    let ending = Ending::new()?;
    if !args.tui {
        announce(args, &urls, made.as_deref())?;
    }
    let server = runtime.spawn(server::serve(listener, serving, ending));
    if args.tui {
        tui::show(&records, &urls, made.as_deref(), || server.is_finished())?;
        server.abort();
    } else {
        runtime.block_on(server)??;
    }
    runtime.shutdown_background();
    Ok(ExitCode::SUCCESS)
}

/// What people open and what senders are given.
struct Urls {
    console: String,
    deliveries: String,
}

impl Urls {
    fn new(address: SocketAddr) -> Self {
        Self {
            console: format!("http://{address}{CONSOLE}"),
            deliveries: format!("http://{address}/webhooks"),
        }
    }
}

/// How the sender asks whether the endpoint is there.
fn handshake(args: &ListenArgs, secret: &str) -> Option<Handshake> {
    let path = args.handshake_path.as_str();
    Some(match args.provider.provider.as_str() {
        "slack" => Handshake::slack(),
        "zoom" => Handshake::zoom(secret),
        "discord" => Handshake::discord(),
        "twitch" => Handshake::twitch(),
        "xero" => Handshake::xero(),
        "meta" => Handshake::meta(path, args.verify_token()?),
        "twitter" => Handshake::twitter(path, secret),
        "dropbox" => Handshake::dropbox(path),
        "asana" => Handshake::asana(path, show_secret),
        "notion" => Handshake::notion(path, show_secret),
        _ => return None,
    })
}

/// Of a sender that chooses the secret itself. What it signs from then on is judged by it only once it is given.
///
/// Whoever finds the URL can bring one: what is not plain is not shown, since a terminal or a shell could take it for a command.
fn show_secret(secret: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if secret.bytes().all(is_plain) {
        eprintln!("note: a sender brought its secret: give --secret {secret}");
    } else {
        eprintln!("note: a sender brought a secret with characters that no sender uses");
    }
}

/// The receiver; its first secret; what the page signs with, if this scheme and these secrets can sign; and the secret, if it was made here.
fn receiver(
    args: &ListenArgs,
    url: &str,
) -> Result<(Receiver, String, Option<Signer>, Option<String>), Failure> {
    let scheme = args.provider.scheme_at(url)?;
    let mut secrets = args.secret.all();
    let made = if secrets.is_empty() {
        Some(secret::new(args.provider.preset()?, &scheme)?)
    } else {
        None
    };
    secrets.extend(made.clone());
    // A tool of development: what comes twice is shown twice.
    let receiver = Receiver::builder(&secrets)
        .scheme(scheme.clone())
        .danger_accept_replays()
        .build()
        .map_err(|error| Failure(format!("--secret (or SIGNING_SECRETS): {error}")))?;
    let first = secrets.into_iter().next().unwrap_or_default();
    let signer = Signer::for_scheme(scheme, first.as_str()).ok();
    let signer = signer.map(|signer| signer.header_family(args.provider.header_family()));
    Ok((receiver, first, signer, made))
}

fn announce(args: &ListenArgs, urls: &Urls, made: Option<&str>) -> io::Result<()> {
    let mut out = output::stdout();
    if args.json {
        writeln!(out, "{}", json!({ "console": urls.console }))?;
        writeln!(out, "{}", json!({ "deliveries": urls.deliveries }))?;
        if let Some(secret) = made {
            writeln!(out, "{}", json!({ "secret": secret }))?;
        }
    } else {
        writeln!(out, "console:    {}", urls.console)?;
        writeln!(out, "deliveries: {} (any path)", urls.deliveries)?;
        if let Some(secret) = made {
            writeln!(
                out,
                "secret:     {secret} (made for this run: sign with it, or give --secret)"
            )?;
        }
    }
    out.flush()
}
