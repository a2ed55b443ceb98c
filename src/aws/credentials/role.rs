//! Assuming a role: one call of Security Token Service with the credentials below it, and with the code of an MFA device
//! where the profile names one. A refusal is told as `sts:AssumeRole` on the role, whatever was wanted of it.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;

use super::super::fault::fault;
use super::chain::Role;
use crate::ssm::start_request::Token;
use crate::world::{Fault, FaultKind};

const OPERATION: &str = "sts:AssumeRole";

/// Assumes `role` by `config`, which holds the credentials below it.
///
/// # Errors
/// It is refused, or cannot be asked for.
pub(crate) async fn assume(config: &SdkConfig, role: &Role, code: Option<Token>) -> Result<Credentials, Fault> {
    let sts = aws_sdk_sts::Client::new(config);
    let request = sts
        .assume_role()
        .role_arn(&role.arn)
        .role_session_name(role.session_name.as_deref().unwrap_or("toban"))
        .set_external_id(role.external_id.clone())
        .set_duration_seconds(role.seconds)
        .set_serial_number(role.mfa_serial.clone().filter(|_| code.is_some()))
        .set_token_code(code.as_ref().map(|code| code.reveal().to_owned()));
    let got = request.send().await.map_err(fault(OPERATION, Some(&role.arn)));
    got.map_err(|fault| refused(fault, role)).and_then(|got| credentials(&got, role))
}

fn credentials(got: &AssumeRoleOutput, role: &Role) -> Result<Credentials, Fault> {
    let keys = got.credentials().ok_or_else(|| {
        Fault::new(FaultKind::Garbled, OPERATION, "the answer holds no credentials").on(role.arn.clone())
    })?;
    let end = std::time::SystemTime::try_from(*keys.expiration()).ok();
    let (id, secret, token) = (keys.access_key_id(), keys.secret_access_key(), keys.session_token());
    Ok(Credentials::new(id, secret, Some(token.to_owned()), end, "sts:AssumeRole"))
}

/// The same, with what to do about it where the role itself is the matter.
fn refused(fault: Fault, role: &Role) -> Fault {
    if fault.kind != FaultKind::Denied {
        return fault;
    }
    let profile = role.profile.as_deref().map(|name| format!(" of profile {name}")).unwrap_or_default();
    match &role.mfa_serial {
        Some(device) => {
            let message = format!("{} (with a code of the MFA device {device})", fault.message);
            let advice = "give the next code of the device; if it stays, the role's trust policy does not let you in";
            Fault { message, ..fault }.advise(advice)
        }
        None => {
            let place = if profile.is_empty() { "a profile".to_owned() } else { profile.replacen(" of ", "", 1) };
            fault.advise(format!(
                "the role's trust policy and your own policy must both allow it; if it demands MFA, set mfa_serial in \
                 {place}"
            ))
        }
    }
}

/// The fault of a role whose code nobody has given.
pub(crate) fn wants_code(role: &Role, device: &str, has_terminal: bool) -> Fault {
    let message = format!("it requires a code of the MFA device {device}");
    let fault = Fault::new(FaultKind::Credentials, OPERATION, message).on(role.arn.clone());
    fault.advise(match has_terminal {
        true => "type the code when it is asked for",
        false => "type the code: `:login` asks for it; a command asks on a terminal",
    })
}

#[cfg(test)]
mod tests {
    use super::{refused, wants_code};
    use crate::aws::credentials::chain::Role;
    use crate::world::{Fault, FaultKind};

    fn role(mfa: Option<&str>) -> Role {
        Role {
            arn: "arn:aws:iam::123456789012:role/ops".to_owned(),
            profile: Some("city".to_owned()),
            external_id: None,
            session_name: None,
            mfa_serial: mfa.map(str::to_owned),
            seconds: None,
        }
    }

    #[test]
    fn a_refused_role_is_a_matter_of_credentials_and_says_what_helps() {
        let denied = || Fault::new(FaultKind::Denied, super::OPERATION, "no trust").on("arn:aws:iam::1:role/ops");
        let plain = refused(denied(), &role(None));
        assert!(plain.is_login());
        assert!(plain.advice.as_deref().is_some_and(|it| it.contains("set mfa_serial in profile city")), "{plain:?}");
        let with_code = refused(denied(), &role(Some("arn:aws:iam::1:mfa/me")));
        assert!(with_code.message.contains("MFA device arn:aws:iam::1:mfa/me"), "{with_code}");
        let offline = Fault::new(FaultKind::Offline, super::OPERATION, "dns error");
        assert_eq!(refused(offline.clone(), &role(None)), offline);
    }

    #[test]
    fn a_wanted_code_names_role_and_device() {
        let fault = wants_code(&role(Some("arn:aws:iam::1:mfa/me")), "arn:aws:iam::1:mfa/me", false);
        assert!(fault.sentence().contains("role/ops") && fault.sentence().contains("mfa/me"), "{fault}");
        assert!(fault.is_login());
    }
}
