//! Reads this kind from AWS: rds:DescribeDBInstances; for an open page its metrics,
//! events and pending maintenance.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_rds::types;
use jiff::Timestamp;

use super::model::DbInstance;
use crate::aws::{Paged, maybe, named_pages, text, texts, when};
use crate::display::Extra;
use crate::kinds::FetchContext;
use crate::kinds::shared::{Measure, courses, db_events, extra, pending_maintenance, recommendations, with_ahead};
use crate::world::{Arn, Fault, Reading};

const DESCRIBE: &str = "rds:DescribeDBInstances";
/// Bytes.
const GIB: f64 = 1_073_741_824.0;

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<DbInstance>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.rds.describe_db_instances().max_records(100).set_marker(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.db_instances().iter().map(instance).collect(), text(answer.marker())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

/// Its load over the last hours, what happened to it in the last day, and what maintenance waits, what is recommended.
///
/// # Errors
/// The fault that kept all of it from being read.
pub(super) async fn look(ask: FetchContext<'_>, item: &DbInstance, now: Timestamp) -> Result<Extra, Fault> {
    let who = [("DBInstanceIdentifier", item.id.as_str())];
    let measure = |title, unit, metric| Measure::average(title, unit, "AWS/RDS", metric, &who);
    let mut measures = vec![measure("CPU", "%", "CPUUtilization"), measure("connections", "", "DatabaseConnections")];
    // Members of a cluster store nothing themselves: Aurora has no such metric for them.
    if item.cluster.is_none() {
        measures.push(Measure { divisor: GIB, ..measure("free storage", " GiB", "FreeStorageSpace") });
    }
    let (series, moments, ahead, recommended) = tokio::join!(
        courses(ask.aws, &measures, now),
        db_events(ask.aws, &item.id, false),
        pending_maintenance(ask.aws, item.arn.as_str()),
        recommendations(ask.aws, item.arn.as_str()),
    );
    let mut found = with_ahead(extra(series, moments, now), ahead, now)?;
    found.ahead.extend(recommended);
    Ok(found)
}

fn instance(from: &types::DbInstance) -> Option<DbInstance> {
    let arn = Arn::from(text(from.db_instance_arn())?);
    let subnets = from.db_subnet_group();
    Some(DbInstance {
        id: text(from.db_instance_identifier()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        status: from.db_instance_status().unwrap_or("unknown").to_owned(),
        engine: from.engine().unwrap_or("unknown").to_owned(),
        version: text(from.engine_version()),
        class: text(from.db_instance_class()),
        cluster: text(from.db_cluster_identifier()),
        multi_az: from.multi_az().unwrap_or(false),
        zone: text(from.availability_zone()),
        second_zone: text(from.secondary_availability_zone()),
        endpoint: from.endpoint().and_then(|endpoint| text(endpoint.address())),
        port: maybe(from.endpoint().and_then(types::Endpoint::port))
            .or_else(|| maybe(from.db_instance_port()))
            .filter(|port| *port != 0),
        vpc: subnets.and_then(|group| text(group.vpc_id())),
        subnet_group: subnets.and_then(|group| text(group.db_subnet_group_name())),
        security_groups: texts(
            from.vpc_security_groups().iter().map(types::VpcSecurityGroupMembership::vpc_security_group_id),
        ),
        storage_gib: maybe(from.allocated_storage()),
        storage_type: text(from.storage_type()),
        iops: maybe(from.iops()),
        max_storage_gib: maybe(from.max_allocated_storage()),
        backup_days: maybe(from.backup_retention_period()),
        backup_window: text(from.preferred_backup_window()),
        maintenance_window: text(from.preferred_maintenance_window()),
        pending: from.pending_modified_values().map(pending).unwrap_or_default(),
        auto_restart_at: when(from.automatic_restart_time()),
        created_at: when(from.instance_create_time()),
        deletion_protection: from.deletion_protection().unwrap_or(false),
        public: from.publicly_accessible(),
        replicas: from.read_replica_db_instance_identifiers().to_vec(),
        replica_of: text(from.read_replica_source_db_instance_identifier())
            .or_else(|| text(from.read_replica_source_db_cluster_identifier())),
        replica_clusters: from.read_replica_db_cluster_identifiers().to_vec(),
        iam_auth: from.iam_database_authentication_enabled().unwrap_or(false),
        master_user: text(from.master_username()),
        database: text(from.db_name()),
        certificate_until: when(from.certificate_details().and_then(types::CertificateDetails::valid_till)),
        lifecycle: text(from.engine_lifecycle_support()),
        log_exports: from.enabled_cloudwatch_logs_exports().to_vec(),
        tags: from
            .tag_list()
            .iter()
            .filter_map(|tag| Some((text(tag.key())?, tag.value().unwrap_or_default().to_owned())))
            .collect(),
    })
}

/// What will change at the next restart or maintenance window, in words. A new password is only mentioned.
fn pending(from: &types::PendingModifiedValues) -> Vec<String> {
    let number = |value: Option<i32>| value.map(|value| value.to_string());
    let yes = |value: Option<bool>| value.map(|on| if on { "on" } else { "off" }.to_owned());
    let mut words: Vec<String> = [
        ("class", text(from.db_instance_class())),
        ("engine version", text(from.engine_version())),
        ("engine", text(from.engine())),
        ("storage", number(from.allocated_storage()).map(|gib| format!("{gib} GiB"))),
        ("storage type", text(from.storage_type())),
        ("IOPS", number(from.iops())),
        ("storage throughput", number(from.storage_throughput())),
        ("port", number(from.port())),
        ("backup retention", number(from.backup_retention_period()).map(|days| format!("{days} days"))),
        ("multi-AZ", yes(from.multi_az())),
        ("license model", text(from.license_model())),
        ("identifier", text(from.db_instance_identifier())),
        ("certificate authority", text(from.ca_certificate_identifier())),
        ("subnet group", text(from.db_subnet_group_name())),
        ("IAM authentication", yes(from.iam_database_authentication_enabled())),
        ("dedicated log volume", yes(from.dedicated_log_volume())),
    ]
    .into_iter()
    .filter_map(|(what, value)| value.map(|value| format!("{what} becomes {value}")))
    .collect();
    if from.master_user_password().is_some() {
        words.push("the master password changes".to_owned());
    }
    if let Some(logs) = from.pending_cloudwatch_logs_exports() {
        let turned = |types: &[String], how: &str| {
            (!types.is_empty()).then(|| format!("log export of {} {how}", types.join(", ")))
        };
        words.extend(turned(logs.log_types_to_enable(), "begins"));
        words.extend(turned(logs.log_types_to_disable(), "ends"));
    }
    let features = from.processor_features().iter();
    words.extend(features.filter_map(|feature| Some(format!("{} becomes {}", feature.name()?, feature.value()?))));
    words
}

#[cfg(test)]
mod tests;
