//! Rounds, medians and ratios.

/// The median.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// Two things measured in turns.
#[derive(Debug, Default)]
pub struct Pairs {
    /// Ours.
    pub ours: Vec<f64>,
    /// What it is compared with.
    pub limit: Vec<f64>,
}

impl Pairs {
    /// Measures both `rounds` times in turns, the other one first every second time: neither always
    /// finds the machine as the other left it.
    pub fn measure(
        rounds: usize,
        mut ours: impl FnMut() -> f64,
        mut limit: impl FnMut() -> f64,
    ) -> Pairs {
        let mut pairs = Pairs::default();
        for round in 0..rounds {
            if round % 2 == 0 {
                pairs.ours.push(ours());
                pairs.limit.push(limit());
            } else {
                pairs.limit.push(limit());
                pairs.ours.push(ours());
            }
        }
        pairs
    }

    /// The median of the rounds' ratios: what else the machine does changes both of a round.
    pub fn ratio(&self) -> f64 {
        let ratios: Vec<f64> = self
            .ours
            .iter()
            .zip(&self.limit)
            .map(|(ours, limit)| ours / limit)
            .collect();
        median(&ratios)
    }
}
