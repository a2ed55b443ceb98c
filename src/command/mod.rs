//! The command table: each command a name, a sentence, where it is offered and what it does.
