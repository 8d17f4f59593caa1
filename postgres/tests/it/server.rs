//! A `postgres` on a free port, which ends with this process, and a database for each test. Tests of other packages include
//! this file.

use std::{
    env, fs,
    io::{self, Write},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread::{sleep, spawn},
    time::{Duration, Instant},
};

use sqlx::{Connection, Executor, PgConnection};
use tokio::runtime::Runtime;

/// Makes a database cluster, serves it, and deletes it when standard input ends: with the process of the tests, however that ends.
const SERVE: &str = r#"
    trap 'rm -rf "$2"' EXIT
    "$1/initdb" --pgdata "$2" --username test --auth trust --encoding UTF8 --no-locale --no-sync >/dev/null || exit 1
    printf 'fsync = off\nmax_connections = 200\n' >>"$2/postgresql.conf"
    "$1/postgres" -D "$2" -p "$3" -h 127.0.0.1 -k "$2" >"$2.log" 2>&1 </dev/null &
    read -r _
    kill -INT $!
    wait $!
    rm -f "$2.log"
"#;

/// The URL of a new database. Without PostgreSQL on this machine it says loudly what is skipped; in CI that is a failure.
pub(crate) fn url_or_skip(what: &str) -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Some(port) = port() else {
        assert!(
            env::var_os("CI").is_none(),
            "{what}: there is no PostgreSQL"
        );
        // Not by a macro, whose output is shown only if the test fails.
        let loudly = format!("\n*** SKIPPED: {what}, since there is no PostgreSQL ***\n");
        io::stderr().write_all(loudly.as_bytes()).unwrap();
        return None;
    };
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let admin = url_of(port, "postgres");
    let create = format!("CREATE DATABASE {name}");
    in_a_runtime(async move {
        let mut admin = PgConnection::connect(&admin).await.unwrap();
        admin.execute(sqlx::AssertSqlSafe(create)).await.unwrap();
    });
    Some(url_of(port, &name))
}

fn port() -> Option<u16> {
    static PORT: OnceLock<Option<u16>> = OnceLock::new();
    *PORT.get_or_init(start)
}

fn start() -> Option<u16> {
    let binaries = binaries()?;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let directory = env::temp_dir().join(format!("tower-webhook-postgres-{}", std::process::id()));
    // PostgreSQL does not run as root.
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let mut command = Command::new(if is_root { "runuser" } else { "sh" });
    if is_root {
        command.args(["-u", "postgres", "--", "sh"]);
    }
    let mut process = command
        .args(["-c", SERVE, "serve"])
        .arg(binaries)
        .arg(&directory)
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    // It accepts connections before it accepts queries.
    while !is_ready(port) {
        let ended = process.try_wait().unwrap();
        assert!(
            ended.is_none() && started.elapsed() < Duration::from_secs(60),
            "PostgreSQL does not start: {ended:?}"
        );
        sleep(Duration::from_millis(20));
    }
    // Its standard input stays open as long as this process lives.
    std::mem::forget(process);
    Some(port)
}

fn is_ready(port: u16) -> bool {
    let url = url_of(port, "postgres");
    in_a_runtime(async move { PgConnection::connect(&url).await.is_ok() })
}

/// On a thread of its own, since the test may be in a runtime already.
fn in_a_runtime<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    spawn(move || Runtime::new().unwrap().block_on(future))
        .join()
        .unwrap()
}

fn url_of(port: u16, name: &str) -> String {
    format!("postgres://test@127.0.0.1:{port}/{name}")
}

/// Where `initdb` and `postgres` are: Debian has them beside the path.
fn binaries() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = debian.flatten().map(|version| version.path().join("bin"));
    env::split_paths(&path)
        .chain(debian)
        .find(|directory| directory.join("initdb").exists() && directory.join("postgres").exists())
}
