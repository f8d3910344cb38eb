//! The worker under bad conditions, on an embedded cloud behind fault proxies.
//!
//! Mistakes of well-known consumers, and the tests that show that this one does not make them:
//!
//! | consumer | mistake | test |
//! |---|---|---|
//! | Vector | a hot loop on receive errors | [`receiving::receive_errors_are_no_hot_loop_and_end_by_themselves`] |
//! | Vector | a shutdown drops work in flight | [`stopping::work_in_hand_is_finished_before_the_worker_is_gone`] |
//! | Vector | the first bad record ends the message | [`poison::a_bad_record_does_not_keep_the_good_ones_of_its_message`] |
//! | quickwit | only the first record is read, keys are not decoded | `intake::every_record_of_a_message_is_worked_on` |
//! | crates.io | one bad message ends the batch | [`poison::bad_messages_do_not_touch_the_good_ones_of_their_batch`] |
//! | crates.io | what cannot be read is deleted with a warning | [`poison::bad_messages_do_not_touch_the_good_ones_of_their_batch`] |
//! | sqs-consumer | the next poll waits for the slowest | [`receiving::the_slowest_keeps_nobody_waiting`] |
//! | sqs-consumer | it is "stopped" before work is done | [`stopping::work_in_hand_is_finished_before_the_worker_is_gone`] |
//! | Shoryuken | a stop without bound | [`stopping::a_stop_ends_with_the_grace_period_and_gives_everything_back`] |
//! | Shoryuken | a second stop locks up | [`stopping::a_second_signal_ends_the_process_at_once`] |
//! | Shoryuken | the count of busy places drifts | [`receiving::no_ending_costs_a_place`] |
//! | thumbd | a message is deleted when its work failed | [`failures::work_that_failed_keeps_its_message`] |

mod deletions;
mod failures;
mod fifo;
pub(crate) mod harness;
mod orders;
mod poison;
mod receiving;
mod stopping;
