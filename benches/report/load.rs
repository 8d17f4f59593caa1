//! Requests per second over loopback HTTP, counted by `wrk`.

use std::{
    env, fmt, fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
    process::Command,
    thread,
    time::Duration,
};

use axum::Router;

use benches::{body, interleave::median, request, stacks};

use crate::{
    goal::{Bound::AtLeast, Figure::Ratio, Goal},
    size,
};

const SIZES: [usize; 2] = [1024, 64 * 1024];
/// As many as a sender keeps alive at a time.
const CONNECTIONS: usize = 16;

/// How many requests a second each stack answered, round by round.
pub(crate) struct Load {
    stacks: Vec<&'static str>,
    sizes: Vec<(usize, Vec<Vec<f64>>)>,
}

impl Load {
    /// Serves each stack and loads one at a time, by turns. `wrk` and the server share the machine.
    pub(crate) fn interleaved(rounds: usize, visit: Duration) -> io::Result<Self> {
        let served = stacks::stacks().map(|(name, router)| (name, serve(router)));
        let mut sizes = Vec::new();
        for bytes in SIZES {
            let mut rates = vec![Vec::new(); served.len()];
            for _ in 0..rounds {
                for ((_, address), rates) in served.iter().zip(&mut rates) {
                    rates.push(requests_per_second(*address, bytes, visit)?);
                }
            }
            sizes.push((bytes, rates));
        }
        let stacks = served.iter().map(|(name, _)| *name).collect();
        Ok(Self { stacks, sizes })
    }

    pub(crate) fn goals(&self) -> Vec<Goal> {
        let rivals = [
            ("no verification", 0.86),
            ("svix", 1.45),
            ("handwritten", 1.10),
        ];
        rivals
            .map(|(rival, least)| {
                let ratio = self.ratio(1024, "ours", rival);
                let what = format!("requests per second over {rival}, {}", size(1024));
                let reason = "`wrk` and the server share two cores, and HTTP is most of a request";
                Goal::new("P9", what, Ratio(ratio), AtLeast(least)).because(reason)
            })
            .into()
    }

    fn ratio(&self, bytes: usize, stack: &str, rival: &str) -> f64 {
        let [rates, rivals] = [stack, rival].map(|name| self.rates(bytes, name));
        median(rates.iter().zip(rivals).map(|(rate, rival)| rate / rival))
    }

    fn rates(&self, bytes: usize, stack: &str) -> &[f64] {
        let (_, rates) = self
            .sizes
            .iter()
            .find(|(size, _)| *size == bytes)
            .expect("a size that was measured");
        let index = self.stacks.iter().position(|name| *name == stack);
        &rates[index.expect("a stack that was measured")]
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| stack | body | requests/s | over no verification |")?;
        writeln!(f, "|---|---:|---:|---:|")?;
        for (bytes, rates) in &self.sizes {
            for (stack, rates) in self.stacks.iter().zip(rates) {
                let rate = median(rates.iter().copied());
                let ratio = self.ratio(*bytes, stack, "no verification");
                writeln!(
                    f,
                    "| {stack} | {} | {rate:.0} | {ratio:.3} × |",
                    size(*bytes)
                )?;
            }
        }
        Ok(())
    }
}

/// Serves on one thread, so that the other core is left to `wrk`.
fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    listener.set_nonblocking(true).expect("a socket");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            axum::serve(listener, router).await.expect("a server");
        });
    });
    address
}

fn requests_per_second(address: SocketAddr, bytes: usize, visit: Duration) -> io::Result<f64> {
    let script = script(bytes)?;
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string()])
        .args(["--duration", &format!("{}s", visit.as_secs().max(1))])
        .arg("--script")
        .arg(&script)
        .arg(format!("http://{address}{}", stacks::PATH))
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && !printed.contains("Non-2xx"),
        "a request was refused:\n{printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let rate = printed
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:")?.trim().parse().ok());
    rate.ok_or_else(|| io::Error::other(format!("no rate in:\n{printed}")))
}

/// One genuine delivery for `wrk` to repeat.
fn script(bytes: usize) -> io::Result<PathBuf> {
    use fmt::Write;

    let signed = request(body(bytes));
    let mut lua = format!("wrk.method = 'POST'\nwrk.body = string.rep('a', {bytes})\n");
    for (name, value) in signed.headers() {
        let value = value.to_str().expect("visible ASCII");
        writeln!(lua, "wrk.headers['{name}'] = '{value}'").expect("a String takes any text");
    }
    let path = env::temp_dir().join(format!("tower-webhook-{}.lua", std::process::id()));
    fs::write(&path, lua)?;
    Ok(path)
}
