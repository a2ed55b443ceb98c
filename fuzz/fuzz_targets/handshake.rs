//! Any bytes as the agent's handshake documents: no panic, and every request has an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toban_fuzz::handshake::{Request, challenge, greeting};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = Request::decode(bytes) {
        let key = request.key().map(|_| Ok(b"sealed".to_vec()));
        let (answer, _) = request.response(key.as_ref());
        assert!(serde_json::from_slice::<serde_json::Value>(&answer).is_ok());
        let _ = request.session_type().map(|kind| kind.is_multiplexed(&request.agent));
    }
    let _ = (greeting(bytes), challenge(bytes));
});
