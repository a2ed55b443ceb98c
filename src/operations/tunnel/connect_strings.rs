//! What to type at a tunnel: its local port, connect strings for psql and mysql, a URL, and what TLS wants to hear.
//! Pure; no password ever stands in any of them.

use serde::Serialize;

use super::target::{Family, Remote};
use crate::text::shell::quoted;

/// The local port to try first: the same one every day, so that saved connections keep working.
#[must_use]
pub fn usual_local(remote: &Remote) -> u16 {
    // Ten thousand above the engine's own, where no server of this machine is likely to be.
    match remote.family {
        Family::Postgres => 15_432,
        Family::Mysql => 13_306,
        Family::Other if !remote.is_database() => remote.port.checked_add(10_000).unwrap_or(remote.port),
        Family::Other => remote.family.usual_port(&remote.engine).saturating_add(10_000),
    }
}

/// One thing to copy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Line {
    /// What it is: `psql`, `mysql`, `url`.
    pub what: &'static str,
    /// It.
    pub text: String,
}

/// How to connect through a tunnel on `port` of this machine, as `user`; without one as the database's master user, where
/// AWS tells it.
#[must_use]
pub fn lines(remote: &Remote, port: u16, user: Option<&str>) -> Vec<Line> {
    let shown = user.or(remote.user.as_deref()).unwrap_or("USER");
    let database = remote.database.as_deref();
    let named = database.unwrap_or("DATABASE");
    let typed = quoted(shown);
    let line = |what, text| Line { what, text };
    let host = &remote.host;
    match remote.family {
        // `host` is what the certificate must name and `hostaddr` is where to go: both sides are content.
        Family::Postgres => vec![
            line(
                "psql",
                format!(
                    "psql \"host={host} hostaddr=127.0.0.1 port={port} user={} dbname={} sslmode=verify-full \
                     sslrootcert=global-bundle.pem\"",
                    worded(shown),
                    worded(named)
                ),
            ),
            line("url", format!("postgresql://{}@127.0.0.1:{port}/{}?sslmode=require", escaped(shown), escaped(named))),
        ],
        Family::Mysql => vec![
            line(
                "mysql",
                format!(
                    "mysql --host=127.0.0.1 --port={port} --protocol=tcp --user={typed} --password \
                     --ssl-mode=VERIFY_CA --ssl-ca=global-bundle.pem{}",
                    database.map(|name| format!(" {}", quoted(name))).unwrap_or_default()
                ),
            ),
            line("url", format!("mysql://{}@127.0.0.1:{port}/{}?ssl-mode=REQUIRED", escaped(shown), escaped(named))),
        ],
        Family::Other => vec![line("address", format!("127.0.0.1:{port}"))],
    }
}

/// What to know about TLS: the certificate is made out to the endpoint, not to this machine.
#[must_use]
pub fn tls(remote: &Remote) -> String {
    let bundle = "global-bundle.pem is https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem";
    let host = &remote.host;
    match remote.family {
        Family::Postgres => format!(
            "the certificate names {host}, not 127.0.0.1: keep that as host and give the tunnel as hostaddr; {bundle}"
        ),
        Family::Mysql => format!(
            "the certificate names {host}, not 127.0.0.1: --ssl-mode=VERIFY_CA checks who signed it; VERIFY_IDENTITY \
             works only where that name leads to 127.0.0.1 (a line in /etc/hosts); {bundle}"
        ),
        Family::Other if !remote.is_database() => {
            format!("a certificate there names {host}, not 127.0.0.1: tell your client to expect that name")
        }
        Family::Other => {
            format!("the certificate names {host}, not 127.0.0.1: tell your client to expect that name; {bundle}")
        }
    }
}

/// For a URL.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// For a connection string within double quotes of a shell; what both would read as their own is left out.
fn worded(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-._@".contains(c);
    match text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace(['"', '$', '`', '\\', '\'', '!'], "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing_samples::{database, scope};
    use crate::world::Resource;

    fn remote(engine: &str) -> Remote {
        let family = Family::of(engine);
        Remote {
            id: database().id(&scope()),
            name: "city-db".to_owned(),
            engine: engine.to_owned(),
            family,
            host: "city-db.x.rds.amazonaws.com".to_owned(),
            reader: None,
            port: family.usual_port(engine),
            vpc: None,
            groups: Vec::new(),
            iam_auth: false,
            user: None,
            database: None,
        }
    }

    #[test]
    fn the_master_user_and_the_database_stand_where_aws_tells_them() {
        let told = |engine| Remote { user: Some("admin".into()), database: Some("shop db".into()), ..remote(engine) };
        let made = lines(&told("postgres"), 15_432, None);
        assert!(made[0].text.contains("user=admin dbname='shop db' "), "{}", made[0].text);
        assert_eq!(made[1].text, "postgresql://admin@127.0.0.1:15432/shop%20db?sslmode=require");
        let made = lines(&told("mysql"), 13_306, Some("app"));
        assert!(made[0].text.contains("--user=app ") && made[0].text.ends_with(" 'shop db'"), "{}", made[0].text);
        assert_eq!(made[1].text, "mysql://app@127.0.0.1:13306/shop%20db?ssl-mode=REQUIRED");
    }

    #[test]
    fn postgres_checks_the_endpoints_name_and_goes_to_the_tunnel() {
        let made = lines(&remote("aurora-postgresql"), 15_432, Some("app"));
        insta::assert_snapshot!(made[0].text, @r#"psql "host=city-db.x.rds.amazonaws.com hostaddr=127.0.0.1 port=15432 user=app dbname=DATABASE sslmode=verify-full sslrootcert=global-bundle.pem""#);
        insta::assert_snapshot!(made[1].text, @"postgresql://app@127.0.0.1:15432/DATABASE?sslmode=require");
    }

    #[test]
    fn mysql_speaks_tcp_and_asks_for_the_password() {
        let made = lines(&remote("mysql"), 13_306, None);
        insta::assert_snapshot!(made[0].text, @"mysql --host=127.0.0.1 --port=13306 --protocol=tcp --user=USER --password --ssl-mode=VERIFY_CA --ssl-ca=global-bundle.pem");
        insta::assert_snapshot!(made[1].text, @"mysql://USER@127.0.0.1:13306/DATABASE?ssl-mode=REQUIRED");
    }

    #[test]
    fn others_have_an_address_and_every_family_a_port_and_advice() {
        assert_eq!(lines(&remote("oracle-ee"), 11_521, None)[0].text, "127.0.0.1:11521");
        for (engine, port) in
            [("postgres", 15_432), ("mariadb", 13_306), ("oracle-ee", 11_521), ("sqlserver-ex", 11_433)]
        {
            assert_eq!(usual_local(&remote(engine)), port);
            assert!(tls(&remote(engine)).contains("the certificate names city-db.x.rds.amazonaws.com"), "{engine}");
        }
    }

    #[test]
    fn odd_users_break_nothing() {
        let odd = "o'x $(id) \"q\"@h";
        let made = lines(&remote("mysql"), 1, Some(odd));
        let words = shlex::split(&made[0].text).unwrap();
        assert!(words.contains(&format!("--user={odd}")), "{}", made[0].text);
        assert!(made[1].text.starts_with("mysql://o%27x%20%24%28id%29%20%22q%22%40h@127.0.0.1:1/"));
        let text = &lines(&remote("postgres"), 1, Some(odd))[0].text;
        assert_eq!(text.matches('"').count(), 2, "{text}");
        assert!(!text.contains("$("), "{text}");
    }
}
