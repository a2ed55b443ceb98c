//! Reads this kind from AWS: rds:DescribeDBClusters; for an open page its metrics, events and pending maintenance.
//! The only file of the kind that may touch the network or an SDK type; reading operations only.

use aws_sdk_rds::types;
use jiff::Timestamp;

use super::metrics::metrics;
use super::model::{ClusterMember, DbCluster};
use crate::aws::{Paged, maybe, named_pages, text, texts, when};
use crate::display::Extra;
use crate::kinds::FetchContext;
use crate::kinds::shared::{Measure, courses, db_events, extra, pending_maintenance, recommendations, with_ahead};
use crate::world::{Arn, Fault, Reading};

const DESCRIBE: &str = "rds:DescribeDBClusters";

/// Reads what `ask` covers.
///
/// # Errors
/// The fault that kept everything from being read; a part's own fault stands in the reading.
pub(super) async fn read(ask: FetchContext<'_>) -> Result<Reading<DbCluster>, Fault> {
    let Paged { items, cut } = named_pages(DESCRIBE, None, |token| async move {
        let request = ask.aws.rds.describe_db_clusters().max_records(100).set_marker(token);
        let answer = ask.aws.call(DESCRIBE, None, request.send()).await?;
        Ok((answer.db_clusters().iter().map(cluster).collect(), text(answer.marker())))
    })
    .await?;
    let mut reading = Reading::whole(items);
    reading.notes.extend(cut);
    Ok(reading)
}

/// Its load over the last hours, what happened to it in the last day, and what maintenance waits.
///
/// # Errors
/// The fault that kept all of it from being read.
pub(super) async fn look(ask: FetchContext<'_>, item: &DbCluster, now: Timestamp) -> Result<Extra, Fault> {
    let measures: Vec<Measure> = metrics(item).iter().map(Measure::of).collect();
    let (series, moments, ahead, recommended) = tokio::join!(
        courses(ask.aws, &measures, now),
        db_events(ask.aws, &item.id, true),
        pending_maintenance(ask.aws, item.arn.as_str()),
        recommendations(ask.aws, item.arn.as_str()),
    );
    let mut found = with_ahead(extra(series, moments, now), ahead, now)?;
    found.ahead.extend(recommended);
    Ok(found)
}

fn cluster(from: &types::DbCluster) -> Option<DbCluster> {
    let arn = Arn::from(text(from.db_cluster_arn())?);
    let mut members: Vec<ClusterMember> = from
        .db_cluster_members()
        .iter()
        .filter_map(|member| {
            let id = text(member.db_instance_identifier())?;
            Some(ClusterMember { id, writer: member.is_cluster_writer().unwrap_or(false) })
        })
        .collect();
    members.sort_by_key(|member| !member.writer);
    Some(DbCluster {
        id: text(from.db_cluster_identifier()).unwrap_or_else(|| arn.last().to_owned()),
        arn,
        status: from.status().unwrap_or("unknown").to_owned(),
        engine: from.engine().unwrap_or("unknown").to_owned(),
        version: text(from.engine_version()),
        mode: text(from.engine_mode()),
        members,
        multi_az: from.multi_az().unwrap_or(false),
        zones: from.availability_zones().to_vec(),
        class: text(from.db_cluster_instance_class()),
        endpoint: text(from.endpoint()),
        reader_endpoint: text(from.reader_endpoint()),
        port: maybe(from.port()),
        subnet_group: text(from.db_subnet_group()),
        security_groups: texts(
            from.vpc_security_groups().iter().map(types::VpcSecurityGroupMembership::vpc_security_group_id),
        ),
        backup_days: maybe(from.backup_retention_period()),
        backup_window: text(from.preferred_backup_window()),
        maintenance_window: text(from.preferred_maintenance_window()),
        auto_restart_at: when(from.automatic_restart_time()),
        created_at: when(from.cluster_create_time()),
        deletion_protection: from.deletion_protection().unwrap_or(false),
        global: text(from.global_cluster_identifier()),
        replica_of: text(from.replication_source_identifier()),
        serverless_v2: from
            .serverless_v2_scaling_configuration()
            .and_then(|range| Some(format!("{}–{} ACU", range.min_capacity()?, range.max_capacity()?))),
        auto_pause_seconds: from
            .serverless_v2_scaling_configuration()
            .filter(|range| range.min_capacity() == Some(0.0))
            .and_then(|range| maybe(range.seconds_until_auto_pause())),
        iam_auth: from.iam_database_authentication_enabled().unwrap_or(false),
        master_user: text(from.master_username()),
        database: text(from.database_name()),
        lifecycle: text(from.engine_lifecycle_support()),
        log_exports: from.enabled_cloudwatch_logs_exports().to_vec(),
        tags: from
            .tag_list()
            .iter()
            .filter_map(|tag| Some((text(tag.key())?, tag.value().unwrap_or_default().to_owned())))
            .collect(),
    })
}
