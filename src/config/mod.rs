//! The configuration file: schema, loading with line-accurate errors, directories, defaults.
