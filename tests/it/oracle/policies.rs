//! Generated policies: rosters, plans, suppressions, scopes, windows and settings about what a generated
//! history may have.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::dice::Dice;
use super::histories::{DAY, History, SECOND};
use super::history::utc;
use super::twists::{Twist, Twists};

/// What a policy wants of one rule.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    pub enabled: Option<bool>,
    pub severity: Option<&'static str>,
    pub numbers: BTreeMap<&'static str, u64>,
    /// Seconds.
    pub ages: BTreeMap<&'static str, u64>,
    pub texts: BTreeMap<&'static str, Vec<&'static str>>,
    pub organizations: Vec<&'static str>,
    pub sources: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Planned {
    pub organization: &'static str,
    pub operation: &'static str,
    pub connection: Option<&'static str>,
    pub actor: Option<&'static str>,
    pub not_before: i128,
    pub expires: i128,
}

#[derive(Clone, Debug)]
pub struct Suppression {
    pub rule: &'static str,
    pub organization: Option<&'static str>,
    pub connection: Option<&'static str>,
    pub actor: Option<&'static str>,
    pub expires: i128,
}

#[derive(Clone, Debug)]
pub struct Window {
    /// From Monday on.
    pub days: Vec<usize>,
    /// Minutes after midnight.
    pub from: u32,
    pub to: u32,
}

/// A generated policy.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Organization, actor, role.
    pub roster: Vec<[&'static str; 3]>,
    pub rules: BTreeMap<&'static str, Rule>,
    pub planned: Vec<Planned>,
    pub suppressions: Vec<Suppression>,
    pub windows: Vec<Window>,
    pub freezes: Vec<(i128, i128)>,
    /// Hours that the clock of the policy is ahead.
    pub ahead: i128,
}

/// By rule how bad it is, whether it is on by itself, and which planned changes cover what it finds: all,
/// those with an actor, none.
pub const RULES: [(&str, &str, bool, char); 31] = [
    ("org-left-without-sso", "critical", true, 'a'),
    ("sso-relaxed", "critical", true, 'a'),
    ("conflicting-duplicate", "high", true, 'n'),
    ("connection-altered", "high", true, 'a'),
    ("foreign-connection", "high", true, 'n'),
    ("impersonated-change", "high", true, 'n'),
    ("invalid-event", "high", true, 'n'),
    ("not-on-roster", "high", true, 'w'),
    ("actor-across-orgs", "medium", true, 'n'),
    ("connection-deleted", "medium", true, 'a'),
    ("contradictory-event", "medium", true, 'n'),
    ("deleted-without-visit", "medium", true, 'w'),
    ("domain-added", "medium", true, 'a'),
    ("duplicate-deletion", "medium", true, 'n'),
    ("event-from-the-future", "medium", true, 'n'),
    ("failed-attempts", "medium", true, 'n'),
    ("identity-changed", "medium", true, 'n'),
    ("impersonation-without-reason", "medium", true, 'n'),
    ("log-gap", "medium", false, 'n'),
    ("outside-change-window", "medium", true, 'a'),
    ("portal-url-burst", "medium", true, 'n'),
    ("provider-swapped", "medium", true, 'a'),
    ("same-person", "medium", false, 'w'),
    ("support-access", "medium", true, 'n'),
    ("unapproved-connection-type", "medium", true, 'a'),
    ("unconfirmed-change", "medium", true, 'a'),
    ("changed-by-api", "low", true, 'w'),
    ("connection-disabled", "low", true, 'a'),
    ("new-address", "low", true, 'w'),
    ("portal-without-change", "low", false, 'a'),
    ("unknown-action", "low", true, 'n'),
];
pub const SEVERITIES: [&str; 5] = ["info", "low", "medium", "high", "critical"];

const ORGANIZATIONS: [&str; 12] = [
    "org_1",
    "org_2",
    "org_c1",
    "org_c3",
    "Acme",
    "acme*",
    "acme corp",
    "Bolt",
    "Nut & S?hne",
    "Cobalt",
    "dune",
    "*",
];
const ACTORS: [&str; 8] = [
    "user_ann",
    "USER_BOB",
    "ann@example.com",
    "bob@example.net",
    "mallory@*",
    "*@example.com",
    "zoe@example.org",
    "user_*",
];
const CONNECTIONS: [&str; 4] = ["conn_1", "conn_5", "CONN_*", "conn_6"];

/// The policy of a seed for a history.
pub fn policy(seed: u64, history: &History, twists: &Twists) -> Policy {
    let mut dice = Dice::new(seed ^ 0xABCD_EF01);
    let mut policy = Policy::default();
    if dice.percent(60) {
        policy.roster = roster(&mut dice, twists);
    }
    for _ in 0..dice.below(4) {
        policy.planned.push(planned(&mut dice, history));
    }
    for _ in 0..dice.below(4) {
        let (rule, ..) = dice.pick(&RULES[..]);
        policy.suppressions.push(Suppression {
            rule,
            organization: dice.percent(60).then(|| dice.pick(&ORGANIZATIONS)),
            connection: dice.percent(20).then(|| dice.pick(&CONNECTIONS)),
            actor: dice.percent(30).then(|| dice.pick(&ACTORS)),
            expires: history.now + if dice.percent(80) { DAY } else { -DAY },
        });
    }
    policy.ahead = [0, 0, 9, 2][dice.below(4)];
    if dice.percent(35) {
        let from = dice.below(24 * 60) as u32;
        let to = (from + 60 + dice.below(600) as u32) % (24 * 60);
        let days = (0..7).filter(|_| dice.percent(60)).collect::<Vec<_>>();
        let days = if days.is_empty() { vec![1] } else { days };
        policy.windows.push(Window { days, from, to });
    }
    if dice.percent(25) {
        let from = moment(&mut dice, history);
        policy.freezes.push((from, from + (1 + dice.below(100_000) as i128) * SECOND));
    }
    for _ in 0..dice.below(7) {
        let (rule, wanted) = wanted(&mut dice);
        policy.rules.insert(rule, wanted);
    }
    policy
}

/// A whole second in the history, often that of nothing.
fn moment(dice: &mut Dice, history: &History) -> i128 {
    let seconds = usize::try_from((history.end - history.begin) / SECOND).unwrap();
    history.begin + dice.below(seconds + 1) as i128 * SECOND
}

fn roster(dice: &mut Dice, twists: &Twists) -> Vec<[&'static str; 3]> {
    let has_wildcards = twists.has(Twist::Wildcards);
    let is_plain = |text: &&str| !text.contains(['*', '?']);
    let organizations: Vec<&str> =
        ORGANIZATIONS.into_iter().filter(|text| has_wildcards || is_plain(text) || *text == "*").collect();
    let actors: Vec<&str> = ACTORS.into_iter().filter(|text| has_wildcards || is_plain(text)).collect();
    let row = |dice: &mut Dice| {
        let organization = if dice.percent(30) { "*" } else { dice.pick(&organizations) };
        [organization, dice.pick(&actors), if dice.percent(75) { "admin" } else { "member" }]
    };
    (0..1 + dice.below(5)).map(|_| row(dice)).collect()
}

fn planned(dice: &mut Dice, history: &History) -> Planned {
    let (not_before, expires) = if dice.percent(60) {
        (history.begin - DAY, history.begin + 40_000 * DAY)
    } else {
        let from = moment(dice, history);
        (from, from + (1 + dice.below(200_000) as i128) * SECOND)
    };
    Planned {
        organization: dice.pick(&ORGANIZATIONS),
        operation: dice.pick(&["created", "enabled", "disabled", "deleted", "deleted", "portal-opened"]),
        connection: dice.percent(20).then(|| dice.pick(&CONNECTIONS)),
        actor: dice.percent(40).then(|| dice.pick(&ACTORS)),
        not_before,
        expires,
    }
}

fn wanted(dice: &mut Dice) -> (&'static str, Rule) {
    let mut wanted = Rule::default();
    let rules = [
        "org-left-without-sso",
        "actor-across-orgs",
        "portal-url-burst",
        "new-address",
        "same-person",
        "log-gap",
        "portal-without-change",
        "unapproved-connection-type",
        "provider-swapped",
        "deleted-without-visit",
        "connection-deleted",
        "impersonated-change",
        "foreign-connection",
        "contradictory-event",
        "event-from-the-future",
    ];
    let rule = dice.pick(&rules);
    let age = |dice: &mut Dice| [60, 600, 3600, 86_400][dice.below(4)];
    match rule {
        "org-left-without-sso" => drop(wanted.ages.insert("grace", age(dice))),
        "actor-across-orgs" | "portal-url-burst" => {
            wanted.numbers.insert("count", 1 + dice.below(2) as u64);
            wanted.ages.insert("window", age(dice));
        }
        "new-address" => drop(wanted.numbers.insert("history", dice.below(4) as u64)),
        "log-gap" => {
            wanted.ages.insert("max", [1800, 3600, 86_400][dice.below(3)]);
            for key in ["source", "organization"] {
                if dice.percent(50) {
                    wanted.ages.insert(key, [3600, 6 * 3600, 86_400, 3 * 86_400][dice.below(4)]);
                }
            }
        }
        "same-person" | "portal-without-change" | "provider-swapped" | "deleted-without-visit" => {
            wanted.ages.insert("window", age(dice));
        }
        "unapproved-connection-type" => {
            if dice.percent(60) {
                wanted.texts.insert("providers", vec!["okta"]);
            } else {
                wanted.texts.insert("protocols", vec!["saml"]);
            }
        }
        _ => {}
    }
    if ["same-person", "log-gap", "portal-without-change"].contains(&rule) || dice.percent(20) {
        wanted.enabled = Some(dice.percent(85));
    }
    if dice.percent(25) {
        wanted.severity = Some(dice.pick(&SEVERITIES));
    }
    if dice.percent(35) && rule != "log-gap" {
        wanted.organizations = vec![dice.pick(&ORGANIZATIONS), dice.pick(&ORGANIZATIONS)];
    }
    if dice.percent(15) && rule != "log-gap" {
        wanted.sources = vec![dice.pick(&["centure", "scalekit"])];
    }
    (rule, wanted)
}

impl Policy {
    /// Whether a rule is judged.
    pub fn is_on(&self, rule: &str) -> bool {
        let (_, _, default, _) = *RULES.iter().find(|(id, ..)| *id == rule).unwrap();
        let wanted = self.rules.get(rule);
        let default = match rule {
            "not-on-roster" => !self.roster.is_empty(),
            "outside-change-window" => !self.windows.is_empty() || !self.freezes.is_empty(),
            "unapproved-connection-type" => wanted.is_some_and(|wanted| !wanted.texts.is_empty()),
            _ => default,
        };
        wanted.and_then(|wanted| wanted.enabled).unwrap_or(default)
    }

    pub fn severity(&self, rule: &str) -> &'static str {
        let (_, default, ..) = *RULES.iter().find(|(id, ..)| *id == rule).unwrap();
        self.rules.get(rule).and_then(|wanted| wanted.severity).unwrap_or(default)
    }

    /// A setting in seconds, or as a number.
    pub fn setting(&self, rule: &str, key: &str, default: u64) -> u64 {
        let of = |wanted: &Rule| wanted.ages.get(key).or(wanted.numbers.get(key)).copied();
        self.rules.get(rule).and_then(of).unwrap_or(default)
    }

    pub fn roster_text(&self) -> String {
        let rows = self.roster.iter().map(|row| format!("{}\n", row.join(",")));
        "organization,actor,role\n".to_owned() + &rows.collect::<String>()
    }

    /// The policy as a file beside its roster.
    pub fn text(&self) -> String {
        let mut out = "version = 1\n".to_owned();
        let zone = match self.ahead {
            9 => "Asia/Tokyo",
            2 => "Africa/Johannesburg",
            _ => "UTC",
        };
        writeln!(out, "timezone = \"{zone}\"").unwrap();
        if !self.roster.is_empty() {
            out.push_str("roster = \"roster.csv\"\n");
        }
        for (rule, wanted) in &self.rules {
            writeln!(out, "[rules.{rule}]").unwrap();
            if let Some(enabled) = wanted.enabled {
                writeln!(out, "enabled = {enabled}").unwrap();
            }
            if let Some(severity) = wanted.severity {
                writeln!(out, "severity = \"{severity}\"").unwrap();
            }
            wanted.numbers.iter().for_each(|(key, number)| writeln!(out, "{key} = {number}").unwrap());
            wanted.ages.iter().for_each(|(key, age)| writeln!(out, "{key} = \"{age}s\"").unwrap());
            let lists = [("organizations", &wanted.organizations), ("sources", &wanted.sources)];
            let lists = lists.into_iter().chain(wanted.texts.iter().map(|(key, texts)| (*key, texts)));
            for (key, texts) in lists.filter(|(_, texts)| !texts.is_empty()) {
                writeln!(out, "{key} = {texts:?}").unwrap();
            }
        }
        let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        for window in &self.windows {
            let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
            let days: Vec<&str> = window.days.iter().map(|day| days[*day]).collect();
            let (from, to) = (clock(window.from), clock(window.to));
            writeln!(out, "[[windows]]\ndays = {days:?}\nfrom = \"{from}\"\nto = \"{to}\"").unwrap();
        }
        for (from, to) in &self.freezes {
            let (from, to) = (utc(*from), utc(*to));
            writeln!(out, "[[freezes]]\nreason = \"f\"\nfrom = \"{from}\"\nto = \"{to}\"").unwrap();
        }
        for planned in &self.planned {
            let Planned { organization, operation, connection, actor, not_before, expires } = planned;
            let (from, to) = (utc(*not_before), utc(*expires));
            writeln!(out, "[[planned]]\norganization = \"{organization}\"\noperation = \"{operation}\"")
                .unwrap();
            writeln!(out, "not-before = \"{from}\"\nexpires = \"{to}\"\nticket = \"T\"").unwrap();
            for (key, pattern) in [("connection", connection), ("actor", actor)] {
                pattern.iter().for_each(|pattern| writeln!(out, "{key} = \"{pattern}\"").unwrap());
            }
        }
        for suppression in &self.suppressions {
            let Suppression { rule, organization, connection, actor, expires } = suppression;
            writeln!(
                out,
                "[[suppressions]]\nrule = \"{rule}\"\nreason = \"R\"\nexpires = \"{}\"",
                utc(*expires)
            )
            .unwrap();
            for (key, pattern) in
                [("organization", organization), ("connection", connection), ("actor", actor)]
            {
                pattern.iter().for_each(|pattern| writeln!(out, "{key} = \"{pattern}\"").unwrap());
            }
        }
        out
    }
}
