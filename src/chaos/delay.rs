//! How long a delay is.

/// How long a delay is at most, in milliseconds, whatever its distribution draws.
pub const DELAY_MS_MAX: u64 = 300_000;

/// The 99th percentile of the standard normal distribution.
const Z_OF_P99: f64 = 2.326_347_874_040_841;

/// A delay, by its distribution; all times in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delay {
    /// The distribution.
    pub shape: Shape,
    /// The longest; what is drawn above is this long.
    pub max_ms: u64,
}

/// A distribution of delays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Always so long.
    Fixed(u64),
    /// Any from the one to the other, each as likely as the next.
    Uniform(u64, u64),
    /// Around a mean, with a standard deviation; what is drawn below zero is zero.
    Normal(u64, u64),
    /// By its median and its 99th percentile: how the latencies of real servers are shaped.
    Lognormal(u64, u64),
}

impl Delay {
    /// A delay that is always so long.
    pub fn fixed(ms: u64) -> Self {
        Self { shape: Shape::Fixed(ms), max_ms: DELAY_MS_MAX }
    }

    /// Whether chance has a part in it.
    pub fn is_drawn(&self) -> bool {
        !matches!(self.shape, Shape::Fixed(_))
    }

    /// How long it is, in milliseconds, for two draws of 64 bits.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "what is drawn is held between zero and `max_ms`, far below 2^53"
    )]
    pub fn ms(&self, draws: [u64; 2]) -> u64 {
        let drawn = match self.shape {
            Shape::Fixed(ms) => ms as f64,
            Shape::Uniform(least, most) => {
                let span = most.saturating_sub(least) as f64;
                (least as f64 + unit(draws[0]) * (span + 1.0)).floor().min(most as f64)
            }
            Shape::Normal(mean, deviation) => mean as f64 + deviation as f64 * normal(draws),
            Shape::Lognormal(median, p99) => {
                let median = median.max(1) as f64;
                let sigma = (p99 as f64 / median).ln() / Z_OF_P99;
                median * (sigma * normal(draws)).exp()
            }
        };
        drawn.round().clamp(0.0, self.max_ms.min(DELAY_MS_MAX) as f64) as u64
    }
}

/// A draw of 64 bits as a number from 0 up to 1, without 1.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what a double holds exactly")]
pub(super) fn unit(draw: u64) -> f64 {
    (draw >> 11) as f64 / (1_u64 << 53) as f64
}

/// A draw from the standard normal distribution (Box and Muller's transform).
fn normal(draws: [u64; 2]) -> f64 {
    // Not the logarithm of zero.
    let radius = (-2.0 * (1.0 - unit(draws[0])).ln()).sqrt();
    radius * (std::f64::consts::TAU * unit(draws[1])).cos()
}

#[cfg(test)]
mod tests {
    use super::{DELAY_MS_MAX, Delay, Shape};
    use crate::world::Dice;

    /// The quantiles of ten thousand draws: the 1st, 25th, 50th, 75th and 99th of a hundred.
    fn quantiles(shape: Shape) -> [u64; 5] {
        let dice = Dice::new(1, "default");
        let delay = Delay { shape, max_ms: DELAY_MS_MAX };
        let mut drawn: Vec<u64> =
            (0..10_000).map(|nth| delay.ms([dice.draw("one", nth), dice.draw("two", nth)])).collect();
        drawn.sort_unstable();
        [100, 2_500, 5_000, 7_500, 9_900].map(|at| drawn[at])
    }

    #[test]
    fn a_delay_has_the_shape_that_it_names() {
        for (shape, wanted) in [
            (Shape::Fixed(70), [70.0, 70.0, 70.0, 70.0, 70.0]),
            (Shape::Uniform(1_000, 2_000), [1_010.0, 1_250.0, 1_500.0, 1_750.0, 1_990.0]),
            (Shape::Normal(5_000, 1_000), [2_674.0, 4_326.0, 5_000.0, 5_674.0, 7_326.0]),
            (Shape::Lognormal(1_000, 5_000), [200.0, 627.0, 1_000.0, 1_595.0, 5_000.0]),
        ] {
            for (got, wanted) in quantiles(shape).into_iter().zip(wanted) {
                let got = f64::from(u32::try_from(got).expect("a short delay"));
                assert!((got - wanted).abs() <= wanted * 0.05, "{shape:?}: {got}, not about {wanted}");
            }
        }
    }

    #[test]
    fn a_delay_is_never_below_zero_nor_above_its_cap() {
        let dice = Dice::new(2, "default");
        for shape in [Shape::Normal(10, 1_000), Shape::Lognormal(1, 4_000_000), Shape::Fixed(u64::MAX)] {
            let delay = Delay { shape, max_ms: 500 };
            assert!((0..1_000).all(|nth| delay.ms([dice.draw("a", nth), dice.draw("b", nth)]) <= 500));
        }
        assert_eq!(Delay { shape: Shape::Fixed(u64::MAX), max_ms: u64::MAX }.ms([0, 0]), DELAY_MS_MAX);
        assert_eq!(Delay::fixed(7).ms([u64::MAX, u64::MAX]), 7);
    }
}
