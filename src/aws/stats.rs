//! What was called, counted where the SDK runs each call: an interceptor plugged into every
//! client. Counts only; no request and no answer is kept.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::{SignedDuration, Timestamp};

use super::budget::Budget;
use super::call_log::CallLog;
use super::fault::THROTTLES;
use serde::Serialize;

/// What all scopes called so far.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    stats: Mutex<Stats>,
    skew: Mutex<Option<SignedDuration>>,
}

impl Counter {
    /// A copy of the counts.
    pub(crate) fn read(&self) -> Stats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How far this machine's clock is ahead of AWS's, by the last answer that told its time.
    pub(crate) fn skew(&self) -> Option<SignedDuration> {
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, operation: &str, change: impl FnOnce(&mut Tally)) {
        let mut stats = self.stats.lock().unwrap_or_else(PoisonError::into_inner);
        change(stats.entry(operation.to_owned()).or_default());
    }

    fn tell_time(&self, response: &HttpResponse) {
        let Some(date) = response.headers().get("date") else { return };
        let Ok(there) = jiff::fmt::rfc2822::parse(date) else { return };
        let ahead = Timestamp::now().duration_since(there.timestamp());
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
    }
}

/// Counts the calls of one scope's clients, and slows its budget when AWS asks for it.
#[derive(Debug, Clone)]
pub(crate) struct Counting {
    counter: Arc<Counter>,
    budget: Arc<Budget>,
    /// How the same calls are written into the log.
    pub(super) log: CallLog,
}

impl Counting {
    /// Counts into `counter`.
    pub(crate) fn new(counter: Arc<Counter>, budget: Arc<Budget>, log: CallLog) -> Self {
        Self { counter, budget, log }
    }
}

/// The operation as IAM names it: the SDK's service names are not IAM's.
pub(super) fn operation(cfg: &ConfigBag) -> String {
    let Some(metadata) = cfg.load::<Metadata>() else { return "unknown:Unknown".to_owned() };
    let service = match metadata.service() {
        "Elastic Load Balancing v2" => "elasticloadbalancing",
        "Application Auto Scaling" => "application-autoscaling",
        "CloudWatch Logs" => "logs",
        "Resource Groups Tagging API" => "tag",
        other => return format!("{}:{}", other.to_lowercase().replace(' ', ""), metadata.name()),
    };
    format!("{service}:{}", metadata.name())
}

/// Whether AWS asks us to slow down: then it did nothing.
pub(super) fn is_throttle(response: &HttpResponse) -> bool {
    let status = response.status().as_u16();
    if status == 429 {
        return true;
    }
    if status < 400 {
        return false;
    }
    let header = response.headers().get("x-amzn-errortype").unwrap_or_default();
    let bytes = response.body().bytes().unwrap_or_default();
    let body = String::from_utf8_lossy(bytes.get(..bytes.len().min(512)).unwrap_or_default());
    THROTTLES.iter().any(|code| header.contains(code) || body.contains(code))
}

/// How many bytes the body has, as far as that is known.
pub(super) fn length(response: &HttpResponse) -> u64 {
    let told = response.headers().get("content-length").and_then(|length| length.parse().ok());
    told.or_else(|| response.body().content_length()).unwrap_or(0)
}

impl Intercept for Counting {
    fn name(&self) -> &'static str {
        "toban counting"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        use aws_smithy_runtime_api::client::retries::RequestAttempts;
        let attempt = cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts);
        // The call itself is counted here too: before it began, its name is not known yet.
        self.counter.add(&operation(cfg), |tally| if attempt > 1 { tally.retries += 1 } else { tally.calls += 1 });
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(response) = context.response() else { return Ok(()) };
        self.counter.tell_time(response);
        let (bytes, throttled, operation) = (length(response), is_throttle(response), operation(cfg));
        if throttled {
            self.budget.slow(&operation);
        }
        self.counter.add(&operation, |tally| {
            tally.bytes += bytes;
            tally.throttles += u64::from(throttled);
        });
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if matches!(context.output_or_error(), Some(Err(_))) {
            self.counter.add(&operation(cfg), |tally| tally.faults += 1);
        }
        Ok(())
    }
}

/// Calls, retries, throttles and bytes of one operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Tally {
    /// Calls made, each with all its attempts.
    pub calls: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Answers that asked us to slow down.
    pub throttles: u64,
    /// Calls that ended in a fault.
    pub faults: u64,
    /// Bytes of answers, where their length was told.
    pub bytes: u64,
}

/// What was called so far, by `service:Operation`.
pub type Stats = std::collections::BTreeMap<String, Tally>;
