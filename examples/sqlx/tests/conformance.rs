//! The store over a real Postgres of the test's own.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx_store::{PgStore, TABLE};
use tower_webhook::{idempotency::Detached, testing::idempotency_conformance};

/// A server that listens on a socket in its directory.
struct Server {
    directory: PathBuf,
    process: Child,
}

impl Server {
    /// Without Postgres on this machine it says loudly that nothing was tested; in CI that is a failure.
    fn start_or_skip() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(env::var_os("CI").is_none(), "in CI nothing is skipped");
            let loudly = "\n*** SKIPPED: the store over Postgres, since there is none ***\n";
            std::io::stderr().write_all(loudly.as_bytes()).unwrap();
            return None;
        };
        let directory = env::temp_dir().join(format!("sqlx-store-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        // Postgres does not run as root.
        let is_root = fs::metadata("/proc/self")
            .is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0);
        let run = |program: &str| {
            let program = programs.join(program);
            if is_root {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--"]).arg(program);
                command
            } else {
                Command::new(program)
            }
        };
        if is_root {
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(&directory)
                .status();
            assert!(owned.unwrap().success());
        }
        let data = directory.join("data");
        let made = run("initdb")
            .args(["--auth", "trust", "--username", "test", "--no-sync", "-D"])
            .arg(&data)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        let process = run("postgres")
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(&directory)
            .arg("-D")
            .arg(&data)
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { directory, process })
    }

    fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new()
            .socket(&self.directory)
            .username("test")
            .database("postgres")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = fs::read_to_string(self.directory.join("data/postmaster.pid"));
        if let Some(pid) = pid.ok().as_deref().and_then(|text| text.lines().next()) {
            let _ = Command::new("kill").args(["-INT", pid]).status();
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Where Debian has them, or the path.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let versions = versions.flatten().map(|version| version.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    let path: Vec<_> = env::split_paths(&path).collect();
    versions
        .chain(path)
        .find(|directory: &PathBuf| Path::exists(&directory.join("initdb")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let Some(server) = Server::start_or_skip() else {
        return;
    };
    let mut attempts = 0;
    let pool = loop {
        let pool = PgPoolOptions::new().max_connections(8);
        match pool.connect_with(server.options()).await {
            Ok(pool) => break pool,
            Err(error) => assert!(attempts < 100, "{error}"),
        }
        attempts += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    sqlx::query(TABLE).execute(&pool).await.unwrap();
    let store = Detached::new(PgStore(pool.clone()));
    idempotency_conformance(&store, "conformance", tokio::time::sleep).await;
    pool.close().await;
}
