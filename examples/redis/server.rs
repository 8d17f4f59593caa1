//! The Redis to share.

use std::{
    env,
    error::Error,
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A server that ends with this program.
pub(crate) struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The URL of `REDIS_URL`, or of a server that is started.
pub(crate) fn redis() -> Result<(String, Option<Server>), Box<dyn Error>> {
    if let Ok(url) = env::var("REDIS_URL") {
        return Ok((url, None));
    }
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let server = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .current_dir(env::temp_dir())
        .stdout(Stdio::null())
        .spawn()
        .map(Server)
        .map_err(|error| format!("redis-server: {error} (install it, or set REDIS_URL)"))?;
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if started.elapsed() > Duration::from_secs(10) {
            return Err("redis-server does not answer".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((format!("redis://127.0.0.1:{port}/"), Some(server)))
}
