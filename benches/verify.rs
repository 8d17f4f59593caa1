//! Checking head and signature, beside the floor: a keyed HMAC-SHA256 state, cloned, fed and compared.

use std::{hint::black_box, time::Duration};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tower_webhook::{Receiver, SigningSecret, Timestamp, testing::Signer};

const KEY: &[u8] = b"a secret of twenty-four b";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const NOW: u64 = 1_614_265_330;

fn verify(criterion: &mut Criterion) {
    let secret = SigningSecret::from_bytes(KEY).expect("a secret");
    let signer = Signer::new(secret.clone()).expect("a secret");
    let receiver = Receiver::builder([secret])
        .clock(|| Duration::from_secs(NOW))
        .build()
        .expect("a configuration");
    let keyed = Hmac::<Sha256>::new_from_slice(KEY).expect("a key");
    let prefix = format!("{ID}.{NOW}.");

    let mut group = criterion.benchmark_group("verify");
    for size in [256, 1024, 8 * 1024, 64 * 1024, 1024 * 1024] {
        let body = Bytes::from(vec![b'a'; size]);
        let request = signer.request(ID, Timestamp::from_unix_seconds(NOW), body.clone());
        let tag = keyed
            .clone()
            .chain_update(&prefix)
            .chain_update(&body)
            .finalize();
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_with_input(BenchmarkId::new("floor", size), &body, |bencher, body| {
            bencher.iter(|| {
                let mac = keyed.clone().chain_update(&prefix).chain_update(body);
                assert!(mac.finalize() == tag);
            });
        });
        group.bench_with_input(BenchmarkId::new("ours", size), &body, |bencher, body| {
            bencher.iter(|| {
                let head = receiver.check_head(black_box(request.headers()));
                head.and_then(|head| head.check_signature(body.clone()))
                    .expect("a genuine delivery")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, verify);
criterion_main!(benches);
