//! What an environment costs an hour as it stands, by part, at the reader's own prices or at list prices with their
//! date; and what is left on in one that nobody protects. Pure arithmetic: what has no price has none here.

use serde_json::{Value, json};

use super::savings::parts;
use super::scheduled_members::scheduled_members_named;
use crate::environment::Environment;
use crate::kinds::db_instance::DbInstance;
use crate::kinds::ecs_service::Service;
use crate::kinds::load_balancer::LoadBalancer;
use crate::kinds::vpc_network::VpcNetwork;
use crate::schedule::cost::prices::{Item, Prices, READ_ON, per_hour};
use crate::schedule::cost::savings::Part;
use crate::text::counted;
use crate::world::{Scope, World};

/// One thing that is billed by the hour.
#[derive(Clone, PartialEq, Debug)]
pub struct CostPart {
    /// What: a database, a service, `NAT gateway nat-…`.
    pub name: String,
    /// US dollars an hour; `None` where no price is known.
    pub usd: Option<f64>,
    /// Whether it is up, and so billed now.
    pub up: bool,
}

/// What an environment costs.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RunningCost {
    /// Part by part.
    pub parts: Vec<CostPart>,
    /// Whether list prices are in it.
    pub listed: bool,
    /// What is left on although nobody protects the environment.
    pub left_on: Vec<String>,
}

impl RunningCost {
    /// That of `environment` as it stands in `world`.
    #[must_use]
    pub fn of(environment: &Environment, world: &World, prices: &Prices) -> Self {
        let mut cost = Self::default();
        for it in scheduled_members_named(environment, world, &[]) {
            let Some(scope) = it.id.as_ref().map(|id| id.scope.clone()) else { continue };
            let up = !matches!(it.actual, crate::schedule::Actual::Down);
            for part in parts(&it, world) {
                cost.add(&part, &scope, up, prices);
            }
        }
        for (scope, part) in around(environment, world) {
            cost.add(&part, scope, true, prices);
        }
        if !environment.protected {
            cost.left_on = left_on(environment, world);
        }
        cost
    }

    fn add(&mut self, part: &Part, scope: &Scope, up: bool, prices: &Prices) {
        let own = prices.own(&part.item);
        let listed = per_hour(&part.item, scope.region.as_str());
        self.listed |= own.is_none() && listed.is_some();
        let usd = own.or(listed).map(|each| each * part.quantity);
        match self.parts.iter_mut().find(|known| known.name == part.name) {
            Some(known) => known.usd = known.usd.zip(usd).map(|(one, other)| one + other),
            None => self.parts.push(CostPart { name: part.name.clone(), usd, up }),
        }
    }

    fn sum(&self, up: bool) -> f64 {
        self.parts.iter().filter(|part| part.up == up).filter_map(|part| part.usd).sum()
    }

    /// US dollars an hour now, as far as prices are known.
    #[must_use]
    pub fn now(&self) -> f64 {
        self.sum(true)
    }

    /// US dollars an hour that what sleeps would cost besides.
    #[must_use]
    pub fn asleep(&self) -> f64 {
        self.sum(false)
    }

    /// In a sentence; `None` where nothing has a price.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        if self.parts.iter().all(|part| part.usd.is_none()) {
            return None;
        }
        let asleep = match self.asleep() {
            saved if saved > 0.0 => format!(", ${saved:.3} less than awake"),
            _ => String::new(),
        };
        let unknown = self.parts.iter().filter(|part| part.usd.is_none()).count();
        let unknown = match unknown {
            0 => String::new(),
            some => format!("; no price is known of {}", counted(some, "part")),
        };
        let by = if self.listed { format!(" by list prices of {READ_ON}") } else { " by your prices".to_owned() };
        Some(format!(
            "costs about ${:.3} an hour now{asleep}{by}{unknown}; storage and traffic come on top",
            self.now()
        ))
    }

    /// As JSON; null where nothing is billed by the hour.
    #[must_use]
    pub fn to_json(&self) -> Value {
        if self.parts.is_empty() {
            return Value::Null;
        }
        let round = |usd: f64| (usd * 10_000.0).round() / 10_000.0;
        let parts: Vec<Value> = self
            .parts
            .iter()
            .map(|part| json!({ "name": part.name, "usd_per_hour": part.usd.map(round), "up": part.up }))
            .collect();
        json!({
            "usd_per_hour": round(self.now()), "asleep_usd_per_hour": round(self.asleep()), "parts": parts,
            "prices": self.listed.then_some(READ_ON), "left_on": self.left_on,
        })
    }
}

/// What stands around: load balancers, NAT gateways and endpoints of its VPCs.
fn around<'a>(environment: &'a Environment, world: &'a World) -> Vec<(&'a Scope, Part)> {
    let part = |name: String, item: Item, quantity: f64| Part { name, item, quantity };
    let mut all = Vec::new();
    let mut vpcs: Vec<(&Scope, &str)> = Vec::new();
    for member in &environment.members {
        let scope = &member.id.scope;
        if let Some(balancer) = world.get::<LoadBalancer>(&member.id) {
            all.push((scope, part(format!("load balancer {}", balancer.name), Item::LoadBalancer, 1.0)));
            vpcs.extend(balancer.vpc.as_deref().map(|vpc| (scope, vpc)));
        }
    }
    vpcs.sort();
    vpcs.dedup();
    for (scope, vpc) in vpcs {
        let Some(network) = world.by_key::<VpcNetwork>(scope, vpc) else { continue };
        for gateway in network.gateways.iter().filter(|gateway| gateway.state == "available") {
            all.push((scope, part(format!("NAT gateway {}", gateway.id), Item::NatGateway, 1.0)));
        }
        for endpoint in network.endpoints.iter().filter(|it| it.kind.as_deref() == Some("Interface")) {
            // Billed in each zone it stands in.
            let zones = f64::from(u32::try_from(endpoint.subnets.len().max(1)).unwrap_or(1));
            all.push((scope, part(format!("endpoint {}", endpoint.to()), Item::VpcEndpoint, zones)));
        }
    }
    all
}

/// What costs in an environment that nobody protects and may not be needed there.
fn left_on(environment: &Environment, world: &World) -> Vec<String> {
    let mut left = Vec::new();
    let services = || environment.members.iter().filter_map(|member| world.get::<Service>(&member.id));
    let idle = services().next().is_some() && services().all(|service| service.desired == 0);
    for member in &environment.members {
        if let Some(database) = world.get::<DbInstance>(&member.id).filter(|it| it.multi_az && it.cluster.is_none()) {
            left.push(format!("database {} has a standby in another zone", database.id));
        }
        if let Some(balancer) = world.get::<LoadBalancer>(&member.id).filter(|_| idle) {
            left.push(format!("load balancer {} stands in front of no task", balancer.name));
        }
    }
    let gateways = around(environment, world).into_iter().filter(|(_, part)| part.item == Item::NatGateway).count();
    if gateways > 0 {
        let verb = if gateways == 1 { "runs" } else { "run" };
        left.push(format!("{} {verb} day and night", counted(gateways, "NAT gateway")));
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Member;
    use crate::kinds::testing_samples::{Shelves, database, scope};
    use crate::kinds::vpc_network::NatGateway;
    use crate::world::Resource;

    fn balancer() -> LoadBalancer {
        LoadBalancer {
            arn: "arn:aws:elasticloadbalancing:ap-northeast-1:1:loadbalancer/app/alb/0".into(),
            name: "alb".to_owned(),
            dns: None,
            scheme: None,
            flavour: None,
            state: None,
            state_reason: None,
            vpc: Some("vpc-1".to_owned()),
            zones: Vec::new(),
            security_groups: Vec::new(),
            created_at: None,
        }
    }

    fn cost(status: &str, multi_az: bool, prices: &Prices) -> RunningCost {
        let database = DbInstance { status: status.to_owned(), multi_az, ..database() };
        let ids = vec![database.id(&scope()), balancer().id(&scope())];
        let gateway = NatGateway { id: "nat-1".to_owned(), state: "available".to_owned(), why: None, subnet: None };
        let network = VpcNetwork {
            name: "vpc-1".to_owned(),
            subnets: Vec::new(),
            gateways: vec![gateway],
            endpoints: Vec::new(),
        };
        let shelves = Shelves::default().with([database]).with([balancer()]).with([network]);
        let member = |id: crate::world::ResourceId| Member {
            name: id.key.to_string(),
            id,
            assessment: None,
            because: Vec::new(),
        };
        let members = ids.into_iter().map(member).collect();
        let environment = Environment { members, protected: false, ..Environment::new("city-dev", vec![scope()]) };
        RunningCost::of(&environment, &shelves.0, prices)
    }

    #[test]
    fn what_is_up_costs_and_what_sleeps_is_saved() {
        let up = cost("available", false, &Prices::new());
        assert!((up.now() - (0.025 + 0.0243 + 0.062)).abs() < 1e-9, "{up:?}");
        assert!(
            up.sentence().is_some_and(|it| it.starts_with("costs about $0.111 an hour now by list prices of 20")),
            "{up:?}"
        );
        let asleep = cost("stopped", false, &Prices::new());
        assert!((asleep.asleep() - 0.025).abs() < 1e-9, "{asleep:?}");
        assert_eq!(asleep.to_json()["asleep_usd_per_hour"], 0.025);
    }

    #[test]
    fn own_prices_stand_before_the_table_and_what_has_none_is_counted() {
        let mut prices = Prices::new();
        for (name, usd) in [("db.t4g.micro", 0.5), ("nat-gateway", 0.1), ("load-balancer", 0.2)] {
            prices.set(name, usd).expect("a name");
        }
        let own = cost("available", false, &prices);
        assert!((own.now() - 0.8).abs() < 1e-9 && !own.listed, "{own:?}");
        let odd = cost("available", true, &Prices::new());
        assert!(odd.sentence().is_some_and(|it| it.contains("no price is known of 1 part")), "{odd:?}");
        assert!(
            odd.left_on.iter().any(|it| it.contains("standby")) && odd.left_on.iter().any(|it| it.contains("NAT")),
            "{odd:?}"
        );
    }
}
