/* SPDX-License-Identifier: MIT */
/* When this side refreshes next, and by which way: RFC 4028 §7.2, §7.4, §10. */
#include "session/plan.h"

void sst_plan_nothing(struct sst_session *s)
{
    s->refresh_ms = SST_NEVER;
}

void sst_plan_at(struct sst_session *s, uint64_t at, uint64_t now)
{
    uint64_t last = sst_session_last_attempt(s);
    if (at > last) {
        at = now < last ? last : SST_NEVER;
    }
    s->refresh_ms = at;
}

void sst_plan_now(struct sst_session *s, uint64_t now)
{
    s->refresh_ms = now < sst_session_last_send(s) ? now : SST_NEVER;
}

void sst_plan_late(struct sst_session *s, uint64_t at, uint64_t now)
{
    uint64_t last = sst_session_last_attempt(s);
    s->refresh_ms = now < last && at > last ? last : at;
}

/* Remembers the moment that a Retry-After named, if it is after the last attempt and a request can
 * still be sent then. */
static void remember_named(struct sst_session *s, uint64_t at)
{
    if (at > sst_session_last_attempt(s) && at < sst_session_last_send(s)) {
        /* At most 33 s, so 32 bits are enough: small machines need no long division. */
        s->named_s = (uint8_t)((uint32_t)(sst_session_expiration(s) - at) / 1000u);
    }
}

/* Puts a way first that is free now and was not tried in this interval. @return whether there is
 * one */
static bool take_untried(struct sst_session *s, uint64_t now)
{
    uint8_t before = s->ladder;
    if (!(s->ladder & LADDER_UPDATE_TRIED)) {
        s->ladder &= (uint8_t)~LADDER_INVITE_FIRST;
        if (sst_session_way(s, now) == WAY_UPDATE) {
            return true;
        }
    }
    if (!(s->ladder & LADDER_INVITE_TRIED)) {
        s->ladder |= LADDER_INVITE_FIRST;
        enum sst_way way = sst_session_way(s, now);
        if (way == WAY_INVITE_OFFER || way == WAY_INVITE_PLAIN) {
            return true;
        }
    }
    s->ladder = before;
    return false;
}

/* What is left when nothing can be planned any more. */
static uint64_t last_resort(struct sst_session *s, uint64_t now)
{
    if (now >= sst_session_last_send(s)) {
        return SST_NEVER;
    }
    if (take_untried(s, now)) {
        return now;
    }
    if (s->named_s == 0) {
        return SST_NEVER;
    }
    /* Kept as whole seconds before the expiration: up to a second later than named. */
    uint64_t named = sst_session_expiration(s) - s->named_s * UINT64_C(1000);
    uint64_t last = sst_session_last_send(s) - 1u;
    s->named_s = 0;
    named = named < last ? named : last;
    return named > now ? named : now;
}

void sst_plan_again(struct sst_session *s, uint64_t at, bool is_named, uint64_t now)
{
    if (is_named) {
        remember_named(s, at);
    }
    sst_plan_at(s, at, now);
    if (s->refresh_ms == SST_NEVER) {
        s->refresh_ms = last_resort(s, now);
    }
}

uint64_t sst_wait_unseen(const struct sst_session *s, uint64_t wait_ms)
{
    uint32_t run_s = sst_session_run_s(s);
    uint64_t room = sst_half_of_ms(run_s) - sst_margin_ms(run_s) - sst_guard_ms(run_s);
    uint64_t most = room / 2u;
    return (s->flags & F_UNSEEN) && wait_ms > most ? most : wait_ms;
}

uint32_t sst_backoff_ms(const struct sst_session *s)
{
    unsigned step = sst_attempts(s, BACKOFF_AT);
    return step >= 6u ? 120000u : UINT32_C(2000) << step;
}

void sst_count_attempt(struct sst_session *s, unsigned at)
{
    unsigned most = at == TIMEOUTS_AT ? 3u : 7u;
    if (sst_attempts(s, at) < most) {
        s->attempts = (uint8_t)(s->attempts + (1u << at));
    }
}

void sst_backoff_next(struct sst_session *s)
{
    sst_count_attempt(s, BACKOFF_AT);
}

void sst_strike_method(struct sst_session *s, const struct sst_tx *tx, bool for_good)
{
    if (tx->flags & TX_UPDATE) {
        sst_set_ladder(s, LADDER_UPDATE_AT, for_good ? UPDATE_GONE : UPDATE_OUT);
    } else {
        sst_set_ladder(s, LADDER_INVITE_AT, for_good ? INVITE_GONE : INVITE_OUT);
    }
}

void sst_strike_offer(struct sst_session *s)
{
    sst_set_ladder(s, LADDER_INVITE_AT, INVITE_PLAIN);
    s->ladder &= (uint8_t)~LADDER_INVITE_FIRST;
}

void sst_prefer_other(struct sst_session *s, const struct sst_tx *tx)
{
    if (tx->flags & TX_UPDATE) {
        s->ladder |= LADDER_INVITE_FIRST;
    } else {
        s->ladder &= (uint8_t)~LADDER_INVITE_FIRST;
    }
}

/* Starts again at the first step of the ladder, once per interval. @return whether a way is left */
static bool second_round(struct sst_session *s)
{
    if (s->ladder & LADDER_SECOND) {
        return false;
    }
    s->ladder |= LADDER_SECOND;
    if (sst_invite_way(s) != INVITE_GONE) {
        sst_set_ladder(s, LADDER_INVITE_AT, INVITE_OFFER);
    }
    if (sst_update_way(s) != UPDATE_GONE) {
        sst_set_ladder(s, LADDER_UPDATE_AT, UPDATE_FREE);
    }
    return sst_invite_way(s) == INVITE_OFFER || sst_session_update_usable(s);
}

void sst_refresh_refused(struct sst_session *s, uint64_t least_ms, uint64_t now)
{
    if (!(s->flags & F_REFUSED_TOLD)) {
        s->flags |= F_REFUSED_TOLD;
        sst_session_note(s, SST_EVENT_REFUSED);
    }
    uint64_t last = sst_session_last_attempt(s);
    if (now >= last || !second_round(s)) {
        return;
    }
    uint64_t wait = (last - now) / 2u;
    wait = wait < 2000u ? 2000u : wait;
    wait = sst_wait_unseen(s, wait < least_ms ? least_ms : wait);
    sst_plan_again(s, sst_sum_ms(now, wait), least_ms != 0, now);
}

void sst_refresh_asked(struct sst_session *s, uint64_t now)
{
    if (s->flags & F_ASKED) {
        sst_backoff_next(s);
    }
    s->flags |= F_ASKED;
    SST_COUNT(s, refreshes_due);
    sst_session_note(s, SST_EVENT_REFRESH);
    /* If the host begins nothing, it is asked again, as after sst_session_not_sent(). */
    sst_plan_late(s, sst_sum_ms(now, sst_backoff_ms(s)), now);
}

void sst_refresh_begun(struct sst_session *s, const struct sst_tx *tx)
{
    s->ladder |= (tx->flags & TX_UPDATE) ? LADDER_UPDATE_TRIED : LADDER_INVITE_TRIED;
    s->flags &= ~F_ASKED;
    sst_session_drop(s, SST_EVENT_REFRESH);
    sst_plan_nothing(s); /* one refresh at a time; EC-40 */
    SST_COUNT(s, refreshes_sent);
}

void sst_untry(struct sst_session *s, const struct sst_tx *tx)
{
    if (sst_tx_is_refresh(tx)) {
        uint8_t tried = (tx->flags & TX_UPDATE) ? LADDER_UPDATE_TRIED : LADDER_INVITE_TRIED;
        s->ladder &= (uint8_t)~tried;
    }
}

void sst_refresh_not_sent(struct sst_session *s, uint64_t retry_ms, uint64_t now)
{
    uint64_t at = sst_sum_ms(now, sst_backoff_ms(s));
    if (retry_ms != SST_NEVER) {
        at = sst_session_now(s, retry_ms);
        at = at <= now ? now + 1u : at; /* "at once" must not keep the host's loop busy */
    }
    sst_backoff_next(s);
    s->flags &= ~F_ASKED;
    sst_session_drop(s, SST_EVENT_REFRESH);
    sst_plan_late(s, at, now);
}

void sst_hold_bye(struct sst_session *s, uint64_t from, uint64_t now)
{
    if (sst_is_running(s) && now >= from) {
        s->flags |= F_HELD;
    }
}
