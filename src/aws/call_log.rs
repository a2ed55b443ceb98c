//! What every call to AWS leaves in the log: an interceptor writes a line an attempt, and `Clients::call` one where a
//! call ended in a fault. Scope, operation, attempt, milliseconds, bytes, status and request id; never what was sent or
//! answered, which may hold commands, variables, tags and tokens.

use std::sync::Arc;
use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_types::request_id::RequestId;

use super::stats::{length, operation};
use crate::world::{Fault, Scope};

/// Writes the calls of one scope into the log.
#[derive(Clone, Debug)]
pub(crate) struct CallLog(Arc<str>);

impl CallLog {
    /// Of the calls of `scope`.
    pub(crate) fn of(scope: &Scope) -> Self {
        Self(Arc::from(scope.to_string()))
    }

    /// A call ended in a fault, after all its attempts.
    pub(super) fn failed(&self, fault: &Fault) {
        tracing::debug!(
            scope = &*self.0,
            operation = fault.operation,
            on = fault.on,
            fault = fault.kind.word(),
            code = fault.code,
            request_id = fault.request_id,
            message = fault.message,
        );
    }
}

impl Default for CallLog {
    /// Of calls whose scope has no name.
    fn default() -> Self {
        Self(Arc::from("-"))
    }
}

/// When an attempt began.
#[derive(Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Intercept for CallLog {
    fn name(&self) -> &'static str {
        "toban call log"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(Began(Instant::now()));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return Ok(());
        }
        let response = context.response();
        let ms = cfg.load::<Began>().map(|Began(at)| u64::try_from(at.elapsed().as_millis()).unwrap_or(u64::MAX));
        tracing::debug!(
            scope = &*self.0,
            operation = operation(cfg),
            attempt = cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts),
            ms,
            bytes = response.map(length),
            status = response.map(|response| response.status().as_u16()),
            request_id = response.and_then(|response| response.request_id()),
            ended = if matches!(context.output_or_error(), Some(Err(_))) { "failed" } else { "answered" },
            "call"
        );
        Ok(())
    }
}
