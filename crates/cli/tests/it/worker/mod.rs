//! Real worker processes on an embedded cloud behind fault proxies.
//!
//! Each test covers one behavior, with at most one fault. Unit tests next to the code and the
//! protocol simulation cover all other cases in memory.
//!
//! Known bugs of other queue consumers, and the tests that prove that Darkroom does not have them:
//!
//! | consumer | bug | test |
//! |---|---|---|
//! | Vector | polls without a pause after receive errors | `darkroom_consumer`: `a_failing_queue_is_polled_at_most_thirty_times_a_minute_and_reported` |
//! | Vector | a shutdown drops messages in flight | [`shutdown::a_worker_finishes_its_messages_before_it_exits`] |
//! | Vector | the first bad record ends the message | `darkroom_worker`: `the_good_records_of_a_message_are_processed_despite_its_bad_ones` |
//! | quickwit | only the first record is read, keys are not decoded | `message_formats::every_record_of_a_message_is_processed` |
//! | crates.io | one bad message ends the batch | [`malformed_messages::malformed_messages_do_not_affect_the_others_of_their_batch`] |
//! | crates.io | an unreadable message is deleted with a warning | [`malformed_messages::malformed_messages_do_not_affect_the_others_of_their_batch`] |
//! | sqs-consumer | the next poll waits for the slowest message | `darkroom_consumer`: `a_slow_message_does_not_delay_others` |
//! | sqs-consumer | "stopped" is reported before the work is done | [`shutdown::a_worker_finishes_its_messages_before_it_exits`] |
//! | Shoryuken | a shutdown without a time limit | [`shutdown::a_process_exits_within_a_second_after_the_grace_period_although_every_call_hangs`] |
//! | Shoryuken | a second signal causes a deadlock | [`shutdown::a_second_signal_ends_the_process_immediately`] |
//! | Shoryuken | the count of busy workers drifts | `darkroom_consumer`: `the_permit_is_released_after_every_disposition` |
//! | thumbd | a message is deleted although its work failed | [`failures::an_unreadable_object_blocks_no_other_and_ends_as_failed`] |

mod concurrent_attempts;
mod deleted_uploads;
mod failures;
mod fifo_queues;
mod malformed_messages;
mod message_deletion;
mod shutdown;
