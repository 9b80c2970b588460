"""What a pool decides, without a process or a clock."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from atoll.errors import PoolClosed, PoolTimeout, PoolUnavailable
from atoll.pool import _policy
from atoll.pool._policy import Check, Dispose, Fail, Hand, Policy, Start, State

NEVER = _policy.NEVER


def policy(**options: Any) -> Policy:
    defaults: dict[str, Any] = {
        "size": 2,
        "limit": 8,
        "most_warm": 6,
        "starts_at_once": 4,
        "max_age": None,
        "check_every": None,
    }
    return Policy(**{**defaults, **options})


def warm(policy: Policy, now: float = 0.0) -> list[int]:
    """Start what the policy wants; returns the members."""
    members = [action.member for action in policy.actions(now) if isinstance(action, Start)]
    for member in members:
        policy.started(member, now)
    return members


def test_it_starts_its_size_and_no_more() -> None:
    pool = policy(size=3)
    assert len(warm(pool)) == 3
    assert pool.actions(0.0) == []
    assert pool.next_look(0.0) == NEVER


def test_starts_are_so_many_at_once() -> None:
    pool = policy(size=6, starts_at_once=2)
    first = pool.actions(0.0)
    assert len(first) == 2
    assert pool.actions(0.0) == []
    assert isinstance(first[0], Start)
    pool.started(first[0].member, 1.0)
    assert len(pool.actions(1.0)) == 1


def run(pool: Policy, now: float) -> list[int]:
    """Let all starts succeed and all users be done at once; returns who was served."""
    served = []
    while actions := pool.actions(now):
        for action in actions:
            if isinstance(action, Start):
                pool.started(action.member, now)
            elif isinstance(action, Hand):
                served.append(action.waiter)
                pool.returned(action.member)
                pool.gone(action.member)
            elif isinstance(action, Dispose):
                pool.gone(action.member)
    return served


def test_who_came_first_is_served_first() -> None:
    pool = policy(size=0, starts_at_once=1, limit=2)
    waiters = [pool.request(0.0, NEVER) for _ in range(20)]
    pool.withdraw(waiters.pop(7))
    assert run(pool, 1.0) == waiters


def test_what_was_used_is_never_handed_out_again() -> None:
    pool = policy(size=1)
    (member,) = warm(pool)
    pool.request(1.0, NEVER)
    assert [a for a in pool.actions(1.0) if isinstance(a, Hand)] == [Hand(2, member)]
    pool.returned(member)
    pool.request(2.0, NEVER)
    assert not [a for a in pool.actions(2.0) if isinstance(a, Hand)]


def test_all_that_have_a_process_count_towards_the_limit() -> None:
    pool = policy(size=2, limit=3)
    used = warm(pool)
    for _ in range(5):
        pool.request(1.0, NEVER)
    actions = pool.actions(1.0)
    assert sum(isinstance(a, Hand) for a in actions) == 2
    assert sum(isinstance(a, Start) for a in actions) == 1
    pool.returned(used[0])
    assert pool.actions(2.0) == []  # it is closing, and still there
    pool.gone(used[0])
    assert sum(isinstance(a, Start) for a in pool.actions(2.0)) == 1


def test_whoever_waits_too_long_is_told_why() -> None:
    pool = policy(size=1, limit=1)
    warm(pool)
    pool.request(0.0, NEVER)
    pool.actions(0.0)
    late = pool.request(1.0, 3.0)
    assert pool.actions(1.0) == []
    assert pool.next_look(1.0) == 3.0
    (fail,) = pool.actions(3.0)
    assert isinstance(fail, Fail)
    assert fail.waiter == late
    assert isinstance(fail.error, PoolTimeout)
    assert "within 2 s: 1 of 1 are in use" in str(fail.error)
    assert pool.metrics().timeouts == 1


def test_a_wait_raises_the_target_and_quiet_lowers_it() -> None:
    pool = policy(size=1, most_warm=3)
    warm(pool)
    for _ in range(6):
        pool.request(0.0, NEVER)
    pool.actions(0.0)
    assert pool.metrics().target == 3
    assert pool.metrics().waits == 5
    for member in pool._members:
        pool.started(member, 1.0)
    assert len(run(pool, 1.0)) == 5
    run(pool, 2.0)
    assert pool.metrics().idle == 3
    look = pool.next_look(2.0)
    assert look == _policy.SETTLE
    assert [type(a) for a in pool.actions(look)] == [Dispose]
    assert [type(a) for a in pool.actions(2 * look)] == [Dispose]
    assert pool.metrics().target == 1
    assert pool.next_look(2 * look) == NEVER


def test_the_old_are_replaced() -> None:
    pool = policy(size=1, max_age=10.0)
    (member,) = warm(pool)
    assert pool.next_look(1.0) == 10.0
    assert pool.actions(9.0) == []
    assert pool.actions(10.0)[0] == Dispose(member)
    assert pool.metrics().recycled == 1
    assert pool.metrics().starting == 1


def test_idle_ones_are_checked_and_not_handed_out_meanwhile() -> None:
    pool = policy(size=1, limit=1, check_every=5.0)
    (member,) = warm(pool)
    assert pool.next_look(0.0) == 5.0
    assert pool.actions(5.0) == [Check(member)]
    waiter = pool.request(5.0, NEVER)
    assert pool.actions(5.0) == []
    pool.checked(member, 5.1)
    assert pool.actions(5.1) == [Hand(waiter, member)]


def test_one_that_fails_its_check_is_replaced() -> None:
    pool = policy(size=1, check_every=5.0)
    (member,) = warm(pool)
    pool.actions(5.0)
    pool.died(member, RuntimeError("dead"), 5.0)
    pool.gone(member)
    assert pool.actions(5.0) == []
    assert pool.next_look(5.0) == 5.0 + _policy.FIRST_DELAY
    assert [type(a) for a in pool.actions(5.0 + _policy.FIRST_DELAY)] == [Start]
    assert pool.metrics().died_idle == 1


def test_failures_make_starts_rarer_and_one_at_a_time() -> None:
    pool = policy(size=4, starts_at_once=1)
    now, delays = 0.0, []
    for _ in range(12):
        (start,) = pool.actions(now)
        assert isinstance(start, Start)
        pool.start_failed(start.member, RuntimeError("no"), now)
        assert pool.actions(now) == []
        look = pool.next_look(now)
        delays.append(round(look - now, 6))
        assert pool.actions(look - 1e-6) == []
        now = look
    assert delays[:4] == [0.1, 0.2, 0.4, 0.8]
    assert delays[-1] == _policy.LAST_DELAY


def test_isolates_that_start_but_do_not_live_make_starts_rarer_as_well() -> None:
    pool = policy(size=1)
    now = 0.0
    for failures in range(1, 6):
        (start,) = [a for a in pool.actions(now) if isinstance(a, Start)]
        pool.started(start.member, now)
        pool.died(start.member, RuntimeError("gone"), now)
        pool.gone(start.member)
        assert pool.metrics().failures_in_a_row == failures
        now = pool.next_look(now)
    assert now == pytest.approx(0.1 + 0.2 + 0.4 + 0.8 + 1.6)


def test_one_that_lives_for_a_while_proves_that_starting_works() -> None:
    pool = policy(size=2, starts_at_once=2)
    now = 5.0
    starts = [a for a in pool.actions(now) if isinstance(a, Start)]
    pool.start_failed(starts[0].member, RuntimeError("no"), now)
    pool.started(starts[1].member, now)
    assert pool.metrics().failures_in_a_row == 1
    assert pool.next_look(now + 0.5) == now + _policy.PROVEN
    pool.actions(now + _policy.PROVEN)
    assert pool.metrics().failures_in_a_row == 0


def test_nobody_waits_for_a_pool_that_cannot_start_anything() -> None:
    pool = policy(size=1, starts_at_once=1)
    waiters = [pool.request(0.0, NEVER) for _ in range(2)]
    now = 0.0
    for _ in range(_policy.PATIENCE):
        (start,) = [a for a in pool.actions(now) if isinstance(a, Start)]
        pool.start_failed(start.member, RuntimeError("no engine"), now)
        now = pool.next_look(now) if pool.metrics().failures_in_a_row < _policy.PATIENCE else now
    fails = [a for a in pool.actions(now) if isinstance(a, Fail)]
    assert [a.waiter for a in fails] == waiters
    assert fails[0].error is not fails[1].error
    for fail in fails:
        assert isinstance(fail.error, PoolUnavailable)
        assert "RuntimeError: no engine" in str(fail.error)
        assert isinstance(fail.error.__cause__, RuntimeError)
    with pytest.raises(PoolUnavailable, match="the next attempt is in"):
        pool.request(now, NEVER)
    # When it is time for that attempt, waiting makes sense again.
    assert pool.request(pool.next_look(now), NEVER)


def test_after_a_checkout_there_is_a_lull_unless_somebody_waits() -> None:
    pool = policy(size=2)
    warm(pool)
    pool.request(1.0, NEVER)
    assert [type(a) for a in pool.actions(1.0)] == [Hand]
    assert pool.next_look(1.0) == 1.0 + _policy.LULL
    assert [type(a) for a in pool.actions(1.0 + _policy.LULL)] == [Start]
    pool.request(2.0, NEVER)
    pool.request(2.0, NEVER)
    assert Start in {type(a) for a in pool.actions(2.0)}


def test_what_was_not_taken_can_be_handed_to_the_next() -> None:
    pool = policy(size=1, limit=1)
    (member,) = warm(pool)
    pool.request(0.0, NEVER)
    pool.actions(0.0)
    pool.unused(member)
    assert pool.metrics().checkouts == 0
    waiter = pool.request(1.0, NEVER)
    assert pool.actions(1.0) == [Hand(waiter, member)]


def test_a_pool_that_drains_serves_who_waits_and_nobody_else() -> None:
    pool = policy(size=2, limit=2)
    members = warm(pool)
    pool.request(0.0, NEVER)
    pool.actions(0.0)
    waiter = pool.request(0.0, NEVER)
    pool.drain()
    assert Hand(waiter, members[1]) in pool.actions(1.0)
    with pytest.raises(PoolClosed):
        pool.request(1.0, NEVER)
    for member in members:
        assert not pool.is_unused
        pool.returned(member)
        pool.gone(member)
    assert pool.actions(2.0) == []
    assert pool.is_unused
    assert pool.is_empty


def test_a_pool_that_closes_fails_who_waits_and_ends_all() -> None:
    pool = policy(size=2, limit=2)
    members = warm(pool)
    for _ in range(2):
        pool.request(0.0, NEVER)
    pool.actions(0.0)
    waiter = pool.request(0.0, NEVER)
    pool.close()
    fail, *rest = pool.actions(1.0)
    assert isinstance(fail, Fail)
    assert (fail.waiter, type(fail.error)) == (waiter, PoolClosed)
    assert rest == [Dispose(member) for member in members]
    assert pool.actions(1.0) == []


def test_a_start_that_is_given_up_is_no_failure() -> None:
    pool = policy(size=1)
    (start,) = pool.actions(0.0)
    pool.close()
    pool.actions(0.0)
    assert isinstance(start, Start)
    pool.start_failed(start.member, RuntimeError("cancelled"), 0.0)
    assert pool.is_empty
    assert pool.metrics().failures_in_a_row == 0


class Machine(RuleBasedStateMachine):
    """Whatever happens, in whatever order: the promises hold."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.policy = policy(size=2, limit=5, starts_at_once=2, max_age=50.0, check_every=7.0)
        self.starting: list[int] = []
        self.used: list[int] = []
        self.checking: list[int] = []
        self.closing: list[int] = []
        self.waiting: list[int] = []
        self.ever_used: set[int] = set()

    def act(self) -> None:
        for action in self.policy.actions(self.now):
            match action:
                case Start(member):
                    self.starting.append(member)
                case Check(member):
                    self.checking.append(member)
                case Hand(waiter, member):
                    assert waiter == self.waiting.pop(0)
                    assert member not in self.ever_used
                    self.ever_used.add(member)
                    self.used.append(member)
                case Fail(waiter, _):
                    self.waiting.remove(waiter)
                case Dispose(member):
                    assert member not in self.closing
                    if member not in self.starting:
                        self.closing.append(member)
        assert self.policy.actions(self.now) == []

    @rule(patience=st.sampled_from([0.05, 1.0, NEVER]))
    def request(self, patience: float) -> None:
        with contextlib.suppress(PoolClosed, PoolUnavailable):
            self.waiting.append(self.policy.request(self.now, self.now + patience))
        self.act()

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        waiter = data.draw(st.sampled_from(self.waiting))
        self.waiting.remove(waiter)
        self.policy.withdraw(waiter)
        self.act()

    @precondition(lambda self: self.starting)
    @rule(ok=st.booleans())
    def finish_start(self, ok: bool) -> None:
        member = self.starting.pop(0)
        known = self.policy._members.get(member)
        if ok and known is not None and known.state is State.STARTING:
            self.policy.started(member, self.now)
        else:
            self.policy.start_failed(member, RuntimeError("no"), self.now)
        self.act()

    @precondition(lambda self: self.checking)
    @rule(ok=st.booleans())
    def finish_check(self, ok: bool) -> None:
        member = self.checking.pop(0)
        if ok:
            self.policy.checked(member, self.now)
        elif self.policy._is(member, State.CHECKING):
            self.policy.died(member, RuntimeError("dead"), self.now)
            self.closing.append(member)
        self.act()

    @precondition(lambda self: self.used)
    @rule()
    def give_back(self) -> None:
        member = self.used.pop(0)
        if self.policy._is(member, State.USED):
            self.policy.returned(member)
            self.closing.append(member)
        self.act()

    @precondition(lambda self: self.closing)
    @rule()
    def finish_closing(self) -> None:
        self.policy.gone(self.closing.pop(0))
        self.act()

    @rule(seconds=st.sampled_from([0.001, 0.1, 2.0, 20.0]))
    def wait(self, seconds: float) -> None:
        until = self.now + seconds
        while (look := self.policy.next_look(self.now)) <= until:
            assert look > self.now  # it never asks to be asked again at once
            self.now = look
            self.act()
        self.now = until
        self.act()

    @rule()
    def close(self) -> None:
        if self.now > 60:
            self.policy.close()
            self.act()
            assert not self.waiting

    @invariant()
    def bounded(self) -> None:
        metrics = self.policy.metrics()
        total = metrics.idle + metrics.starting + metrics.in_use + metrics.closing
        assert total <= 5
        assert metrics.waiting == len(self.waiting)
        assert metrics.starting <= 2
        assert 2 <= metrics.target <= 6

    @invariant()
    def nobody_waits_beside_an_idle_one(self) -> None:
        assert not (self.policy.idle() and self.waiting)


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=50, stateful_step_count=60, deadline=None)
