import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { retry } from "./retry.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("waits longer each time", async () => {
  const attempt = vi.fn(async (number: number): Promise<string> => {
    if (number < 3) throw new Error(`attempt ${number}`);
    return "done";
  });
  const result = retry(attempt, { wait: 1000 });
  await vi.advanceTimersByTimeAsync(999);
  expect(attempt).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2001);
  expect(attempt).toHaveBeenCalledTimes(3);
  await expect(result).resolves.toBe("done");
});

test("gives up with the last error", async () => {
  const result = retry((number) => Promise.reject(new Error(`attempt ${number}`)), { times: 2 });
  const outcome = expect(result).rejects.toThrow("attempt 2");
  await vi.runAllTimersAsync();
  await outcome;
});
