//! Reads this kind from AWS: cloudwatch:GetMetricData for CPUCreditBalance, which EC2 reports every five minutes, and
//! ec2:DescribeInstanceCreditSpecifications for the mode. The only file of the kind that may touch the network; reading
//! operations only.

use std::collections::HashMap;

use jiff::Timestamp;
use roxmltree::Document;

use super::model::Credits;
use crate::aws::{Find, concurrently};
use crate::display::Series;
use crate::kinds::FetchContext;
use crate::kinds::shared::{Measure, courses};
use crate::world::{Coverage, Fault, FaultKind, Part, Reading};

const MODES: &str = "ec2:DescribeInstanceCreditSpecifications";

/// Seconds between two reports.
const EVERY: u32 = 300;

/// Reads the credits of the instances that `ask` names.
///
/// # Errors
/// None of its own: a part's fault stands in the reading; where only the modes cannot be read, it is noted there.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<Credits>, Fault> {
    let Coverage::Parts(parts) = ask.coverage else { return Ok(Reading::of(Vec::new())) };
    let balances = concurrently(parts.iter().cloned().collect(), |part: Part| async move {
        let got = balance(ask, &part).await;
        (part, got)
    });
    let (balances, modes) = tokio::join!(balances, modes(ask, parts.iter().map(|part| &**part)));
    let (modes, fault) = match modes {
        Ok(modes) => (modes, None),
        Err(fault) => (HashMap::new(), Some(fault)),
    };
    let credits = |(part, got): (Part, Result<Option<f64>, Fault>)| {
        let unlimited = modes.get(&*part).copied();
        let got = got.map(|balance| vec![Credits { id: part.to_string(), balance, unlimited }]);
        (part, got)
    };
    let mut reading = Reading::of(balances.into_iter().map(credits).collect());
    reading.notes.extend(fault);
    Ok(reading)
}

async fn balance(ask: FetchContext<'_>, id: &str) -> Result<Option<f64>, Fault> {
    let of = [("InstanceId", id)];
    let measure = Measure { period: EVERY, ..Measure::average("credits", "", "AWS/EC2", "CPUCreditBalance", &of) };
    let all = courses(ask.aws, &[measure], Timestamp::now()).await.map_err(|fault| fault.on(id))?;
    Ok(all.first().and_then(last))
}

/// The last value that was reported.
fn last(series: &Series) -> Option<f64> {
    series.points.iter().rev().find_map(|(_, value)| *value)
}

/// Which of the instances are in unlimited mode, by id.
async fn modes(ask: FetchContext<'_>, ids: impl Iterator<Item = &str>) -> Result<HashMap<String, bool>, Fault> {
    let named = ids.enumerate().map(|(at, id)| (format!("InstanceId.{}", at + 1), id.to_owned())).collect();
    let sent = ask.aws.ec2.call("DescribeInstanceCreditSpecifications", named);
    parse(&ask.aws.call(MODES, None, sent).await?)
}

fn parse(xml: &str) -> Result<HashMap<String, bool>, Fault> {
    let document = Document::parse(xml).map_err(|error| Fault::new(FaultKind::Garbled, MODES, error.to_string()))?;
    let root = document.root_element();
    if !root.is_called("DescribeInstanceCreditSpecificationsResponse") {
        let message = format!("the answer is a {}, not what was asked for", root.tag_name().name());
        return Err(Fault::new(FaultKind::Garbled, MODES, message));
    }
    let mode = |item: &roxmltree::Node<'_, '_>| match item.text_of("cpuCredits")?.as_str() {
        "unlimited" => Some(true),
        "standard" => Some(false),
        _ => None,
    };
    let items = root.items("instanceCreditSpecificationSet");
    Ok(items.into_iter().filter_map(|item| Some((item.text_of("instanceId")?, mode(&item)?))).collect())
}

#[cfg(test)]
mod tests;
