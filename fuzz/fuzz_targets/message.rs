//! Any bytes as a data channel's message: no panic, and what is read is written back the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toban_fuzz::wire::{Ack, Flag, Message, closed, exit_code};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::decode(&bytes.to_vec().into()) {
        assert_eq!(Message::decode(&message.encode()).expect("our own bytes"), message);
        let _ = (Ack::decode(&message.payload), closed(&message.payload), exit_code(&message.payload));
        let _ = Flag::decode(&message.payload);
    }
    let _ = (Ack::decode(bytes), closed(bytes), exit_code(bytes), Flag::decode(bytes));
});
