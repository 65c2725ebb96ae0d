//! `consentry import events` and `consentry import users`: what people chose elsewhere, one JSON object a line as the preferences API takes
//! it. A file is read once, a part of it at a time; what is wrong with a line is told, and the others are taken over. What is there already
//! stays, so a file that was cut off half-way is imported again.

use std::{
    collections::HashMap,
    fmt::Display,
    fs::File,
    io::{BufRead as _, BufReader, IsTerminal as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_door_preferences::imported::{self, Refusal};
use consentry_ledger::{
    Caller, Fault, Ledger, Permit, SystemClock, SystemEntropy, Target, TenantSnapshot, authorize, opaque,
    preferences::{EventWish, ManagePreferences, PreferenceError, UserWish, WritePreferences, Wrong},
};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinSet;

use super::open;
use crate::{assembly, commands::serve, configuration::Configuration, ledger_place::LedgerPlace};

/// Lines read or written at a time. Lines of different people are written at the same time, and share commits.
const AT_ONCE: usize = 2_000;

/// Events of one person in one commit.
const OF_ONE: usize = 100;

/// Options of the import.
#[derive(Debug, Args)]
pub(in crate::commands) struct LinesArguments {
    /// The file: one JSON object a line.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Folder of the ledger; without it the configured one.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Short name of the tenant; may be left out where there is one only.
    #[arg(long)]
    tenant: Option<String>,
    /// Only says what is wrong with the file.
    #[arg(long)]
    dry_run: bool,
}

/// What the lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Events,
    Users,
}

pub(super) fn run(file: Option<&Path>, lines: Lines, options: &LinesArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    // A file that is not there is told before the ledger is opened.
    let source = open(&options.file)?;
    serve::runtime()?.block_on(async {
        place.require_ledger().await?;
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let imported = import(&ledger, lines, options, source).await;
        ledger.close().await;
        imported
    })
}

async fn import(
    ledger: &Ledger,
    lines: Lines,
    options: &LinesArguments,
    source: BufReader<File>,
) -> anyhow::Result<()> {
    let directory = ledger.directory();
    let tenant = chosen(directory.tenants(), options.tenant.as_deref())?;
    let mut import = Import {
        ledger,
        tenant,
        file: &options.file,
        is_dry: options.dry_run,
        bar: bar(source.get_ref().metadata().map_or(0, |about| about.len())),
        outcome: Outcome::default(),
    };
    let result = match lines {
        Lines::Events => import.events(source).await,
        Lines::Users => import.users(source).await,
    };
    import.bar.finish_and_clear();
    let outcome = import.outcome;
    result.context("what was written until now stays; import the file again")?;
    let begin = if options.dry_run {
        "nothing is written; it would be "
    } else {
        ""
    };
    writeln!(std::io::stdout(), "{begin}{}", outcome.summary())?;
    anyhow::ensure!(
        outcome.refused == 0,
        "{} lines were refused, the others were not",
        outcome.refused
    );
    Ok(())
}

fn chosen<'a>(
    tenants: impl Iterator<Item = &'a Arc<TenantSnapshot>>,
    slug: Option<&str>,
) -> anyhow::Result<Arc<TenantSnapshot>> {
    let tenants: Vec<_> = tenants.collect();
    let chosen = super::chosen(tenants.iter().copied(), slug)?.id();
    let found = tenants.into_iter().find(|tenant| tenant.id() == chosen);
    found.cloned().context("there is no tenant")
}

/// A bar for whoever watches.
fn bar(bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta}") {
        bar.set_style(style);
    }
    bar
}

/// A file on its way into a tenant.
struct Import<'a> {
    ledger: &'a Ledger,
    tenant: Arc<TenantSnapshot>,
    file: &'a Path,
    is_dry: bool,
    bar: ProgressBar,
    outcome: Outcome,
}

/// What became of a line.
enum Became {
    Added,
    There,
    Refused(Vec<String>),
}

impl Import<'_> {
    async fn events(&mut self, source: BufReader<File>) -> anyhow::Result<()> {
        let permit = authorize::<WritePreferences>(&Caller::Operator, Target::Tenant)?;
        let mut writing = JoinSet::new();
        let mut waiting: Vec<(usize, EventWish)> = Vec::with_capacity(AT_ONCE);
        for (number, line) in (1..).zip(source.lines()) {
            let line = line?;
            self.bar.inc(line.len() as u64 + 1);
            if line.trim().is_empty() {
                continue;
            }
            match imported::event(&line, || id_of(&line)) {
                Ok(wish) => waiting.push((number, wish)),
                Err(Refusal(why)) => self.note(number, Became::Refused(why)),
            }
            if waiting.len() == AT_ONCE {
                self.write_events(&permit, std::mem::take(&mut waiting), &mut writing)
                    .await?;
            }
        }
        self.write_events(&permit, waiting, &mut writing).await?;
        self.written_events(&permit, &mut writing).await
    }

    /// Begins to write once what came before is written: lines of one person keep their order, and lines are read while others are written.
    async fn write_events(
        &mut self,
        permit: &Permit<WritePreferences>,
        waiting: Vec<(usize, EventWish)>,
        writing: &mut Writing,
    ) -> anyhow::Result<()> {
        let mut good = Vec::with_capacity(waiting.len());
        for (number, wish) in waiting {
            let wrong = self
                .ledger
                .foresee_preferences(&self.tenant, std::slice::from_ref(&wish));
            if wrong.is_empty() {
                good.push((number, wish));
            } else {
                self.note(number, Became::Refused(told(wrong)));
            }
        }
        if self.is_dry {
            self.outcome.added += good.len();
            return Ok(());
        }
        self.written_events(permit, writing).await?;
        for own in by_person(good) {
            let (ledger, tenant, permit) = (self.ledger.clone(), Arc::clone(&self.tenant), permit.clone());
            writing.spawn(async move { of_person(&ledger, &tenant, &permit, own).await });
        }
        Ok(())
    }

    /// Waits for what is being written.
    async fn written_events(
        &mut self,
        permit: &Permit<WritePreferences>,
        writing: &mut Writing,
    ) -> anyhow::Result<()> {
        let mut late = Vec::new();
        while let Some(done) = writing.join_next().await {
            let (noted, again) = done??;
            for (number, became) in noted {
                self.note(number, became);
            }
            late.extend(again);
        }
        // Lines that name one person in two ways got in each other's way; one after the other they do not.
        late.sort_by_key(|(number, _)| *number);
        for (number, wish) in late {
            let became = one(self.ledger, &self.tenant, permit, &wish).await?;
            self.note(number, became);
        }
        self.tell_progress();
        Ok(())
    }

    async fn users(&mut self, source: BufReader<File>) -> anyhow::Result<()> {
        let permit = authorize::<ManagePreferences>(&Caller::Operator, Target::Tenant)?;
        let mut waiting: Vec<(usize, UserWish)> = Vec::with_capacity(AT_ONCE);
        for (number, line) in (1..).zip(source.lines()) {
            let line = line?;
            self.bar.inc(line.len() as u64 + 1);
            if line.trim().is_empty() {
                continue;
            }
            match imported::user(&line) {
                Ok(wish) => waiting.push((number, wish)),
                Err(Refusal(why)) => self.note(number, Became::Refused(why)),
            }
            if waiting.len() == AT_ONCE {
                self.write_users(&permit, std::mem::take(&mut waiting)).await?;
            }
        }
        self.write_users(&permit, waiting).await
    }

    async fn write_users(
        &mut self,
        permit: &Permit<ManagePreferences>,
        waiting: Vec<(usize, UserWish)>,
    ) -> anyhow::Result<()> {
        if self.is_dry {
            self.outcome.added += waiting.len();
            return Ok(());
        }
        let mut writing = JoinSet::new();
        for (number, wish) in waiting {
            let (ledger, tenant, permit) = (self.ledger.clone(), Arc::clone(&self.tenant), permit.clone());
            writing.spawn(async move {
                let made = ledger.create_preference_user(&tenant, &permit, &wish, None).await;
                let became = match made {
                    Ok(_) => Became::Added,
                    Err(PreferenceError::Conflict(_)) => Became::There,
                    Err(error) => refused(error)?,
                };
                anyhow::Ok((number, became))
            });
        }
        while let Some(done) = writing.join_next().await {
            let (number, became) = done??;
            self.note(number, became);
        }
        self.tell_progress();
        Ok(())
    }

    fn note(&mut self, line: usize, became: Became) {
        match became {
            Became::Added => self.outcome.added += 1,
            Became::There => self.outcome.there += 1,
            Became::Refused(why) => {
                self.outcome.refused += 1;
                let file = self.file.display();
                for why in why {
                    self.bar.suspend(|| eprintln!("{file}:{line}: {why}"));
                }
            }
        }
    }

    fn tell_progress(&self) {
        self.bar.set_message(self.outcome.summary());
    }
}

/// The id of an event whose line names none: that of the line, so that the same line is the same event.
fn id_of(line: &str) -> String {
    let hash = opaque::hash(line.trim().as_bytes());
    let (half, _) = hash.as_bytes().split_at(16);
    let id = uuid::Builder::from_random_bytes(half.try_into().unwrap_or_default()).into_uuid();
    id.as_hyphenated().to_string()
}

/// The events of each person who is named in the same way, in their order.
fn by_person(events: Vec<(usize, EventWish)>) -> Vec<Vec<(usize, EventWish)>> {
    let mut places: HashMap<(Option<String>, Option<String>), usize> = HashMap::new();
    let mut people: Vec<Vec<(usize, EventWish)>> = Vec::new();
    for (number, wish) in events {
        let name = match &wish.organization_user_id {
            Some(name) => (Some(name.clone()), None),
            None => (None, wish.user_id.clone()),
        };
        let place = match name {
            (None, None) => people.len(),
            name => *places.entry(name).or_insert(people.len()),
        };
        match people.get_mut(place) {
            Some(own) => own.push((number, wish)),
            None => people.push(vec![(number, wish)]),
        }
    }
    people
}

type Noted = (Vec<(usize, Became)>, Vec<(usize, EventWish)>);

/// The people whose events are being written.
type Writing = JoinSet<anyhow::Result<Noted>>;

/// Writes the events of one person, many in one commit. Answers what became of them, and which have to be tried again alone.
async fn of_person(
    ledger: &Ledger,
    tenant: &TenantSnapshot,
    permit: &Permit<WritePreferences>,
    events: Vec<(usize, EventWish)>,
) -> anyhow::Result<Noted> {
    let (mut noted, mut again) = (Vec::new(), Vec::new());
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        let (numbers, wishes): (Vec<usize>, Vec<EventWish>) = events.by_ref().take(OF_ONE).unzip();
        match ledger.import_preferences(tenant, permit, &wishes).await {
            Ok(added) => noted.extend(
                numbers
                    .into_iter()
                    .zip(added)
                    .map(|(number, is_added)| (number, if is_added { Became::Added } else { Became::There })),
            ),
            Err(PreferenceError::Fault(fault)) if !matches!(fault, Fault::Conflict) => {
                return Err(fault.into());
            }
            Err(_) => again.extend(numbers.into_iter().zip(wishes)),
        }
    }
    Ok((noted, again))
}

async fn one(
    ledger: &Ledger,
    tenant: &TenantSnapshot,
    permit: &Permit<WritePreferences>,
    wish: &EventWish,
) -> anyhow::Result<Became> {
    match ledger
        .import_preferences(tenant, permit, std::slice::from_ref(wish))
        .await
    {
        Ok(added) if added == [true] => Ok(Became::Added),
        Ok(_) => Ok(Became::There),
        Err(error) => refused(error),
    }
}

/// Why a line is not taken; a failure of ours is none of these.
fn refused(error: PreferenceError) -> anyhow::Result<Became> {
    let shown = |why: &dyn Display| Ok(Became::Refused(vec![why.to_string()]));
    match error {
        PreferenceError::Fault(fault) => Err(fault.into()),
        PreferenceError::Invalid(wrong) => Ok(Became::Refused(told(wrong))),
        error => shown(&error),
    }
}

fn told(wrong: Vec<Wrong>) -> Vec<String> {
    wrong
        .into_iter()
        .map(|wrong| format!("{} {}", wrong.path, wrong.why).trim().to_owned())
        .collect()
}

/// What became of a file.
#[derive(Debug, Default)]
struct Outcome {
    added: usize,
    there: usize,
    refused: usize,
}

impl Outcome {
    fn summary(&self) -> String {
        let Self {
            added,
            there,
            refused,
        } = self;
        format!("{added} added, {there} there already, {refused} refused")
    }
}
