"""Mock functions, spies, and fake timers."""

from __future__ import annotations

import atoll.sync
from atoll.test_environment import TestEnvironment
from atoll.timers import Timers

from .support import Bench


def test_mock_functions_record_their_calls(guest: Bench) -> None:
    guest.passes("""
        const add = jest.fn((a, b) => a + b).mockName("add");
        expect(add(1, 2)).toBe(3);
        add.mockReturnValueOnce(9).mockImplementationOnce(() => { throw new Error("no"); });
        expect(add()).toBe(9);
        expect(() => add(4)).toThrow("no");
        expect(add).toHaveBeenCalledTimes(3);
        expect(add).toHaveBeenNthCalledWith(1, 1, 2);
        expect(add).toHaveBeenLastCalledWith(4);
        expect(add).toHaveNthReturnedWith(2, 9);
        expect(add.mock.results.map((r) => r.type)).toEqual(["return", "return", "throw"]);
        expect(add).not.toHaveBeenCalledOnce();
        add.mockClear();
        expect(add).not.toHaveBeenCalled();
        expect(await jest.fn().mockResolvedValue(5)()).toBe(5);
        await expect(jest.fn().mockRejectedValue(new Error("r"))()).rejects.toThrow("r");
        const Made = jest.fn(function (x) { this.x = x; });
        expect(new Made(1).x).toBe(1);
        expect(Made.mock.instances).toHaveLength(1);
    """)


def test_a_call_that_was_not_made_is_told_as_jest_does(guest: Bench) -> None:
    message = guest.fails("const f = vi.fn(); f('a'); expect(f).toHaveBeenCalledWith('b');")
    assert 'Expected: "b"' in message
    assert 'Received: "a"' in message


def test_spies_are_put_back(guest: Bench) -> None:
    guest.passes("""
        const cart = { total: () => 3, get size() { return 1; }, name: "n" };
        const spy = jest.spyOn(cart, "total").mockReturnValue(7);
        jest.spyOn(cart, "size", "get").mockReturnValue(2);
        jest.replaceProperty(cart, "name", "m");
        expect([cart.total(), cart.size, cart.name]).toEqual([7, 2, "m"]);
        expect(spy).toHaveBeenCalledOnce();
        jest.restoreAllMocks();
        expect([cart.total(), cart.size, cart.name]).toEqual([3, 1, "n"]);
    """)


def test_what_a_file_leaves_spied_or_stubbed_is_put_back(guest: Bench) -> None:
    guest.run("""
        jest.spyOn(Math, "max").mockReturnValue(-1);
        vi.stubGlobal("fetch", () => 1);
        jest.useFakeTimers();
        test("t", () => expect([Math.max(1), fetch(), new Date() < 0]).toEqual([-1, 1, false]));
    """)
    assert guest.isolate.eval("[Math.max(1), typeof fetch]") == [1, "undefined"]
    assert guest.isolate.eval("new Promise((done) => setTimeout(() => done('real'), 1))") == "real"


def test_fake_timers_move_when_they_are_told_to(guest: Bench) -> None:
    guest.passes("""
        jest.useFakeTimers({ now: 1000 });
        const log = [];
        setTimeout(() => log.push(`timeout ${Date.now()}`), 100);
        const id = setInterval(() => log.push(`interval ${Date.now()}`), 40);
        jest.advanceTimersByTime(99);
        expect(log).toEqual(["interval 1040", "interval 1080"]);
        jest.advanceTimersToNextTimer();
        expect(log.at(-1)).toBe("timeout 1100");
        expect(jest.getTimerCount()).toBe(1);
        expect(jest.now()).toBe(1100);
        clearInterval(id);
        setTimeout(() => setTimeout(() => log.push("nested"), 5), 5);
        jest.runOnlyPendingTimers();
        expect(log.at(-1)).toBe("timeout 1100");
        jest.runAllTimers();
        expect(log.at(-1)).toBe("nested");
        setInterval(() => {}, 1);
        expect(() => jest.runAllTimers()).toThrow("assuming an infinite loop");
        jest.clearAllTimers();
        expect(jest.getTimerCount()).toBe(0);
        jest.useRealTimers();
        expect(Date.now()).toBeGreaterThan(1e12);
    """)


def test_fake_timers_of_promises(guest: Bench) -> None:
    guest.passes("""
        vi.useFakeTimers();
        const log = [];
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        (async () => { for (let i = 0; i < 3; i++) { await wait(10); log.push(i); } })();
        vi.advanceTimersByTime(30);
        expect(log).toEqual([]);
        await vi.advanceTimersByTimeAsync(20);
        expect(log).toEqual([0, 1, 2]);
        vi.useRealTimers();
    """)


def test_callbacks_of_fake_timers_throw_to_who_moved_the_clock(guest: Bench) -> None:
    guest.passes("""
        jest.useFakeTimers();
        setTimeout(() => { throw new Error("from a timer"); }, 1);
        expect(() => jest.advanceTimersByTime(1)).toThrow("from a timer");
        jest.useRealTimers();
    """)


def test_the_date_can_be_set(guest: Bench) -> None:
    guest.passes("""
        vi.setSystemTime(new Date("2020-02-29T12:00:00Z"));
        expect(new Date().toISOString()).toBe("2020-02-29T12:00:00.000Z");
        expect(vi.isFakeTimers()).toBe(true);
        vi.useRealTimers();
        jest.useFakeTimers({ doNotFake: ["Date"], now: 5 });
        expect(Date.now()).toBeGreaterThan(1e12);
        jest.setSystemTime(77);
        expect(jest.now()).toBe(77);
        jest.useRealTimers();
    """)


def test_fake_timers_need_to_be_on(guest: Bench) -> None:
    assert "call useFakeTimers() first" in guest.fails("jest.advanceTimersByTime(1);")


def test_a_timeout_of_a_test_is_in_real_time(guest: Bench) -> None:
    results = guest.run(
        "test('t', async () => { jest.useFakeTimers(); await new Promise(() => {}); }, 20)"
    )
    assert "Exceeded timeout of 20 ms" in results.tests[0].errors[0].message


def test_waiting_for_a_condition(guest: Bench) -> None:
    guest.passes("""
        let ready = false;
        setTimeout(() => { ready = true; }, 5);
        expect(await vi.waitUntil(() => ready, { interval: 1 })).toBe(true);
        await expect(vi.waitFor(() => { throw new Error("never"); }, { timeout: 3, interval: 1 }))
          .rejects.toThrow("never");
    """)


def test_mocking_modules_says_that_it_is_not_supported(guest: Bench) -> None:
    assert "mock is not supported" in guest.fails("jest.mock('./a.js');")


def test_fake_timers_work_beside_the_owners_manual_clock() -> None:
    with atoll.sync.Isolate() as isolate:
        clock = isolate.install(Timers(mode="manual", virtual_date=True))
        tests = isolate.install(TestEnvironment())
        results = tests.run_tests("""
            test("fake", () => {
              let rung = 0;
              setTimeout(() => { rung += 100; }, 10);
              jest.useFakeTimers();
              setTimeout(() => rung++, 10);
              jest.advanceTimersByTime(10);
              expect(rung).toBe(1);
            });
        """)
        assert results.ok, str(results)
        isolate.eval("globalThis.rang = false; setTimeout(() => { rang = true; }, 10); 0")
        clock.tick(10)
        assert isolate.eval("rang") is True


def test_a_bare_isolate_has_fake_timers_and_no_others() -> None:
    with atoll.sync.Isolate() as isolate:
        tests = isolate.install(TestEnvironment())
        results = tests.run_tests("""
            test("fake", () => {
              expect(typeof setTimeout).toBe("undefined");
              jest.useFakeTimers();
              const f = jest.fn();
              setTimeout(f, 5);
              jest.runAllTimers();
              expect(f).toHaveBeenCalledTimes(1);
              jest.useRealTimers();
              expect(typeof setTimeout).toBe("undefined");
            });
        """)
    assert results.ok, str(results)
