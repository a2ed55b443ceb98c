//! Reads this kind from AWS: cloudwatch:GetMetricData for CPUCreditBalance, which EC2 reports every five minutes.
//! The only file of the kind that may touch the network; reading operations only.

use jiff::Timestamp;

use super::model::Credits;
use crate::aws::{Measure, courses, together};
use crate::kinds::{Ask, Series};
use crate::world::{Coverage, Fault, Harvest, Part};

/// Seconds between two reports.
const EVERY: u32 = 300;

/// Reads the credits of the instances that `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the harvest.
pub(super) async fn read(ask: Ask<'_>) -> Result<Harvest<Credits>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Harvest::of(Vec::new())) };
    let read = together(parts.iter().cloned().collect(), |part: Part| async move {
        let got = one(ask, &part).await.map(|credits| vec![credits]);
        (part, got)
    });
    Ok(Harvest::of(read.await))
}

async fn one(ask: Ask<'_>, id: &str) -> Result<Credits, Fault> {
    let of = [("InstanceId", id)];
    let measure = Measure { period: EVERY, ..Measure::average("credits", "", "AWS/EC2", "CPUCreditBalance", &of) };
    let all = courses(ask.aws, &[measure], Timestamp::now()).await.map_err(|fault| fault.on(id))?;
    Ok(Credits { id: id.to_owned(), balance: all.first().and_then(last) })
}

/// The last value that was reported.
fn last(series: &Series) -> Option<f64> {
    series.points.iter().rev().find_map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reported_value_counts() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let points = vec![(at(0), Some(40.0)), (at(300), Some(12.5)), (at(600), None)];
        let series = Series { title: String::new(), unit: "", points, threshold: None };
        assert_eq!(last(&series), Some(12.5));
        assert_eq!(last(&Series { points: Vec::new(), ..series }), None);
    }
}
