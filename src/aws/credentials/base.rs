//! The first credentials of a chain, had from where its base says: through the SDK's providers, but for commands. Every
//! failure becomes a fault that names what was asked. No judgement on which base it is.

use aws_config::Region;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::login::LoginCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sso::SsoCredentialsProvider;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;

use super::super::fault::credentials_fault;
use super::super::profiles::Profiles;
use super::chain::{Base, Chain};
use super::{Need, process};
use crate::aws::connect::{metadata, timeouts};
use crate::world::{Fault, FaultKind};

/// Asks the base of `chain`.
///
/// # Errors
/// There are none, or they could not be had.
pub(crate) async fn credentials(need: &Need, profiles: &Profiles, chain: &Chain) -> Result<Credentials, Fault> {
    let conf = || {
        ProviderConfig::without_region()
            .with_http_client(need.opening.http.clone())
            .with_timeout_config(timeouts())
            .with_region(Some(Region::new(need.region.clone())))
            .with_use_fips(need.flag(profiles, "AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"))
            .with_use_dual_stack(need.flag(profiles, "AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"))
    };
    let on = |fault: Fault| match &chain.profile {
        Some(profile) => fault.on(format!("profile {profile}")),
        None => fault,
    };
    match &chain.base {
        Base::Given => match &need.opening.given {
            Some(keys) => ask(keys, "given keys").await,
            None => Err(nowhere("")),
        },
        Base::Environment => profiles.variables().keys()?.ok_or_else(|| nowhere("")),
        Base::Keys { id, secret, token } => Ok(Credentials::new(id, secret, token.clone(), None, "profile")),
        Base::Process { command } => {
            let profile = chain.profile.as_deref().unwrap_or("default");
            need.waiting(format!("credential_process of profile {profile}"));
            process::run(command, profile, need.attendant.is_on_terminal(), &need.running).await
        }
        Base::Sso { start_url, region, account, role, session } => {
            let mut provider = SsoCredentialsProvider::builder()
                .configure(&conf())
                .start_url(start_url)
                .region(Region::new(region.clone()))
                .account_id(account)
                .role_name(role);
            provider.set_session_name(session.clone());
            let got = ask(&provider.build(), "sso:GetRoleCredentials").await;
            got.map_err(|fault| login_ran_out(fault, &format!("{role} in account {account}"))).map_err(on)
        }
        Base::LoginSession { name } => {
            let provider = LoginCredentialsProvider::builder(name).configure(&conf()).build();
            let got = ask(&provider, "signin:CreateOAuth2Token").await;
            got.map_err(|fault| login_ran_out(fault, name)).map_err(on)
        }
        Base::WebIdentity { file, role, session } => {
            let provider = WebIdentityTokenCredentialsProvider::builder().configure(&conf());
            let provider = provider.static_configuration(StaticConfiguration {
                web_identity_token_file: file.into(),
                role_arn: role.clone(),
                session_name: session.clone().unwrap_or_else(|| "toban".to_owned()),
            });
            ask(&provider.build(), "sts:AssumeRoleWithWebIdentity").await.map_err(|fault| fault.on(role))
        }
        Base::Container => {
            ask(&EcsCredentialsProvider::builder().configure(&conf()).build(), "container credentials").await
        }
        Base::Instance if !profiles.variables().may_ask_metadata() => Err(nowhere("")),
        Base::Instance => {
            let provider = ImdsCredentialsProvider::builder().imds_client(metadata(&conf())).configure(&conf()).build();
            ask(&provider, "instance metadata").await.map_err(|fault| nowhere(&fault.message))
        }
    }
}

async fn ask(provider: &impl ProvideCredentials, operation: &str) -> Result<Credentials, Fault> {
    provider.provide_credentials().await.map_err(|error: CredentialsError| credentials_fault(operation, &error))
}

/// What else than the network fails behind a login is the login: it ran out, or was never made.
fn login_ran_out(fault: Fault, on: &str) -> Fault {
    match fault.kind {
        FaultKind::Offline | FaultKind::Timeout | FaultKind::Throttled | FaultKind::Unavailable => fault,
        FaultKind::Denied => {
            let fault = Fault { kind: FaultKind::Credentials, ..fault };
            let message = format!("{on} is not assigned to you there: {}", fault.message);
            let advice = "ask for it to be assigned, or correct the account and the role of the profile";
            Fault { message, ..fault }.advise(advice)
        }
        _ => Fault { kind: FaultKind::Expired, ..fault },
    }
}

/// The machine's own role is the last that is asked: without it there are no credentials at all.
fn nowhere(why: &str) -> Fault {
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    let message = format!("no credentials in the environment, in the AWS files or on this machine's own role{why}");
    Fault::new(FaultKind::Credentials, "looking for credentials", message)
}
