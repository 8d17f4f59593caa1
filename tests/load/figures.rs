//! What a run found, as a table.

use std::{
    fmt::{self, Display},
    time::Duration,
};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use hdrhistogram::Histogram;

use crate::resources::{mib, peaks_of_thirds};

pub(crate) const PERCENTILES: [f64; 4] = [50.0, 95.0, 99.0, 100.0];

/// The figures of one scenario.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<(String, String)>);

impl Figures {
    pub(crate) fn add(&mut self, name: impl Into<String>, value: impl Display) {
        self.0.push((name.into(), value.to_string()));
    }

    /// Of samples in the order in which they were taken, in KiB.
    pub(crate) fn add_memory(&mut self, resident_kib: &[u64]) {
        let peaks = peaks_of_thirds(resident_kib);
        for (third, peak) in ["first", "middle", "last"].iter().zip(peaks) {
            self.add(format!("memory, peak of the {third} third"), mib(peak));
        }
    }

    pub(crate) fn add_latencies(&mut self, latencies: &Histogram<u64>) {
        for percentile in PERCENTILES {
            let latency = at(latencies, percentile);
            self.add(format!("latency, p{percentile}"), format!("{latency:.1?}"));
        }
    }
}

/// The latency that `percentile` per cent of the answers did not exceed.
pub(crate) fn at(latencies: &Histogram<u64>, percentile: f64) -> Duration {
    Duration::from_micros(latencies.value_at_percentile(percentile))
}

/// The figures of all scenarios.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    pub(crate) fn new() -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(UTF8_FULL_CONDENSED)
            .set_header(["scenario", "figure", "value"]);
        Self(table)
    }

    pub(crate) fn add(&mut self, scenario: &str, figures: Figures) {
        for (name, value) in figures.0 {
            self.0.add_row([scenario, &name, &value]);
        }
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
