/*
 * test_abi.c - every public struct and constant, as programs compiled earlier know them.
 *
 * Nothing here may change within a major version: fields are only added at the end of structs
 * that begin with struct_size. Listing a field twice, forgetting one or implicit padding breaks
 * the chain of offsets.
 */
#include "check_main.h"
#include "slo.h"

/* Expects `name` to be the next field: of this type, and without a gap. */
#define FIELD(type, name)                                                                        \
  do {                                                                                           \
    _Static_assert(_Generic(&((abi_struct *)0)->name, type *: 1, default: 0),                    \
                   #name " is no " #type);                                                       \
    ck_assert_msg(offsetof(abi_struct, name) == at, "%s.%s is at %zu, not %zu", abi_name, #name, \
                  offsetof(abi_struct, name), at);                                               \
    at += sizeof(type);                                                                          \
  } while (0)

/* A struct, its size in bytes and its fields in order. */
#define STRUCT(type, bytes, ...)                                                            \
  do {                                                                                      \
    typedef type abi_struct;                                                                \
    const char *abi_name = #type;                                                           \
    size_t at = 0;                                                                          \
    __VA_ARGS__                                                                             \
    ck_assert_msg(sizeof(type) == (bytes), "%s has %zu bytes", abi_name, sizeof(type));     \
    ck_assert_msg(at == sizeof(type), "%s: %zu bytes of fields in %zu bytes", abi_name, at, \
                  sizeof(type));                                                            \
  } while (0)

typedef char abi_field_text[64];
typedef char abi_game_text[SLO_GAMEDAY_TEXT_MAX];
typedef uint64_t abi_two_words[2];
typedef slo_alert_gate abi_gates[SLO_SEVERITIES];
typedef uint64_t abi_four_words[4];
typedef slo_rule_term abi_terms[SLO_RULE_TERMS_MAX];
typedef slo_code abi_codes[SLO_SLI_CODES_MAX];
typedef char abi_finding_field[96];
typedef char abi_finding_advice[160];

START_TEST(test_structs) {
  STRUCT(slo_candidate, 192, FIELD(uint32_t, struct_size); FIELD(uint32_t, met);
         FIELD(uint64_t, objective_ppb); FIELD(int64_t, period_ns); FIELD(slo_period, span);
         FIELD(int64_t, measured_ns); FIELD(slo_counts, counts); FIELD(uint64_t, consumed_ppm);
         FIELD(uint64_t, worst_ppm); FIELD(int64_t, worst_end_ns); FIELD(int64_t, over_ns);
         FIELD(uint32_t, slots); FIELD(uint32_t, slots_valid); FIELD(uint32_t, slots_missed);
         FIELD(uint32_t, worst_slot); FIELD(slo_period, worst_period);
         FIELD(slo_counts, worst_counts); FIELD(uint64_t, pages); FIELD(uint64_t, tickets);
         FIELD(uint64_t, pages_per_month_ppm); FIELD(uint64_t, tickets_per_month_ppm););
  STRUCT(slo_coverage, 80, FIELD(uint32_t, struct_size); FIELD(uint32_t, reserved);
         FIELD(int64_t, threshold); FIELD(uint64_t, total); FIELD(uint64_t, within_low);
         FIELD(uint64_t, within_high); FIELD(uint64_t, share_low_ppb);
         FIELD(uint64_t, share_high_ppb); FIELD(uint64_t, interval_low_ppb);
         FIELD(uint64_t, interval_high_ppb); FIELD(uint64_t, sample););
  STRUCT(slo_target_day, 40, FIELD(slo_period, period); FIELD(slo_counts, counts););
  STRUCT(slo_composite, 56, FIELD(uint32_t, struct_size); FIELD(uint32_t, method);
         FIELD(uint64_t, objective_ppb); FIELD(uint64_t, valid); FIELD(uint64_t, good);
         FIELD(uint64_t, bad); FIELD(uint64_t, consumed_ppm); FIELD(uint32_t, parts);
         FIELD(uint32_t, reserved););
  STRUCT(slo_depend_edge, 16, FIELD(uint32_t, from); FIELD(uint32_t, to); FIELD(uint32_t, critical);
         FIELD(uint32_t, reserved););
  STRUCT(slo_availability, 32, FIELD(uint64_t, low_ppb); FIELD(uint64_t, independent_ppb);
         FIELD(uint64_t, high_ppb); FIELD(uint64_t, assumes););
  STRUCT(slo_finding, 288, FIELD(uint32_t, struct_size); FIELD(uint32_t, code);
         FIELD(uint32_t, level); FIELD(uint32_t, has_instead); FIELD(int64_t, value);
         FIELD(int64_t, instead); FIELD(abi_finding_field, field);
         FIELD(abi_finding_advice, advice););
  STRUCT(slo_blame, 40, FIELD(uint32_t, part); FIELD(uint32_t, critical); FIELD(slo_counts, counts);
         FIELD(uint64_t, share_ppm););
  STRUCT(slo_sli, 160, FIELD(uint32_t, kind); FIELD(uint32_t, protocol); FIELD(uint32_t, counted);
         FIELD(uint32_t, code_count); FIELD(abi_codes, codes); FIELD(int64_t, threshold_ns);
         FIELD(uint64_t, least_ppm); FIELD(uint64_t, least_per_hour); FIELD(int64_t, interval_ns);
         FIELD(abi_two_words, reserved););
  STRUCT(slo_code, 12, FIELD(int32_t, first); FIELD(int32_t, last); FIELD(slo_outcome, outcome););
  STRUCT(slo_catalog_share, 32, FIELD(int64_t, long_ns); FIELD(int64_t, short_ns);
         FIELD(uint64_t, share_ppm); FIELD(uint32_t, severity); FIELD(uint32_t, flags););
  STRUCT(slo_history_tier, 16, FIELD(int64_t, step_ns); FIELD(int64_t, span_ns););
  STRUCT(slo_correction_effect, 88, FIELD(uint32_t, struct_size); FIELD(uint32_t, sequence);
         FIELD(uint32_t, kind); FIELD(uint32_t, pieces); FIELD(int64_t, from_ns);
         FIELD(int64_t, to_ns); FIELD(int64_t, corrected_ns); FIELD(slo_counts, counts);
         FIELD(slo_slices, slices););
  STRUCT(slo_correction, 104, FIELD(uint32_t, struct_size); FIELD(uint32_t, kind);
         FIELD(int64_t, from_ns); FIELD(int64_t, to_ns); FIELD(int64_t, made_ns);
         FIELD(uint32_t, sli); FIELD(uint32_t, voids); FIELD(abi_field_text, reason););
  STRUCT(slo_forecast, 88, FIELD(uint32_t, struct_size); FIELD(uint32_t, violated);
         FIELD(uint64_t, burn_ppm); FIELD(int64_t, exhaustion_ns); FIELD(int64_t, from_full_ns);
         FIELD(int64_t, horizon_ns); FIELD(int64_t, remaining_ppm); FIELD(uint32_t, method);
         FIELD(uint32_t, flags); FIELD(int64_t, lookback_from_ns); FIELD(int64_t, lookback_to_ns);
         FIELD(int64_t, lookback_measured_ns); FIELD(uint32_t, corrections);
         FIELD(uint32_t, reserved););
  STRUCT(slo_slices, 24, FIELD(uint64_t, good); FIELD(uint64_t, bad); FIELD(uint64_t, ratio_sum););
  STRUCT(slo_error, 96, FIELD(uint32_t, struct_size); FIELD(slo_status, status);
         FIELD(int64_t, value); FIELD(int64_t, min); FIELD(int64_t, max);
         FIELD(abi_field_text, field););
  STRUCT(slo_counts, 24, FIELD(uint64_t, good); FIELD(uint64_t, bad); FIELD(uint64_t, excluded););
  STRUCT(slo_counter_config, 24, FIELD(uint32_t, struct_size); FIELD(uint32_t, shards);
         FIELD(uint32_t, writers); FIELD(uint32_t, path); FIELD(uint32_t, cpus);
         FIELD(uint32_t, reserved););
  STRUCT(slo_counter_tally, 56, FIELD(uint32_t, struct_size); FIELD(uint32_t, shards);
         FIELD(uint32_t, cpus); FIELD(uint32_t, writers); FIELD(slo_counts, counts);
         FIELD(uint64_t, late); FIELD(uint64_t, unknown););
  STRUCT(slo_snapshot_summary, 72, FIELD(uint32_t, struct_size); FIELD(uint32_t, scale);
         FIELD(uint64_t, count); FIELD(uint64_t, sum); FIELD(uint64_t, negative);
         FIELD(uint64_t, zero); FIELD(uint64_t, underflow); FIELD(uint64_t, overflow);
         FIELD(int64_t, min); FIELD(int64_t, max););
  STRUCT(slo_bucket, 32, FIELD(uint32_t, struct_size); FIELD(int32_t, index); FIELD(int64_t, lower);
         FIELD(int64_t, upper); FIELD(uint64_t, count););
  STRUCT(slo_period, 16, FIELD(int64_t, start_ns); FIELD(int64_t, end_ns););
  STRUCT(slo_calendar, 16, FIELD(uint32_t, unit); FIELD(uint32_t, every);
         FIELD(int64_t, anchor_ns););
  STRUCT(slo_recurrence, 32, FIELD(uint32_t, struct_size); FIELD(uint32_t, frequency);
         FIELD(uint32_t, interval); FIELD(uint32_t, days); FIELD(uint32_t, count);
         FIELD(uint32_t, reserved); FIELD(int64_t, until_ns););
  STRUCT(slo_window_tier, 16, FIELD(int64_t, step_ns); FIELD(int64_t, span_ns););
  STRUCT(slo_delta, 184, FIELD(uint32_t, struct_size); FIELD(uint32_t, flags);
         FIELD(int64_t, span_ns); FIELD(int64_t, from_ns); FIELD(int64_t, to_ns);
         FIELD(int64_t, measured_ns); FIELD(int64_t, covered_ns); FIELD(slo_counts, counts);
         FIELD(int64_t, unresolved_ns); FIELD(int64_t, unmeasured_ns); FIELD(int64_t, frozen_ns);
         FIELD(int64_t, corrected_ns); FIELD(uint64_t, unseen); FIELD(slo_counts, judged);
         FIELD(slo_slices, slices); FIELD(uint64_t, unseen_slices); FIELD(int64_t, slice_ns);
         FIELD(uint32_t, policy); FIELD(uint32_t, reserved););
  STRUCT(slo_window_summary, 96, FIELD(uint32_t, struct_size); FIELD(uint32_t, tier_count);
         FIELD(int64_t, first_ns); FIELD(int64_t, newest_ns); FIELD(int64_t, measured_ns);
         FIELD(slo_counts, counts); FIELD(uint64_t, steps_back); FIELD(uint64_t, jumps_refused);
         FIELD(uint64_t, rebases); FIELD(int64_t, unresolved_ns); FIELD(uint64_t, pins_refused););
  STRUCT(slo_rule_term, 16, FIELD(uint32_t, field); FIELD(uint32_t, op); FIELD(int64_t, value););
  STRUCT(slo_rule, 264, FIELD(uint32_t, struct_size); FIELD(uint32_t, term_count);
         FIELD(abi_terms, terms););
  STRUCT(slo_event, 56, FIELD(uint32_t, known); FIELD(int32_t, status); FIELD(int64_t, latency_ns);
         FIELD(int64_t, age_ns); FIELD(uint64_t, quality_ppm); FIELD(uint64_t, amount);
         FIELD(int64_t, span_ns); FIELD(uint32_t, ok); FIELD(uint32_t, reserved););
  STRUCT(slo_budget, 240, FIELD(uint32_t, struct_size); FIELD(uint32_t, method);
         FIELD(uint64_t, objective_ppb); FIELD(uint64_t, valid); FIELD(uint64_t, good);
         FIELD(uint64_t, bad); FIELD(uint64_t, allowed); FIELD(uint64_t, consumed_ppm);
         FIELD(int64_t, remaining_ppm); FIELD(int64_t, best_ppm); FIELD(int64_t, worst_ppm);
         FIELD(uint64_t, unseen); FIELD(slo_counts, counts); FIELD(int64_t, span_ns);
         FIELD(int64_t, from_ns); FIELD(int64_t, to_ns); FIELD(int64_t, measured_ns);
         FIELD(int64_t, unresolved_ns); FIELD(int64_t, unmeasured_ns); FIELD(int64_t, frozen_ns);
         FIELD(int64_t, corrected_ns); FIELD(int64_t, covered_ns); FIELD(uint32_t, corrections);
         FIELD(uint32_t, flags); FIELD(uint32_t, policy); FIELD(uint32_t, reserved);
         FIELD(slo_slices, slices); FIELD(int64_t, slice_ns); FIELD(uint64_t, unseen_slices););
  STRUCT(slo_budget_point, 16, FIELD(int64_t, at_ns); FIELD(int64_t, remaining_ppm););
  STRUCT(slo_alert_tier, 64, FIELD(int64_t, long_ns); FIELD(int64_t, short_ns);
         FIELD(uint64_t, factor_ppm); FIELD(int64_t, for_ns); FIELD(int64_t, keep_firing_ns);
         FIELD(uint32_t, severity); FIELD(uint32_t, flags); FIELD(uint32_t, kind);
         FIELD(uint32_t, group); FIELD(uint64_t, reserved););
  STRUCT(slo_alert_gate, 40, FIELD(uint32_t, kind); FIELD(uint32_t, reserved);
         FIELD(uint64_t, alarms_per_year_ppm); FIELD(int64_t, dead_ns);
         FIELD(uint64_t, healthy_burn_ppm); FIELD(uint64_t, least_burn_ppm););
  STRUCT(slo_evidence_config, 48, FIELD(uint32_t, struct_size); FIELD(uint32_t, reserved);
         FIELD(uint64_t, objective_ppb); FIELD(uint64_t, alarms_per_year_ppm);
         FIELD(int64_t, dead_ns); FIELD(uint64_t, healthy_burn_ppm);
         FIELD(uint64_t, least_burn_ppm););
  STRUCT(slo_alert_status, 64, FIELD(uint32_t, struct_size); FIELD(uint32_t, severity);
         FIELD(uint32_t, state); FIELD(uint32_t, reserved); FIELD(int64_t, since_ns);
         FIELD(int64_t, last_ns); FIELD(uint64_t, tiers); FIELD(uint64_t, tiers_fired);
         FIELD(uint64_t, evidence_ppb); FIELD(int64_t, acknowledged_ns););
  STRUCT(slo_transition, 152, FIELD(uint32_t, struct_size); FIELD(uint32_t, severity);
         FIELD(uint32_t, from); FIELD(uint32_t, to); FIELD(uint32_t, tier); FIELD(uint32_t, cause);
         FIELD(uint64_t, sequence); FIELD(int64_t, at_ns); FIELD(int64_t, since_ns);
         FIELD(int64_t, last_ns); FIELD(uint64_t, tiers); FIELD(slo_counts, long_counts);
         FIELD(slo_counts, short_counts); FIELD(uint64_t, long_burn_ppm);
         FIELD(uint64_t, short_burn_ppm); FIELD(uint64_t, evidence_ppb);
         FIELD(uint64_t, at_stake_ppm); FIELD(int64_t, exhaustion_ns););
  STRUCT(slo_fault, 64, FIELD(uint32_t, kind); FIELD(uint32_t, shape); FIELD(slo_period, period);
         FIELD(uint32_t, toxicity_ppm); FIELD(uint32_t, reserved); FIELD(int64_t, latency_ns);
         FIELD(int64_t, jitter_ns); FIELD(uint64_t, rate_per_s); FIELD(uint64_t, bytes););
  STRUCT(slo_sale, 24, FIELD(slo_period, period); FIELD(uint64_t, factor_ppm););
  STRUCT(slo_request_class, 24, FIELD(uint32_t, share_ppm); FIELD(uint32_t, reserved);
         FIELD(int64_t, latency_ns); FIELD(uint64_t, bytes););
  STRUCT(slo_traffic_slot, 48, FIELD(slo_period, period); FIELD(slo_counts, counts);
         FIELD(uint64_t, bad_by_faults););
  STRUCT(slo_incident, 24, FIELD(slo_period, period); FIELD(uint64_t, error_ppb););
  STRUCT(slo_backtest_result, 176, FIELD(uint32_t, struct_size); FIELD(uint32_t, policy);
         FIELD(int64_t, span_ns); FIELD(uint64_t, incidents); FIELD(uint64_t, detected);
         FIELD(uint64_t, pages); FIELD(uint64_t, pages_true); FIELD(uint64_t, precision_ppm);
         FIELD(uint64_t, recall_ppm); FIELD(int64_t, detection_mean_ns);
         FIELD(int64_t, detection_median_ns); FIELD(int64_t, detection_p95_ns);
         FIELD(int64_t, reset_mean_ns); FIELD(int64_t, reset_median_ns);
         FIELD(uint64_t, false_per_year_ppm); FIELD(uint64_t, false_low_ppm);
         FIELD(uint64_t, false_high_ppm); FIELD(uint64_t, spent_median_ppm);
         FIELD(uint64_t, shifts); FIELD(uint64_t, pages_shift_max);
         FIELD(uint64_t, pages_shift_ppm); FIELD(int64_t, closed_detection_median_ns);
         FIELD(int64_t, closed_reset_median_ns););
  STRUCT(slo_expectation, 48, FIELD(uint32_t, kind); FIELD(uint32_t, severity);
         FIELD(slo_period, within); FIELD(uint32_t, action); FIELD(uint32_t, reserved);
         FIELD(int64_t, least_ppm); FIELD(int64_t, most_ppm););
  STRUCT(slo_gameday_event, 32, FIELD(uint32_t, kind); FIELD(uint32_t, severity);
         FIELD(int64_t, at_ns); FIELD(uint32_t, action); FIELD(uint32_t, cause);
         FIELD(int64_t, remaining_ppm););
  STRUCT(slo_gameday_result, 312, FIELD(uint32_t, struct_size); FIELD(uint32_t, passed);
         FIELD(uint32_t, difference); FIELD(uint32_t, events); FIELD(int64_t, at_ns);
         FIELD(slo_counts, counts); FIELD(int64_t, remaining_ppm); FIELD(abi_game_text, text););
  STRUCT(slo_standing, 368, FIELD(uint32_t, struct_size); FIELD(uint32_t, sli);
         FIELD(uint64_t, objective_ppb); FIELD(int64_t, period_ns); FIELD(int64_t, at_ns);
         FIELD(slo_period, period); FIELD(slo_counts, total); FIELD(uint64_t, late);
         FIELD(uint64_t, unknown); FIELD(uint32_t, page); FIELD(uint32_t, ticket);
         FIELD(abi_four_words, reserved); FIELD(slo_budget, budget););
}
END_TEST

/* With pointers inside: these sizes are those of LP64. */
#ifdef __LP64__
typedef const slo_step *abi_steps;
typedef const slo_journey_sli *abi_journey_slis;
typedef const slo_journey_slo *abi_journey_slos;
typedef const slo_journey_config *abi_journeys;
typedef const slo_definition *abi_definition;
typedef slo_journey *abi_journey;
typedef const slo_target_day *abi_days;
typedef const slo_counts *abi_counts;
typedef const int64_t *abi_thresholds;
typedef const slo_window_tier *abi_window_tiers;
typedef const slo_history_tier *abi_history_tiers;
typedef const slo_alert_tier *abi_alert_tiers;
typedef const slo_alert_config *abi_alert;
typedef const char *abi_name_pointer;
typedef const slo_sale *abi_sales;
typedef const slo_request_class *abi_classes;
typedef const slo_fault *abi_faults;
typedef const slo_hist_config *abi_latency;
typedef const slo_monitor_sli *abi_slis;
typedef const slo_monitor_slo *abi_slos;
typedef const slo_window_config *abi_window;
typedef const slo_alert_config *abi_alerts;
typedef const slo_incident *abi_incidents;
typedef const slo_traffic_config *abi_traffic;
typedef const slo_gameday_action *abi_actions;
typedef const slo_expectation *abi_expectations;
typedef const slo_ledger *abi_ledger;
typedef const slo_history_config *abi_history;
typedef void *(*abi_allocate)(void *, size_t);
typedef void (*abi_release)(void *, void *);
typedef void *abi_context;
typedef int32_t (*abi_acquire)(void *, uint32_t);
typedef void (*abi_give_up)(void *, uint32_t);

START_TEST(test_structs_with_pointers) {
  STRUCT(slo_candidate_config, 48, FIELD(uint32_t, struct_size); FIELD(uint32_t, slot_count);
         FIELD(abi_days, slots); FIELD(uint64_t, objective_ppb); FIELD(int64_t, period_ns);
         FIELD(abi_alert, alert); FIELD(uint32_t, catalog); FIELD(uint32_t, reserved););
  STRUCT(slo_composite_part, 56, FIELD(slo_counts, counts); FIELD(abi_counts, slices);
         FIELD(uint64_t, objective_ppb); FIELD(uint64_t, slice_objective_ppb);
         FIELD(uint64_t, weight_ppm););
  STRUCT(slo_written, 56, FIELD(uint32_t, struct_size); FIELD(uint32_t, op);
         FIELD(abi_name_pointer, objective); FIELD(abi_name_pointer, budget);
         FIELD(abi_name_pointer, threshold); FIELD(abi_name_pointer, period);
         FIELD(abi_name_pointer, window); FIELD(uint32_t, burn_decimals);
         FIELD(uint32_t, reserved););
  STRUCT(slo_definition_config, 24, FIELD(uint32_t, struct_size); FIELD(uint32_t, journey_count);
         FIELD(abi_name_pointer, service); FIELD(abi_journeys, journeys););
  STRUCT(slo_attempt, 40, FIELD(abi_journey, journey); FIELD(int64_t, begin_ns);
         FIELD(uint64_t, good); FIELD(uint64_t, bad); FIELD(uint64_t, flags););
  STRUCT(slo_journey_config, 96, FIELD(uint32_t, struct_size); FIELD(uint32_t, shards);
         FIELD(abi_name_pointer, name); FIELD(abi_name_pointer, summary);
         FIELD(abi_name_pointer, owner); FIELD(abi_name_pointer, policy); FIELD(int64_t, review_ns);
         FIELD(int64_t, limit_ns); FIELD(abi_steps, steps); FIELD(abi_journey_slis, slis);
         FIELD(abi_journey_slos, slos); FIELD(uint32_t, step_count); FIELD(uint32_t, sli_count);
         FIELD(uint32_t, slo_count); FIELD(uint32_t, reserved););
  STRUCT(slo_journey_slo, 96, FIELD(abi_name_pointer, name); FIELD(uint32_t, sli);
         FIELD(uint32_t, method); FIELD(uint64_t, objective_ppb); FIELD(int64_t, period_ns);
         FIELD(slo_calendar, calendar); FIELD(uint32_t, catalog); FIELD(uint32_t, tier_count);
         FIELD(abi_alert_tiers, tiers); FIELD(abi_alert, alert); FIELD(uint64_t, requests_per_hour);
         FIELD(abi_two_words, reserved););
  STRUCT(slo_journey_sli, 208, FIELD(abi_name_pointer, name); FIELD(uint32_t, step);
         FIELD(uint32_t, unmeasured); FIELD(slo_sli, sli); FIELD(int64_t, slice_ns);
         FIELD(uint64_t, slice_objective_ppb); FIELD(abi_two_words, reserved););
  STRUCT(slo_step, 32, FIELD(abi_name_pointer, name); FIELD(abi_name_pointer, actor);
         FIELD(abi_name_pointer, component); FIELD(uint32_t, flags); FIELD(uint32_t, fallback_of););
  STRUCT(slo_history_config, 24, FIELD(uint32_t, struct_size); FIELD(uint32_t, tier_count);
         FIELD(abi_history_tiers, tiers); FIELD(uint64_t, slot_bytes););
  STRUCT(slo_budget_config, 56, FIELD(uint32_t, struct_size); FIELD(uint32_t, method);
         FIELD(uint64_t, objective_ppb); FIELD(int64_t, period_ns); FIELD(int64_t, start_ns);
         FIELD(int64_t, end_ns); FIELD(abi_ledger, ledger); FIELD(uint32_t, sli);
         FIELD(uint32_t, reserved););
  STRUCT(slo_traffic_config, 120, FIELD(uint32_t, struct_size); FIELD(uint32_t, noise);
         FIELD(uint64_t, requests_per_day); FIELD(uint64_t, seed); FIELD(int64_t, start_ns);
         FIELD(int64_t, slot_ns); FIELD(int64_t, peak_ns); FIELD(uint32_t, diurnal_ppm);
         FIELD(uint32_t, weekend_ppm); FIELD(uint64_t, error_ppb); FIELD(int64_t, noise_ns);
         FIELD(int64_t, limit_ns); FIELD(abi_sales, sales); FIELD(abi_classes, classes);
         FIELD(abi_faults, faults); FIELD(uint32_t, sale_count); FIELD(uint32_t, class_count);
         FIELD(uint32_t, fault_count); FIELD(uint32_t, replicas););
  STRUCT(slo_backtest_config, 64, FIELD(uint32_t, struct_size); FIELD(uint32_t, policy_count);
         FIELD(abi_alerts, policies); FIELD(abi_incidents, incidents); FIELD(abi_window, window);
         FIELD(uint32_t, incident_count); FIELD(uint32_t, severity); FIELD(int64_t, period_ns);
         FIELD(int64_t, grace_ns); FIELD(int64_t, shift_ns););
  STRUCT(slo_gameday_action, 16, FIELD(uint64_t, consumed_ppm); FIELD(abi_name_pointer, name););
  STRUCT(slo_gameday_config, 72, FIELD(uint32_t, struct_size); FIELD(uint32_t, expected_only);
         FIELD(abi_traffic, traffic); FIELD(abi_slos, slo); FIELD(abi_slis, sli);
         FIELD(abi_window, window); FIELD(int64_t, end_ns); FIELD(abi_actions, actions);
         FIELD(abi_expectations, expectations); FIELD(uint32_t, action_count);
         FIELD(uint32_t, expectation_count););
  STRUCT(slo_allocator, 24, FIELD(abi_allocate, allocate); FIELD(abi_release, release);
         FIELD(abi_context, context););
  STRUCT(slo_writer_lock, 24, FIELD(abi_acquire, acquire); FIELD(abi_give_up, release);
         FIELD(abi_context, context););
  STRUCT(slo_hist_config, 64, FIELD(uint32_t, struct_size); FIELD(uint32_t, scale);
         FIELD(uint64_t, per_unit); FIELD(int64_t, lowest); FIELD(int64_t, highest);
         FIELD(abi_thresholds, thresholds); FIELD(uint32_t, threshold_count);
         FIELD(uint32_t, shards); FIELD(uint32_t, writers); FIELD(uint32_t, path);
         FIELD(uint32_t, cpus); FIELD(uint32_t, reserved););
  STRUCT(slo_window_config, 56, FIELD(uint32_t, struct_size); FIELD(uint32_t, tier_count);
         FIELD(abi_window_tiers, tiers); FIELD(int64_t, jump_max_ns); FIELD(int64_t, gap_ns);
         FIELD(int64_t, slice_ns); FIELD(uint64_t, slice_objective_ppb);
         FIELD(uint32_t, unmeasured); FIELD(uint32_t, pins););
  STRUCT(slo_alert_config, 128, FIELD(uint32_t, struct_size); FIELD(uint32_t, tier_count);
         FIELD(abi_alert_tiers, tiers); FIELD(uint64_t, objective_ppb); FIELD(abi_gates, gate);
         FIELD(int64_t, slot_ns); FIELD(int64_t, period_ns); FIELD(uint32_t, flags);
         FIELD(uint32_t, reserved););
  STRUCT(slo_monitor_sli, 72, FIELD(uint32_t, struct_size); FIELD(uint32_t, shards);
         FIELD(abi_name_pointer, name); FIELD(abi_latency, latency); FIELD(uint32_t, latency_of);
         FIELD(uint32_t, with_threshold); FIELD(uint32_t, threshold); FIELD(uint32_t, writers);
         FIELD(abi_history, history); FIELD(int64_t, slice_ns);
         FIELD(uint64_t, slice_objective_ppb); FIELD(uint32_t, unmeasured);
         FIELD(uint32_t, reserved););
  STRUCT(slo_monitor_slo, 88, FIELD(uint32_t, struct_size); FIELD(uint32_t, sli);
         FIELD(abi_name_pointer, name); FIELD(uint64_t, objective_ppb); FIELD(int64_t, period_ns);
         FIELD(abi_alert_tiers, tiers); FIELD(uint32_t, tier_count); FIELD(uint32_t, method);
         FIELD(slo_calendar, calendar); FIELD(abi_thresholds, starts_ns); FIELD(abi_alert, alert);
         FIELD(uint32_t, start_count); FIELD(uint32_t, catalog););
  STRUCT(slo_monitor_config, 48, FIELD(uint32_t, struct_size); FIELD(uint32_t, sli_count);
         FIELD(abi_slis, slis); FIELD(abi_slos, slos); FIELD(abi_window, window);
         FIELD(uint32_t, slo_count); FIELD(uint32_t, corrections);
         FIELD(abi_definition, definition););
}
END_TEST
#endif

START_TEST(test_scalars) {
  _Static_assert(_Generic((slo_status)0, int32_t: 1, default: 0), "slo_status is int32");
  _Static_assert(_Generic((slo_outcome)0, int32_t: 1, default: 0), "slo_outcome is int32");
  ck_assert_uint_eq(sizeof(slo_status), 4);
  ck_assert_uint_eq(sizeof(slo_outcome), 4);
}
END_TEST

START_TEST(test_statuses) {
  static const struct {
    slo_status status;
    int value;
    const char *name;
  } want[] = {
      {SLO_OK, 0, "SLO_OK"},
      {SLO_EINVAL, -1, "SLO_EINVAL"},
      {SLO_ERANGE, -2, "SLO_ERANGE"},
      {SLO_ENOMEM, -3, "SLO_ENOMEM"},
      {SLO_ENODATA, -4, "SLO_ENODATA"},
      {SLO_EVERSION, -5, "SLO_EVERSION"},
      {SLO_ECORRUPT, -6, "SLO_ECORRUPT"},
      {SLO_ECLOCK, -7, "SLO_ECLOCK"},
      {SLO_EPARSE, -8, "SLO_EPARSE"},
      {SLO_ESPACE, -9, "SLO_ESPACE"},
      {SLO_ELOST, -10, "SLO_ELOST"},
      {SLO_EBUSY, -11, "SLO_EBUSY"},
  };
  static const struct {
    int value;
    const char *name, *text;
  } map[] = {
#define ABI_ROW(name, value, text) {value, #name, text},
      SLO_STATUS_MAP(ABI_ROW)
#undef ABI_ROW
  };
  enum { N = sizeof want / sizeof want[0] };
  ck_assert_uint_eq(sizeof map / sizeof map[0], N);
  for (int i = 0; i < N; i++) {
    ck_assert_int_eq(want[i].status, want[i].value);
    ck_assert_int_eq(map[i].value, want[i].value);
    ck_assert_str_eq(map[i].name, want[i].name);
    ck_assert_str_eq(slo_status_name(want[i].status), want[i].name);
    ck_assert_str_eq(slo_strerror(want[i].status), map[i].text);
    for (int j = 0; j < i; j++) ck_assert_str_ne(map[i].text, map[j].text);
  }
  ck_assert_int_eq(SLO_STATUS_LAST, want[N - 1].value);
  ck_assert_str_eq(slo_status_name(SLO_STATUS_LAST - 1), "SLO_UNKNOWN");
  ck_assert_str_eq(slo_strerror(SLO_STATUS_LAST - 1), "unknown status");
  ck_assert_str_eq(slo_status_name(1), "SLO_UNKNOWN");
}
END_TEST

START_TEST(test_enums) {
  static const int64_t constants[][2] = {
      {SLO_GOOD, 0},
      {SLO_BAD, 1},
      {SLO_EXCLUDED, 2},
      {SLO_BURN_AT_LEAST, 1},
      {SLO_METHOD_OCCURRENCES, 0},
      {SLO_METHOD_TIMESLICES, 1},
      {SLO_METHOD_RATIO_TIMESLICES, 2},
      {SLO_UNMEASURED_IGNORE, 0},
      {SLO_UNMEASURED_BAD, 1},
      {SLO_UNMEASURED_GOOD, 2},
      {SLO_UNMEASURED_FREEZE, 3},
      {SLO_CORRECT_REMOVE, 0},
      {SLO_CORRECT_GOOD, 1},
      {SLO_CORRECT_VOID, 2},
      {SLO_FIELD_STATUS, 0},
      {SLO_FIELD_LATENCY, 1},
      {SLO_OP_LT, 0},
      {SLO_OP_LE, 1},
      {SLO_OP_EQ, 2},
      {SLO_OP_NE, 3},
      {SLO_OP_GE, 4},
      {SLO_OP_GT, 5},
      {SLO_EVENT_STATUS, 1},
      {SLO_EVENT_LATENCY, 2},
      {SLO_SLI_AVAILABILITY, 1},
      {SLO_SLI_LATENCY, 2},
      {SLO_SLI_QUALITY, 3},
      {SLO_SLI_FRESHNESS, 4},
      {SLO_SLI_CORRECTNESS, 5},
      {SLO_SLI_COVERAGE, 6},
      {SLO_SLI_THROUGHPUT, 7},
      {SLO_SLI_DURABILITY, 8},
      {SLO_SLI_PROBE, 9},
      {SLO_SLI_INVENTORY, 10},
      {SLO_EVENT_AGE, 4},
      {SLO_EVENT_QUALITY, 8},
      {SLO_EVENT_AMOUNT, 16},
      {SLO_EVENT_OK, 32},
      {SLO_EVENT_HEALTH_CHECK, 256},
      {SLO_EVENT_LOAD_TEST, 512},
      {SLO_PROTOCOL_NONE, 0},
      {SLO_PROTOCOL_HTTP, 1},
      {SLO_PROTOCOL_GRPC, 2},
      {SLO_SLI_CODES_MAX, 8},
      {SLO_SLI_TEXT_MAX, 448},
      {SLO_STEP_CRITICAL, 1},
      {SLO_JOURNEY_TEXT_MAX, 255},
      {SLO_JOURNEY_STEPS_MAX, 62},
      {SLO_JOURNEY_SLIS_MAX, 32},
      {SLO_JOURNEY_SLOS_MAX, 64},
      {SLO_DEPEND_INDEPENDENT, 1},
      {SLO_DEPEND_COPIES, 2},
      {SLO_DEPEND_PARTS_MAX, 1024},
      {SLO_DEPEND_ONE, 1000000000},
      {SLO_LINT_ERROR, 1},
      {SLO_LINT_WARNING, 2},
      {SLO_LINT_NOTE, 3},
      {SLO_LINT_LAST, 308},
      {SLO_LINT_DEAD_TIER, 101},
      {SLO_LINT_NAGGING_TIER, 102},
      {SLO_LINT_GAP, 103},
      {SLO_LINT_TOO_LATE, 104},
      {SLO_LINT_SINGLE_EVENT, 105},
      {SLO_LINT_NO_WINDOW, 106},
      {SLO_LINT_NOT_SEEN, 107},
      {SLO_LINT_MINUTE, 201},
      {SLO_LINT_PERFECT, 202},
      {SLO_LINT_NOISE, 203},
      {SLO_LINT_ROUNDED_BUDGET, 204},
      {SLO_LINT_ROUNDED_BURN, 205},
      {SLO_LINT_INVERTED, 206},
      {SLO_LINT_METHODS, 207},
      {SLO_LINT_COARSE_PROBE, 208},
      {SLO_LINT_LOW, 209},
      {SLO_LINT_NO_OWNER, 301},
      {SLO_LINT_NO_REVIEW, 302},
      {SLO_LINT_REVIEW_OVERDUE, 303},
      {SLO_LINT_NO_POLICY, 304},
      {SLO_LINT_TOO_MANY_SLOS, 305},
      {SLO_LINT_TOO_MANY_SLIS, 306},
      {SLO_LINT_NO_SLO, 307},
      {SLO_LINT_UNUSED_SLI, 308},
      {SLO_FINDING_TEXT_MAX, 640},
      {SLO_COMPOSITE_PARTS_MAX, 256},
      {SLO_COMPOSITE_WEIGHT_MAX_PPM, 1000000000},
      {SLO_DEFINITION_JOURNEYS_MAX, 256},
      {SLO_DEFINITION_SIZE_MAX, 16777216},
      {SLO_CANDIDATE_SLOTS_MAX, 16777216},
      {SLO_CANDIDATE_TEXT_MAX, 1024},
      {SLO_LINT_LAST, 308},
      {SLO_CATALOG_WORKBOOK, 0},
      {SLO_CATALOG_SLOTH, 1},
      {SLO_CATALOG_PYRRA, 2},
      {SLO_CATALOG_DATADOG, 3},
      {SLO_SEVERITY_PAGE, 0},
      {SLO_SEVERITY_TICKET, 1},
      {SLO_ALERT_INACTIVE, 0},
      {SLO_ALERT_PENDING, 1},
      {SLO_ALERT_FIRING, 2},
      {SLO_ALERT_SILENCE, 1},
      {SLO_TIER_BURN, 0},
      {SLO_TIER_SPENT, 1},
      {SLO_TIER_SILENCE, 2},
      {SLO_TIER_ANNOUNCE, 2},
      {SLO_GATE_EVIDENCE, 0},
      {SLO_GATE_NONE, 1},
      {SLO_CAUSE_NONE, 0},
      {SLO_CAUSE_BURN, 1},
      {SLO_CAUSE_EVIDENCE, 2},
      {SLO_CAUSE_VOLUME, 3},
      {SLO_CAUSE_SPENT, 4},
      {SLO_CAUSE_SILENCE, 5},
      {SLO_PATH_AUTO, 0},
      {SLO_PATH_SHARED, 1},
      {SLO_PATH_CPU, 2},
      {SLO_CALENDAR_DAY, 1},
      {SLO_CALENDAR_WEEK, 2},
      {SLO_CALENDAR_MONTH, 3},
      {SLO_CALENDAR_QUARTER, 4},
      {SLO_CALENDAR_YEAR, 5},
      {SLO_RECUR_DAILY, 1},
      {SLO_RECUR_WEEKLY, 2},
      {SLO_PUSH_UNMEASURED, 1},
      {SLO_PUSH_REBASE, 2},
      {SLO_DELTA_SHORT, 1},
      {SLO_HISTORY_REBASE, 1},
      {SLO_DELTA_COARSE, 2},
      {SLO_DELTA_SNAPPED, 4},
      {SLO_FAULT_LATENCY, 1},
      {SLO_FAULT_DOWN, 2},
      {SLO_FAULT_TIMEOUT, 3},
      {SLO_FAULT_RESET_PEER, 4},
      {SLO_FAULT_BANDWIDTH, 5},
      {SLO_FAULT_SLICER, 6},
      {SLO_FAULT_LIMIT_DATA, 7},
      {SLO_FAULT_STEP, 0},
      {SLO_FAULT_RAMP, 1},
      {SLO_GAMEDAY_FIRES, 1},
      {SLO_GAMEDAY_RESOLVES, 2},
      {SLO_GAMEDAY_ACTION, 3},
      {SLO_GAMEDAY_BUDGET, 4},
      {SLO_NOISE_INDEPENDENT, 0},
      {SLO_NOISE_BURSTS, 1},
      {SLO_NOISE_RETRIES, 2},
      {SLO_NOISE_DRIFT, 3},
  };
  for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
    ck_assert_int_eq(constants[i][0], constants[i][1]);
  }
}
END_TEST

START_TEST(test_macros) {
  ck_assert_uint_eq(SLO_ALIGN, 64);
  ck_assert_uint_eq(SLO_OBJECTIVE_MIN_PPB, 1);
  ck_assert_uint_eq(SLO_OBJECTIVE_MAX_PPB, 999999999);
  ck_assert_int_eq(SLO_OBJECTIVE_TEXT_MAX, 16);
  ck_assert_int_eq(SLO_BURN_FACTOR_MAX_PPM, INT64_C(1000000000000000));
  ck_assert_int_eq(SLO_RULE_TERMS_MAX, 16);
  ck_assert_int_eq(SLO_ALERT_TIERS_MAX, 16);
  ck_assert_int_eq(SLO_JOURNEY_NAME_MAX, 31);
  ck_assert_str_eq(SLO_JOURNEY_LIMIT, "limit");
  ck_assert_int_eq(SLO_SLI_THRESHOLD_MAX_NS, SLO_HIST_VALUE_MAX);
  ck_assert_int_eq(SLO_ALERT_TRANSITIONS_KEPT, 28);
  ck_assert_int_eq(SLO_ALERT_TIER_TEXT_MAX, 80);
  ck_assert_int_eq(SLO_SEVERITIES, 2);
  ck_assert_int_eq(SLO_EVIDENCE_BETS_MAX, 24);
  ck_assert_uint_eq(SLO_EVIDENCE_ALARMS_MAX_PPM, UINT64_C(1000000000));
  ck_assert_int_eq(SLO_EVIDENCE_YEAR_NS, INT64_C(31557600000000000));
  ck_assert_int_eq(SLO_SHARDS_MAX, 4096);
  ck_assert_int_eq(SLO_WRITERS_MAX, 4096);
  ck_assert_int_eq(SLO_CALENDAR_EVERY_MAX, 1000);
  ck_assert_int_eq(SLO_RECURRENCE_MAX, 10000);
  ck_assert_int_eq(SLO_WINDOW_TIERS_MAX, 16);
  ck_assert_int_eq(SLO_WINDOW_SPANS_MAX, 256);
  ck_assert_int_eq(SLO_WINDOW_SLOTS_MAX, 16777216);
  ck_assert_int_eq(SLO_WINDOW_PINS_MAX, 4096);
  ck_assert_int_eq(SLO_WINDOW_SLICE_MIN_NS, INT64_C(10000000000));
  ck_assert_uint_eq(SLO_SLICE_RATIO_ONE, UINT64_C(100000000000));
  ck_assert_int_eq(SLO_LEDGER_REASON_MAX, 63);
  ck_assert_int_eq(SLO_LEDGER_ENTRIES_MAX, 65536);
  ck_assert_uint_eq(SLO_LEDGER_ALL, UINT32_MAX);
  ck_assert_int_eq(SLO_MONITOR_STARTS_MAX, 100000);
  ck_assert_int_eq(SLO_HISTORY_TIERS_MAX, 4);
  ck_assert_int_eq(SLO_HISTORY_SLOTS_MAX, 100000);
  ck_assert_int_eq(SLO_HIST_SCALE_MIN, 3);
  ck_assert_int_eq(SLO_HIST_SCALE_MAX, 9);
  ck_assert_int_eq(SLO_HIST_THRESHOLDS_MAX, 64);
  ck_assert_int_eq(SLO_HIST_VALUE_MAX, (INT64_C(1) << 53) - 1);
  ck_assert_int_eq(SLO_MONITOR_NAME_MAX, 63);
  ck_assert_int_eq(SLO_TRAFFIC_FAULTS_MAX, 1024);
  ck_assert_int_eq(SLO_TRAFFIC_SALES_MAX, 64);
  ck_assert_int_eq(SLO_TRAFFIC_CLASSES_MAX, 16);
  ck_assert_int_eq(SLO_TRAFFIC_REPLICAS_MAX, 4096);
  ck_assert_uint_eq(SLO_TRAFFIC_REQUESTS_MAX, UINT64_C(1000000000000));
  ck_assert_uint_eq(SLO_TRAFFIC_FACTOR_MAX, UINT64_C(1000000000));
  ck_assert_int_eq(SLO_BACKTEST_POLICIES_MAX, 32);
  ck_assert_int_eq(SLO_BACKTEST_INCIDENTS_MAX, 100000);
  ck_assert_int_eq(SLO_GAMEDAY_TEXT_MAX, 256);
  ck_assert_int_eq(SLO_MONITOR_SLIS_MAX, 100000);
  ck_assert_int_eq(SLO_MONITOR_SLOS_MAX, 400000);
  ck_assert_int_eq(SLO_SECOND_NS, INT64_C(1000000000));
  ck_assert_int_eq(SLO_MINUTE_NS, INT64_C(60000000000));
  ck_assert_int_eq(SLO_HOUR_NS, INT64_C(3600000000000));
  ck_assert_int_eq(SLO_DAY_NS, INT64_C(86400000000000));
  ck_assert_int_eq(SLO_TIME_TEXT_MAX, 40);
  /* the last nanosecond of 2261, by the calendar and by days */
  int64_t last_ns = 0;
  ck_ok(slo_time_civil(2261, 12, 31, 23, 59, 59, 999999999, &last_ns));
  ck_assert_int_eq(SLO_TIME_MAX_NS, last_ns);
  ck_assert_int_eq(SLO_TIME_MAX_NS, INT64_C(106651) * SLO_DAY_NS - 1);
}
END_TEST

START_TEST(test_version) {
  char text[32];
  (void)snprintf(text, sizeof text, "%d.%d.%d", SLO_VERSION_MAJOR, SLO_VERSION_MINOR,
                 SLO_VERSION_PATCH);
  ck_assert_str_eq(SLO_VERSION_STRING, text);
  ck_assert_str_eq(slo_version_string(), text);
  ck_assert_uint_eq(slo_version(), (uint32_t)SLO_VERSION_MAJOR * 1000000 +
                                       (uint32_t)SLO_VERSION_MINOR * 1000 + SLO_VERSION_PATCH);
}
END_TEST

/* SLO_SIZED sets the size and clears everything else. */
START_TEST(test_sized) {
  slo_budget budget = SLO_SIZED(slo_budget), zero;
  memset(&zero, 0, sizeof zero);
  zero.struct_size = sizeof zero;
  ck_assert_mem_eq(&budget, &zero, sizeof zero);
}
END_TEST

#ifdef __LP64__
#define WITH_POINTERS tcase_add_test(tc, test_structs_with_pointers)
#else
#define WITH_POINTERS (void)0
#endif

CHECK_MAIN("abi", tcase_add_test(tc, test_structs); WITH_POINTERS; tcase_add_test(tc, test_scalars);
           tcase_add_test(tc, test_statuses); tcase_add_test(tc, test_enums);
           tcase_add_test(tc, test_macros); tcase_add_test(tc, test_version);
           tcase_add_test(tc, test_sized);)
