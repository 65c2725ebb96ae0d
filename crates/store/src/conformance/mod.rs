//! The suite that every engine must pass.
//!
//! What lives here: cases that use nothing but the [`Store`] trait, and a [`Model`](model::Model) of it in plain maps to which
//! random histories are compared. What may not: knowledge of an engine. What only one engine can do wrong (plans, locks, full
//! disks, being killed) is tested beside that engine.
//!
//! An engine's tests implement [`Engine`] and call [`conformance_suite!`](crate::conformance_suite).
#![expect(
    clippy::unwrap_used,
    reason = "cases are called by tests only; what does not hold must stop them"
)]
#![expect(clippy::missing_panics_doc, reason = "a case panics when it does not hold")]

pub mod expects;
pub mod lists;
pub mod log;
pub mod model;
pub mod outbound;
pub mod preferences;
pub mod prune;
pub mod random;
pub mod rows;
pub mod sample;
pub mod touched;

use crate::{ChangeSet, CommitError, Receipt, Row, RowChange, Store};

/// How the suite gets at stores of an engine.
pub trait Engine: Sync {
    /// Its store.
    type Store: Store;

    /// A store with nothing in it, apart from every other one.
    fn fresh(&self) -> impl Future<Output = Self::Store> + Send;

    /// The same data in a new store, after the old one was let go.
    fn reopen(&self, store: Self::Store) -> impl Future<Output = Self::Store> + Send;
}

/// Makes one test of each case, for an expression that is an [`Engine`].
#[macro_export]
macro_rules! conformance_suite {
    ($engine:expr) => {
        $crate::conformance_suite!($engine =>
            expects: absent_refuses_what_exists, at_wants_the_stored_version, unspent_refuses_what_is_spent_or_over,
                the_first_condition_that_fails_is_the_answer, nothing_of_a_refused_change_set_is_stored,
                members_of_a_batch_are_judged_in_order, a_record_is_absent_only_when_it_is_in_no_shard;
            rows: every_kind_reads_back, optional_parts_may_be_missing, extremes_read_back, writing_again_replaces_the_whole_row,
                deleted_rows_are_gone, tenants_are_apart, configuration_is_listed_for_all_tenants,
                a_moved_record_is_found_by_its_id, an_agreement_with_an_id_of_another_system_lives_with_its_person,
                deleted_records_are_left_out_of_reads,
                sessions_of_a_person_are_latest_first;
            log: indexes_are_dense_and_the_chain_holds, an_empty_log_has_a_start, events_are_read_in_pages,
                events_of_one_person_are_read_in_order, events_of_a_person_are_erased_and_the_chain_holds,
                a_repeated_request_is_a_duplicate, a_forgotten_request_is_new, a_batch_is_answered_in_its_order;
            lists: agreements_are_newest_first_and_paged, agreements_are_filtered, records_are_oldest_first_and_paged,
                records_are_found_by_all_five_keys, grants_that_ended_are_left_out,
                interactions_of_a_browser_are_oldest_first,
                names_of_a_person_are_listed;
            preferences: preferences_are_listed_by_person_and_by_place;
            touched: seeds_bring_what_hangs_on_them, a_slot_shows_who_decides_it_now, a_consent_of_another_shard_decides_too,
                nothing_known_is_nothing_touched,
                the_projection_holds_all_rows_that_replay_rebuilds;
            prune: what_was_over_goes_and_the_rest_stays, no_more_rows_go_than_asked;
            outbound: work_is_found_by_its_key_and_listed_by_its_kind,
                work_is_listed_in_the_order_in_which_it_is_due, of_many_who_take_work_one_does,
                consents_are_found_by_their_end, what_was_withdrawn_is_found_by_when_it_was,
                messages_are_listed_latest_first_and_filtered, messages_are_found_by_what_has_become_of_them;
            random: histories_agree_with_the_model, every_batch_survives_reopening, a_closed_store_answers_nothing;
        );
    };
    ($engine:expr => $($module:ident: $($case:ident),+;)+) => {
        $(mod $module {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() {
                    $crate::conformance::$module::$case(&$engine).await;
                }
            )+
        })+
    };
}

/// Commits one change set.
async fn commit(store: &impl Store, change: ChangeSet) -> Result<Receipt, CommitError> {
    let mut answers = store.commit(vec![change]).await;
    assert_eq!(answers.len(), 1, "one answer to one change set");
    answers.remove(0)
}

/// A change set that writes rows.
fn writing(rows: impl IntoIterator<Item = Row>) -> ChangeSet {
    let mut change = ChangeSet::new(sample::tenant(1), sample::at(0));
    change.rows.extend(rows.into_iter().map(RowChange::Put));
    change
}

/// Commits rows that nothing stands in the way of.
async fn write(store: &impl Store, rows: impl IntoIterator<Item = Row>) {
    let _receipt = commit(store, writing(rows)).await.unwrap();
}
