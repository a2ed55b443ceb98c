//! Reads this kind from AWS: cloudwatch:GetMetricData with the dimensions that Lambda gives calls behind an alias.
//! The only file of the kind that may touch the network; reading operations only.

use jiff::Timestamp;

use super::model::AliasMetrics;
use crate::aws::concurrently;
use crate::display::Series;
use crate::kinds::FetchContext;
use crate::kinds::shared::{Measure, courses};
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const GET: &str = "cloudwatch:GetMetricData";

/// Reads the loads that `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<AliasMetrics>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let read = concurrently(parts.iter().cloned().collect(), |part: Part| async move {
        let got = one(ask, &part).await.map(|load| vec![load]);
        (part, got)
    });
    Ok(Reading::of(read.await))
}

async fn one(ask: FetchContext<'_>, part: &str) -> Result<AliasMetrics, Fault> {
    let mut steps = part.split('/');
    let (Some(function), Some(alias), Some(version), Some(since)) =
        (steps.next(), steps.next(), steps.next(), steps.next().and_then(|since| since.parse::<i64>().ok()))
    else {
        return Err(Fault::new(FaultKind::Odd, GET, "no such function, alias and version").on(part));
    };
    let resource = format!("{function}:{alias}");
    let of = [("FunctionName", function), ("Resource", resource.as_str()), ("ExecutedVersion", version)];
    let sum = |metric: &str| Measure {
        statistic: "Sum".to_owned(),
        ..Measure::average(metric, "", "AWS/Lambda", metric, &of)
    };
    let measures =
        [sum("Invocations"), sum("Errors"), Measure::average("Duration", " ms", "AWS/Lambda", "Duration", &of)];
    let all = courses(ask.aws, &measures, Timestamp::now()).await?;
    // The minute in which the share began counts as a whole.
    let from = since - since.rem_euclid(60);
    let values = |at: usize| -> Vec<f64> {
        let points = all.get(at).map_or(&[][..], |series: &Series| &series.points);
        points.iter().filter(|(at, _)| at.as_second() >= from).filter_map(|(_, value)| *value).collect()
    };
    let durations = values(2);
    #[expect(clippy::cast_precision_loss, reason = "a watch has a few hundred minutes at most")]
    let mean = (!durations.is_empty()).then(|| durations.iter().sum::<f64>() / durations.len() as f64);
    Ok(AliasMetrics {
        key: part.to_owned(),
        calls: values(0).iter().sum(),
        errors: values(1).iter().sum(),
        duration: mean,
    })
}
