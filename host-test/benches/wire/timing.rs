//! Durations, and what is told of many of them.

use std::time::{Duration, Instant};

use crate::Result;

/// Several measurements of one thing.
#[derive(Default)]
pub(crate) struct Sample(Vec<Duration>);

impl Sample {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// Measures one more.
    pub(crate) async fn time<T>(&mut self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let begun = Instant::now();
        let done = work.await?;
        self.add(begun.elapsed());
        Ok(done)
    }

    pub(crate) fn extend(&mut self, other: Sample) {
        self.0.extend(other.0);
    }

    /// Half of them took no longer.
    pub(crate) fn median(&self) -> Duration {
        self.quantile(0.5)
    }

    /// This part of them took no longer. Nothing takes no time.
    pub(crate) fn quantile(&self, part: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let last = sorted.len().saturating_sub(1);
        let place = (last as f64 * part).round() as usize;
        sorted.get(place).copied().unwrap_or_default()
    }
}

/// The one in terms of the other, each as often as the other: the median of the
/// turns' ratios, so that what slows down some turns slows down both.
pub(crate) fn ratio(one: &Sample, other: &Sample) -> f64 {
    let turns = one.0.iter().zip(&other.0);
    let mut ratios: Vec<f64> = turns
        .map(|(one, other)| one.as_secs_f64() / other.as_secs_f64())
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

pub(crate) fn in_us(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

pub(crate) fn in_ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Megabytes in a second.
pub(crate) fn rate(bytes: usize, duration: Duration) -> f64 {
    bytes as f64 / 1e6 / duration.as_secs_f64()
}
