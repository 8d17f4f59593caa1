//! Every contender side by side, with criterion: `cargo bench -p benches --bench comparison -- verify`.

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use benches::GROUPS;

fn comparison(criterion: &mut Criterion) {
    for cases in GROUPS {
        for mut case in cases() {
            let mut group = criterion.benchmark_group(case.group);
            if case.bytes > 0 {
                group.throughput(Throughput::Bytes(case.bytes as u64));
            }
            group.bench_function(BenchmarkId::new(&*case.contender, case.bytes), |bencher| {
                bencher.iter_custom(|runs| case.measure(runs));
            });
            group.finish();
        }
    }
}

/// Short enough for a group to end while its signatures are fresh.
fn in_short() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
}

criterion_group! {
    name = benches;
    config = in_short();
    targets = comparison
}
criterion_main!(benches);
