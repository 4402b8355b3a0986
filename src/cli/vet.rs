//! `kdsl vet`: plain YAML and JSON, judged as the API server would.

use super::input::{self, Input};
use super::manifests;
use super::terminal::{print, say};
use super::{Diagnostics, ERRORS, Stop, cannot, params, today};
use crate::baseline::Baseline;
use crate::driver::{Bounds, SecurityLevel, VetOptions};
use crate::engine;
use crate::prose::counted;
use crate::rules::{RuleSet, RuleSets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Positions in all texts together have 32 bits.
const LARGEST: u64 = (4 << 30) - 1;

/// Judge manifests in YAML or JSON
///
/// Reads streams of any size, as Helm, Kustomize and `kubectl get -o yaml` print them, and says what a Kubernetes API server would refuse,
/// at the line where it stands. A document that cannot be read costs only itself.
#[derive(clap::Args)]
#[command(
    after_help = "Exit code: 0 without errors, 1 with errors (or, where they are denied, warnings), 2 where the command line is wrong or a FILE cannot be read."
)]
pub struct Args {
    /// Files, folders (all .yaml, .yml and .json files below them), or `-` for standard input.
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// YAML with CustomResourceDefinitions whose kinds are known; those among the FILEs are known anyway.
    #[arg(long, value_name = "FILE|DIR", num_args = 1..)]
    crds: Vec<PathBuf>,
    /// Take objects of kinds that nothing is known about for errors.
    #[arg(long)]
    strict: bool,
    /// A file of kdsl whose rules, refinements and waivers hold too, with those of its imports.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Say nothing of the problems that this file lists, so that only new ones are told.
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    baseline: Option<PathBuf>,
    /// Write all problems to this file, for `--baseline`, and end without an error.
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    #[command(flatten)]
    kube: params::KubeArgs,
    /// Judge by this set of rules too: `strict` says what only some ask of themselves.
    #[arg(long, value_enum, value_name = "SET")]
    with: Vec<Set>,
    /// Do not judge by this set of rules.
    #[arg(long, value_enum, value_name = "SET")]
    without: Vec<Set>,
    /// Judge all pods at this level of Pod Security, whatever their namespaces demand.
    #[arg(long, value_enum, value_name = "LEVEL")]
    pod_security: Option<Level>,
    /// End with 1 where there are warnings, too.
    #[arg(long)]
    deny_warnings: bool,
    /// How to write errors and warnings; in the forms for programs they go to standard output.
    #[arg(long, visible_alias = "format", value_enum, default_value_t, value_name = "STYLE")]
    diagnostics: Diagnostics,
}

/// A set of rules that is on or off by choice; what the API server demands always holds.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Set {
    /// What the objects say of each other: names, ports, labels, quotas.
    References,
    /// What careful operators do.
    Practice,
    /// The levels of Pod Security that namespaces demand.
    Security,
    /// What only some ask of themselves; off unless it is named.
    Strict,
}

impl Set {
    fn set(self) -> RuleSet {
        match self {
            Set::References => RuleSet::References,
            Set::Practice => RuleSet::Practice,
            Set::Security => RuleSet::Security,
            Set::Strict => RuleSet::Strict,
        }
    }
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Level {
    Baseline,
    Restricted,
}

impl Args {
    fn options(&self, rules: Option<String>) -> Result<VetOptions, Stop> {
        let sets = self.with.iter().fold(RuleSets::default(), |sets, set| sets.with(set.set(), true));
        Ok(VetOptions {
            crds: Vec::new(),
            strict: self.strict,
            kube: self.kube.range()?,
            rules,
            today: Some(today()),
            sets: self.without.iter().fold(sets, |sets, set| sets.with(set.set(), false)),
            bounds: Bounds::default(),
            pod_security: self.pod_security.map(|level| match level {
                Level::Baseline => SecurityLevel::Baseline,
                Level::Restricted => SecurityLevel::Restricted,
            }),
        })
    }
}

pub fn run(args: Args, color: bool) -> Result<ExitCode, Stop> {
    input::only_one_stdin(&args.files, 0)?;
    let inputs = manifests::texts(&args.files, LARGEST)?;
    let (world, rules) = match &args.rules {
        Some(file) => {
            let input = Input::open(file)?;
            (input.world, Some(input.path))
        }
        None => (input::here()?, None),
    };
    let crds = manifests::texts(&args.crds, LARGEST)?
        .into_iter()
        .map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned()))
        .collect();
    let options = VetOptions { crds, ..args.options(rules)? };
    let baseline = args.baseline.as_deref().map(read_baseline).transpose()?;
    let bar = progress_bar();
    let mut vet = engine::vet_and_tell(&world, inputs, &options, &|judged, all| {
        bar.set_length(all as u64);
        bar.set_position(judged as u64);
    });
    bar.finish_and_clear();
    if let Some(file) = &args.write_baseline {
        fs::write(file, vet.diagnostics.baseline().text()).map_err(|error| cannot("write", file, &error))?;
        print(&format!("wrote {} known problems to {}\n", vet.diagnostics.len(), file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (known, mended) = baseline.map_or((0, 0), |baseline| vet.diagnostics.without(baseline));
    let text = vet.diagnostics.render(args.diagnostics.style(color));
    if args.diagnostics.for_people() {
        say(&text);
    } else {
        print(&text)?;
    }
    let failed = super::fails(&vet.diagnostics, args.deny_warnings);
    if args.diagnostics.for_people() && !failed {
        print(&format!("judged {}: no errors\n", counted(vet.objects, "object")))?;
    }
    if args.diagnostics.for_people() && known + mended > 0 {
        say(&format!("{known} known problems are not told; {mended} of the baseline are mended: write it anew with --write-baseline\n"));
    }
    // The process ends here, and the system takes the trees back faster than they could be taken apart.
    std::mem::forget(vet);
    Ok(if failed { ERRORS.into() } else { ExitCode::SUCCESS })
}

/// A bar on a terminal, for work that takes a while; nothing elsewhere.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("judging {wide_bar} {pos} of {len} objects");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
    style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}

fn read_baseline(file: &Path) -> Result<Baseline, Stop> {
    let text = String::from_utf8_lossy(&input::read(file)?).into_owned();
    Baseline::read(&text).map_err(|line| {
        Stop::usage(format!("line {line} of `{}` is no line of a baseline", file.display()))
            .help("write the file anew with --write-baseline")
    })
}
