//! Arguments about time: which time is selected, the zone, and the present.

use anyhow::{Context, Result, anyhow, bail};
use chrono_tz::Tz;
use clap::Args;

use crate::model::time::{self, Period, Timestamp};

/// Which time is selected, and how times are read and printed.
#[derive(Debug, Args)]
pub struct TimeArgs {
    /// At or after this time: RFC 3339; the beginning of a day, month, quarter or year (2025-01-15, 2025-01, 2025-Q1,
    /// 2025, today, yesterday, this- or last-week, -month, -quarter, -year); an age (30m, 12h, 7d, 2w, 6mo, 1y); or
    /// seconds or milliseconds since 1970
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this time, in the same forms: 2025-02 ends with January 31
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Within this day, month, quarter or year, or within this-week or last-week
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["since", "until"])]
    on: Option<String>,
    /// IANA time zone, or `local`, for times without a zone and for times in tables, csv and tsv [default: SSOAUDIT_TZ
    /// (except for check and --exit-status), or else UTC]
    #[arg(long, value_name = "ZONE")]
    tz: Option<String>,
    /// Use this as the present time, for reproducible runs
    #[arg(long, value_name = "TIME")]
    now: Option<String>,
}

impl TimeArgs {
    /// Whether a time zone is chosen.
    pub fn has_zone(&self) -> bool {
        self.tz.is_some()
    }

    /// The time zone for reading and printing times.
    pub fn zone(&self) -> Result<Tz> {
        self.tz.as_deref().map_or(Ok(Tz::UTC), zone)
    }

    /// The time taken as the present.
    pub fn now(&self) -> Result<Timestamp> {
        let now = Timestamp::now();
        let given = self.now.as_deref().map(|text| time::parse_bound(text, self.zone()?, now));
        given.unwrap_or(Ok(now)).context("--now")
    }

    /// Parses a time given to a flag.
    pub fn bound(&self, flag: &'static str, text: &str) -> Result<Timestamp> {
        time::parse_bound(text, self.zone()?, self.now()?).context(flag)
    }

    /// The first moment that is selected, and the first one after it that is not.
    pub fn selected(&self) -> Result<[Option<Timestamp>; 2]> {
        if let Some(on) = &self.on {
            let Period { begin, end } = time::parse_on(on, self.zone()?, self.now()?).context("--on")?;
            return Ok([Some(begin), Some(end)]);
        }
        let bound =
            |flag, text: &Option<String>| text.as_deref().map(|text| self.bound(flag, text)).transpose();
        let (since, until) = (bound("--since", &self.since)?, bound("--until", &self.until)?);
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            let zone = self.zone()?;
            bail!("--since {} is not before --until {}", since.rfc3339(zone), until.rfc3339(zone));
        }
        Ok([since, until])
    }
}

/// The time zone of a name, or of this machine for `local`.
pub fn zone(name: &str) -> Result<Tz> {
    if name == "local" { local_zone() } else { time::parse_zone(name) }
}

/// The time zone of this machine: that of the variable `TZ`, or else of the system.
fn local_zone() -> Result<Tz> {
    const INSTEAD: &str = "give an IANA name such as Europe/Berlin instead of `local`";
    let (name, whose) = match std::env::var("TZ") {
        // An empty variable stands for UTC, and a colon may come before a name.
        Ok(name) => (name.trim_start_matches(':').to_owned(), "of the variable TZ"),
        Err(_) => {
            let name = iana_time_zone::get_timezone();
            (
                name.map_err(|error| {
                    anyhow!("the time zone of this machine is not known: {error}; {INSTEAD}")
                })?,
                "of this machine",
            )
        }
    };
    if name.is_empty() {
        return Ok(Tz::UTC);
    }
    name.parse().map_err(|_| anyhow!("the time zone `{name}` {whose} is not an IANA name; {INSTEAD}"))
}
