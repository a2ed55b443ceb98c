//! Which names speak of secrets: keys of documents, variables, flags.
//! Names only, never values; what a value looks like is `shapes`' business.

/// Parts of a name (lower case, separators removed) that speak of a secret anywhere in it.
pub(super) const TELLING: [&str; 24] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "credential",
    "privatekey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "authkey",
    "webhook",
    "authorization",
    "authheader",
    "connectionstring",
    "connstr",
    "databaseurl",
    "dburl",
    "redisurl",
    "cookie",
    "jwt",
];

/// Names that speak of a secret only as a whole or as the last word.
pub(super) const TELLING_AT_END: [&str; 6] = ["pwd", "pass", "dsn", "mongouri", "sharedkey", "amqpurl"];

/// Last parts of a name that turn it into something about a secret, not the secret itself.
const ABOUT: [&str; 18] = [
    "arn",
    "name",
    "status",
    "type",
    "expiry",
    "expiration",
    "expiresat",
    "expiresin",
    "count",
    "length",
    "enabled",
    "rotation",
    "version",
    "versionid",
    "stage",
    "policy",
    "valuefrom",
    "parameter",
];

/// Lists of name and value that hold no variables of a process.
const HARMLESS_LISTS: [&str; 9] = [
    "dimensions",
    "tags",
    "taglist",
    "taskattributes",
    "attributes",
    "settings",
    "details",
    "filters",
    "loadbalancerattributes",
];

/// `DB_Password`, `dbPassword` and `db.password` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether what stands under this key is to be taken for a secret.
pub(super) fn is_secret_key(key: &str) -> bool {
    let name = plain(key);
    let tells = TELLING.iter().any(|part| name.contains(part)) || TELLING_AT_END.iter().any(|end| name.ends_with(end));
    tells && !ABOUT.iter().any(|end| name.ends_with(end))
}

/// Below a telling key, the fields that only point to the secret or describe it.
pub(super) fn is_reference(key: &str) -> bool {
    let name = plain(key);
    ABOUT.iter().any(|end| name.ends_with(end)) || name == "kmskeyid"
}

/// Whether a list of names and values under this key holds facts, not variables.
pub(super) fn is_harmless_pair_list(key: &str) -> bool {
    HARMLESS_LISTS.contains(&plain(key).as_str())
}

/// Whether this key holds the variables of a process. A map called `environment` may also describe
/// one of ours; variables are recognised by being all in capitals.
pub(super) fn is_environment<'a>(key: &str, mut fields: impl Iterator<Item = &'a String>) -> bool {
    match plain(key).as_str() {
        "variables" | "environmentvariables" | "envvars" => true,
        "environment" | "env" => fields.all(|field| !field.chars().any(char::is_lowercase)),
        _ => false,
    }
}

/// `--db-password`: the word after it is the secret.
pub(super) fn is_secret_flag(word: &str) -> bool {
    word.starts_with('-') && !word.contains(['=', ' ']) && is_secret_key(word)
}

#[cfg(test)]
mod tests;
